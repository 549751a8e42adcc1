//! Gathers latencies from several threads, by step, kind and second.
//!
//! Each worker writes to a shard of its own, so that workers do not wait for one another; seconds are given by the
//! caller, by arithmetic on the run's clock, so that nothing depends on when a timer fires.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use crate::histograms::{Histograms, Kind, Steps};

const US_PER_S: u64 = 1_000_000;

/// What one second held.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// Seconds since the schedule's zero.
    pub second: u32,
    /// The latencies that ended in it.
    pub histograms: Histograms,
}

/// One act with its three instants, in microseconds since the schedule's zero. A timeout ends at its timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Index of the step, or of the whole registration.
    pub step: usize,
    /// When the schedule meant it to begin.
    pub intended_us: u64,
    /// When it was sent.
    pub sent_us: u64,
    /// When its answer was complete, or it failed.
    pub done_us: u64,
}

/// Shared by all workers; drained second by second into a [`LatencyLog`](crate::LatencyLog).
#[derive(Debug)]
pub struct Recorder {
    steps: Steps,
    shards: Vec<Mutex<Shard>>,
}

#[derive(Debug, Default)]
struct Shard {
    /// The first second that was not drained yet.
    open_from: u32,
    seconds: BTreeMap<u32, Histograms>,
}

impl Recorder {
    /// One shard for each thread that records is enough.
    #[must_use]
    pub fn new(steps: &Steps, shards: usize) -> Recorder {
        let shards = (0..shards.max(1)).map(|_| Mutex::default()).collect();
        Recorder { steps: steps.clone(), shards }
    }

    /// Counts response, service and lateness of one act in the second in which it ended.
    ///
    /// `shard` may be any number, such as the worker's or the user's index. Sending before the intended instant
    /// counts as lateness 0 and a response from the sending.
    pub fn observe(&self, shard: usize, sample: Sample) {
        let service_us = sample.done_us.saturating_sub(sample.sent_us);
        let lateness_us = sample.sent_us.saturating_sub(sample.intended_us);
        let second = second_of(sample.done_us);
        self.with_second(shard, second, |histograms| {
            histograms.record(sample.step, Kind::Response, service_us + lateness_us);
            histograms.record(sample.step, Kind::Service, service_us);
            histograms.record(sample.step, Kind::Lateness, lateness_us);
        });
    }

    /// Counts a single value: for an act that was never sent, which has a response (up to its patience) but no
    /// service.
    pub fn record(&self, shard: usize, done_us: u64, step: usize, kind: Kind, value_us: u64) {
        self.with_second(shard, second_of(done_us), |histograms| histograms.record(step, kind, value_us));
    }

    /// Takes out all seconds before `second`, in order, each added up over the shards.
    ///
    /// A value that comes for a second already taken is counted in the first that is still open: moved by a
    /// moment, never lost.
    #[must_use]
    pub fn take_until(&self, second: u32) -> Vec<Interval> {
        let mut taken: BTreeMap<u32, Histograms> = BTreeMap::new();
        for shard in &self.shards {
            let closed = lock(shard).close(second);
            for (at, histograms) in closed {
                taken.entry(at).or_insert_with(|| Histograms::new(&self.steps)).add(&histograms);
            }
        }
        taken.into_iter().map(|(second, histograms)| Interval { second, histograms }).collect()
    }

    /// Takes out everything that is left; for the end of the run.
    #[must_use]
    pub fn take_all(&self) -> Vec<Interval> {
        self.take_until(u32::MAX)
    }

    fn with_second(&self, shard: usize, second: u32, act: impl FnOnce(&mut Histograms)) {
        let mut shard = lock(&self.shards[shard % self.shards.len()]);
        let second = second.max(shard.open_from);
        act(shard.seconds.entry(second).or_insert_with(|| Histograms::growing(&self.steps)));
    }
}

impl Shard {
    fn close(&mut self, second: u32) -> BTreeMap<u32, Histograms> {
        self.open_from = self.open_from.max(second);
        let still_open = self.seconds.split_off(&second);
        std::mem::replace(&mut self.seconds, still_open)
    }
}

fn second_of(us: u64) -> u32 {
    u32::try_from(us / US_PER_S).unwrap_or(u32::MAX - 1)
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    // A worker that panicked while it counted leaves whole numbers behind, so its shard stays usable.
    shard.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
