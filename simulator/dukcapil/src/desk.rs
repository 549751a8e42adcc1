//! The desk at which look-ups are worked on: who is let in, in which order they pass, and what they hear.
//!
//! A look-up finds the registry out or not, takes its part of rate and quota, finds a place or is turned away, waits in line for the
//! rate and for the link, waits for a clerk, and takes its time. An outage that begins meanwhile takes it along.

use crate::clock::Clock;
use crate::conditions::{Change, Conditions, Refused, State};
use crate::config::Config;
use crate::metrics::{Metrics, Outcome};
use crate::outage::OutageKind;
use crate::pacer::Pacer;
use crate::register::{Register, compare};
use domain::wire::{RegistryAnswer, RegistryQuestion};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};

/// The state of a stand-in.
pub(crate) struct Desk {
    register: Register,
    residents: Vec<RegistryQuestion>,
    clock: Clock,
    state: Mutex<State>,
    /// Whoever waits looks again after each change.
    changed: Notify,
    latencies: Mutex<ChaCha8Rng>,
    /// One for each look-up that is worked on or waits.
    places: Semaphore,
    /// One for each look-up that is worked on; given in the order of asking.
    clerks: Semaphore,
    rate_line: tokio::sync::Mutex<()>,
    link_line: tokio::sync::Mutex<()>,
    /// After how long a look-up that was turned away could find a place, in whole seconds.
    retry_after_s: u64,
    pub(crate) metrics: Metrics,
}

/// No answer to a look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// Too much at once: the queue is full, or the rate refuses.
    Busy { retry_after_s: u64 },
    /// The day's quota is spent.
    Quota { retry_after_s: u64 },
    /// It is out, and says so.
    Error,
    /// It is out, and says nothing.
    HangUp,
}

/// Something that look-ups pass one after the other.
#[derive(Clone, Copy)]
enum Line {
    Rate,
    Link,
}

impl Desk {
    pub(crate) fn new(config: &Config, clock: Clock) -> Desk {
        let median_s = config.state.latency.median().as_secs_f64();
        let queue_s = median_s * config.queue_max as f64 / config.concurrency_max as f64;
        Desk {
            register: Register::new(config.population, config.errors),
            residents: config.residents.clone(),
            clock,
            state: Mutex::new(config.state.clone()),
            changed: Notify::new(),
            latencies: Mutex::new(ChaCha8Rng::seed_from_u64(config.population.seed())),
            places: Semaphore::new(config.concurrency_max + config.queue_max),
            clerks: Semaphore::new(config.concurrency_max),
            rate_line: tokio::sync::Mutex::default(),
            link_line: tokio::sync::Mutex::default(),
            retry_after_s: Duration::from_secs_f64(queue_s.ceil()).as_secs().max(1),
            metrics: Metrics::new(config.concurrency_max),
        }
    }

    /// Looks somebody up, which takes as long as the law says and the lines are.
    pub(crate) async fn look_up(&self, question: &RegistryQuestion) -> Result<RegistryAnswer, NoAnswer> {
        let answered = self.try_look_up(question).await;
        self.metrics.count(match answered {
            Ok(answer) => Outcome::of(answer),
            Err(refused) => Outcome::of_refused(refused),
        });
        match answered {
            Ok(answer) => Ok(answer),
            Err(Refused::Full) => Err(NoAnswer::Busy { retry_after_s: self.retry_after_s }),
            Err(Refused::OverRate { retry_after_s }) => Err(NoAnswer::Busy { retry_after_s }),
            Err(Refused::Quota { retry_after_s }) => Err(NoAnswer::Quota { retry_after_s }),
            Err(Refused::Outage(OutageKind::Error)) => Err(NoAnswer::Error),
            Err(Refused::Outage(OutageKind::Reset)) => Err(NoAnswer::HangUp),
            Err(Refused::Outage(OutageKind::Silent)) => {
                self.until_not_silent().await;
                Err(NoAnswer::HangUp)
            }
        }
    }

    /// What is in force.
    pub(crate) fn conditions(&self) -> Conditions {
        self.state().conditions(self.clock.elapsed(), self.clock.wall())
    }

    /// Makes a change at once.
    pub(crate) fn change(&self, change: Change) {
        self.state().apply(change);
        self.changed.notify_waiters();
    }

    /// Says that the schedule's zero is so far from now.
    pub(crate) fn set_zero(&self, from_now: Duration) {
        self.state().zero = Some(self.clock.elapsed() + from_now);
        self.changed.notify_waiters();
    }

    /// Everything that is counted, in the OpenMetrics text format.
    pub(crate) fn metrics_text(&self) -> String {
        self.metrics.set_conditions(&self.conditions());
        self.metrics.encode()
    }

    async fn try_look_up(&self, question: &RegistryQuestion) -> Result<RegistryAnswer, Refused> {
        let (_place, latency) = {
            let mut state = self.state();
            let now = self.clock.elapsed();
            state.advance(now);
            if let Some(kind) = state.outage(now) {
                return Err(Refused::Outage(kind));
            }
            let place = self.places.try_acquire().map_err(|_| Refused::Full)?;
            state.take(now, self.clock.wall())?;
            (place, self.draw(&state))
        };
        let waiting = self.metrics.wait();
        self.stand_in(Line::Rate).await;
        self.stand_in(Line::Link).await;
        let _clerk = self.clerks.acquire().await.expect("the semaphore is never closed");
        drop(waiting);
        let _work = self.metrics.work();
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        // Whatever was under way when an outage began is lost with it.
        let outage = self.state().outage(self.clock.elapsed());
        outage.map_or_else(|| Ok(self.verify(question)), |kind| Err(Refused::Outage(kind)))
    }

    fn verify(&self, question: &RegistryQuestion) -> RegistryAnswer {
        let resident = self.residents.iter().find(|resident| resident.nik == question.nik);
        resident.map_or_else(|| self.register.verify(question), |resident| compare(resident, question))
    }

    /// Waits in line, in the order of coming; one at a time waits for its turn itself.
    async fn stand_in(&self, line: Line) {
        if line.gap(&self.state()).is_none() {
            return;
        }
        let joined = self.clock.elapsed();
        let turn = match line {
            Line::Rate => self.rate_line.lock().await,
            Line::Link => self.link_line.lock().await,
        };
        let sent_at = loop {
            let changed = self.changed.notified();
            let now = self.clock.elapsed();
            let free_at = {
                let mut state = self.state();
                state.advance(now);
                let Some(gap) = line.gap(&state) else { return };
                let pacer = line.pacer(&mut state);
                let free_at = pacer.free_at(gap);
                if free_at <= now {
                    break pacer.pass(joined, gap) + gap;
                }
                free_at
            };
            tokio::select! {
                () = self.clock.sleep_until(free_at) => {}
                () = changed => {}
            }
        };
        drop(turn);
        // The link is busy with a look-up for as long as its bytes take; a rate only counts.
        if matches!(line, Line::Link) {
            self.clock.sleep_until(sent_at).await;
        }
    }

    async fn until_not_silent(&self) {
        loop {
            let changed = self.changed.notified();
            if self.state().outage(self.clock.elapsed()) != Some(OutageKind::Silent) {
                return;
            }
            // The end of a scheduled outage is looked for, not computed: nobody waits for it who would notice.
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(50)) => {}
                () = changed => {}
            }
        }
    }

    fn draw(&self, state: &State) -> Duration {
        state.latency.draw(&mut *self.latencies.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Time between two who pass; `None`: everybody passes at once.
    fn gap(self, state: &State) -> Option<Duration> {
        match self {
            Line::Rate => state.queued_rate_gap(),
            Line::Link => state.link_gap(),
        }
    }

    fn pacer(self, state: &mut State) -> &mut Pacer {
        match self {
            Line::Rate => &mut state.rate,
            Line::Link => &mut state.link,
        }
    }
}
