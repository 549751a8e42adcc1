//! Numbers as people of either language write them, each with its unit.

use chrono::{DateTime, TimeDelta, Utc};
use record::Unit;

use crate::texts::Lang;

/// Between a number and its unit, so that no line breaks there.
pub(crate) const JOINT: char = '\u{a0}';

const WIB_OFFSET: TimeDelta = TimeDelta::hours(7);

impl Lang {
    /// `12,345` or `12.345`.
    #[must_use]
    pub fn count(self, count: u64) -> String {
        self.group_digits(&count.to_string())
    }

    /// `+12` or `−3`, for differences.
    pub(crate) fn difference(self, from: u64, to: u64) -> String {
        let sign = if to < from { '\u{2212}' } else { '+' };
        format!("{sign}{}", self.count(from.abs_diff(to)))
    }

    /// With so many places after the point.
    pub(crate) fn decimal(self, value: f64, places: usize) -> String {
        let text = format!("{:.places$}", value.abs());
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let point = if part.is_empty() { "" } else { self.point() };
        let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        let sign = if value < 0.0 && !is_zero { "\u{2212}" } else { "" };
        format!("{sign}{}{point}{part}", self.group_digits(whole))
    }

    /// Three digits that matter: `1.23`, `12.3`, `123`, `1,235`.
    pub(crate) fn three_digits(self, value: f64) -> String {
        // The edges are where rounding would add a digit: 9.996 is 10.0, not 10.00.
        let places = match value.abs() {
            0.0 => 0,
            value if value < 9.995 => 2,
            value if value < 99.95 => 1,
            _ => 0,
        };
        self.decimal(value, places)
    }

    /// A time in microseconds, in the unit that suits its size.
    #[must_use]
    pub fn micros(self, micros: f64) -> String {
        if micros == 0.0 {
            format!("0{JOINT}s")
        } else if micros < 999.5 {
            format!("{}{JOINT}µs", self.decimal(micros, 0))
        } else if micros < 999_500.0 {
            format!("{}{JOINT}ms", self.three_digits(micros / 1e3))
        } else {
            self.seconds(micros / 1e6)
        }
    }

    /// A time in seconds; minutes and hours where that is easier to read.
    #[must_use]
    pub fn seconds(self, seconds: f64) -> String {
        if seconds < 59.95 {
            return format!("{}{JOINT}s", self.three_digits(seconds));
        }
        let (minute, hour) = (self.texts().minute_unit, self.texts().hour_unit);
        let minutes = (seconds / 60.0).floor();
        if seconds < 3_599.5 {
            let rest = (seconds - minutes * 60.0).round();
            let (minutes, rest) = if rest >= 60.0 { (minutes + 1.0, 0.0) } else { (minutes, rest) };
            return format!("{minutes:.0}{JOINT}{minute}{JOINT}{rest:.0}{JOINT}s");
        }
        let minutes = (seconds / 60.0).round();
        let hours = (minutes / 60.0).floor();
        format!("{}{JOINT}{hour}{JOINT}{:.0}{JOINT}{minute}", self.decimal(hours, 0), minutes - hours * 60.0)
    }

    /// Whole seconds.
    #[must_use]
    pub fn seconds_plain(self, seconds: u32) -> String {
        format!("{}{JOINT}s", self.count(seconds.into()))
    }

    /// For the ticks of an axis, which are round: `10 ms`, not `10.0 ms`.
    pub(crate) fn micros_short(self, micros: f64) -> String {
        let text = self.micros(micros);
        match text.split_once(JOINT) {
            Some((digits, unit)) => format!("{}{JOINT}{unit}", self.without_trailing_zeros(digits)),
            None => text,
        }
    }

    /// Likewise for plain numbers.
    pub(crate) fn three_digits_short(self, value: f64) -> String {
        self.without_trailing_zeros(&self.three_digits(value)).to_owned()
    }

    /// A value of a measure that runs are compared by: as [`Lang::quantity`], but numbers need not be whole.
    pub(crate) fn measured(self, value: f64, unit: Unit) -> String {
        match unit {
            Unit::Count | Unit::PerS => self.three_digits(value),
            Unit::Share => format!("{}{JOINT}%", self.three_digits(value * 100.0)),
            _ => self.quantity(value, unit),
        }
    }

    /// A quantile, 0 to 1, as a percentage with as many places as its nines need.
    pub(crate) fn quantile(self, quantile: f64) -> String {
        let left = 1.0 - quantile;
        let places = if left < 0.000_1 {
            4
        } else if left < 0.01 {
            2
        } else {
            1
        };
        format!("{}{JOINT}%", self.decimal(quantile * 100.0, places))
    }

    /// A part of a whole with one place; 0 % and 100 % are said only where they are exact.
    pub(crate) fn share_of(self, part: u64, whole: u64) -> String {
        if whole == 0 {
            return "\u{2013}".to_owned();
        }
        self.share(part as f64 / whole as f64)
    }

    /// A share, 0 to 1, as a percentage with one place; 0 % and 100 % are said only where they are exact.
    #[must_use]
    pub fn share(self, share: f64) -> String {
        let percent = share * 100.0;
        let shown = match percent {
            100.0 => return format!("100{JOINT}%"),
            0.0 => return format!("0{JOINT}%"),
            percent if percent < 100.0 => percent.clamp(0.1, 99.9),
            percent => percent,
        };
        format!("{}{JOINT}%", self.decimal(shown, 1))
    }

    /// A quantile as a percentage with as many nines as it has: `99.99 %`.
    pub(crate) fn percentile(self, nines: usize) -> String {
        let share = 100.0 - 100.0 / 10_f64.powi(i32::try_from(nines).unwrap_or(i32::MAX));
        format!("{}{JOINT}%", self.decimal(share, nines.saturating_sub(2)))
    }

    /// A rate per second.
    pub(crate) fn rate(self, per_s: f64) -> String {
        format!("{}/s", self.three_digits(per_s))
    }

    /// Decimal units: 1 MB is 1,000,000 bytes.
    pub(crate) fn bytes(self, bytes: f64) -> String {
        let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
        let fit = units.into_iter().find(|(size, _)| bytes >= size * 0.9995);
        let (size, unit) = fit.unwrap_or((1.0, self.texts().byte_unit));
        let digits = if size > 1.0 { self.three_digits(bytes / size) } else { self.decimal(bytes, 0) };
        format!("{digits}{JOINT}{unit}")
    }

    /// An observed value in its unit.
    pub(crate) fn quantity(self, value: f64, unit: Unit) -> String {
        match unit {
            Unit::Us => self.micros(value),
            Unit::S => self.seconds(value),
            // Objectives ask for more than one place: 99.48 % misses 99.5 %.
            Unit::Share => format!("{}{JOINT}%", self.shortest(value * 100.0, 3)),
            Unit::Count => self.shortest(value, 3),
            Unit::PerS => self.rate(value),
            Unit::Bytes => self.bytes(value),
        }
    }

    /// At most so many places.
    fn shortest(self, value: f64, places: usize) -> String {
        self.without_trailing_zeros(&self.decimal(value, places)).to_owned()
    }

    fn without_trailing_zeros(self, digits: &str) -> &str {
        match digits.split_once(self.point()) {
            Some(_) => digits.trim_end_matches('0').trim_end_matches(self.point()),
            None => digits,
        }
    }

    /// A day and a time: UTC in English, western Indonesian time in Indonesian.
    pub(crate) fn instant(self, at: DateTime<Utc>) -> String {
        let months = self.texts().months;
        let (at, time, zone) = match self {
            Lang::En => (at, "%H:%M:%S", "UTC"),
            Lang::Id => (at + WIB_OFFSET, "%H.%M.%S", "WIB"),
        };
        let month = months[chrono::Datelike::month0(&at) as usize];
        format!("{} {month} {} {zone}", at.format("%-d"), at.format(&format!("%Y, {time}")))
    }

    fn group_digits(self, digits: &str) -> String {
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(self.group());
            }
            grouped.push(digit);
        }
        grouped
    }

    fn group(self) -> char {
        match self {
            Lang::En => ',',
            Lang::Id => '.',
        }
    }

    fn point(self) -> &'static str {
        match self {
            Lang::En => ".",
            Lang::Id => ",",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: &str, expect: &str) {
        assert_eq!(found.replace(JOINT, " "), expect);
    }

    #[test]
    fn counts_are_grouped() {
        for (count, en, id) in [(0, "0", "0"), (999, "999", "999"), (1_000, "1,000", "1.000")] {
            check(&Lang::En.count(count), en);
            check(&Lang::Id.count(count), id);
        }
        check(&Lang::En.count(u64::MAX), "18,446,744,073,709,551,615");
        check(&Lang::En.difference(5, 1_005), "+1,000");
        check(&Lang::En.difference(5, 2), "\u{2212}3");
    }

    #[test]
    fn three_digits_stay_three_at_the_edges() {
        let table =
            [(0.0, "0"), (0.004, "0.00"), (1.0, "1.00"), (9.994, "9.99"), (9.995_1, "10.0"), (99.94, "99.9")];
        for (value, expect) in
            table.into_iter().chain([(99.951, "100"), (1_234.5, "1,234"), (-2.5, "\u{2212}2.50")])
        {
            check(&Lang::En.three_digits(value), expect);
        }
    }

    #[test]
    fn times_take_the_unit_that_suits() {
        let table = [
            (0.0, "0 s", "0 s"),
            (1.0, "1 µs", "1 µs"),
            (999.4, "999 µs", "999 µs"),
            (999.6, "1.00 ms", "1,00 ms"),
            (12_345.0, "12.3 ms", "12,3 ms"),
            (999_499.0, "999 ms", "999 ms"),
            (999_501.0, "1.00 s", "1,00 s"),
            (59_940_000.0, "59.9 s", "59,9 s"),
            (59_960_000.0, "1 min 0 s", "1 mnt 0 s"),
            (119_700_000.0, "2 min 0 s", "2 mnt 0 s"),
            (125_000_000.0, "2 min 5 s", "2 mnt 5 s"),
            (3_600_000_000.0, "1 h 0 min", "1 jam 0 mnt"),
            (7_199_000_000.0, "2 h 0 min", "2 jam 0 mnt"),
        ];
        for (micros, en, id) in table {
            check(&Lang::En.micros(micros), en);
            check(&Lang::Id.micros(micros), id);
        }
    }

    #[test]
    fn all_and_none_are_said_only_where_exact() {
        let table = [(0, 7, "0 %"), (1, 100_000, "0.1 %"), (1, 3, "33.3 %"), (99_999, 100_000, "99.9 %")];
        for (part, whole, expect) in
            table.into_iter().chain([(7, 7, "100 %"), (0, 0, "\u{2013}"), (3, 2, "150.0 %")])
        {
            check(&Lang::En.share_of(part, whole), expect);
        }
    }

    #[test]
    fn quantities_by_unit() {
        let table = [
            (3_500_000.0, Unit::Us, "3.50 s"),
            (12.0, Unit::S, "12.0 s"),
            (0.994_8, Unit::Share, "99.48 %"),
            (1.0, Unit::Share, "100 %"),
            (0.0, Unit::Count, "0"),
            (1_200.0, Unit::Count, "1,200"),
            (39.04, Unit::PerS, "39.0/s"),
            (512.0, Unit::Bytes, "512 bytes"),
            (999_900.0, Unit::Bytes, "1.00 MB"),
            (25_769_803_776.0, Unit::Bytes, "25.8 GB"),
        ];
        for (value, unit, expect) in table {
            check(&Lang::En.quantity(value, unit), expect);
        }
        check(&Lang::Id.quantity(0.994_8, Unit::Share), "99,48 %");
    }

    #[test]
    fn percentiles_and_instants() {
        check(&Lang::En.percentile(1), "90 %");
        check(&Lang::En.percentile(2), "99 %");
        check(&Lang::Id.percentile(4), "99,99 %");
        let at = "2026-05-01T18:30:05Z".parse().unwrap();
        check(&Lang::En.instant(at), "1 May 2026, 18:30:05 UTC");
        check(&Lang::Id.instant(at), "2 Mei 2026, 01.30.05 WIB");
    }
}
