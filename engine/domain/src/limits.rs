//! What each year's rules allow: file sizes and formats, ages, captcha length, activation, as one table of profiles.
//!
//! Sizes were published in "KB", and nowhere whether that is 1,000 or 1,024 bytes; so a kilobyte is a setting.

use crate::document::{DocumentKind, Format};
use crate::time::{Date, birthday};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A year whose published rules apply, or `seed`: the rules common to 2021-2024, with activation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LimitsProfile {
    /// 2018: pas foto of 120 to 200 KB, captcha of eight characters.
    #[serde(rename = "2018")]
    Y2018,
    /// 2019.
    #[serde(rename = "2019")]
    Y2019,
    /// 2021: photos of at least 100 KB.
    #[serde(rename = "2021")]
    Y2021,
    /// 2023.
    #[serde(rename = "2023")]
    Y2023,
    /// 2024.
    #[serde(rename = "2024")]
    Y2024,
    /// The default.
    #[default]
    #[serde(rename = "seed")]
    Seed,
}

/// The rules of one profile, in bytes and years.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// The year that they were taken from.
    pub profile: LimitsProfile,
    /// Bytes of a "KB": 1,000 or 1,024.
    pub kilobyte_bytes: u32,
    /// Youngest age on the day of applying, in completed years.
    pub age_years_min: i32,
    /// The last day on which somebody is young enough is this birthday.
    pub age_years_max: i32,
    /// Characters of a captcha's answer.
    pub captcha_length: usize,
    /// Whether an account has to be activated.
    pub activation: bool,
    /// Fewest characters of a password.
    pub password_chars_min: usize,
    /// What becomes of a photo that isn't sharp.
    pub blurred: Blurred,
}

/// What becomes of a photo that isn't sharp enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blurred {
    /// It is taken, and marked for whoever looks at it later.
    Flag,
    /// It is refused with `photo-blurred`.
    Refuse,
}

/// The sizes and formats that one kind of document may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentLimits {
    /// Least size, in bytes.
    pub bytes_min: u32,
    /// Greatest size, in bytes: this many are still taken.
    pub bytes_max: u32,
    /// What it may be.
    pub formats: &'static [Format],
}

impl LimitsProfile {
    /// Every profile.
    pub const ALL: [LimitsProfile; 6] = [
        LimitsProfile::Y2018,
        LimitsProfile::Y2019,
        LimitsProfile::Y2021,
        LimitsProfile::Y2023,
        LimitsProfile::Y2024,
        LimitsProfile::Seed,
    ];

    /// The name in settings and answers.
    pub const fn name(self) -> &'static str {
        match self {
            LimitsProfile::Y2018 => "2018",
            LimitsProfile::Y2019 => "2019",
            LimitsProfile::Y2021 => "2021",
            LimitsProfile::Y2023 => "2023",
            LimitsProfile::Y2024 => "2024",
            LimitsProfile::Seed => "seed",
        }
    }

    /// The profile of this name.
    pub fn from_name(name: &str) -> Option<LimitsProfile> {
        LimitsProfile::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The rules of this profile, a KB being `kilobyte_bytes` bytes.
    pub const fn limits(self, kilobyte_bytes: u32) -> Limits {
        Limits {
            profile: self,
            kilobyte_bytes,
            age_years_min: 18,
            age_years_max: 35,
            captcha_length: if matches!(self, LimitsProfile::Y2018) { 8 } else { 4 },
            activation: matches!(self, LimitsProfile::Seed),
            password_chars_min: 8,
            blurred: Blurred::Flag,
        }
    }
}

impl fmt::Display for LimitsProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Limits {
    /// What a document of `kind` may be; `None` where the profile doesn't ask for it.
    pub const fn document(&self, kind: DocumentKind) -> Option<DocumentLimits> {
        use DocumentKind as Kind;
        use LimitsProfile as Year;
        const PHOTO: &[Format] = &[Format::Jpeg];
        const PAPER: &[Format] = &[Format::Pdf];
        const EITHER: &[Format] = &[Format::Pdf, Format::Jpeg, Format::Png];
        let (kb_min, kb_max, formats) = match (kind, self.profile) {
            (Kind::Swafoto, Year::Y2018) => (120, 200, PHOTO),
            (Kind::Ktp | Kind::Swafoto, Year::Y2021) => (100, 200, PHOTO),
            (Kind::Ktp | Kind::Swafoto, _) => (0, 200, PHOTO),
            (Kind::Ijazah, _) => (0, 800, PAPER),
            (Kind::Transkrip, _) => (0, 500, PAPER),
            (Kind::Pengalaman | Kind::Kk, Year::Y2018 | Year::Y2019) => return None,
            (Kind::Pengalaman | Kind::Kk, _) => (0, 800, EITHER),
        };
        Some(DocumentLimits {
            bytes_min: kb_min * self.kilobyte_bytes,
            bytes_max: kb_max * self.kilobyte_bytes,
            formats,
        })
    }

    /// Whether somebody born on `birth` may apply on `today`.
    pub fn age_is_eligible(&self, birth: Date, today: Date) -> bool {
        let old_enough = birthday(birth, self.age_years_min).is_some_and(|day| day <= today);
        let young_enough = birthday(birth, self.age_years_max).is_some_and(|day| today <= day);
        old_enough && young_enough
    }
}

impl Default for Limits {
    fn default() -> Limits {
        LimitsProfile::Seed.limits(1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_by_year() {
        let check = |profile: &str, kind, kilobyte, expect: Option<(u32, u32)>| {
            let limits = LimitsProfile::from_name(profile).unwrap().limits(kilobyte);
            assert_eq!(
                limits.document(kind).map(|l| (l.bytes_min, l.bytes_max)),
                expect,
                "{profile} {kind:?}"
            );
        };
        check("seed", DocumentKind::Ktp, 1_000, Some((0, 200_000)));
        check("seed", DocumentKind::Ktp, 1_024, Some((0, 204_800)));
        check("2018", DocumentKind::Swafoto, 1_000, Some((120_000, 200_000)));
        check("2021", DocumentKind::Swafoto, 1_000, Some((100_000, 200_000)));
        check("2024", DocumentKind::Ijazah, 1_000, Some((0, 800_000)));
        check("2019", DocumentKind::Kk, 1_000, None);
        assert_eq!(LimitsProfile::from_name("2020"), None);
    }

    #[test]
    fn age_on_the_day() {
        let check = |birth: &str, today: &str, expect| {
            let eligible = Limits::default().age_is_eligible(birth.parse().unwrap(), today.parse().unwrap());
            assert_eq!(eligible, expect, "{birth} on {today}");
        };
        check("2008-11-21", "2026-11-20", false);
        check("2008-11-21", "2026-11-21", true);
        check("1991-11-21", "2026-11-21", true);
        check("1991-11-21", "2026-11-22", false);
        check("2008-02-29", "2026-02-28", false);
        check("2008-02-29", "2026-03-01", true);
    }
}
