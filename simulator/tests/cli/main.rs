//! The binary as its users meet it: whole runs, wrong usage, services, and how everything ends.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what failed by failing there")]

mod capacity;
mod check;
mod consent;
mod crash;
mod endings;
mod harness;
mod live;
mod people;
mod qa;
mod runs;
mod services;
mod target;
mod usage;
