//! Indonesia's three zones, and an instant as an applicant reads it in each.

use crate::time::{Date, Timestamp};
use chrono::{DateTime, Datelike, FixedOffset, Timelike};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A zone of Indonesia (Keppres 41/1987). None of them has summer time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Waktu Indonesia Barat, seven hours ahead of UTC; announcements mean this one.
    Wib,
    /// Waktu Indonesia Tengah, eight hours ahead.
    Wita,
    /// Waktu Indonesia Timur, nine hours ahead.
    Wit,
}

/// One instant as people read it in each zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTimes {
    /// In Jakarta.
    pub wib: String,
    /// In Makassar.
    pub wita: String,
    /// In Jayapura.
    pub wit: String,
}

/// The years that RFC 3339 can write; beyond them every instant reads like the last one.
const YEAR_1_MS: i64 = -62_135_596_800_000;
const YEAR_9999_MS: i64 = 253_402_214_400_000;

const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

impl Zone {
    /// Every zone, from west to east.
    pub const ALL: [Zone; 3] = [Zone::Wib, Zone::Wita, Zone::Wit];

    /// Hours ahead of UTC.
    pub const fn hours_ahead(self) -> i32 {
        match self {
            Zone::Wib => 7,
            Zone::Wita => 8,
            Zone::Wit => 9,
        }
    }

    /// `at` with the month's Indonesian name and the zone's: "20 Agustus 2026 pukul 17.17 WIB". Seconds stand there only where they
    /// are not zero, and so do milliseconds.
    pub fn text(self, at: Timestamp) -> String {
        let local = self.local(at);
        let month = MONTHS[local.month0() as usize];
        let (hour, minute) = (local.hour(), local.minute());
        let time = match (local.second(), local.timestamp_subsec_millis()) {
            (0, 0) => format!("{hour:02}.{minute:02}"),
            (second, 0) => format!("{hour:02}.{minute:02}.{second:02}"),
            (second, ms) => format!("{hour:02}.{minute:02}.{second:02},{ms:03}"),
        };
        format!("{} {month} {} pukul {time} {self}", local.day(), local.year())
    }

    fn local(self, at: Timestamp) -> DateTime<FixedOffset> {
        let ahead = FixedOffset::east_opt(self.hours_ahead() * 3_600).expect("nine hours are under a day");
        let utc = DateTime::from_timestamp_millis(at.as_ms().clamp(YEAR_1_MS, YEAR_9999_MS));
        utc.expect("the calendar has these years").with_timezone(&ahead)
    }
}

/// A day as people read it: "17 Mei 2000".
pub fn date_text(date: Date) -> String {
    format!("{} {} {}", date.day(), MONTHS[date.month0() as usize], date.year())
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Zone::Wib => "WIB",
            Zone::Wita => "WITA",
            Zone::Wit => "WIT",
        })
    }
}

impl LocalTimes {
    /// `at` in each zone.
    pub fn of(at: Timestamp) -> LocalTimes {
        LocalTimes { wib: Zone::Wib.text(at), wita: Zone::Wita.text(at), wit: Zone::Wit.text(at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        assert_eq!(date_text("2000-05-17".parse().unwrap()), "17 Mei 2000");
        assert_eq!(date_text("1999-12-01".parse().unwrap()), "1 Desember 1999");
    }

    #[test]
    fn texts() {
        let check = |at: &str, wib: &str, wita: &str, wit: &str| {
            let found = LocalTimes::of(Timestamp::try_from(at.to_owned()).unwrap());
            assert_eq!(
                (found.wib.as_str(), found.wita.as_str(), found.wit.as_str()),
                (wib, wita, wit),
                "{at}"
            );
        };
        check(
            "2026-08-20T10:17:00Z",
            "20 Agustus 2026 pukul 17.17 WIB",
            "20 Agustus 2026 pukul 18.17 WITA",
            "20 Agustus 2026 pukul 19.17 WIT",
        );
        // The same night is another day, month and year in the east.
        check(
            "2026-12-31T22:59:59+07:00",
            "31 Desember 2026 pukul 22.59.59 WIB",
            "31 Desember 2026 pukul 23.59.59 WITA",
            "1 Januari 2027 pukul 00.59.59 WIT",
        );
        check(
            "2026-11-20T17:00:00.007Z",
            "21 November 2026 pukul 00.00.00,007 WIB",
            "21 November 2026 pukul 01.00.00,007 WITA",
            "21 November 2026 pukul 02.00.00,007 WIT",
        );
    }

    #[test]
    fn no_instant_is_too_far() {
        for ms in [i64::MIN, i64::MAX] {
            assert!(Zone::Wit.text(Timestamp::from_ms(ms)).ends_with(" WIT"));
        }
        assert!(Zone::Wib.text(Timestamp::from_ms(i64::MAX)).contains(" 9999 "));
    }
}
