//! What the applicants' tasks write down while the run goes on: latencies, ends, failures. Cheap enough for 50,000 requests a second.
//!
//! Every user writes to a shard, so that the two or more threads of the runtime hardly meet; all instants are microseconds since the
//! schedule's zero, by arithmetic.

use crate::told::Told;
use record::{FailureSeen, FunnelStep, Kind, Recorder, Sample, Steps, WHOLE};
use scenario::Step;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Shards of everything that is written. A few times the threads that write.
const SHARDS: usize = 8;

/// Index of the whole registration among the recorder's steps; the flow's steps follow it.
const WHOLE_INDEX: usize = 0;

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

/// Counts that progress is shown from.
#[derive(Debug, Default)]
pub struct Live {
    started: AtomicU64,
    registered: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    not_sent: AtomicU64,
    unfinished: AtomicU64,
}

/// The same at one moment.
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
    /// Could not be sent.
    pub not_sent: u64,
}

/// Everything but the latencies, after the end.
#[derive(Debug)]
pub struct Totals {
    /// By arrival; `None` for one that never came.
    pub told: Vec<Option<Told>>,
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
struct Shard {
    seconds: BTreeMap<u32, SecondCounts>,
    told: Vec<(u64, Told)>,
    funnel: [Passage; Step::ALL.len()],
    failures: BTreeMap<&'static str, Met>,
    requests: u64,
    repeats: u64,
    found_all_busy: u64,
    last_done_us: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Passage {
    entered: u64,
    passed: u64,
    refused: u64,
    failed: u64,
}

#[derive(Clone, Copy, Debug)]
struct Met {
    count: u64,
    first_us: u64,
    last_us: u64,
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
        let Live { started, registered, refused, failed, not_sent, unfinished } = &self.live;
        Counts {
            started: started.load(Relaxed),
            registered: registered.load(Relaxed),
            refused: refused.load(Relaxed),
            failed: failed.load(Relaxed),
            not_sent: not_sent.load(Relaxed),
            unfinished: unfinished.load(Relaxed),
        }
    }

    /// An applicant is sent on their way.
    pub fn started(&self, user: usize, at: Instant) {
        self.live.started.fetch_add(1, Relaxed);
        let second = second_of(self.us(at));
        self.shard(user).seconds.entry(second).or_default().started += 1;
    }

    /// An arrival whose instant had passed before any user was free for it.
    pub fn found_all_busy(&self, user: usize) {
        self.shard(user).found_all_busy += 1;
    }

    /// A request was answered, or given up.
    pub fn request(&self, user: usize, step: Step, instants: Instants, failure: Option<&'static str>) {
        self.recorder.observe(user, self.sample(1 + step.index(), instants));
        if let Some(code) = failure {
            let at_us = self.us(instants.done);
            let mut shard = self.shard(user);
            let met = shard.failures.entry(code).or_insert(Met { count: 0, first_us: at_us, last_us: at_us });
            met.add(Met { count: 1, first_us: at_us, last_us: at_us });
        }
    }

    /// An applicant's way is over. The latency of one that was cut off is unknown, and enters nowhere.
    pub fn ended(&self, user: usize, end: End) {
        if end.told != Told::Unfinished {
            self.recorder.observe(user, self.sample(WHOLE_INDEX, end.instants));
        }
        let done_us = self.us(end.instants.done);
        let mut shard = self.shard(user);
        let second = shard.seconds.entry(second_of(done_us)).or_default();
        let live = match end.told {
            Told::Registered(_) => count(&mut second.registered, &self.live.registered),
            Told::Refused(_) => count(&mut second.refused, &self.live.refused),
            Told::Failed(_) => count(&mut second.failed, &self.live.failed),
            Told::NotSent => count(&mut second.not_sent, &self.live.not_sent),
            Told::Unfinished => &self.live.unfinished,
        };
        live.fetch_add(1, Relaxed);
        shard.told.push((end.arrival, end.told));
        shard.requests += end.requests;
        shard.repeats += end.repeats;
        shard.last_done_us = shard.last_done_us.max(done_us);
        for step in Step::ALL.into_iter().filter(|step| end.visited.contains(*step)) {
            shard.funnel[step.index()].add(step == end.visited.last, end.told);
        }
    }

    /// An arrival that nobody was free for until its patience was over: it counts as a failed response of that length.
    pub fn not_sent(&self, user: usize, arrival: u64, intended: Instant, given_up: Instant) {
        let waited = given_up.saturating_duration_since(intended);
        self.recorder.record(user, self.us(given_up), WHOLE_INDEX, Kind::Response, micros(waited));
        self.live.not_sent.fetch_add(1, Relaxed);
        let given_up_us = self.us(given_up);
        let mut shard = self.shard(user);
        shard.last_done_us = shard.last_done_us.max(given_up_us);
        shard.seconds.entry(second_of(given_up_us)).or_default().not_sent += 1;
        shard.told.push((arrival, Told::NotSent));
    }

    /// Adds everything up. `planned` is the number of arrivals on the schedule.
    #[must_use]
    pub fn totals(&self, planned: u64) -> Totals {
        let mut sum = Shard::default();
        let mut told = vec![None; usize::try_from(planned).expect("a schedule fits into memory")];
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            for &(arrival, one) in &shard.told {
                told[usize::try_from(arrival).expect("arrivals are indices of the schedule")] = Some(one);
            }
            sum.add(&shard);
        }
        Totals {
            told,
            funnel: Step::ALL.into_iter().zip(sum.funnel).map(|(step, passage)| passage.step(step)).collect(),
            failures: failures_seen(&sum.failures),
            seconds: sum.seconds,
            requests: sum.requests,
            repeats: sum.repeats,
            found_all_busy: sum.found_all_busy,
            last_done: Duration::from_micros(sum.last_done_us),
        }
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

/// Names of what is measured: the whole, then the steps of the flow.
#[must_use]
pub fn steps() -> Steps {
    Steps::new(std::iter::once(WHOLE).chain(Step::ALL.map(Step::name)))
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

impl Passage {
    fn add(&mut self, is_last: bool, told: Told) {
        self.entered += 1;
        match told {
            _ if !is_last => self.passed += 1,
            Told::Registered(_) => self.passed += 1,
            Told::Refused(_) => self.refused += 1,
            Told::Failed(_) => self.failed += 1,
            Told::NotSent | Told::Unfinished => {}
        }
    }

    fn step(self, step: Step) -> FunnelStep {
        let Passage { entered, passed, refused, failed } = self;
        FunnelStep { step: step.name().to_owned(), entered, passed, refused, failed }
    }
}

impl Met {
    fn add(&mut self, other: Met) {
        self.count += other.count;
        self.first_us = self.first_us.min(other.first_us);
        self.last_us = self.last_us.max(other.last_us);
    }
}

impl Shard {
    fn add(&mut self, other: &Shard) {
        for (&second, counts) in &other.seconds {
            self.seconds.entry(second).or_default().add(counts);
        }
        for (sum, passage) in self.funnel.iter_mut().zip(&other.funnel) {
            sum.entered += passage.entered;
            sum.passed += passage.passed;
            sum.refused += passage.refused;
            sum.failed += passage.failed;
        }
        for (&code, &met) in &other.failures {
            self.failures.entry(code).or_insert(Met { count: 0, ..met }).add(met);
        }
        self.requests += other.requests;
        self.repeats += other.repeats;
        self.found_all_busy += other.found_all_busy;
        self.last_done_us = self.last_done_us.max(other.last_done_us);
    }
}

impl SecondCounts {
    fn add(&mut self, other: &SecondCounts) {
        self.started += other.started;
        self.registered += other.registered;
        self.refused += other.refused;
        self.failed += other.failed;
        self.not_sent += other.not_sent;
    }
}

fn count<'a>(second: &mut u64, live: &'a AtomicU64) -> &'a AtomicU64 {
    *second += 1;
    live
}

fn failures_seen(failures: &BTreeMap<&'static str, Met>) -> Vec<FailureSeen> {
    let seen = |(&code, met): (&&str, &Met)| FailureSeen {
        code: code.to_owned(),
        count: met.count,
        first_s: Duration::from_micros(met.first_us).as_secs_f64(),
        last_s: Duration::from_micros(met.last_us).as_secs_f64(),
    };
    let mut seen: Vec<_> = failures.iter().map(seen).collect();
    seen.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.code.cmp(&other.code)));
    seen
}

fn second_of(us: u64) -> u32 {
    u32::try_from(us / 1_000_000).unwrap_or(u32::MAX)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
