//! Instants in microseconds. They are passed in; nothing here reads a clock.

use std::time::Duration;

/// An instant, in microseconds since 1970-01-01T00:00:00Z.
///
/// A caller gives instants that don't go back; where they do all the same, time stands still in the meantime
/// and nothing overflows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

/// Western Indonesia Time is seven hours ahead of UTC, all the year.
const WIB_AHEAD_US: u64 = 7 * HOUR_US;

const HOUR_US: u64 = 3_600_000_000;

impl Moment {
    /// The instant `us` microseconds after the Unix epoch.
    pub const fn from_us(us: u64) -> Moment {
        Moment(us)
    }

    /// Microseconds since the Unix epoch.
    pub const fn as_us(self) -> u64 {
        self.0
    }

    /// The instant `duration` later, held at the end of time.
    pub fn plus(self, duration: Duration) -> Moment {
        Moment(self.0.saturating_add(us(duration)))
    }

    /// The time since `earlier`; zero where that is not earlier.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// Microseconds since midnight in Jakarta.
    pub(crate) fn since_midnight_wib_us(self) -> u64 {
        self.0.saturating_add(WIB_AHEAD_US) % (24 * HOUR_US)
    }
}

/// Whole microseconds of a duration.
pub(crate) fn us(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `at_s` is seconds since the epoch, which began at 07.00 in Jakarta.
    #[test]
    fn days_in_jakarta() {
        let check = |at_s: u64, passed_s: u64| {
            let at = Moment::from_us(at_s * 1_000_000);
            assert_eq!(at.since_midnight_wib_us(), passed_s * 1_000_000, "{at_s}");
        };
        check(0, 7 * 3_600);
        check(3_599, 7 * 3_600 + 3_599);
        check(17 * 3_600 - 1, 86_399);
        check(17 * 3_600, 0);
        check(86_400 + 60, 7 * 3_600 + 60);
    }

    #[test]
    fn ends_of_time() {
        let end = Moment::from_us(u64::MAX);
        assert_eq!(end.plus(Duration::MAX), end);
        assert_eq!(Moment::from_us(3).since(Moment::from_us(5)), Duration::ZERO);
        assert_eq!(us(Duration::MAX), u64::MAX);
    }
}
