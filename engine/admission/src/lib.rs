//! Overload policies as pure state machines: an event and the time come in, a verdict goes out. No IO, no
//! async, no clock of their own.
//!
//! A [`Policy`] is the one setting. A [`Gate`] runs it in two stages: first who may come at all (everybody,
//! within budgets, from the waiting room, by odd and even hours, by cohort), then what is worked on now
//! ([`Work`]: everything, up to a limit, from a line with CoDel or with deadlines). Rules that turn away
//! requests, not people, stand behind [`Newcomers`]: no more begin than can be brought through. The engine
//! drives a gate by the wall clock, a simulation by a virtual one; both run the very same code.
//!
//! ```
//! use admission::{Arrival, Gate, Key, Moment, Policy, Turn, Verdict};
//!
//! let key = Key::new(&[7; admission::KEY_BYTES]);
//! let mut gate = Gate::new(Policy::ConcurrencyLimit { in_flight_max: 100 }, &key);
//! let now = Moment::from_us(1_795_000_000_000_000);
//! let arrival = Arrival { person: Some(key.person("9901010101900010")), ..Arrival::default() };
//! match gate.arrived(&arrival, now) {
//!     Verdict::Admit(id) => gate.finished(id, true, now), // the work lies between the two
//!     Verdict::Park(_) => (),                             // hold the connection until a turn comes for it
//!     Verdict::Wait { .. } | Verdict::Shed { .. } | Verdict::Refuse(_) => (), // answer
//! }
//! while let Some(turn) = gate.next(now) {
//!     match turn {
//!         Turn::Start { .. } => (), // begin what was parked
//!         Turn::Drop { .. } => (),  // answer what was parked
//!     }
//! }
//! assert_eq!(gate.counts().useful, 1);
//! ```

mod counts;
mod gate;
mod hashing;
mod key;
mod moment;
mod newcomers;
mod pace;
mod people;
mod policy;
mod retry;
mod work;

pub use counts::{Counts, LineCounts};
pub use gate::{Arrival, Gate, Id, Turn, Verdict, Why};
pub use key::{Address, KEY_BYTES, Key, Person};
pub use moment::Moment;
pub use newcomers::{Demand, Newcomers};
pub use people::budgets::{Budget, BudgetSettings};
pub use people::cohort::CohortSettings;
pub use people::odd_even::OddEvenSettings;
pub use people::room::token::TokenError;
pub use people::room::{RoomCounters, RoomSettings, Standing};
pub use policy::{Policy, Sizing};
pub use work::codel::{Away, CodelSettings, Order};
pub use work::deadline::DeadlineSettings;

pub use work::Work;
