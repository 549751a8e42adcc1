//! NIK, the number of a person in the Indonesian population register: sixteen digits without a check digit.
//!
//! Digits 1-6 are the district of first registration (Kemendagri code, current or withdrawn), 7-12 the date of birth with 40
//! added to a woman's day, 13-16 a serial that is never 0000. Law: UU 24/2013 article 1 number 12; layout: Permendagri 72/2022.

use crate::region::RegionSet;
use crate::time::Date;
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A NIK whose form, region, date and serial are possible. It never prints in full: see [`Nik::masked`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nik(u64);

/// Why sixteen characters are not a NIK.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NikFault {
    /// Not sixteen ASCII digits.
    #[error("not sixteen digits")]
    Malformed,
    /// No district, current or withdrawn, has these first six digits.
    #[error("unknown district")]
    Region,
    /// No day of 19YY or 20YY has this date.
    #[error("impossible date of birth")]
    Date,
    /// The serial is 0000.
    #[error("serial 0000")]
    Serial,
}

/// Sex as the population register records it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// Laki-laki: the day of birth stands as it is.
    Male,
    /// Perempuan: the day of birth stands with 40 added.
    Female,
}

/// What is added to a woman's day of birth.
const FEMALE_DAY: u8 = 40;

impl Nik {
    /// Checks `text` as a NIK whose region is one of `regions`.
    ///
    /// Half of what comes at a rush may be wrong, in ways that no branch predictor can learn. So every rule is applied to every
    /// sixteen bytes, and the first fault is picked from the bits that they leave.
    ///
    /// # Errors
    /// The first fault in the order form, region, date, serial.
    #[inline]
    pub fn parse(text: &str, regions: RegionSet) -> Result<Nik, NikFault> {
        const FAULTS: [NikFault; 4] =
            [NikFault::Malformed, NikFault::Region, NikFault::Date, NikFault::Serial];
        let digits: &[u8; 16] = text.as_bytes().try_into().map_err(|_| NikFault::Malformed)?;
        let halves = Halves::of(digits);
        let ([province, regency, district, day], [month, year, serial_high, serial_low]) = halves.pairs();
        let faults = u32::from(!halves.are_digits())
            | u32::from(!regions.contains_pairs(province, regency, district)) << 1
            | u32::from(!date_exists(year, month, without_sex(day))) << 2
            | u32::from(serial_high | serial_low == 0) << 3;
        if faults == 0 { Ok(Nik(halves.number())) } else { Err(FAULTS[faults.trailing_zeros() as usize & 3]) }
    }

    /// The NIK of a person first registered in district `region`, born on `birth`, with `serial` (1 to 9999).
    /// `None` where a part is out of its range or the district is not one of `regions`.
    pub fn compose(region: u32, birth: Date, sex: Sex, serial: u16, regions: RegionSet) -> Option<Nik> {
        if !regions.contains(region)
            || !(1..=9999).contains(&serial)
            || !(1900..=2099).contains(&birth.year())
        {
            return None;
        }
        let day = birth.day() + if sex == Sex::Female { u32::from(FEMALE_DAY) } else { 0 };
        let year = birth.year().unsigned_abs() % 100;
        let date = u64::from(day) * 10_000 + u64::from(birth.month()) * 100 + u64::from(year);
        Some(Nik(u64::from(region) * 10_000_000_000 + date * 10_000 + u64::from(serial)))
    }

    /// District of first registration: six digits.
    #[inline]
    pub const fn region(self) -> u32 {
        (self.0 / 10_000_000_000) as u32
    }

    /// Sex, by the day.
    pub const fn sex(self) -> Sex {
        if self.pair(100_000_000) > FEMALE_DAY { Sex::Female } else { Sex::Male }
    }

    /// Day of birth, 1 to 31, without the 40.
    #[inline]
    pub const fn day(self) -> u8 {
        without_sex(self.pair(100_000_000))
    }

    /// Month of birth, 1 to 12.
    #[inline]
    pub const fn month(self) -> u8 {
        self.pair(1_000_000)
    }

    /// The last two digits of the year of birth. The century is not in the number.
    #[inline]
    pub const fn year_of_century(self) -> u8 {
        self.pair(10_000)
    }

    /// Serial within district, day and sex: 1 to 9999.
    #[inline]
    pub const fn serial(self) -> u16 {
        (self.0 % 10_000) as u16
    }

    /// Whether the date in the number is `birth`. A difference is legal: a wrong date in a NIK is never corrected.
    pub fn agrees_with(self, birth: Date) -> bool {
        u32::from(self.day()) == birth.day()
            && u32::from(self.month()) == birth.month()
            && u32::from(self.year_of_century()) == birth.year().unsigned_abs() % 100
    }

    /// All sixteen digits, for the wire and the store. For logs, pages and metrics there is [`Nik::masked`].
    pub fn expose(self) -> String {
        format!("{:016}", self.0)
    }

    /// The number as an integer below 10^16, the form in which it is a key.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The first four and the last two digits, the rest as asterisks (UU 27/2022 protects the number).
    pub fn masked(self) -> String {
        mask(&self.expose())
    }

    #[inline]
    const fn pair(self, place: u64) -> u8 {
        (self.0 / place % 100) as u8
    }
}

impl fmt::Debug for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nik({})", self.masked())
    }
}

impl Serialize for Nik {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.expose())
    }
}

impl<'de> Deserialize<'de> for Nik {
    /// Reads back what a checked NIK wrote; both region sets are taken, since the check was made on the way in.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Nik, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Nik::parse(&text, RegionSet::RealAndSynthetic).map_err(serde::de::Error::custom)
    }
}

/// Hides the middle of a number of sixteen digits, and all of anything else.
pub fn mask(number: &str) -> String {
    if number.len() == 16 && number.is_ascii() {
        format!("{}**********{}", &number[..4], &number[14..])
    } else {
        "*".repeat(number.chars().count().min(16))
    }
}

/// Sixteen ASCII digits as a number below 10^16.
#[inline]
pub(crate) fn parse_sixteen_digits(text: &str) -> Option<u64> {
    let halves = Halves::of(text.as_bytes().try_into().ok()?);
    halves.are_digits().then(|| halves.number())
}

/// Sixteen characters as two machine words, eight at a time, so that no digit has a branch or a multiplication of its own.
#[derive(Clone, Copy)]
struct Halves {
    high: u64,
    low: u64,
}

impl Halves {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "each is a half")]
    const fn of(digits: &[u8; 16]) -> Halves {
        let whole = u128::from_le_bytes(*digits);
        Halves { high: whole as u64, low: (whole >> 64) as u64 }
    }

    /// Whether they are digits; what is made of anything else means nothing.
    #[inline]
    const fn are_digits(self) -> bool {
        eight_are_digits(self.high) & eight_are_digits(self.low)
    }

    /// Four numbers of two digits from each half; up to 165 where there are other characters.
    #[inline]
    const fn pairs(self) -> ([u8; 4], [u8; 4]) {
        (lanes(pairs(self.high)), lanes(pairs(self.low)))
    }

    #[inline]
    const fn number(self) -> u64 {
        eight_to_number(self.high) * 100_000_000 + eight_to_number(self.low)
    }
}

/// A byte is a digit when its high half is 3, and still is after adding 6 (which lifts 0x3a..=0x3f to 0x4.).
#[inline]
const fn eight_are_digits(word: u64) -> bool {
    const HIGH: u64 = 0xf0f0_f0f0_f0f0_f0f0;
    const THREES: u64 = 0x3030_3030_3030_3030;
    const SIXES: u64 = 0x0606_0606_0606_0606;
    ((word & HIGH) == THREES) & ((word.wrapping_add(SIXES) & HIGH) == THREES)
}

/// Adds neighbours pairwise: eight digits to four pairs, each in a lane of sixteen bits, the first in the lowest.
#[inline]
const fn pairs(word: u64) -> u64 {
    (word & 0x0f0f_0f0f_0f0f_0f0f).wrapping_mul(2561) >> 8 & 0x00ff_00ff_00ff_00ff
}

#[inline]
const fn lanes(pairs: u64) -> [u8; 4] {
    let bytes = pairs.to_le_bytes();
    [bytes[0], bytes[2], bytes[4], bytes[6]]
}

/// And on: four pairs to two quadruples, to one number.
#[inline]
const fn eight_to_number(word: u64) -> u64 {
    let word = pairs(word).wrapping_mul(6_553_601) >> 16;
    (word & 0x0000_ffff_0000_ffff).wrapping_mul(42_949_672_960_001) >> 32
}

/// The day without the 40 of a woman. A day of exactly 40 stays 40, so that it is refused as a date instead of turning into day 0.
#[inline]
const fn without_sex(day: u8) -> u8 {
    if day > FEMALE_DAY { day - FEMALE_DAY } else { day }
}

/// Whether 19YY or 20YY has the day. Only 29 February depends on the year; 2000 was a leap year, so YY = 00 has one.
#[inline]
const fn date_exists(year_of_century: u8, month: u8, day: u8) -> bool {
    /// Bit n is set where a month, in some year, has day n.
    const DAYS: [u32; 128] = {
        let mut days = [0; 128];
        let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut month = 0;
        while month < lengths.len() {
            days[month + 1] = (u32::MAX >> (31 - lengths[month])) & !1;
            month += 1;
        }
        days
    };
    let in_month = (day < 32) & (month < 128) & (DAYS[(month & 127) as usize] >> (day & 31) & 1 == 1);
    let is_29_february = (month == 2) & (day == 29);
    in_month & !(is_29_february & (year_of_century & 3 != 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng, rngs::StdRng};

    fn check(text: &str, expect: Result<(u32, Sex, u8, u8, u8, u16), NikFault>) {
        let found = Nik::parse(text, RegionSet::RealAndSynthetic)
            .map(|n| (n.region(), n.sex(), n.day(), n.month(), n.year_of_century(), n.serial()));
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn accepted() {
        check("9901011705900001", Ok((990_101, Sex::Male, 17, 5, 90, 1)));
        check("9901015705900010", Ok((990_101, Sex::Female, 17, 5, 90, 10)));
        check("9979997112999999", Ok((997_999, Sex::Female, 31, 12, 99, 9999)));
        // 2000 was a leap year and 1900 was not; 04 is one in either century.
        check("9901012902000001", Ok((990_101, Sex::Male, 29, 2, 0, 1)));
        check("9901016902040001", Ok((990_101, Sex::Female, 29, 2, 4, 1)));
    }

    #[test]
    fn malformed() {
        for text in [
            "",
            "990101170590000",
            "99010117059000011",
            "990101170590000a",
            "9901-0117-0590-0001",
            " 990101170590001",
            "990101170590001\u{a0}",
            "９９０１０１１７０５９００００１",
            "990101170590000:",
            "99010117059000/1",
            "٩٩٠١٠١١٧",
        ] {
            check(text, Err(NikFault::Malformed));
        }
    }

    #[test]
    fn impossible_region_date_or_serial() {
        for region in ["000000", "100101", "990001", "997001", "998001", "990100"] {
            check(&format!("{region}1705900001"), Err(NikFault::Region));
        }
        for date in [
            "000590", "320590", "390590", "400590", "720590", "990590", "170090", "171390", "310490",
            "300290", "290290", "310690", "710490", "700290",
        ] {
            check(&format!("990101{date}0001"), Err(NikFault::Date));
        }
        check("9901011705900000", Err(NikFault::Serial));
    }

    #[test]
    fn synthetic_regions_only_where_asked_for() {
        assert_eq!(Nik::parse("9901011705900001", RegionSet::Real), Err(NikFault::Region));
        assert!(Nik::parse("3171011705909001", RegionSet::Real).is_ok());
    }

    /// The word-wise reader against the plainest one.
    #[test]
    fn digits_agree_with_the_plain_reader() {
        let mut rng = StdRng::seed_from_u64(7);
        for _ in 0..200_000 {
            let mut bytes: [u8; 16] = std::array::from_fn(|_| rng.random_range(b'0'..=b'9'));
            if rng.random_bool(0.5) {
                bytes[rng.random_range(0..16)] = rng.random_range(0..128);
            }
            let text = std::str::from_utf8(&bytes).unwrap();
            let plain = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().unwrap());
            assert_eq!(parse_sixteen_digits(text), plain, "{text:?}");
        }
    }

    #[test]
    fn compose_is_read_back() {
        let birth: Date = "2000-02-29".parse().unwrap();
        for sex in [Sex::Male, Sex::Female] {
            let nik = Nik::compose(990_101, birth, sex, 17, RegionSet::RealAndSynthetic).unwrap();
            assert_eq!(Nik::parse(&nik.expose(), RegionSet::RealAndSynthetic), Ok(nik));
            assert_eq!((nik.sex(), nik.serial()), (sex, 17));
            assert!(nik.agrees_with(birth));
            assert!(!nik.agrees_with("2000-02-28".parse().unwrap()));
        }
        assert_eq!(Nik::compose(990_101, birth, Sex::Male, 0, RegionSet::RealAndSynthetic), None);
        assert_eq!(Nik::compose(990_101, birth, Sex::Male, 1, RegionSet::Real), None);
    }

    #[test]
    fn it_never_prints_in_full() {
        let nik = Nik::parse("9901011705900001", RegionSet::RealAndSynthetic).unwrap();
        assert_eq!(format!("{nik:?}"), "Nik(9901**********01)");
        assert_eq!(mask("1234"), "****");
    }
}
