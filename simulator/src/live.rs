//! The run as it stands, once a second, for whoever looks on: a view on the terminal, plain lines, Prometheus.
//!
//! Nothing is counted here: a [`Glance`] is taken from what the observer, the recording and the readings of the run hold anyway.

pub(crate) mod endpoint;
mod exposition;
mod screen;
mod view;

pub(crate) use screen::{Screen, give_back};

use crate::driver::Load;
use crate::observe::Counts;
use crate::recording::Recording;
use crate::sample::{EngineRequests, InUse, Readings, Subjects};
use record::{FailureSeen, GeneratorVerdict, Histograms, Kind, Quantiles, TimelineRow};
use scenario::Schedule;
use std::time::Duration;

/// The run at the end of a second.
#[derive(Clone, Debug, Default)]
pub(crate) struct Glance {
    /// Seconds since the schedule's zero.
    pub(crate) second: u32,
    /// Arrivals on the schedule.
    pub(crate) planned: u64,
    /// Arrivals whose instant has come, by arithmetic.
    pub(crate) intended: u64,
    pub(crate) counts: Counts,
    /// Requests that wait for their answer.
    pub(crate) requests_under_way: u64,
    /// The last rows of the timeline, the newest last.
    pub(crate) recent: Vec<TimelineRow>,
    /// Of all requests so far, from the intended instant and from that of sending.
    pub(crate) response_us: Quantiles,
    pub(crate) service_us: Quantiles,
    /// The same by step, as counts up to bounds.
    pub(crate) latencies: Vec<Distribution>,
    /// Every failure met, the most frequent first.
    pub(crate) failures: Vec<FailureSeen>,
    /// What was used how much in the last second.
    pub(crate) in_use: Vec<InUse>,
    /// What the engine says of the requests that it has.
    pub(crate) engine: Option<EngineRequests>,
    /// The verdict as it would be now, with its reason; unknown in the first second.
    pub(crate) generator: Option<(GeneratorVerdict, Option<String>)>,
}

/// A distribution of latencies as Prometheus has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Distribution {
    pub(crate) step: String,
    pub(crate) kind: &'static str,
    /// Upper bound in seconds, and values up to it and over the bound before it; the last bound is infinite.
    pub(crate) buckets: Vec<(f64, u64)>,
    pub(crate) count: u64,
    pub(crate) sum_s: f64,
}

/// Upper bounds in seconds: from what nobody notices to what nobody waits for.
const BOUNDS_S: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

impl Glance {
    /// Of a run that has come to the end of `second`.
    pub(crate) fn of(
        load: &Load,
        second: u32,
        recording: &Recording,
        readings: &Readings,
        subjects: &Subjects,
        generator: Option<(GeneratorVerdict, Option<String>)>,
    ) -> Glance {
        let (observer, histograms) = (&load.world.observer, recording.histograms());
        Glance {
            second,
            planned: load.schedule.len(),
            intended: intended(&load.schedule, Duration::from_secs(second.into())),
            counts: observer.counts(),
            requests_under_way: observer.requests_under_way(),
            recent: recording.recent(),
            response_us: Quantiles::of(&histograms.requests(Kind::Response)),
            service_us: Quantiles::of(&histograms.requests(Kind::Service)),
            latencies: distributions(histograms),
            failures: observer.failures(),
            in_use: readings.in_use(subjects),
            engine: readings.engine_requests(),
            generator,
        }
    }

    /// Applicants whose way has begun and is not over.
    pub(crate) fn under_way(&self) -> u64 {
        let Counts { started, registered, refused, failed, abandoned, unfinished, .. } = self.counts;
        started.saturating_sub(registered + refused + failed + abandoned + unfinished)
    }

    /// How late the generator was in the last second in which anything was sent, 99th percentile.
    pub(crate) fn lateness_us_p99(&self) -> u64 {
        self.recent.iter().rev().find_map(|row| row.lateness_us_p99).unwrap_or(0)
    }

    /// The newest row of the timeline: a second that is over for everybody.
    pub(crate) fn last(&self) -> TimelineRow {
        self.recent.last().copied().unwrap_or_default()
    }
}

/// Arrivals before `until`: instants do not fall.
fn intended(schedule: &Schedule, until: Duration) -> u64 {
    let (mut known, mut end) = (0, schedule.len());
    while known < end {
        let middle = known + (end - known) / 2;
        if schedule.instant(middle) < until { known = middle + 1 } else { end = middle }
    }
    known
}

fn distributions(histograms: &Histograms) -> Vec<Distribution> {
    let distributions = histograms.iter().map(|(step, kind, histogram)| {
        let mut buckets: Vec<_> =
            BOUNDS_S.into_iter().chain([f64::INFINITY]).map(|bound| (bound, 0)).collect();
        for cell in histogram.iter_recorded() {
            // A cell that a bound falls into is over it.
            let upper_s = cell.value_iterated_to() as f64 / 1e6;
            let at = BOUNDS_S.partition_point(|bound_s| *bound_s < upper_s);
            buckets[at].1 += cell.count_at_value();
        }
        Distribution {
            step: step.to_owned(),
            kind: kind.name(),
            buckets,
            count: histogram.len(),
            sum_s: histogram.mean() * histogram.len() as f64 / 1e6,
        }
    });
    distributions.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::Steps;
    use scenario::{Arrivals, Shape, Spacing};

    /// Of an opening that the generator was hardly fit for.
    pub(super) fn glance() -> Glance {
        let quantiles = |p50, p99| Quantiles { count: 9_000, p50, p99, ..Quantiles::default() };
        let row = |second: u32| TimelineRow {
            second,
            arrivals_intended: 31,
            arrivals_started: 30,
            completed: u64::from(second * 7 % 40),
            refused: 4,
            requests: 311,
            response_us_p50: Some(10_300),
            response_us_p99: Some(1_750_000),
            service_us_p50: Some(10_200),
            service_us_p99: Some(1_700_000),
            lateness_us_p99: Some(4_130),
            ..TimelineRow::default()
        };
        let failure =
            |code: &str, count| FailureSeen { code: code.to_owned(), count, first_s: 1.0, last_s: 9.0 };
        let in_use = |name, share| InUse { name, share, capacity: "2 cores".to_owned() };
        let mut histograms = Histograms::new(&Steps::new(["registration", "status"]));
        for kind in Kind::ALL {
            (1..=100).for_each(|n| histograms.record(1, kind, n * n * 900));
        }
        Glance {
            second: 23,
            planned: 1_830,
            intended: 713,
            counts: Counts {
                started: 712,
                registered: 400,
                refused: 61,
                failed: 7,
                abandoned: 3,
                not_sent: 1,
                unfinished: 0,
            },
            requests_under_way: 118,
            recent: (0..22).map(row).collect(),
            response_us: quantiles(9_800, 2_100_000),
            service_us: quantiles(9_700, 2_000_000),
            latencies: distributions(&histograms),
            failures: [("busy", 120), ("nik-not-found", 14), ("captcha-wrong", 9), ("kk-mismatch", 7)]
                .into_iter()
                .chain([
                    ("photo-too-large", 5),
                    ("duplicate-nik", 4),
                    ("photo-not-jpeg", 2),
                    ("weak-password", 1),
                ])
                .map(|(code, count)| failure(code, count))
                .collect(),
            in_use: vec![
                in_use("machine cpu", 0.63),
                in_use("engine cpu", 0.52),
                in_use("generator cpu", 0.061),
                in_use("registry cpu", 0.01),
                in_use("engine password pool", 0.97),
                in_use("engine photo pool", 0.34),
                in_use("store flush", 0.08),
                in_use("engine registry connections", 0.12),
                in_use("registry stand-in", 0.0),
            ],
            engine: Some(EngineRequests { under_way: 118.0, in_line: 97.0, waiting_room: 0.0 }),
            generator: Some((
                GeneratorVerdict::Limited,
                Some("processor time of other programs: 30.0 %, which is over 25.0 %".to_owned()),
            )),
        }
    }

    #[test]
    fn arrivals_are_intended_from_their_instant_on() {
        for spacing in [Spacing::Even, Spacing::Poisson] {
            let schedule = Arrivals::new(Shape::Constant { per_s: 7.0 }, spacing, 9.0).schedule(3);
            for until_ms in (0..10_000).step_by(250) {
                let until = Duration::from_millis(until_ms);
                let counted = schedule.iter().filter(|instant| *instant < until).count();
                assert_eq!(intended(&schedule, until), counted as u64, "{until_ms} ms");
            }
        }
    }

    #[test]
    fn every_value_is_in_one_bucket() {
        let mut histograms = Histograms::new(&Steps::new(["registration", "status"]));
        let values_us = [1, 400, 1_000, 1_100, 9_000, 80_000, 4_000_000, 29_000_000, 600_000_000];
        values_us.iter().for_each(|us| histograms.record(1, Kind::Service, *us));
        let found = distributions(&histograms);
        let [Distribution { step, kind, buckets, count, sum_s }] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((step.as_str(), *kind, *count), ("status", "service", 9));
        assert_eq!(buckets.iter().map(|(_, count)| count).sum::<u64>(), 9);
        assert_eq!(buckets[..2], [(0.001, 3), (0.0025, 1)]);
        // The last one is over every bound but that of all.
        assert_eq!(buckets[13..], [(30.0, 1), (f64::INFINITY, 1)]);
        assert!((sum_s - 633.0915).abs() < 0.6, "{sum_s}");
    }
}
