//! The load by itself: one applicant, and goose with many, against a portal that follows a script.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what failed by failing there"
)]

mod applicant;
mod freeze;
mod many;
mod portal;
mod queue;
mod resting;
mod throughput;
