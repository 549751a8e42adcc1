//! One look-up after another, so far apart. Pure: time is a duration since the beginning, and is passed in.

use std::time::Duration;

/// When the next one may pass.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pacer {
    free_at: Duration,
}

/// A timer wakes up late by about so much; what was lost by that is made up for, so that a rate is the rate that was asked for.
const SLACK: Duration = Duration::from_millis(5);

/// A limit that refuses lets so much time's worth pass at once: a rate is counted by the second, not by the gap.
const BURST: Duration = Duration::from_secs(1);

impl Pacer {
    /// From when on the next one may pass, in line.
    pub(crate) fn free_at(&self) -> Duration {
        self.free_at
    }

    /// Lets one pass at `now`, and keeps the next for `gap`.
    pub(crate) fn pass(&mut self, now: Duration, gap: Duration) {
        self.free_at = self.free_at.max(now.saturating_sub(SLACK)) + gap;
    }

    /// Lets one pass at `now` unless a second's worth has passed already.
    ///
    /// # Errors
    /// How long until there is room.
    pub(crate) fn pass_unless_over(&mut self, now: Duration, gap: Duration) -> Result<(), Duration> {
        let free_at = self.free_at.max(now) + gap;
        match free_at.checked_sub(now + BURST.max(gap)) {
            Some(over) if !over.is_zero() => Err(over),
            _ => {
                self.free_at = free_at;
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_line_moves_at_its_rate_though_timers_are_late() {
        let mut pacer = Pacer::default();
        let mut now = 1_000 * MS;
        let begun = now;
        for turn in 0..1_000 {
            now = pacer.free_at().max(now);
            // Late by up to 2 ms.
            now += MS * (turn % 3);
            pacer.pass(now, 10 * MS);
        }
        let took = now - begun;
        assert!((9_985 * MS..10_000 * MS).contains(&took), "{took:?}");
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let mut pacer = Pacer::default();
        pacer.pass(10_000 * MS, 10 * MS);
        assert_eq!(pacer.free_at(), 10_005 * MS);
        pacer.pass(60_000 * MS, 10 * MS);
        assert_eq!(pacer.free_at(), 60_005 * MS);
    }

    #[test]
    fn a_limit_that_refuses_counts_by_the_second() {
        let mut pacer = Pacer::default();
        let gap = 100 * MS;
        let passed =
            |pacer: &mut Pacer, now| (0..50).filter(|_| pacer.pass_unless_over(now, gap).is_ok()).count();
        assert_eq!(passed(&mut pacer, 5_000 * MS), 10);
        assert_eq!(pacer.pass_unless_over(5_000 * MS, gap), Err(gap));
        assert_eq!(passed(&mut pacer, 5_250 * MS), 2);
        assert_eq!(passed(&mut pacer, 9_000 * MS), 10);
        // Slower than one a second: one passes, then nobody for a while.
        let mut pacer = Pacer::default();
        assert_eq!(pacer.pass_unless_over(MS, 4_000 * MS), Ok(()));
        assert_eq!(pacer.pass_unless_over(2 * MS, 4_000 * MS), Err(3_999 * MS));
    }
}
