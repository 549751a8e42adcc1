//! The regions that a NIK or a KK number may begin with: six digits for province, regency or city, district.
//!
//! Codes are Kemendagri's, never those of BPS, which numbers the same places otherwise (its province 91 is
//! Kemendagri's 92). Withdrawn codes stay in: a NIK is never renumbered, so whoever was registered in Papua
//! before 2022 keeps a code that no table in force has. Synthetic people are from province 99, which exists
//! nowhere.

mod names;
mod table;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use names::{
    RegionName, Status, name, real_districts, regencies, status, synthetic_regencies, withdrawn_districts,
};

/// Which districts count as existing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegionSet {
    /// Every district that Kemendagri has numbered since 2016, in force or withdrawn.
    Real,
    /// Those, and the districts of province 99, see [`synthetic_region`].
    RealAndSynthetic,
}

impl RegionSet {
    /// Whether the district `code` (province, regency, district: `317101`) is in the set. Any number may be
    /// asked for; what has more than six digits is in neither set.
    #[inline]
    #[must_use]
    pub const fn contains(self, code: u32) -> bool {
        code <= 999_999 && self.has(code / 100, code % 100)
    }

    /// The same of three numbers of two digits; `false` where one is above 99, or not to be relied on.
    #[inline]
    pub(crate) const fn contains_pairs(self, province: u8, regency: u8, district: u8) -> bool {
        self.has(province as u32 * 100 + regency as u32, district as u32)
    }

    #[inline]
    const fn has(self, regency: u32, district: u32) -> bool {
        let place = if regency < 10_000 { regency as usize } else { 0 };
        let districts = DISTRICTS[SLOTS[place] as usize];
        let word = if district & 64 == 0 { districts[0] } else { districts[1] };
        let is_wanted =
            (place / 100 != SYNTHETIC_PROVINCE as usize) | matches!(self, RegionSet::RealAndSynthetic);
        (word >> (district & 63) & 1 == 1) & is_wanted
    }
}

/// A number of six digits, in the form of a region code. Whether such a district exists is another question:
/// [`RegionSet::contains`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode(u32);

impl RegionCode {
    /// `None` above 999,999.
    #[must_use]
    pub const fn new(code: u32) -> Option<RegionCode> {
        if code <= 999_999 { Some(RegionCode(code)) } else { None }
    }

    /// All six digits as a number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The first two digits.
    #[must_use]
    pub const fn province(self) -> u32 {
        self.0 / 10_000
    }

    /// The first four digits: a regency is numbered within its province.
    #[must_use]
    pub const fn regency(self) -> u32 {
        self.0 / 100
    }

    /// The last two digits.
    #[must_use]
    pub const fn district(self) -> u32 {
        self.0 % 100
    }
}

impl std::fmt::Display for RegionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

/// Slot in [`DISTRICTS`] by the first four digits. Slot 0 is a regency without districts, for codes that were
/// never given, so that a look-up is two loads and a bit test without a branch between them.
static SLOTS: [u16; 10_000] = slots();

/// Bit n of a slot's 128, counted from the first word, is set where district n exists. Behind those of the table stands one for all
/// synthetic regencies, which have the same districts.
static DISTRICTS: [[u64; 2]; table::DISTRICTS.len() + 2] = districts();

const fn slots() -> [u16; 10_000] {
    let mut slots = [0; 10_000];
    let mut slot: u16 = 0;
    while (slot as usize) < table::REGENCIES.len() {
        slots[table::REGENCIES[slot as usize] as usize] = slot + 1;
        slot += 1;
    }
    let mut at = 0;
    while at < SYNTHETIC_REGENCY_COUNT {
        slots[synthetic_regency(at) as usize] = slot + 1;
        at += 1;
    }
    slots
}

const fn districts() -> [[u64; 2]; table::DISTRICTS.len() + 2] {
    let mut districts = [[0; 2]; table::DISTRICTS.len() + 2];
    let mut at = 0;
    while at < table::DISTRICTS.len() {
        districts[at + 1] = words(table::DISTRICTS[at]);
        at += 1;
    }
    // Districts 01 to 99.
    districts[at + 1] = words((1 << (DISTRICTS_EACH + 1)) - 2);
    districts
}

#[expect(clippy::cast_possible_truncation, reason = "each word is a half")]
const fn words(bits: u128) -> [u64; 2] {
    [bits as u64, (bits >> 64) as u64]
}

/// Number of synthetic districts: 69 regencies (01-69) and 9 cities (71-79), each with districts 01-99.
pub const SYNTHETIC_REGION_COUNT: u32 = SYNTHETIC_REGENCY_COUNT * DISTRICTS_EACH;

const SYNTHETIC_PROVINCE: u32 = 99;
const SYNTHETIC_KABUPATEN_COUNT: u32 = 69;
const SYNTHETIC_REGENCY_COUNT: u32 = SYNTHETIC_KABUPATEN_COUNT + 9;
const DISTRICTS_EACH: u32 = 99;

/// The synthetic district `index` of province 99, in the order of the codes: 0 is 990101, 7,721 is 997999.
///
/// # Panics
/// Where `index` is not under [`SYNTHETIC_REGION_COUNT`].
#[must_use]
pub const fn synthetic_region(index: u32) -> u32 {
    assert!(index < SYNTHETIC_REGION_COUNT, "there are 7,722 synthetic regions");
    synthetic_regency(index / DISTRICTS_EACH) * 100 + index % DISTRICTS_EACH + 1
}

/// The inverse of [`synthetic_region`]; `None` for every code that is not synthetic.
#[inline]
#[must_use]
pub const fn synthetic_region_index(code: u32) -> Option<u32> {
    let regency = match code.wrapping_sub(SYNTHETIC_PROVINCE * 10_000) / 100 {
        kabupaten @ 1..=69 => kabupaten - 1,
        // 70 is no regency and no city.
        kota @ 71..=79 => kota - 2,
        _ => return None,
    };
    match code % 100 {
        0 => None,
        district => Some(regency * DISTRICTS_EACH + district - 1),
    }
}

/// Four digits of the synthetic regency or city number `at`, from 0.
const fn synthetic_regency(at: u32) -> u32 {
    let number = if at < SYNTHETIC_KABUPATEN_COUNT { at + 1 } else { at + 2 };
    SYNTHETIC_PROVINCE * 100 + number
}
