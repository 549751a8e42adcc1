//! The few conversions between floating point and whole numbers, each saturating where the other end has no such value.

use std::time::Duration;

/// The nearest whole number; nothing below zero.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float to integer cast saturates, and a count is never negative or fractional here"
)]
pub(crate) fn round_count(value: f64) -> u64 {
    value.round() as u64
}

/// A duration of so many seconds, to the nanosecond; zero for what is no duration.
pub(crate) fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(Duration::ZERO)
}

/// Seconds as whole microseconds, rounded.
pub(crate) fn micros(value_s: f64) -> u64 {
    round_count(value_s * 1e6)
}
