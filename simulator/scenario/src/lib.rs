//! Scenario file to checked plan; arrival schedules; pure: no clock, no file, no socket.
//!
//! [`parse`] reads a file's text into a [`Plan`], or says everything that is wrong with it at once. The plan's [`Arrivals`] give
//! the [`Schedule`], its [`Behaviour`] the thinking times, its [`Objective`]s what the run has to show.

mod arrivals;
mod behaviour;
mod curve;
mod expression;
mod faults;
mod files;
mod hint;
mod keys;
mod load;
mod number;
mod objective;
mod parse;
mod plan;
mod problem;
mod random;
mod reader;
mod reference;
mod retries;
mod schedule;
mod schema;
mod step;
mod temper;

pub use arrivals::{Arrivals, DayCycle, RateStep, Shape, Spacing};
pub use behaviour::{Behaviour, in_flight_by_littles_law};
pub use faults::{Faults, Kill, Mishap};
pub use load::TooMany;
pub use objective::{AuditCount, Bound, Clock, Fate, Measure, Metric, Objective, Op, Scope, Statistic, Unit};
pub use parse::{parse, parse_with_files};
pub use plan::{
    AdmissionPlan, BudgetPlan, Connections, Cores, EnginePlan, GateMove, GeneratorPlan, Idle, LatencyLaw,
    OutageKind, OutagePlan, OverRate, PeoplePlan, Plan, RegistryChange, RegistryPlan,
};
pub use problem::{Fault, Problem};
pub use reader::Files;
pub use reference::reference;
pub use retries::{Devices, Leaving, Policy, Retries, Waits};
pub use schedule::Schedule;
pub use step::{REGISTRATION, Step};
pub use temper::{Advice, Device, Next, Temper};
