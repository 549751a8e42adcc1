//! Summary numbers of a latency distribution.

use hdrhistogram::Histogram;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The figures that stand for a distribution, in microseconds but for `count`.
///
/// All are 0 when nothing was recorded. `max` is the upper edge of its bucket (3 significant digits), so that
/// it is the same before and after the histogram was stored.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Quantiles {
    /// Values recorded.
    pub count: u64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Median.
    pub p50: u64,
    /// 90 of 100 are at or under it.
    pub p90: u64,
    /// 99 of 100 are at or under it.
    pub p99: u64,
    /// 999 of 1,000 are at or under it.
    pub p999: u64,
    /// The largest.
    pub max: u64,
}

/// The two ways to see one step's latency, always side by side.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct StepLatency {
    /// From the instant at which the schedule meant the applicant to act.
    pub response_us: Quantiles,
    /// From the instant of sending.
    pub service_us: Quantiles,
}

impl Quantiles {
    /// Reads the figures off a histogram of microseconds.
    #[must_use]
    pub fn of(histogram: &Histogram<u64>) -> Quantiles {
        if histogram.is_empty() {
            return Quantiles::default();
        }
        let [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map(|q| histogram.value_at_quantile(q));
        Quantiles {
            count: histogram.len(),
            mean: histogram.mean(),
            p50,
            p90,
            p99,
            p999,
            max: histogram.max(),
        }
    }
}
