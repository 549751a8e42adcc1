//! So many look-ups a day, until midnight in Jakarta. Pure: the instant is passed in.

use domain::zone::Zone;
use domain::{Date, Timestamp};

/// What is left of today's look-ups. Every look-up that is taken counts, whatever its answer, and so does each repeat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quota {
    pub(crate) per_day: Option<u64>,
    used: u64,
    day: Option<Date>,
}

/// Nothing is left today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    /// Until midnight.
    pub(crate) retry_after_s: u64,
}

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

impl Quota {
    /// Of which `used` are gone at the beginning.
    pub(crate) const fn new(per_day: Option<u64>, used: u64) -> Quota {
        Quota { per_day, used, day: None }
    }

    /// Takes one look-up.
    ///
    /// # Errors
    /// When the day has none left.
    pub(crate) fn take(&mut self, now: Timestamp) -> Result<(), Spent> {
        let used = self.used(now);
        if self.per_day.is_some_and(|per_day| used >= per_day) {
            return Err(Spent { retry_after_s: seconds_to_midnight(now) });
        }
        self.used = used + 1;
        Ok(())
    }

    /// Look-ups taken today.
    pub(crate) fn used(&mut self, now: Timestamp) -> u64 {
        let today = now.date_wib();
        if self.day.replace(today).is_some_and(|day| day != today) {
            self.used = 0;
        }
        self.used
    }

    /// Says how many were taken today.
    pub(crate) fn set_used(&mut self, used: u64) {
        self.used = used;
    }
}

fn seconds_to_midnight(now: Timestamp) -> u64 {
    let local_ms = now.as_ms().saturating_add(i64::from(Zone::Wib.hours_ahead()) * HOUR_MS);
    let left_ms = DAY_MS - local_ms.rem_euclid(DAY_MS);
    u64::try_from(left_ms).unwrap_or(0).div_ceil(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn it_is_spent_until_midnight_in_jakarta() {
        let mut quota = Quota::new(Some(2), 0);
        let check = |quota: &mut Quota, now: &str, expect| assert_eq!(quota.take(at(now)), expect, "{now}");
        check(&mut quota, "2026-11-21T10:30:00+07:00", Ok(()));
        check(&mut quota, "2026-11-21T10:30:00+07:00", Ok(()));
        let spent = |retry_after_s| Err(Spent { retry_after_s });
        check(&mut quota, "2026-11-21T10:30:00+07:00", spent(13 * 3_600 + 1_800));
        // Midnight in London changes nothing.
        check(&mut quota, "2026-11-21T00:00:00Z", spent(17 * 3_600));
        check(&mut quota, "2026-11-21T23:59:59.999+07:00", spent(1));
        check(&mut quota, "2026-11-22T00:00:00+07:00", Ok(()));
        check(&mut quota, "2026-11-22T00:00:00+07:00", Ok(()));
        check(&mut quota, "2026-11-22T00:00:00+07:00", spent(24 * 3_600));
    }

    #[test]
    fn what_was_used_before_counts_today_only() {
        let mut quota = Quota::new(Some(10), 9);
        assert_eq!(quota.used(at("2026-11-21T08:00:00+07:00")), 9);
        assert!(quota.take(at("2026-11-21T08:00:00+07:00")).is_ok());
        assert!(quota.take(at("2026-11-21T08:00:00+07:00")).is_err());
        assert_eq!(quota.used(at("2026-11-22T08:00:00+07:00")), 0);
        quota.set_used(10);
        assert!(quota.take(at("2026-11-22T08:00:00+07:00")).is_err());
        quota.per_day = None;
        assert!(quota.take(at("2026-11-22T08:00:00+07:00")).is_ok());
    }
}
