//! What the applicants' tasks write down while the run goes on: latencies, ends, failures. Cheap enough for
//! 50,000 requests a second.
//!
//! Every user writes to a shard, so that the two or more threads of the runtime hardly meet; all instants are
//! microseconds since the schedule's zero, by arithmetic.

mod shard;

use crate::told::Told;
use domain::Failure;
use record::{FailureSeen, FunnelStep, Kind, REGISTERED, Recorder, Sample, Steps, TURNED_AWAY, WHOLE};
use scenario::Step;
use shard::Shard;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// As many as there are threads that write: a shard's histograms are added up every second, and begun anew.
const SHARDS: usize = 2;

/// Index of the whole registration among the recorder's steps; the flow's steps follow it.
const WHOLE_INDEX: usize = 0;

/// Index of those turned away, after all steps.
const TURNED_AWAY_INDEX: usize = Step::ALL.len() + 1;

/// Index of the whole registration of those who got their account.
const REGISTERED_INDEX: usize = TURNED_AWAY_INDEX + 1;

/// The one place that the tasks of all applicants report to.
#[derive(Debug)]
pub struct Observer {
    zero: OnceLock<Instant>,
    recorder: Recorder,
    shards: Vec<Mutex<Shard>>,
    live: Live,
}

/// One request, by its three instants.
#[derive(Clone, Copy, Debug)]
pub struct Instants {
    /// When the applicant was meant to send it.
    pub intended: Instant,
    /// When it was sent.
    pub sent: Instant,
    /// When its answer was read, or it was given up: a timeout ends at its timeout.
    pub done: Instant,
}

/// How one applicant's way ended.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// Their place in the order of arrivals.
    pub arrival: u64,
    /// What they were told.
    pub told: Told,
    /// Steps that they began.
    pub visited: Visited,
    /// From the arrival's instant over the first request to the last answer.
    pub instants: Instants,
    /// Requests sent.
    pub requests: u64,
    /// Of those, repeats of a request that had been sent before.
    pub repeats: u64,
}

/// A set of steps, and the last one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visited {
    steps: u16,
    last: Step,
}

/// Applicants at one moment, from which progress is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sent on their way.
    pub started: u64,
    /// Told that the account exists.
    pub registered: u64,
    /// Refused for a reason of their own.
    pub refused: u64,
    /// Could not be served.
    pub failed: u64,
    /// Gave up.
    pub abandoned: u64,
    /// Could not be sent.
    pub not_sent: u64,
    /// Cut off by the end of the run.
    pub unfinished: u64,
}

/// Applicants of one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondCounts {
    /// Sent on their way.
    pub started: u64,
    /// Told that the account exists.
    pub registered: u64,
    /// Refused for a reason of their own.
    pub refused: u64,
    /// Could not be served.
    pub failed: u64,
    /// Gave up.
    pub abandoned: u64,
    /// Could not be sent.
    pub not_sent: u64,
}

/// Everything but the latencies, after the end.
#[derive(Debug)]
pub struct Totals {
    /// By arrival; `None` for one that never came.
    pub told: Vec<Option<Told>>,
    /// By arrival: when their way was over, in microseconds since the zero; 0 for one that never came.
    pub done_us: Vec<u64>,
    /// By second since the zero.
    pub seconds: BTreeMap<u32, SecondCounts>,
    /// In flow order.
    pub funnel: Vec<FunnelStep>,
    /// Every failure met, the most frequent first.
    pub failures: Vec<FailureSeen>,
    /// Requests sent.
    pub requests: u64,
    /// Of those, repeats.
    pub repeats: u64,
    /// Arrivals that found every user busy.
    pub found_all_busy: u64,
    /// When the last applicant was done, since the zero.
    pub last_done: Duration,
}

#[derive(Debug, Default)]
struct Live {
    started: AtomicU64,
    registered: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    abandoned: AtomicU64,
    not_sent: AtomicU64,
    unfinished: AtomicU64,
    requests_under_way: AtomicU64,
    polled_in_vain_ns: AtomicU64,
}

/// A request that waits for its answer, until it is dropped.
#[derive(Debug)]
pub(crate) struct Waiting<'a>(&'a AtomicU64);

/// Names of what is measured: the whole, then the steps of the flow, then refusals for want of room.
#[must_use]
pub fn steps() -> Steps {
    Steps::new(std::iter::once(WHOLE).chain(Step::ALL.map(Step::name)).chain([TURNED_AWAY, REGISTERED]))
}

impl Default for Observer {
    fn default() -> Observer {
        Observer::new()
    }
}

impl Observer {
    /// An observer that has seen nothing. Its clock starts with [`Observer::start`].
    #[must_use]
    pub fn new() -> Observer {
        Observer {
            zero: OnceLock::new(),
            recorder: Recorder::new(&steps(), SHARDS),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            live: Live::default(),
        }
    }

    /// Sets the schedule's zero, once and before anything is reported.
    pub fn start(&self, zero: Instant) {
        self.zero.get_or_init(|| zero);
    }

    /// Latencies by second, for whoever writes them down.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The counts of this moment.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let Live { started, registered, refused, failed, abandoned, not_sent, unfinished, .. } = &self.live;
        Counts {
            started: started.load(Relaxed),
            registered: registered.load(Relaxed),
            refused: refused.load(Relaxed),
            failed: failed.load(Relaxed),
            abandoned: abandoned.load(Relaxed),
            not_sent: not_sent.load(Relaxed),
            unfinished: unfinished.load(Relaxed),
        }
    }

    /// A request is sent: it waits for as long as what this gives is kept.
    pub(crate) fn waits(&self) -> Waiting<'_> {
        self.live.requests_under_way.fetch_add(1, Relaxed);
        Waiting(&self.live.requests_under_way)
    }

    /// Requests that wait for their answer.
    pub(crate) fn requests_under_way(&self) -> u64 {
        self.live.requests_under_way.load(Relaxed)
    }

    /// The generator has looked for this long whether there was something to do, and there was nothing.
    pub(crate) fn polled_in_vain(&self, time: Duration) {
        self.live.polled_in_vain_ns.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(0), Relaxed);
    }

    /// How long it has done so up to now: processor time that was free for applicants.
    pub fn time_polled_in_vain(&self) -> Duration {
        Duration::from_nanos(self.live.polled_in_vain_ns.load(Relaxed))
    }

    /// Every failure met so far, the most frequent first.
    pub(crate) fn failures(&self) -> Vec<FailureSeen> {
        shard::failures((0..SHARDS).map(|shard| self.shard(shard)))
    }

    /// An applicant is sent on their way.
    pub fn started(&self, user: usize, at: Instant) {
        self.live.started.fetch_add(1, Relaxed);
        self.shard(user).started(self.us(at));
    }

    /// An arrival whose instant had passed before any user was free for it.
    pub fn found_all_busy(&self, user: usize) {
        self.shard(user).found_all_busy();
    }

    /// A request was answered, or given up.
    pub fn request(&self, user: usize, step: Step, instants: Instants, failure: Option<&'static str>) {
        self.recorder.observe(user, self.sample(1 + step.index(), instants));
        if let Some(code) = failure {
            if is_turned_away(code) {
                self.beside(user, TURNED_AWAY_INDEX, instants);
            }
            self.shard(user).failure(code, self.us(instants.done));
        }
    }

    /// Once more, in a series beside the steps; its lateness has been counted where it belongs.
    fn beside(&self, user: usize, index: usize, instants: Instants) {
        let Instants { intended, sent, done } = instants;
        for (kind, from) in [(Kind::Response, intended), (Kind::Service, sent)] {
            let took = micros(done.saturating_duration_since(from));
            self.recorder.record(user, self.us(done), index, kind, took);
        }
    }

    /// An applicant's way is over. The latency of one that was cut off is unknown, and enters nowhere.
    pub fn ended(&self, user: usize, end: End) {
        if end.told != Told::Unfinished {
            self.recorder.observe(user, self.sample(WHOLE_INDEX, end.instants));
        }
        if matches!(end.told, Told::Registered(_)) {
            self.beside(user, REGISTERED_INDEX, end.instants);
        }
        self.live.of(end.told).fetch_add(1, Relaxed);
        self.shard(user).ended(&end, self.us(end.instants.done));
    }

    /// An arrival that nobody was free for until its patience was over: it counts as a failed response of
    /// that length.
    pub fn not_sent(&self, user: usize, arrival: u64, intended: Instant, given_up: Instant) {
        let (given_up_us, waited) = (self.us(given_up), given_up.saturating_duration_since(intended));
        self.recorder.record(user, given_up_us, WHOLE_INDEX, Kind::Response, micros(waited));
        self.live.of(Told::NotSent).fetch_add(1, Relaxed);
        self.shard(user).not_sent(arrival, given_up_us);
    }

    /// Applicants of one second, as far as it has come.
    #[must_use]
    pub fn second(&self, second: u32) -> SecondCounts {
        let mut sum = SecondCounts::default();
        for shard in 0..SHARDS {
            sum.add(&self.shard(shard).counts(second));
        }
        sum
    }

    /// Adds everything up. `planned` is the number of arrivals on the schedule.
    #[must_use]
    pub fn totals(&self, planned: u64) -> Totals {
        let mut sum = Shard::default();
        for shard in 0..SHARDS {
            sum.add(&self.shard(shard));
        }
        sum.totals(planned)
    }

    /// Microseconds from the zero to `at`; 0 before it.
    fn us(&self, at: Instant) -> u64 {
        self.zero.get().map_or(0, |&zero| micros(at.saturating_duration_since(zero)))
    }

    fn sample(&self, step: usize, instants: Instants) -> Sample {
        let Instants { intended, sent, done } = instants;
        Sample { step, intended_us: self.us(intended), sent_us: self.us(sent), done_us: self.us(done) }
    }

    fn shard(&self, user: usize) -> MutexGuard<'_, Shard> {
        // Counts are whole after every statement, so a shard stays usable when a task panicked over it.
        self.shards[user % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Visited {
    /// Nothing but the first step.
    #[must_use]
    pub fn first() -> Visited {
        Visited { steps: 0, last: Step::ALL[0] }.with(Step::ALL[0])
    }

    /// The same and `step`, which is then the last.
    #[must_use]
    pub fn with(self, step: Step) -> Visited {
        Visited { steps: self.steps | 1 << step.index(), last: step }
    }

    /// Whether `step` was begun.
    #[must_use]
    pub fn contains(self, step: Step) -> bool {
        self.steps & 1 << step.index() != 0
    }
}

impl Live {
    fn of(&self, told: Told) -> &AtomicU64 {
        match told {
            Told::Registered(_) => &self.registered,
            Told::Refused(_) => &self.refused,
            Told::Failed(_) => &self.failed,
            Told::Abandoned(_) => &self.abandoned,
            Told::NotSent => &self.not_sent,
            Told::Unfinished => &self.unfinished,
        }
    }
}

/// Whether the portal had no room, or none for this person just then.
fn is_turned_away(code: &str) -> bool {
    [Failure::Busy, Failure::TooManyRequests, Failure::QueueTokenInvalid].map(Failure::code).contains(&code)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
