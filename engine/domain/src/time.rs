//! Instants and calendar dates as the rules need them. The clock itself is always somebody else's: a [`Timestamp`] is passed in.

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A date of the proleptic Gregorian calendar, without zone.
pub type Date = chrono::NaiveDate;

/// Western Indonesia Time is seven hours ahead of UTC; the portal's day begins at its midnight.
const WIB_AHEAD: TimeDelta = TimeDelta::hours(7);

/// An instant, in milliseconds since 1970-01-01T00:00:00Z. On the wire it is RFC 3339 text in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant `ms` milliseconds after the Unix epoch.
    pub const fn from_ms(ms: i64) -> Timestamp {
        Timestamp(ms)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_ms(self) -> i64 {
        self.0
    }

    /// The instant `duration` later, held at the end of time instead of wrapping.
    pub fn plus(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The calendar date in Jakarta (WIB) at this instant: the portal's day of application.
    pub fn date_wib(self) -> Date {
        (self.to_utc() + WIB_AHEAD).date_naive()
    }

    /// How long it is from here until the next midnight in Jakarta (WIB): when the portal's day turns, and the registry's quota with it.
    pub fn until_midnight_wib(self) -> Duration {
        const DAY_MS: i64 = 24 * 3_600_000;
        let into_day = (self.0.saturating_add(WIB_AHEAD.num_milliseconds())).rem_euclid(DAY_MS);
        Duration::from_millis(u64::try_from(DAY_MS - into_day).unwrap_or(0))
    }

    fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl From<Timestamp> for String {
    fn from(at: Timestamp) -> String {
        at.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

impl TryFrom<String> for Timestamp {
    type Error = chrono::ParseError;

    fn try_from(text: String) -> Result<Timestamp, Self::Error> {
        DateTime::parse_from_rfc3339(&text).map(|at| Timestamp(at.timestamp_millis()))
    }
}

/// The day on which somebody born on `birth` completes `years` years. Born on 29 February, that is 1 March of a common year.
pub fn birthday(birth: Date, years: i32) -> Option<Date> {
    let year = birth.year().checked_add(years)?;
    Date::from_ymd_opt(year, birth.month(), birth.day()).or_else(|| Date::from_ymd_opt(year, 3, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn birthdays() {
        let check =
            |birth: &str, years, expect: &str| assert_eq!(birthday(date(birth), years), Some(date(expect)));
        check("1990-05-17", 18, "2008-05-17");
        check("2000-02-29", 18, "2018-03-01");
        check("2000-02-29", 20, "2020-02-29");
        check("1999-12-31", 1, "2000-12-31");
        assert_eq!(birthday(date("1990-05-17"), i32::MAX), None);
    }

    #[test]
    fn the_day_turns_at_midnight_in_jakarta() {
        let check = |at: &str, expect: &str| {
            let at = Timestamp::try_from(at.to_owned()).unwrap();
            assert_eq!(at.date_wib(), date(expect));
            let next = at.plus(at.until_midnight_wib());
            assert_eq!(next.date_wib(), date(expect).succ_opt().unwrap());
            assert_eq!(Timestamp(next.0 - 1).date_wib(), date(expect));
        };
        check("2026-11-20T16:59:59.999Z", "2026-11-20");
        check("2026-11-20T17:00:00.000Z", "2026-11-21");
        check("2026-11-21T00:00:00+07:00", "2026-11-21");
    }

    #[test]
    fn text_and_back() {
        for ms in [0, 1, 1_795_000_000_123, -1] {
            let at = Timestamp::from_ms(ms);
            assert_eq!(Timestamp::try_from(String::from(at)), Ok(at));
        }
        assert!(Timestamp::try_from("yesterday".to_owned()).is_err());
    }
}
