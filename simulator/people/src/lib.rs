//! The synthetic population: person i is computed, never stored, and a NIK leads back to i.
//!
//! [`Population`] says who there is, [`Crowd`] who comes and what each of them does wrong, [`Album`] holds the photographs that they
//! hand in. Everything follows from a seed: nothing here reads a clock, a file or a socket.

mod album;
mod applicant;
mod cells;
mod crowd;
mod defect;
mod household;
mod keyed;
mod locale;
mod mistakes;
mod names;
mod oracle;
mod population;
mod regions;
mod serials;
mod shares;
mod zone;

pub use album::{Album, PhotoMake, PhotoSpec};
pub use applicant::{Applicant, CaptchaMistake, Expected, IdentityForm};
pub use crowd::Crowd;
pub use defect::{Consequence, Defect};
pub use locale::Indonesian;
pub use population::{Census, Person, Population, PopulationError};
pub use regions::Regions;
pub use shares::{Shares, SharesError};
