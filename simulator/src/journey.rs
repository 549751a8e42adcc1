//! One applicant, from the first page to the account or to whatever stops them.
//!
//! Each request has an instant at which the applicant was meant to send it: the arrival's instant, then
//! always the answer before plus the time that they read, think or type. It comes from arithmetic, not from
//! when a timer fired.

mod flow;
mod setback;

use crate::client::{Browser, Heard, Lost, Outgoing};
use crate::observe::{End, Instants, Observer, Visited};
use crate::told::{Told, Trouble};
use domain::captcha::CaptchaKey;
use domain::draft::AccountNumber;
use domain::wire::CaptchaChallenge;
use people::{Album, Applicant};
use scenario::{Behaviour, Step};
use setback::Setback;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// What all applicants of a run have in common.
#[derive(Debug)]
pub struct World {
    /// Where the portal is.
    pub address: SocketAddr,
    /// The key that solves the portal's captchas.
    pub captcha_key: CaptchaKeyHeld,
    /// Seed of thinking times.
    pub seed: u64,
    /// How applicants think and wait.
    pub behaviour: Behaviour,
    /// How often somebody repeats a step that could not be served just then.
    pub repeats_max: u32,
    /// The files that they hand in.
    pub album: Album,
    /// Where everything is written down.
    pub observer: Observer,
    /// When the run was cut short, if it was: from then on nobody sends another request.
    pub stop: watch::Receiver<Option<Instant>>,
}

/// A [`CaptchaKey`] that is not printed.
pub struct CaptchaKeyHeld(pub CaptchaKey);

impl std::fmt::Debug for CaptchaKeyHeld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CaptchaKeyHeld(***)")
    }
}

/// A request as goose gets to see it.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The step that it belongs to.
    pub step: Step,
    /// From sending to the end of the answer.
    pub service: Duration,
    /// The status, if there was an answer.
    pub status: Option<u16>,
    /// What was wrong, by its code.
    pub failure: Option<&'static str>,
}

/// Bytes of an answer that no step of the flow comes near.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Requests of one pass without repeats: nine steps, and a second captcha.
const REQUESTS: usize = 10;

/// Sends `applicant` on their way at `intended`, and writes their end down. Gives what goose counts.
pub async fn walk(world: &World, user: usize, applicant: &Applicant, intended: Instant) -> Vec<Seen> {
    let mut walk = Walk {
        world,
        user,
        applicant,
        browser: Browser::new(world.address, ANSWER_BYTES_MAX),
        intended,
        done: intended,
        first_sent: None,
        visited: Visited::first(),
        asked: 0,
        repeats: 0,
        captcha_length: 0,
        challenge: None,
        token: String::new(),
        seen: Vec::with_capacity(REQUESTS),
    };
    let told = match walk.register().await {
        Ok(number) => Told::Registered(number),
        Err(told) => told,
    };
    let sent = walk.first_sent.unwrap_or(intended);
    world.observer.ended(
        user,
        End {
            arrival: applicant.arrival,
            told,
            visited: walk.visited,
            instants: Instants { intended, sent, done: walk.done },
            requests: walk.browser.sent(),
            // What the browser sent twice by itself is a repeat too.
            repeats: walk.repeats + walk.browser.sent().saturating_sub(walk.asked),
        },
    );
    walk.seen
}

struct Walk<'a> {
    world: &'a World,
    user: usize,
    applicant: &'a Applicant,
    browser: Browser,
    /// When the next request is meant to be sent.
    intended: Instant,
    /// When the last answer was there.
    done: Instant,
    first_sent: Option<Instant>,
    visited: Visited,
    /// Requests that the applicant made.
    asked: u64,
    /// Of those, the ones of a step's second and further attempts.
    repeats: u64,
    captcha_length: usize,
    challenge: Option<CaptchaChallenge>,
    token: String,
    seen: Vec<Seen>,
}

impl Walk<'_> {
    async fn register(&mut self) -> Result<AccountNumber, Told> {
        for step in [Step::Status, Step::Captcha, Step::Identity, Step::Profile] {
            self.step(step).await?;
        }
        if !self.applicant.skips {
            self.step(Step::Ktp).await?;
            if self.applicant.swafoto.is_some() {
                self.step(Step::Swafoto).await?;
            }
            self.step(Step::Credentials).await?;
            self.step(Step::Review).await?;
        }
        let made = self.step(Step::Confirmation).await?;
        made.ok_or(Told::Failed(Trouble::Unreadable))
    }

    /// One step, with as many attempts as the applicant has patience for.
    async fn step(&mut self, step: Step) -> Result<Option<AccountNumber>, Told> {
        self.visited = self.visited.with(step);
        let mut typing = self.world.behaviour.think(self.world.seed, self.applicant.arrival, step);
        if step != Step::Status {
            self.intended = self.done;
        }
        for attempt in 0.. {
            let asked_before = self.asked;
            let outcome = self.attempt(step, typing).await;
            if attempt > 0 {
                self.repeats += self.asked - asked_before;
            }
            match outcome {
                Err(Setback { wait: Some(wait), .. }) if attempt < self.world.repeats_max => {
                    // The form is still filled in: only the button is pressed again.
                    typing = Duration::ZERO;
                    self.intended = self.done + wait;
                }
                other => return other.map_err(|setback| setback.told),
            }
        }
        unreachable!("the last attempt returns")
    }

    /// Waits for the request's instant, sends it and writes it down.
    async fn ask(&mut self, step: Step, outgoing: Outgoing) -> Result<Heard, Setback> {
        self.wait().await?;
        let sent = Instant::now();
        let deadline = sent + self.world.behaviour.step_timeout();
        self.first_sent.get_or_insert(sent);
        self.asked += 1;
        let outcome = self.browser.send(&outgoing, deadline).await;
        self.done = if outcome.as_ref().is_err_and(|&lost| lost == Lost::Timeout) {
            deadline
        } else {
            Instant::now()
        };
        let heard = Setback::unless_answered(step, outcome);
        let (status, failure) = match &heard {
            Ok(heard) => (Some(heard.status.as_u16()), None),
            Err(setback) => (setback.status, setback.told.code()),
        };
        let instants = Instants { intended: self.intended, sent, done: self.done };
        self.world.observer.request(self.user, step, instants, failure);
        self.seen.push(Seen { step, service: self.done.saturating_duration_since(sent), status, failure });
        heard
    }

    /// Until the instant of the next request. A run that is cut short cuts thinking short, never a request.
    async fn wait(&self) -> Result<(), Setback> {
        let mut stop = self.world.stop.clone();
        if stop.borrow().is_some() {
            return Err(Setback::cut_short());
        }
        if Instant::now() >= self.intended {
            return Ok(());
        }
        tokio::select! {
            () = sleep_until(self.intended) => Ok(()),
            // A sender that is gone cannot stop anything any more.
            Ok(_) = stop.wait_for(Option::is_some) => Err(Setback::cut_short()),
        }
    }
}
