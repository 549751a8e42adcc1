//! A run cut into windows of equal length, from which any choice can be added up again.

use hdrhistogram::Histogram;
use record::{Histograms, Kind, Run, WHOLE};

use super::Subject;
use super::measure::{Column, Measure, Recipe};

/// So many windows a run has, if nobody asks for another length.
const WINDOWS: f64 = 20.0;

/// A window is to be longer than what one request does to the next.
const LENGTH_S_MIN: u32 = 2;

/// Distributions that quantiles are taken of.
#[derive(Clone, Copy)]
pub(super) enum Latency {
    WholeResponse,
    WholeService,
    RequestResponse,
    RequestService,
}

const LATENCIES: [Latency; 4] =
    [Latency::WholeResponse, Latency::WholeService, Latency::RequestResponse, Latency::RequestService];

const COLUMNS: usize = 8;

/// The windows of one run. Seconds after the last whole window belong to it too, so that nothing is left out.
pub(super) struct Windows {
    columns: Vec<[f64; COLUMNS]>,
    latencies: [Counts; LATENCIES.len()],
}

/// Histograms of one kind, boiled down to the values that occur at all.
struct Counts {
    /// In rising order.
    values: Vec<u64>,
    /// By window: index of a value, and how often it occurs.
    windows: Vec<Vec<(usize, u64)>>,
}

/// A twentieth of a run, in seconds.
pub(super) fn length_for(run: &Run) -> u32 {
    let length = (run.record.duration_s / WINDOWS).ceil();
    // A length of years is nobody's run.
    (1..=86_400).find(|&whole| f64::from(whole) >= length).unwrap_or(86_400).max(LENGTH_S_MIN)
}

impl Windows {
    pub(super) fn new(subject: &Subject, length_s: u32) -> Windows {
        let rows = &subject.run.timeline.rows;
        let seconds = rows.iter().map(|row| row.second).max().map_or(0, |last| last.saturating_add(1));
        let count = (seconds / length_s).max(1) as usize;
        let window_of = |second: u32| ((second / length_s) as usize).min(count - 1);
        let mut columns = vec![[0.0; COLUMNS]; count];
        for row in rows {
            let window = &mut columns[window_of(row.second)];
            let mut add = |column: Column, value: f64| window[column as usize] += value;
            add(Column::Seconds, 1.0);
            add(Column::Registered, row.completed as f64);
            add(Column::Unserved, row.failed as f64);
            add(Column::Ended, (row.completed + row.refused + row.failed) as f64);
            add(Column::Started, row.arrivals_started as f64);
            add(Column::Requests, row.requests as f64);
            add(Column::EngineCpuS, row.engine_cpu_share.unwrap_or(0.0));
            add(Column::EngineCpuKnownS, f64::from(u8::from(row.engine_cpu_share.is_some())));
        }
        let mut sums = vec![Histograms::new(subject.run.histograms.steps()); count];
        for second in &subject.seconds {
            sums[window_of(second.second)].add(&second.histograms);
        }
        Windows { columns, latencies: LATENCIES.map(|latency| Counts::new(&sums, latency)) }
    }

    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The choice that is the run itself.
    pub(super) fn each_once(&self) -> Vec<u64> {
        vec![1; self.len()]
    }

    /// The measure over windows that are taken so many times each; `None` where they hold nothing to measure.
    pub(super) fn value(&self, measure: Measure, times: &[u64]) -> Option<f64> {
        match measure.recipe() {
            Recipe::Ratio(above, below) => {
                let sum = |column: Column| -> f64 {
                    self.columns
                        .iter()
                        .zip(times)
                        .map(|(of, &times)| of[column as usize] * times as f64)
                        .sum()
                };
                let below = sum(below);
                (below > 0.0).then(|| sum(above) / below)
            }
            Recipe::Quantile(latency, quantile) => self.latencies[latency as usize].quantile(quantile, times),
        }
    }
}

impl Counts {
    fn new(windows: &[Histograms], latency: Latency) -> Counts {
        let histograms: Vec<Histogram<u64>> = windows.iter().map(|window| latency.of(window)).collect();
        let recorded = |of: &Histogram<u64>| -> Vec<(u64, u64)> {
            of.iter_recorded()
                .map(|step| (of.highest_equivalent(step.value_iterated_to()), step.count_at_value()))
                .collect()
        };
        let recorded: Vec<_> = histograms.iter().map(recorded).collect();
        let mut values: Vec<u64> = recorded.iter().flatten().map(|(value, _)| *value).collect();
        values.sort_unstable();
        values.dedup();
        let place = |(value, count): (u64, u64)| {
            (values.binary_search(&value).expect("the value was gathered above"), count)
        };
        let windows = recorded.into_iter().map(|window| window.into_iter().map(place).collect()).collect();
        Counts { windows, values }
    }

    /// The least value that at least this part is at or under, as HdrHistogram has it.
    fn quantile(&self, quantile: f64, times: &[u64]) -> Option<f64> {
        let mut counts = vec![0; self.values.len()];
        for (window, times) in self.windows.iter().zip(times).filter(|(_, times)| **times > 0) {
            for (place, count) in window {
                counts[*place] += count * times;
            }
        }
        let total: u64 = counts.iter().sum();
        let wanted = (quantile * total as f64).ceil().max(1.0);
        let mut under = 0;
        let at_or_over = |count: &u64| {
            under += count;
            under as f64 >= wanted
        };
        counts.iter().position(at_or_over).map(|place| self.values[place] as f64)
    }
}

impl Latency {
    fn of(self, histograms: &Histograms) -> Histogram<u64> {
        let whole = |kind| histograms.get(WHOLE, kind).cloned();
        match self {
            Latency::WholeResponse => whole(Kind::Response).unwrap_or_else(|| none(histograms)),
            Latency::WholeService => whole(Kind::Service).unwrap_or_else(|| none(histograms)),
            Latency::RequestResponse => histograms.requests(Kind::Response),
            Latency::RequestService => histograms.requests(Kind::Service),
        }
    }
}

fn none(histograms: &Histograms) -> Histogram<u64> {
    Histograms::new(histograms.steps()).requests(Kind::Response)
}
