//! What a gate has counted.

use crate::moment::us;
use std::time::Duration;

/// Everything that a gate decided and what came of it.
///
/// It always holds that `offered = admitted + deferred + shed + refused + dropped + expired + parked now`,
/// and that `admitted = useful + wasted + running now`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests that came.
    pub offered: u64,
    /// Those that were worked on, at once or after the line.
    pub admitted: u64,
    /// Those answered with a place in the waiting room.
    pub deferred: u64,
    /// Those turned away at once.
    pub shed: u64,
    /// Those turned away for a token that is not theirs.
    pub refused: u64,
    /// Those turned away after some time in the line, while their client still waited.
    pub dropped: u64,
    /// Those that left the line because their client had gone or was about to.
    pub expired: u64,
    /// Work done whose answer reached a client: goodput.
    pub useful: u64,
    /// Work done for a client that had gone.
    pub wasted: u64,
    /// Time of that wasted work, in microseconds.
    pub wasted_us: u64,
    /// Time in the line.
    pub line: LineCounts,
}

/// How long requests stood in the line, whatever became of them. Who was let in at once has stood for no time
/// and counts nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineCounts {
    /// Requests that have left the line.
    pub left: u64,
    /// Sum of their times, in microseconds.
    pub us_sum: u64,
    /// Longest of them, in microseconds.
    pub us_max: u64,
}

impl LineCounts {
    pub(crate) fn add(&mut self, stood: Duration) {
        let stood_us = us(stood);
        self.left += 1;
        self.us_sum = self.us_sum.saturating_add(stood_us);
        self.us_max = self.us_max.max(stood_us);
    }
}
