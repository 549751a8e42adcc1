//! Crate people from outside, as the other crates see it.

#![expect(clippy::unwrap_used, reason = "a test says what failed by failing there")]

mod album;
mod crowd;
mod oracle;
mod population;
mod snapshots;

use domain::{Date, Limits};
use people::{Crowd, Defect, Population, Shares};

fn reference() -> Date {
    "2026-11-21".parse().unwrap()
}

fn population(seed: u64, size: u64) -> Population {
    Population::new(seed, size, reference()).unwrap()
}

fn crowd(seed: u64, size: u64, shares: &[(Defect, f64)]) -> Crowd {
    Crowd::new(population(seed, size), Shares::new(shares.iter().copied()).unwrap(), Limits::default())
}
