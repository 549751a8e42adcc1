//! When applicants come: a shape of the rate over time, and how the single instants lie within it.
//!
//! The number of applicants is known before a run starts: the area under the rate, rounded.

use crate::curve::{Curve, Law};
use crate::number::{round_count, seconds};
use crate::schedule::Schedule;
use std::fmt;
use std::time::Duration;

/// The applicants of a run, in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrivals {
    /// How the rate goes; its rates are already multiplied by `rate_factor`.
    pub shape: Shape,
    /// How single instants lie within the shape.
    pub spacing: Spacing,
    /// How many come: the area under the rate, rounded to a whole number.
    pub count: u64,
    /// Length of the arrivals, in seconds; the last applicant may be done later.
    pub duration_s: f64,
    /// What the rates written in the file were multiplied by to give those in `shape`.
    pub rate_factor: f64,
}

/// How the rate of arrivals goes over the run. All rates in applicants per second.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// The same throughout.
    Constant {
        /// The rate.
        per_s: f64,
    },
    /// A straight line.
    Ramp {
        /// The rate at the start.
        from_per_s: f64,
        /// The rate at the end.
        to_per_s: f64,
    },
    /// One constant rate after another.
    Steps {
        /// In order, at least one.
        steps: Vec<RateStep>,
    },
    /// Everybody at the opening, then fewer and fewer: `floor + (peak - floor) exp(-t / decay)`.
    OpeningSpike {
        /// The rate at the opening.
        peak_per_s: f64,
        /// The rate that remains in the end.
        floor_per_s: f64,
        /// The time in which what is above the floor falls to 1/e of itself, in seconds.
        decay_s: f64,
    },
}

/// One of several constant rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateStep {
    /// The rate, in applicants per second.
    pub per_s: f64,
    /// For how long, in seconds.
    pub for_s: f64,
}

/// How single instants lie within the shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// As evenly as the shape allows: arrival k where the area under the rate reaches k + 1/2.
    Even,
    /// As a Poisson process of this rate, given its number of arrivals.
    Poisson,
}

impl Arrivals {
    /// Arrivals whose count follows from the area under the rate.
    pub fn new(shape: Shape, spacing: Spacing, duration_s: f64) -> Arrivals {
        let mut arrivals = Arrivals { shape, spacing, count: 0, duration_s, rate_factor: 1.0 };
        arrivals.count = round_count(arrivals.curve().area());
        arrivals
    }

    /// The same shape with every rate multiplied by `factor`, for a search over load; duration stays.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Arrivals {
        let shape = self.shape.scaled(factor);
        let rate_factor = self.rate_factor * factor;
        Arrivals { rate_factor, ..Arrivals::new(shape, self.spacing, self.duration_s) }
    }

    /// The instants, each by arithmetic; the seed matters for [`Spacing::Poisson`] only.
    pub fn schedule(&self, seed: u64) -> Schedule {
        Schedule::new(self, seed)
    }

    /// The rate at `t_s` seconds after the start, in applicants per second.
    pub fn rate_per_s(&self, t_s: f64) -> f64 {
        self.curve().rate(t_s)
    }

    /// The area under the rate from the start to `t_s`: applicants expected by then.
    pub fn expected_by(&self, t_s: f64) -> f64 {
        self.curve().cumulative(t_s)
    }

    /// Applicants per second over the whole duration.
    pub fn mean_per_s(&self) -> f64 {
        self.curve().area() / self.duration_s
    }

    /// The highest rate, in applicants per second.
    pub fn peak_per_s(&self) -> f64 {
        self.curve().peak()
    }

    /// The length of the arrivals.
    pub fn duration(&self) -> Duration {
        seconds(self.duration_s)
    }

    pub(crate) fn curve(&self) -> Curve {
        self.shape.curve(self.duration_s)
    }
}

impl Shape {
    fn curve(&self, duration_s: f64) -> Curve {
        let constant = |per_s| Law::Linear { from: per_s, to: per_s };
        match self {
            Shape::Constant { per_s } => Curve::new([(constant(*per_s), duration_s)]),
            Shape::Ramp { from_per_s, to_per_s } => {
                Curve::new([(Law::Linear { from: *from_per_s, to: *to_per_s }, duration_s)])
            }
            Shape::Steps { steps } => Curve::new(steps.iter().map(|step| (constant(step.per_s), step.for_s))),
            Shape::OpeningSpike { peak_per_s, floor_per_s, decay_s } => {
                let above = peak_per_s - floor_per_s;
                Curve::new([(Law::Decay { floor: *floor_per_s, above, decay_s: *decay_s }, duration_s)])
            }
        }
    }

    fn scaled(&self, factor: f64) -> Shape {
        match self {
            Shape::Constant { per_s } => Shape::Constant { per_s: per_s * factor },
            Shape::Ramp { from_per_s, to_per_s } => {
                Shape::Ramp { from_per_s: from_per_s * factor, to_per_s: to_per_s * factor }
            }
            Shape::Steps { steps } => Shape::Steps {
                steps: steps.iter().map(|step| RateStep { per_s: step.per_s * factor, ..*step }).collect(),
            },
            Shape::OpeningSpike { peak_per_s, floor_per_s, decay_s } => Shape::OpeningSpike {
                peak_per_s: peak_per_s * factor,
                floor_per_s: floor_per_s * factor,
                decay_s: *decay_s,
            },
        }
    }
}

/// In words, for reports: `opening spike, 60/s falling to 20/s (decay 15 s) over 45 s, Poisson, 1100 applicants`.
impl fmt::Display for Arrivals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.shape {
            Shape::Constant { per_s } => write!(f, "constant {}/s", Rate(*per_s))?,
            Shape::Ramp { from_per_s, to_per_s } => {
                write!(f, "ramp from {}/s to {}/s", Rate(*from_per_s), Rate(*to_per_s))?;
            }
            Shape::Steps { steps } => {
                write!(f, "steps")?;
                for (index, step) in steps.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma} {}/s for {} s", Rate(step.per_s), step.for_s)?;
                }
            }
            Shape::OpeningSpike { peak_per_s, floor_per_s, decay_s } => write!(
                f,
                "opening spike, {}/s falling to {}/s (decay {decay_s} s)",
                Rate(*peak_per_s),
                Rate(*floor_per_s)
            )?,
        }
        let spacing = match self.spacing {
            Spacing::Even => "even",
            Spacing::Poisson => "Poisson",
        };
        write!(f, " over {} s, {spacing}, {} applicants", self.duration_s, self.count)
    }
}

/// A rate as people write it: no more than three decimals, and none for nothing.
struct Rate(f64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", (self.0 * 1e3).round() / 1e3)
    }
}
