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

/// A limit lets so much time's worth pass at once: a rate is counted by the second, not by the gap.
const BURST: Duration = Duration::from_secs(1);

impl Pacer {
    /// From when on the next one may pass, `gap` after the one before.
    pub(crate) fn free_at(&self, gap: Duration) -> Duration {
        self.passed_at.map_or(Duration::ZERO, |passed_at| passed_at + gap)
    }

    /// Lets one pass who has been in line since `joined`; gives the instant at which it was due, and which counts. That a timer or a
    /// busy machine was late takes nothing from the rate.
    pub(crate) fn pass(&mut self, joined: Duration, gap: Duration) -> Duration {
        *self.passed_at.insert(self.free_at(gap).max(joined))
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

    /// A thousand who all stand there from the beginning; timers are late by up to 200 ms.
    #[test]
    fn a_line_moves_at_its_rate_though_timers_are_late() {
        let (mut pacer, gap) = (Pacer::default(), 10 * MS);
        let joined = 1_000 * MS;
        let mut now = joined;
        for turn in 0..1_000 {
            now = pacer.free_at(gap).max(now) + MS * (turn % 3) * 100 * u32::from(turn % 100 == 7);
            pacer.pass(joined, gap);
        }
        assert_eq!(pacer.passed_at, Some(joined + 9_990 * MS));
        assert!(now < joined + 10_200 * MS, "{now:?}");
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let (mut pacer, gap) = (Pacer::default(), 10 * MS);
        assert_eq!(pacer.pass(10_000 * MS, gap), 10_000 * MS);
        assert_eq!(pacer.pass(60_000 * MS, gap), 60_000 * MS);
        assert_eq!(pacer.pass(60_001 * MS, gap), 60_010 * MS);
        assert_eq!(pacer.free_at(gap), 60_020 * MS);
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
