//! One applicant, from the first page to the account or to whatever stops them.
//!
//! Each request has an instant at which the applicant was meant to send it: the arrival's instant, then
//! always the answer before plus the time that they read, think or type. It comes from arithmetic, not from
//! when a timer fired.

mod flow;
mod queue;
mod setback;

use crate::browsers::Browsers;
use crate::client::{Browser, Heard, Lost, Outgoing, Pace};
use crate::metronome::Metronome;
use crate::observe::{End, Instants, Observer, Visited};
use crate::told::{Told, Trouble};
use domain::Failure;
use domain::captcha::CaptchaKey;
use domain::draft::AccountNumber;
use domain::wire::{CaptchaAnswer, CaptchaChallenge};
use people::{Album, Applicant, Crowd};
use scenario::{Behaviour, Faults, Mishap, Next, Retries, Step, Temper};
use setback::Setback;
use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// What all applicants of a run have in common.
#[derive(Debug)]
pub struct World {
    /// What they sit at, and where the portal is.
    pub browsers: Browsers,
    /// The key that solves the portal's captchas.
    pub captcha_key: CaptchaKeyHeld,
    /// Seed of thinking times.
    pub seed: u64,
    /// How applicants think, wait and try again.
    pub behaviour: Behaviour,
    /// What goes wrong between them and the portal.
    pub faults: Faults,
    /// What wakes them at their instants.
    pub metronome: Arc<Metronome>,
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

/// Requests of one pass without repeats: nine steps, and a second captcha.
const REQUESTS: usize = 10;

/// Whoever thinks for as long puts their connection by.
const LONG_THOUGHT: Duration = Duration::from_secs(1);

/// Sends the crowd's applicant number `arrival` on their way at `intended`, and writes their end down. Gives what goose counts.
pub async fn walk(world: &World, crowd: &Crowd, user: usize, arrival: u64, intended: Instant) -> Vec<Seen> {
    let temper = Temper::new(&world.behaviour, world.seed, arrival);
    let device = temper.device();
    let mut browser = world.browsers.take(device.is_shared);
    if let Some(address) = device.address {
        browser.sit_at(address);
    }
    let mut walk = Walk {
        world,
        crowd,
        user,
        arrival,
        made_up: OnceCell::new(),
        temper,
        resent_by_others: browser.resent(),
        browser,
        began: intended,
        intended,
        done: intended,
        first_sent: None,
        visited: Visited::first(),
        asked: 0,
        resent_beside: 0,
        repeats: 0,
        is_starting_over: false,
        has_slipped: false,
        captcha_length: 0,
        challenge: None,
        answered: None,
        token: String::new(),
        seen: Vec::with_capacity(REQUESTS),
    };
    let told = match walk.register().await {
        Ok(number) => Told::Registered(number),
        Err(told) => told,
    };
    world.observer.ended(user, walk.end(told));
    let Walk { browser, seen, .. } = walk;
    world.browsers.give_back(browser, device.is_shared);
    seen
}

/// One request's way.
#[derive(Clone, Copy)]
struct Trip {
    sent: Instant,
    done: Instant,
    /// How long it was waited for at most.
    attention: Duration,
}

struct Walk<'a> {
    world: &'a World,
    crowd: &'a Crowd,
    user: usize,
    arrival: u64,
    /// Nobody knows who they are before they say so, and whoever finds the gate closed never does.
    made_up: OnceCell<Box<Applicant>>,
    temper: Temper<'a>,
    browser: Browser,
    /// What it sent a second time for those who used it before.
    resent_by_others: u64,
    /// The arrival's instant.
    began: Instant,
    /// When the next request is meant to be sent.
    intended: Instant,
    /// When the last answer was there.
    done: Instant,
    first_sent: Option<Instant>,
    visited: Visited,
    /// Requests that the applicant made, also those to which nobody listened.
    asked: u64,
    /// What a second window sent a second time.
    resent_beside: u64,
    /// Of those asked, the ones of a step's second and further tries.
    repeats: u64,
    /// The draft was lost: everything is done once more.
    is_starting_over: bool,
    /// The captcha under way is mistyped by somebody who knows better.
    has_slipped: bool,
    captcha_length: usize,
    challenge: Option<CaptchaChallenge>,
    /// The answer of step 1, for those who hand it in again.
    answered: Option<CaptchaAnswer>,
    token: String,
    seen: Vec<Seen>,
}

impl Walk<'_> {
    /// All steps, and from the first one again where the draft has expired, or was forgotten by an engine that
    /// was killed, under somebody who does not give up.
    async fn register(&mut self) -> Result<AccountNumber, Told> {
        let lost = [Told::by(Failure::DraftExpired), Told::Failed(Trouble::Forgotten)];
        for _ in 0..self.world.behaviour.retries.tries_max {
            let made = self.pass().await;
            let is_lost = made.is_err_and(|told| lost.contains(&told));
            if !is_lost || self.world.behaviour.retries == Retries::NONE {
                return made;
            }
            self.is_starting_over = true;
            self.challenge = None;
        }
        Err(lost[0])
    }

    fn applicant(&self) -> &Applicant {
        self.made_up.get_or_init(|| Box::new(self.crowd.applicant(self.arrival)))
    }

    async fn pass(&mut self) -> Result<AccountNumber, Told> {
        for step in [Step::Status, Step::Captcha, Step::Identity, Step::Profile] {
            self.step(step).await?;
        }
        if !self.applicant().skips {
            if self.applicant().ktp.is_some() {
                self.step(Step::Ktp).await?;
            }
            if self.applicant().swafoto.is_some() {
                self.step(Step::Swafoto).await?;
            }
            self.step(Step::Credentials).await?;
            self.step(Step::Review).await?;
        }
        let made = self.step(Step::Confirmation).await?;
        made.ok_or(Told::Failed(Trouble::Unreadable))
    }

    /// One step, with as many tries as the applicant has patience for.
    async fn step(&mut self, step: Step) -> Result<Option<AccountNumber>, Told> {
        self.visited = self.visited.with(step);
        let mut typing = self.temper.begins(step);
        if self.asked > 0 {
            self.intended = self.done;
        }
        let mut is_repeat = self.is_starting_over;
        loop {
            let asked_before = self.asked;
            let outcome = self.attempt(step, typing).await;
            if is_repeat {
                self.repeats += self.asked - asked_before;
            }
            match outcome {
                Ok(made) => return Ok(made),
                Err(setback) => typing = self.recover(setback)?,
            }
            is_repeat = true;
        }
    }

    /// Decides on a further try of the step: sets the instant from which it counts, and gives the time for
    /// typing, which is none where the form is still filled in.
    fn recover(&mut self, setback: Setback) -> Result<Duration, Told> {
        self.intended = self.done;
        if std::mem::take(&mut self.has_slipped) && setback.told == Told::Refused(Failure::CaptchaWrong) {
            return self.temper.slipped().ok_or(setback.told.abandoned());
        }
        if setback.told == Told::by(Failure::NotOpen) {
            let is_patient = self.world.behaviour.opening_patience_s > 0.0;
            let ends = if is_patient { setback.told.abandoned() } else { setback.told };
            self.intended += self.temper.found_closed_doors().ok_or(ends)?;
            return Ok(Duration::ZERO);
        }
        let advice = setback.again.ok_or(setback.told)?;
        self.intended += match self.temper.tried_in_vain(advice) {
            Next::Again(wait) => wait,
            Next::Back(away) => {
                self.browser.hang_up();
                away
            }
            Next::GivesUp => return Err(setback.told.abandoned()),
            Next::Fails => return Err(setback.told),
        };
        Ok(Duration::ZERO)
    }

    /// Waits for the request's instant, sends it and writes it down.
    async fn ask(&mut self, step: Step, mut outgoing: Outgoing) -> Result<Heard, Setback> {
        if let Some(bytes_per_s) = self.temper.device().uplink_bytes_per_s {
            outgoing.pace = Pace::BytesPerS(bytes_per_s);
        }
        let World { faults, seed, .. } = self.world;
        let mishap = faults.mishap(*seed, self.arrival, self.asked, !outgoing.body.is_empty());
        if mishap == Mishap::UploadStalled {
            outgoing.pace = Pace::StuckHalfway;
        }
        let sent = self.wait().await?;
        let attention = self.temper.attention();
        let waits = self.world.observer.waits();
        let mut outcome = self.browser.send(&outgoing, sent + attention).await;
        drop(waits);
        let done = Instant::now();
        if mishap == Mishap::AnswerLost && outcome.is_ok() {
            outcome = Err(Lost::Connection);
        }
        if matches!(mishap, Mishap::AnswerLost | Mishap::DroppedAfter) {
            self.browser.hang_up();
        }
        self.note(step, Trip { sent, done, attention }, outcome)
    }

    /// The same by two connections at once, as a double click does. Both must say the same, where both say
    /// anything.
    async fn ask_twice(&mut self, step: Step, outgoing: &Outgoing) -> Result<[Option<Heard>; 2], Setback> {
        let sent = self.wait().await?;
        let attention = self.temper.attention();
        let mut second = self.browser.another_window();
        let send = async |browser: &mut Browser| {
            let _waits = self.world.observer.waits();
            let outcome = browser.send(outgoing, sent + attention).await;
            (outcome, Instant::now())
        };
        let outcomes = tokio::join!(send(&mut self.browser), send(&mut second));
        self.resent_beside += second.resent();
        let ((one, one_done), (other, other_done)) = outcomes;
        let one = self.note(step, Trip { sent, done: one_done, attention }, one);
        let other = self.note(step, Trip { sent, done: other_done, attention }, other);
        self.repeats += 1;
        match (one, other) {
            (Err(setback), Err(_)) => Err(setback),
            (one, other) => Ok([one.ok(), other.ok()]),
        }
    }

    /// Writes down what became of a request.
    fn note(&mut self, step: Step, trip: Trip, outcome: Result<Heard, Lost>) -> Result<Heard, Setback> {
        let Trip { sent, done, attention } = trip;
        self.first_sent.get_or_insert(sent);
        self.asked += 1;
        let is_late = outcome.as_ref().is_err_and(|&lost| lost == Lost::Timeout);
        self.done = if is_late { sent + attention } else { done };
        let outcome = match outcome {
            Err(Lost::Timeout) if attention < self.world.behaviour.step_timeout() => Err(Lost::Impatience),
            other => other,
        };
        let heard = Setback::unless_answered(outcome);
        let (status, failure) = match &heard {
            Ok(heard) => (Some(heard.status.as_u16()), None),
            Err(setback) => (setback.status, setback.told.code()),
        };
        let instants = Instants { intended: self.intended, sent, done: self.done };
        self.world.observer.request(self.user, step, instants, failure);
        self.seen.push(Seen { step, service: self.done.saturating_duration_since(sent), status, failure });
        heard
    }

    fn end(&self, told: Told) -> End {
        let resent = self.browser.resent() - self.resent_by_others + self.resent_beside;
        let (intended, done) = (self.began, self.done);
        End {
            arrival: self.arrival,
            told,
            visited: self.visited,
            instants: Instants { intended, sent: self.first_sent.unwrap_or(intended), done },
            requests: self.asked + resent,
            // What the browser sent twice by itself is a repeat too.
            repeats: self.repeats + resent,
        }
    }

    /// Until the instant of the next request; gives the one at which it was over. A run that is cut short cuts
    /// thinking short, never a request.
    async fn wait(&mut self) -> Result<Instant, Setback> {
        let World { metronome, stop, .. } = self.world;
        if stop.borrow().is_some() {
            return Err(Setback::cut_short());
        }
        let now = Instant::now();
        if now >= self.intended {
            return Ok(now);
        }
        if self.intended - now >= LONG_THOUGHT {
            // Where an upload takes longer than that, the connection stays as it is.
            timeout(LONG_THOUGHT / 2, self.browser.rest()).await.ok();
        }
        let mut stop = stop.clone();
        tokio::select! {
            () = metronome.wait_until(self.intended) => Ok(Instant::now()),
            // A sender that is gone cannot stop anything any more.
            Ok(_) = stop.wait_for(Option::is_some) => Err(Setback::cut_short()),
        }
    }
}
