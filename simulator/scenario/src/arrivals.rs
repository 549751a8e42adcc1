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
    /// A crowd that gathers before an opening, `floor + (peak - floor) exp((t - opens) / growth)`, and falls off after it as
    /// [`Shape::OpeningSpike`] does.
    OpeningCrowd {
        /// When the opening is, in seconds after the start.
        opens_after_s: f64,
        /// The time in which what is above the floor grows e-fold before the opening, in seconds.
        growth_s: f64,
        /// The rate at the opening.
        peak_per_s: f64,
        /// The rate far before it, and long after it.
        floor_per_s: f64,
        /// As in [`Shape::OpeningSpike`].
        decay_s: f64,
    },
    /// The closer the deadline, the more: `from T / (T - t)` with T at the end, up to the peak.
    DeadlinePressure {
        /// The rate at the start, over 0.
        from_per_s: f64,
        /// The rate that people and networks can reach at all; at least that at the start.
        peak_per_s: f64,
    },
    /// Day after day with two humps, from 10 to 15 and from 17 to 21 o'clock, and straight lines between them; see [`DayCycle`].
    DayCycle(DayCycle),
    /// Counts by interval as somebody recorded them, each interval at a constant rate.
    Replay {
        /// The rates of the intervals, in order.
        rates_per_s: Vec<f64>,
        /// Length of each, in seconds.
        interval_s: f64,
        /// The file that they come from.
        file: String,
    },
}

/// A day of applicants: the two humps that portals see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayCycle {
    /// The rate from 10 to 15 o'clock.
    pub midday_per_s: f64,
    /// The rate from 17 to 21 o'clock.
    pub evening_per_s: f64,
    /// The rate from midnight to 6 o'clock.
    pub night_per_s: f64,
    /// Length of a day in the run, in seconds.
    pub day_s: f64,
    /// The hour at which the run begins, 0 to 24.
    pub start_hour: f64,
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
        let shape = self.shape.changed(factor, 1.0);
        let rate_factor = self.rate_factor * factor;
        Arrivals { rate_factor, ..Arrivals::new(shape, self.spacing, self.duration_s) }
    }

    /// The same applicants in a shorter time: every length divided by `compression`, every rate multiplied by it.
    #[must_use]
    pub fn compressed(&self, compression: f64) -> Arrivals {
        let shape = self.shape.changed(compression, compression);
        Arrivals {
            rate_factor: self.rate_factor,
            ..Arrivals::new(shape, self.spacing, self.duration_s / compression)
        }
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
        match self {
            Shape::Constant { per_s } => Curve::new([(constant(*per_s), duration_s)]),
            Shape::Ramp { from_per_s, to_per_s } => {
                Curve::new([(Law::Linear { from: *from_per_s, to: *to_per_s }, duration_s)])
            }
            Shape::Steps { steps } => Curve::new(steps.iter().map(|step| (constant(step.per_s), step.for_s))),
            Shape::OpeningSpike { peak_per_s, floor_per_s, decay_s } => {
                Curve::new([(decay(*peak_per_s, *floor_per_s, *decay_s), duration_s)])
            }
            Shape::OpeningCrowd { opens_after_s, growth_s, peak_per_s, floor_per_s, decay_s } => {
                let first = (peak_per_s - floor_per_s) * (-opens_after_s / growth_s).exp();
                let before = Law::Growth { floor: *floor_per_s, first, growth_s: *growth_s };
                let after = decay(*peak_per_s, *floor_per_s, *decay_s);
                Curve::new([(before, *opens_after_s), (after, duration_s - opens_after_s)])
            }
            Shape::DeadlinePressure { from_per_s, peak_per_s } => {
                let rising_s = duration_s * (1.0 - from_per_s / peak_per_s);
                let rising = Law::Pressure { from: *from_per_s, left_s: duration_s };
                Curve::new([(rising, rising_s), (constant(*peak_per_s), duration_s - rising_s)])
            }
            Shape::DayCycle(day) => Curve::new(day.pieces(duration_s)),
            Shape::Replay { rates_per_s, interval_s, .. } => {
                Curve::new(rates_per_s.iter().map(|&per_s| (constant(per_s), *interval_s)))
            }
        }
    }

    /// Every rate multiplied by `factor`, and every length divided by `compression`.
    fn changed(&self, factor: f64, compression: f64) -> Shape {
        match self {
            Shape::Constant { per_s } => Shape::Constant { per_s: per_s * factor },
            Shape::Ramp { from_per_s, to_per_s } => {
                Shape::Ramp { from_per_s: from_per_s * factor, to_per_s: to_per_s * factor }
            }
            Shape::Steps { steps } => Shape::Steps {
                steps: (steps.iter())
                    .map(|step| RateStep { per_s: step.per_s * factor, for_s: step.for_s / compression })
                    .collect(),
            },
            Shape::OpeningSpike { peak_per_s, floor_per_s, decay_s } => Shape::OpeningSpike {
                peak_per_s: peak_per_s * factor,
                floor_per_s: floor_per_s * factor,
                decay_s: decay_s / compression,
            },
            Shape::OpeningCrowd { opens_after_s, growth_s, peak_per_s, floor_per_s, decay_s } => {
                Shape::OpeningCrowd {
                    opens_after_s: opens_after_s / compression,
                    growth_s: growth_s / compression,
                    peak_per_s: peak_per_s * factor,
                    floor_per_s: floor_per_s * factor,
                    decay_s: decay_s / compression,
                }
            }
            Shape::DeadlinePressure { from_per_s, peak_per_s } => {
                Shape::DeadlinePressure { from_per_s: from_per_s * factor, peak_per_s: peak_per_s * factor }
            }
            Shape::DayCycle(day) => Shape::DayCycle(DayCycle {
                midday_per_s: day.midday_per_s * factor,
                evening_per_s: day.evening_per_s * factor,
                night_per_s: day.night_per_s * factor,
                day_s: day.day_s / compression,
                start_hour: day.start_hour,
            }),
            Shape::Replay { rates_per_s, interval_s, file } => Shape::Replay {
                rates_per_s: rates_per_s.iter().map(|per_s| per_s * factor).collect(),
                interval_s: interval_s / compression,
                file: file.clone(),
            },
        }
    }
}

fn constant(per_s: f64) -> Law {
    Law::Linear { from: per_s, to: per_s }
}

fn decay(peak_per_s: f64, floor_per_s: f64, decay_s: f64) -> Law {
    Law::Decay { floor: floor_per_s, above: peak_per_s - floor_per_s, decay_s }
}

impl DayCycle {
    /// Hours at which the line has a corner, and the rate there. Between the humps it falls to half of the lower one.
    fn corners(&self) -> [(f64, f64); 8] {
        let DayCycle { midday_per_s: midday, evening_per_s: evening, night_per_s: night, .. } = *self;
        let between = (midday.min(evening) / 2.0).max(night.min(midday).min(evening));
        [
            (0.0, night),
            (6.0, night),
            (10.0, midday),
            (15.0, midday),
            (16.0, between),
            (17.0, evening),
            (21.0, evening),
            (24.0, night),
        ]
    }

    /// Straight pieces from `start_hour` on, `duration_s` long in all.
    fn pieces(&self, duration_s: f64) -> Vec<(Law, f64)> {
        let hour_s = self.day_s / 24.0;
        let corners = self.corners();
        let mut pieces = Vec::new();
        let (mut hour, mut left_s) = (self.start_hour % 24.0, duration_s);
        while left_s > 0.0 {
            let next = corners.iter().position(|corner| corner.0 > hour).unwrap_or(1).clamp(1, 7);
            let [(from_hour, from), (to_hour, to)] = [corners[next - 1], corners[next]];
            let at = |hour: f64| from + (to - from) * (hour - from_hour) / (to_hour - from_hour);
            let until = to_hour.min(hour + left_s / hour_s);
            let length_s = ((until - hour) * hour_s).min(left_s);
            pieces.push((Law::Linear { from: at(hour), to: at(until) }, length_s));
            // Rounding may leave next to nothing over, which would be a piece of no length for ever.
            left_s = if until < to_hour { 0.0 } else { left_s - length_s };
            hour = if until < 24.0 { until } else { 0.0 };
        }
        pieces
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
            Shape::OpeningCrowd { opens_after_s, growth_s, peak_per_s, floor_per_s, decay_s } => write!(
                f,
                "crowd before an opening after {opens_after_s} s, growing with {growth_s} s to {}/s, then falling to {}/s \
                 (decay {decay_s} s)",
                Rate(*peak_per_s),
                Rate(*floor_per_s)
            )?,
            Shape::DeadlinePressure { from_per_s, peak_per_s } => {
                write!(f, "deadline pressure from {}/s to {}/s", Rate(*from_per_s), Rate(*peak_per_s))?;
            }
            Shape::DayCycle(day) => write!(
                f,
                "days of {} s from {} o'clock, {}/s at midday, {}/s in the evening, {}/s at night",
                day.day_s,
                day.start_hour,
                Rate(day.midday_per_s),
                Rate(day.evening_per_s),
                Rate(day.night_per_s)
            )?,
            Shape::Replay { rates_per_s, interval_s, file } => {
                write!(f, "replay of {} intervals of {interval_s} s from {file}", rates_per_s.len())?;
            }
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
