//! The synthetic population: person i is computed, never stored, and a NIK leads back to i.
//!
//! [`Population`] says who there is, [`Crowd`] who comes and what each of them does wrong, [`Album`] holds the photographs that they
//! hand in. Everything follows from a seed: nothing here reads a clock, a file or a socket.

mod album;
mod applicant;
mod cells;
mod crowd;
mod defect;
mod keyed;
mod mistakes;
mod names;
mod oracle;
mod population;
mod serials;
mod shares;

pub use album::{Album, PhotoMake, PhotoSpec};
pub use applicant::{Applicant, CaptchaMistake, Expected, IdentityForm};
pub use crowd::Crowd;
pub use defect::{Consequence, Defect};
pub use population::{Person, Population, PopulationError};
pub use shares::{Shares, SharesError};
