//! Objectives: one measured quantity, a comparison and a bound. They are judged elsewhere, against the record.

use crate::step::{REGISTRATION, Step};
use domain::Failure;
use std::fmt;

/// What a run has to show, for instance `registration.response.p99 < 3s`.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// As written in the file.
    pub text: String,
    /// What is measured.
    pub metric: Metric,
    /// How it is compared.
    pub op: Op,
    /// What it is compared with, in the metric's unit.
    pub bound: Bound,
}

impl Objective {
    /// Whether it holds for a metric that was `observed`, in the unit of [`Metric::unit`]. Nothing holds for what is no number.
    pub fn holds(&self, observed: f64) -> bool {
        self.op.holds(observed, self.bound.value)
    }
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// `<registration or step>.<response or service>.<statistic>`.
    Latency {
        /// Of what.
        scope: Scope,
        /// From which instant.
        clock: Clock,
        /// Which figure of the distribution.
        statistic: Statistic,
    },
    /// `lateness.<statistic>`: how much later than meant the generator acted.
    Lateness(Statistic),
    /// `<fate>.count` or `<fate>.share`: what became of the applicants, as a share of those who arrived.
    Applicants {
        /// Which end.
        fate: Fate,
        /// Counted, or as a share.
        measure: Measure,
    },
    /// `refused.wrongly`: applicants whose truth demands an account, and who were refused for a reason of their own.
    RefusedWrongly,
    /// `registered.wrongly`: applicants whose truth demands a refusal, and who got an account.
    RegisteredWrongly,
    /// `outcome.<code>.count` or `outcome.<code>.share`: final answers of one code of the failure catalogue.
    Outcome {
        /// The code.
        failure: Failure,
        /// Counted, or as a share of those who arrived.
        measure: Measure,
    },
    /// `requests.total`.
    RequestsTotal,
    /// `requests.amplification`: requests over those that one pass without any repeat needs.
    RequestsAmplification,
    /// `registrations.per_s_mean`: completed over the length of the load.
    RegistrationsPerSMean,
    /// `registrations.per_s_peak`: completed in the best second.
    RegistrationsPerSPeak,
    /// `recovery.max`: how long after a disturbance as few people were under way as before; of several the longest. Not observed,
    /// and so missed, where there was no disturbance, or people stopped coming first.
    RecoveryMax,
    /// `audit.<count>`.
    Audit(AuditCount),
}

/// The whole registration, or one step of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// From the arrival's intended instant to the final answer.
    Registration,
    /// One step.
    Step(Step),
}

/// From which instant a latency counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// From the instant at which the schedule meant the applicant to act.
    Response,
    /// From the instant of sending.
    Service,
}

/// A figure of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// Arithmetic mean.
    Mean,
    /// Median.
    P50,
    /// 90 of 100 are at or under it.
    P90,
    /// 99 of 100.
    P99,
    /// 999 of 1,000.
    P999,
    /// The largest.
    Max,
}

/// What became of applicants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Told that the account exists.
    Registered,
    /// Refused for a reason of their own, rightly or wrongly.
    Refused,
    /// Gave up.
    Abandoned,
    /// Could not be served.
    Failed,
    /// Could not be sent by the generator.
    NotSent,
    /// Still under way at the end.
    InFlightAtEnd,
}

/// How many, or what part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A number of applicants.
    Count,
    /// A share of those who arrived, 0 to 1.
    Share,
}

/// A count of the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditCount {
    /// Acknowledged, but not stored.
    Lost,
    /// Stored more than once for one NIK.
    Duplicated,
    /// Stored, but never acknowledged.
    UnacknowledgedStored,
    /// Applicants who got an answer that their truth forbids.
    UnexpectedOutcomes,
}

/// How a metric is compared with its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

/// A value with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// In `unit`.
    pub value: f64,
    /// Always that of the metric.
    pub unit: Unit,
}

/// Units of metrics and bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Microseconds.
    Us,
    /// Part of a whole, 0 to 1.
    Share,
    /// A plain number.
    Count,
    /// A rate per second.
    PerS,
}

impl Op {
    /// Every comparison; the longer of two that begin alike comes first.
    pub const ALL: [Op; 6] =
        [Op::LessOrEqual, Op::GreaterOrEqual, Op::Equal, Op::NotEqual, Op::Less, Op::Greater];

    /// As it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Op::Less => "<",
            Op::LessOrEqual => "<=",
            Op::Greater => ">",
            Op::GreaterOrEqual => ">=",
            Op::Equal => "==",
            Op::NotEqual => "!=",
        }
    }

    /// Whether `observed` stands in this relation to `bound`. Never for what is no number.
    pub fn holds(self, observed: f64, bound: f64) -> bool {
        match self {
            Op::Less => observed < bound,
            Op::LessOrEqual => observed <= bound,
            Op::Greater => observed > bound,
            Op::GreaterOrEqual => observed >= bound,
            Op::Equal => observed == bound,
            Op::NotEqual => observed != bound && !observed.is_nan(),
        }
    }
}

impl Metric {
    /// The unit in which it is observed and bounded.
    pub const fn unit(self) -> Unit {
        match self {
            Metric::Latency { .. } | Metric::Lateness(_) | Metric::RecoveryMax => Unit::Us,
            Metric::Applicants { measure: Measure::Share, .. } => Unit::Share,
            Metric::Outcome { measure: Measure::Share, .. } => Unit::Share,
            Metric::RegistrationsPerSMean | Metric::RegistrationsPerSPeak => Unit::PerS,
            Metric::Applicants { measure: Measure::Count, .. }
            | Metric::Outcome { measure: Measure::Count, .. }
            | Metric::RefusedWrongly
            | Metric::RegisteredWrongly
            | Metric::RequestsTotal
            | Metric::RequestsAmplification
            | Metric::Audit(_) => Unit::Count,
        }
    }
}

/// Writes an enum's names from one list: `ALL`, `name` and `from_name`.
macro_rules! names {
    ($type:ident { $($variant:ident: $name:literal),* $(,)? }) => {
        impl $type {
            /// Every one, in the order in which they are shown.
            pub const ALL: &[$type] = &[$($type::$variant),*];

            /// Its name in objectives.
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $name),* }
            }

            /// The one of this name.
            pub fn from_name(name: &str) -> Option<$type> {
                $type::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

names!(Clock { Response: "response", Service: "service" });
names!(Statistic { Mean: "mean", P50: "p50", P90: "p90", P99: "p99", P999: "p999", Max: "max" });
names!(Measure { Count: "count", Share: "share" });
names!(Fate {
    Registered: "registered",
    Refused: "refused",
    Abandoned: "abandoned",
    Failed: "failed",
    NotSent: "not_sent",
    InFlightAtEnd: "in_flight_at_end",
});
names!(AuditCount {
    Lost: "lost",
    Duplicated: "duplicated",
    UnacknowledgedStored: "unacknowledged_stored",
    UnexpectedOutcomes: "unexpected_outcomes",
});

impl Scope {
    /// `registration`, or the step's name: also the key of the latency in the record.
    pub const fn name(self) -> &'static str {
        match self {
            Scope::Registration => REGISTRATION,
            Scope::Step(step) => step.name(),
        }
    }

    /// The scope of this name.
    pub fn from_name(name: &str) -> Option<Scope> {
        if name == REGISTRATION { Some(Scope::Registration) } else { Step::from_name(name).map(Scope::Step) }
    }
}

/// The metric's name, as objectives write it.
impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Metric::Latency { scope, clock, statistic } => {
                write!(f, "{}.{}.{}", scope.name(), clock.name(), statistic.name())
            }
            Metric::Lateness(statistic) => write!(f, "lateness.{}", statistic.name()),
            Metric::Applicants { fate, measure } => write!(f, "{}.{}", fate.name(), measure.name()),
            Metric::RefusedWrongly => f.write_str("refused.wrongly"),
            Metric::RegisteredWrongly => f.write_str("registered.wrongly"),
            Metric::Outcome { failure, measure } => {
                write!(f, "outcome.{}.{}", failure.code(), measure.name())
            }
            Metric::RequestsTotal => f.write_str("requests.total"),
            Metric::RequestsAmplification => f.write_str("requests.amplification"),
            Metric::RegistrationsPerSMean => f.write_str("registrations.per_s_mean"),
            Metric::RegistrationsPerSPeak => f.write_str("registrations.per_s_peak"),
            Metric::RecoveryMax => f.write_str("recovery.max"),
            Metric::Audit(count) => write!(f, "audit.{}", count.name()),
        }
    }
}
