//! Overload policies as pure state machines: an event and the time come in, a verdict goes out. No IO, no async, no clock of their own.
//!
//! A [`Policy`] is the one setting. A [`Gate`] runs it in two stages: first who may come at all (everybody, within budgets,
//! from the waiting room, by odd and even hours, by cohort), then what is worked on now ([`Work`]: everything, up to a limit, from a line
//! with CoDel or with deadlines). The engine drives a gate by the wall clock, a simulation by a virtual one; both run the very same code.

mod counts;
mod gate;
mod hashing;
mod key;
mod moment;
mod pace;
mod people;
mod plain;
mod policy;
mod retry;
mod work;

pub use counts::{Counts, LineCounts};
pub use gate::{Arrival, Gate, Id, Turn, Verdict, Why};
pub use key::{Address, KEY_BYTES, Key, Person};
pub use moment::Moment;
pub use people::budgets::{Budget, BudgetSettings};
pub use people::cohort::CohortSettings;
pub use people::odd_even::OddEvenSettings;
pub use people::room::token::TokenError;
pub use people::room::{RoomCounters, RoomSettings, Standing};
pub use plain::{Admission, Decision};
pub use policy::{Policy, Sizing};
pub use work::codel::{CodelSettings, Order};
pub use work::deadline::DeadlineSettings;

pub use work::Work;
