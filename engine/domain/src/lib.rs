//! Vocabulary, rules, failure catalogue and wire contract of account registration.
//!
//! Pure: nothing here reads a clock, a file or a socket, and nothing is async. The engine, the browser-facing field check, the
//! simulator's oracle and the benches call the same functions, so that they cannot disagree.

pub mod access;
pub mod activation;
pub mod captcha;
pub mod contact;
pub mod crockford;
pub mod document;
pub mod draft;
pub mod failure;
pub mod identity;
pub mod kk;
pub mod limits;
pub mod name;
pub mod nik;
pub mod password;
pub mod profile;
pub mod questions;
pub mod receipt;
pub mod region;
pub mod schedule;
pub mod ticket;
pub mod time;
pub mod wire;
pub mod zone;

pub use failure::{Contact, Failure};
pub use kk::Kk;
pub use limits::{Limits, LimitsProfile};
pub use nik::{Nik, Sex};
pub use region::RegionSet;
pub use time::{Date, Timestamp};
