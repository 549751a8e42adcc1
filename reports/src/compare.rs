//! Two or more runs side by side: what differs, and whether by more than chance inside a run explains.
//!
//! The first run is the base, the others are held against it. An interval comes from whole windows of seconds that are
//! drawn again and again, never from single requests: requests of one second have waited behind each other, so that
//! they say far less than their number seems to.

mod comparable;
mod measure;
mod page;
mod resample;
mod text;
mod windows;

pub use comparable::Reason;
pub use page::compare_page;
pub use text::compare_text;

use record::{Interval, Run, Unit};
use serde::Serialize;

pub use measure::Measure;
use resample::interval;
use windows::Windows;

/// A run as read from its folder.
#[derive(Debug)]
pub struct Subject {
    /// What it is called: its folder.
    pub name: String,
    /// The run.
    pub run: Run,
    /// Its latencies second by second.
    pub seconds: Vec<Interval>,
}

/// Runs held against the first of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The name of the run that the others are held against.
    pub base: String,
    /// The others, in the order given.
    pub against: Vec<Against>,
}

/// One run held against the base.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Against {
    /// Its name.
    pub name: String,
    /// Whether a difference says anything about the system.
    pub comparable: bool,
    /// Why not.
    pub reasons: Vec<Reason>,
    /// Length of a window in seconds.
    pub window_s: u32,
    /// Windows in each run, at most as many as the shorter one has.
    pub windows: usize,
    /// Whether both runs had the same people at the same instants, so that windows were drawn in pairs.
    pub paired: bool,
    /// What was measured in both.
    pub differences: Vec<Difference>,
}

/// One measure in both runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Which one.
    pub measure: Measure,
    /// The unit of all its numbers.
    pub unit: Unit,
    /// In the base; absent where nothing was measured.
    pub base: Option<f64>,
    /// In the other run.
    pub other: Option<f64>,
    /// The other less the base.
    pub difference: Option<f64>,
    /// The lower end of the difference's 95 % interval; absent where there are too few windows.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

impl Against {
    fn has_intervals(&self) -> bool {
        self.windows >= resample::WINDOWS_MIN
    }
}

impl Difference {
    /// Whether 0 lies outside of the interval.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        matches!((self.low, self.high), (Some(low), Some(high)) if low > 0.0 || high < 0.0)
    }
}

/// Holds the runs against the first; `window_s` is the length of a window, or `None` for a twentieth of the base.
///
/// The same runs give the same numbers each time: what is drawn follows from a constant.
#[must_use]
pub fn compare(base: &Subject, others: &[Subject], window_s: Option<u32>) -> Comparison {
    let window_s = window_s.unwrap_or_else(|| windows::length_for(&base.run)).max(1);
    Comparison {
        base: base.name.clone(),
        against: others.iter().map(|other| against(base, other, window_s)).collect(),
    }
}

fn against(base: &Subject, other: &Subject, window_s: u32) -> Against {
    let reasons = comparable::reasons(&base.run.record, &other.run.record);
    let [left, right] = [base, other].map(|subject| Windows::new(subject, window_s));
    let paired = comparable::had_the_same_arrivals(&base.run.record, &other.run.record);
    Against {
        name: other.name.clone(),
        comparable: reasons.is_empty(),
        reasons,
        window_s,
        windows: left.len().min(right.len()),
        paired,
        differences: Measure::ALL.map(|measure| difference(measure, &left, &right, paired)).to_vec(),
    }
}

fn difference(measure: Measure, left: &Windows, right: &Windows, paired: bool) -> Difference {
    let [base, other] = [left, right].map(|windows| windows.value(measure, &windows.each_once()));
    let interval = interval(measure, left, right, paired);
    Difference {
        measure,
        unit: measure.unit(),
        base,
        other,
        difference: base.zip(other).map(|(base, other)| other - base),
        low: interval.map(|(low, _)| low),
        high: interval.map(|(_, high)| high),
    }
}
