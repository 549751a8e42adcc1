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

    /// The hour of the day in Jakarta, 0 to 23.
    pub(crate) fn hour_wib(self) -> u64 {
        self.0.saturating_add(WIB_AHEAD_US) / HOUR_US % 24
    }

    /// The time until the next full hour, which is full in every Indonesian zone at once. At a full hour it
    /// is a whole hour.
    pub(crate) fn until_next_hour(self) -> Duration {
        Duration::from_micros(HOUR_US - self.0 % HOUR_US)
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
    fn hours_in_jakarta() {
        let check = |at_s: u64, hour, until_next_s| {
            let at = Moment::from_us(at_s * 1_000_000);
            assert_eq!(at.hour_wib(), hour, "{at_s}");
            assert_eq!(at.until_next_hour(), Duration::from_secs(until_next_s), "{at_s}");
        };
        check(0, 7, 3_600);
        check(3_599, 7, 1);
        check(3_600, 8, 3_600);
        check(16 * 3_600, 23, 3_600);
        check(17 * 3_600, 0, 3_600);
        check(86_400 + 60, 7, 3_540);
    }

    #[test]
    fn ends_of_time() {
        let end = Moment::from_us(u64::MAX);
        assert_eq!(end.plus(Duration::MAX), end);
        assert_eq!(Moment::from_us(3).since(Moment::from_us(5)), Duration::ZERO);
        assert_eq!(us(Duration::MAX), u64::MAX);
    }
}
