//! One look-up after another, so far apart. Pure: time is a duration since the beginning, and is passed in.

use std::time::Duration;

/// A line that moves at a rate, which may change while somebody waits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pacer {
    /// When the last one passed, or ought to have.
    passed_at: Option<Duration>,
}

/// A limit that refuses what is over it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limiter {
    free_at: Duration,
}

/// A timer wakes up late by about so much; what was lost by that is made up for, so that a rate is the rate that was asked for.
const SLACK: Duration = Duration::from_millis(5);

/// A limit lets so much time's worth pass at once: a rate is counted by the second, not by the gap.
const BURST: Duration = Duration::from_secs(1);

impl Pacer {
    /// From when on the next one may pass, `gap` after the one before.
    pub(crate) fn free_at(&self, gap: Duration) -> Duration {
        self.passed_at.map_or(Duration::ZERO, |passed_at| passed_at + gap)
    }

    /// Lets one pass at `now`; gives the instant that counts as its own.
    pub(crate) fn pass(&mut self, now: Duration, gap: Duration) -> Duration {
        *self.passed_at.insert(self.free_at(gap).max(now.saturating_sub(SLACK)))
    }
}

impl Limiter {
    /// Lets one pass at `now` unless a second's worth has passed already.
    ///
    /// # Errors
    /// How long until there is room.
    pub(crate) fn pass(&mut self, now: Duration, gap: Duration) -> Result<(), Duration> {
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
        let (mut pacer, gap) = (Pacer::default(), 10 * MS);
        let begun = 1_000 * MS;
        let mut now = begun;
        for turn in 0..1_000 {
            // Late by up to 2 ms.
            now = pacer.free_at(gap).max(now) + MS * (turn % 3);
            pacer.pass(now, gap);
        }
        let took = now - begun;
        assert!((9_985 * MS..10_000 * MS).contains(&took), "{took:?}");
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let (mut pacer, gap) = (Pacer::default(), 10 * MS);
        assert_eq!(pacer.pass(10_000 * MS, gap), 9_995 * MS);
        assert_eq!(pacer.pass(60_000 * MS, gap), 59_995 * MS);
        assert_eq!(pacer.free_at(gap), 60_005 * MS);
    }

    #[test]
    fn a_new_rate_counts_from_the_last_one_who_passed() {
        let mut pacer = Pacer::default();
        let passed_at = pacer.pass(5_000 * MS, 100_000 * MS);
        assert_eq!(pacer.free_at(100_000 * MS), passed_at + 100_000 * MS);
        assert_eq!(pacer.free_at(20 * MS), passed_at + 20 * MS);
    }

    #[test]
    fn a_limit_counts_by_the_second() {
        let mut limiter = Limiter::default();
        let gap = 100 * MS;
        let passed = |limiter: &mut Limiter, now| (0..50).filter(|_| limiter.pass(now, gap).is_ok()).count();
        assert_eq!(passed(&mut limiter, 5_000 * MS), 10);
        assert_eq!(limiter.pass(5_000 * MS, gap), Err(gap));
        assert_eq!(passed(&mut limiter, 5_250 * MS), 2);
        assert_eq!(passed(&mut limiter, 9_000 * MS), 10);
        // Slower than one a second: one passes, then nobody for a while.
        let mut limiter = Limiter::default();
        assert_eq!(limiter.pass(MS, 4_000 * MS), Ok(()));
        assert_eq!(limiter.pass(2 * MS, 4_000 * MS), Err(3_999 * MS));
    }
}
