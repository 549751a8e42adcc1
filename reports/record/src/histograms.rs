//! Latency histograms by step and kind, all with the same bounds, so that adding them loses nothing.
//!
//! Fixed bounds are chosen on purpose: an auto-resizing histogram clamps silently when it is asked to saturate. Those that grow are
//! never asked to.

use std::sync::Arc;

use hdrhistogram::Histogram;
use indexmap::IndexMap;

use crate::summary::{Quantiles, StepLatency};

/// The name of the whole registration, beside the names of its steps.
pub const WHOLE: &str = "registration";

/// The name of the answers that turned somebody away for want of room, each of which counts at its step as well.
pub const TURNED_AWAY: &str = "turned-away";

/// The name of [`WHOLE`] for those alone who got their account.
pub const REGISTERED: &str = "registered";

/// The highest latency that is told apart: one hour. Longer ones are counted there and in [`Histograms::clamped`].
pub const HIGHEST_US: u64 = 3_600_000_000;

const LOWEST_US: u64 = 1;
const SIGNIFICANT_DIGITS: u8 = 3;

/// From which instant a latency counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// From the instant at which the schedule meant the applicant to act.
    Response,
    /// From the instant of sending.
    Service,
    /// The difference of the two: how late the generator acted.
    Lateness,
}

impl Kind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Kind; 3] = [Kind::Response, Kind::Service, Kind::Lateness];

    /// Its name in `latency.hlog`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Response => "response",
            Kind::Service => "service",
            Kind::Lateness => "lateness",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The steps that are measured, in flow order; a step is then named by its index. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps(Arc<[String]>);

impl Steps {
    /// Names without comma, space or line break; use [`WHOLE`] for the registration as a whole, first by custom.
    ///
    /// # Panics
    /// If a name cannot stand in an interval log, or stands twice: both are defects of the caller.
    #[must_use]
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Steps {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        for (index, name) in names.iter().enumerate() {
            assert!(is_taggable(name), "step name {name:?} cannot be a tag");
            assert!(!names[..index].contains(name), "step name {name:?} stands twice");
        }
        Steps(names.into())
    }

    /// The names in flow order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// The index of a name.
    #[must_use]
    pub fn index(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| known == name)
    }
}

pub(crate) fn is_taggable(name: &str) -> bool {
    !name.is_empty() && !name.contains([',', ' ', '\r', '\n'])
}

/// A histogram of microseconds for each step and kind; one that was never used takes no memory.
#[derive(Debug, Clone)]
pub struct Histograms {
    steps: Steps,
    slots: Vec<Option<Histogram<u64>>>,
    empty: fn() -> Histogram<u64>,
    clamped: u64,
}

impl Histograms {
    /// Empty ones.
    #[must_use]
    pub fn new(steps: &Steps) -> Histograms {
        let slots = vec![None; steps.names().len() * Kind::ALL.len()];
        Histograms { steps: steps.clone(), slots, empty, clamped: 0 }
    }

    /// Empty ones for a short time, to be added to others: each is as large as its values, 16 KB at least. Full ones have 188 KB, and
    /// clearing so much for each step holds up whoever records the first value.
    pub(crate) fn growing(steps: &Steps) -> Histograms {
        Histograms { empty: growing, ..Histograms::new(steps) }
    }

    /// Counts one latency. One over [`HIGHEST_US`] is counted at it, and in [`Histograms::clamped`].
    ///
    /// # Panics
    /// If `step` is not an index of the steps given to [`Histograms::new`].
    pub fn record(&mut self, step: usize, kind: Kind, value_us: u64) {
        self.clamped += u64::from(value_us > HIGHEST_US);
        self.slot(step, kind)
            .record(value_us.min(HIGHEST_US))
            .expect("the value was brought inside the bounds");
    }

    /// Adds all counts of the other, losslessly. Steps are matched by name, unknown ones appended.
    pub fn add(&mut self, other: &Histograms) {
        self.clamped += other.clamped;
        for (name, kind, histogram) in other.iter() {
            let step = self.step_named(name);
            self.slot(step, kind).add(histogram).expect("all histograms here have the same bounds");
        }
    }

    /// The histogram of a step, if anything was recorded.
    #[must_use]
    pub fn get(&self, step: &str, kind: Kind) -> Option<&Histogram<u64>> {
        self.slots[slot_index(self.steps.index(step)?, kind)].as_ref()
    }

    /// All that hold anything, in flow order: step, kind, histogram.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Kind, &Histogram<u64>)> {
        let named = self.steps.names().iter().flat_map(|name| Kind::ALL.map(|kind| (name.as_str(), kind)));
        named.zip(&self.slots).filter_map(|((name, kind), slot)| Some((name, kind, slot.as_ref()?)))
    }

    /// The summary of a step; all 0 if nothing was recorded.
    #[must_use]
    pub fn quantiles(&self, step: &str, kind: Kind) -> Quantiles {
        self.get(step, kind).map(Quantiles::of).unwrap_or_default()
    }

    /// All steps added up, without the series beside them: the latency of a request, whichever it was.
    #[must_use]
    pub fn requests(&self, kind: Kind) -> Histogram<u64> {
        let mut sum = empty();
        for (_, _, histogram) in self
            .iter()
            .filter(|(name, of, _)| ![WHOLE, TURNED_AWAY, REGISTERED].contains(name) && *of == kind)
        {
            sum.add(histogram).expect("all histograms here have the same bounds");
        }
        sum
    }

    /// The `latency` block of the run record: every step in flow order, also those without a value.
    #[must_use]
    pub fn latency(&self) -> IndexMap<String, StepLatency> {
        let summary = |name: &String| StepLatency {
            response_us: self.quantiles(name, Kind::Response),
            service_us: self.quantiles(name, Kind::Service),
        };
        self.steps.names().iter().map(|name| (name.clone(), summary(name))).collect()
    }

    /// The `lateness_us` block of the run record: how late the generator began its requests, whichever the step.
    #[must_use]
    pub fn lateness(&self) -> Quantiles {
        Quantiles::of(&self.requests(Kind::Lateness))
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    /// Latencies that were over [`HIGHEST_US`].
    #[must_use]
    pub fn clamped(&self) -> u64 {
        self.clamped
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Adds a histogram read from elsewhere; `None` when it holds values that ours cannot.
    pub(crate) fn add_histogram(&mut self, name: &str, kind: Kind, histogram: &Histogram<u64>) -> Option<()> {
        let step = self.step_named(name);
        self.slot(step, kind).add(histogram).ok()
    }

    pub(crate) fn set_clamped(&mut self, clamped: u64) {
        self.clamped = clamped;
    }

    fn slot(&mut self, step: usize, kind: Kind) -> &mut Histogram<u64> {
        self.slots[slot_index(step, kind)].get_or_insert_with(self.empty)
    }

    fn step_named(&mut self, name: &str) -> usize {
        if let Some(index) = self.steps.index(name) {
            return index;
        }
        self.steps = Steps::new(self.steps.names().iter().map(String::as_str).chain([name]));
        self.slots.resize(self.steps.names().len() * Kind::ALL.len(), None);
        self.steps.names().len() - 1
    }
}

/// Two are equal when they count the same values under the same names; the order of steps does not matter.
impl PartialEq for Histograms {
    fn eq(&self, other: &Histograms) -> bool {
        self.clamped == other.clamped
            && self.iter().count() == other.iter().count()
            && self.iter().all(|(name, kind, histogram)| other.get(name, kind) == Some(histogram))
    }
}

fn slot_index(step: usize, kind: Kind) -> usize {
    step * Kind::ALL.len() + kind as usize
}

/// Holds the same values as [`empty`] does.
fn growing() -> Histogram<u64> {
    Histogram::new(SIGNIFICANT_DIGITS).expect("the number of digits is a constant that fits")
}

fn empty() -> Histogram<u64> {
    Histogram::new_with_bounds(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS)
        .expect("the bounds are constants that fit")
}
