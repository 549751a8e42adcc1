//! Sums that one shard of the users writes, and that are added up at the end.

use super::{End, SecondCounts, Totals};
use crate::told::Told;
use record::{FailureSeen, FunnelStep};
use scenario::Step;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::time::Duration;

/// What happened to the applicants of some users. Instants are microseconds since the zero.
#[derive(Debug, Default)]
pub(super) struct Shard {
    seconds: BTreeMap<u32, SecondCounts>,
    told: Vec<(u64, Told, u64)>,
    funnel: [Passage; Step::ALL.len()],
    failures: BTreeMap<&'static str, Met>,
    requests: u64,
    repeats: u64,
    found_all_busy: u64,
    last_done_us: u64,
}

/// Applicants at one step.
#[derive(Clone, Copy, Debug, Default)]
struct Passage {
    entered: u64,
    passed: u64,
    refused: u64,
    failed: u64,
}

/// A failure, how often it was met, and when first and last.
#[derive(Clone, Copy, Debug)]
struct Met {
    count: u64,
    first_us: u64,
    last_us: u64,
}

impl Shard {
    pub(super) fn started(&mut self, at_us: u64) {
        self.second(at_us).started += 1;
    }

    pub(super) fn found_all_busy(&mut self) {
        self.found_all_busy += 1;
    }

    pub(super) fn failure(&mut self, code: &'static str, at_us: u64) {
        let met = Met { count: 1, first_us: at_us, last_us: at_us };
        self.failures.entry(code).or_insert(Met { count: 0, ..met }).add(met);
    }

    pub(super) fn ended(&mut self, end: &End, done_us: u64) {
        let second = self.second(done_us);
        match end.told {
            Told::Registered(_) => second.registered += 1,
            Told::Refused(_) => second.refused += 1,
            Told::Failed(_) => second.failed += 1,
            Told::Abandoned(_) => second.abandoned += 1,
            Told::NotSent => second.not_sent += 1,
            Told::Unfinished => {}
        }
        self.told.push((end.arrival, end.told, done_us));
        self.requests += end.requests;
        self.repeats += end.repeats;
        self.last_done_us = self.last_done_us.max(done_us);
        for step in Step::ALL.into_iter().filter(|step| end.visited.contains(*step)) {
            self.funnel[step.index()].pass(step == end.visited.last, end.told);
        }
    }

    pub(super) fn not_sent(&mut self, arrival: u64, given_up_us: u64) {
        self.second(given_up_us).not_sent += 1;
        self.told.push((arrival, Told::NotSent, given_up_us));
        self.last_done_us = self.last_done_us.max(given_up_us);
    }

    /// Adds another shard's sums to these.
    pub(super) fn add(&mut self, other: &Shard) {
        for (&second, counts) in &other.seconds {
            self.seconds.entry(second).or_default().add(counts);
        }
        for (sum, passage) in self.funnel.iter_mut().zip(other.funnel) {
            sum.add(passage);
        }
        add_failures(&mut self.failures, &other.failures);
        self.told.extend(&other.told);
        self.requests += other.requests;
        self.repeats += other.repeats;
        self.found_all_busy += other.found_all_busy;
        self.last_done_us = self.last_done_us.max(other.last_done_us);
    }

    /// What happened within one second so far.
    pub(super) fn counts(&self, second: u32) -> SecondCounts {
        self.seconds.get(&second).copied().unwrap_or_default()
    }

    /// The sums by name, and who was told what by arrival.
    pub(super) fn totals(self, planned: u64) -> Totals {
        let planned = usize::try_from(planned).expect("a schedule fits into memory");
        let (mut told, mut done_us) = (vec![None; planned], vec![0; planned]);
        for (arrival, one, at_us) in self.told {
            let arrival = usize::try_from(arrival).expect("arrivals are indices of the schedule");
            (told[arrival], done_us[arrival]) = (Some(one), at_us);
        }
        let funnel = Step::ALL.into_iter().zip(self.funnel);
        Totals {
            told,
            done_us,
            funnel: funnel.map(|(step, passage)| passage.of(step)).collect(),
            failures: failures_seen(&self.failures),
            seconds: self.seconds,
            requests: self.requests,
            repeats: self.repeats,
            found_all_busy: self.found_all_busy,
            last_done: Duration::from_micros(self.last_done_us),
        }
    }

    fn second(&mut self, at_us: u64) -> &mut SecondCounts {
        let second = u32::try_from(at_us / 1_000_000).unwrap_or(u32::MAX);
        self.seconds.entry(second).or_default()
    }
}

impl Passage {
    /// Somebody began the step; of the last one it is known how it ended.
    fn pass(&mut self, is_last: bool, told: Told) {
        self.entered += 1;
        match told {
            _ if !is_last => self.passed += 1,
            Told::Registered(_) => self.passed += 1,
            Told::Refused(_) => self.refused += 1,
            Told::Failed(_) => self.failed += 1,
            Told::Abandoned(_) | Told::NotSent | Told::Unfinished => {}
        }
    }

    fn add(&mut self, other: Passage) {
        self.entered += other.entered;
        self.passed += other.passed;
        self.refused += other.refused;
        self.failed += other.failed;
    }

    fn of(self, step: Step) -> FunnelStep {
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

impl SecondCounts {
    pub(super) fn add(&mut self, other: &SecondCounts) {
        self.started += other.started;
        self.registered += other.registered;
        self.refused += other.refused;
        self.failed += other.failed;
        self.abandoned += other.abandoned;
        self.not_sent += other.not_sent;
    }
}

/// The failures of all shards, the most frequent first.
pub(super) fn failures(shards: impl Iterator<Item = impl Deref<Target = Shard>>) -> Vec<FailureSeen> {
    let mut sum = BTreeMap::new();
    shards.for_each(|shard| add_failures(&mut sum, &shard.failures));
    failures_seen(&sum)
}

fn add_failures(sum: &mut BTreeMap<&'static str, Met>, others: &BTreeMap<&'static str, Met>) {
    for (&code, &met) in others {
        sum.entry(code).or_insert(Met { count: 0, ..met }).add(met);
    }
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
