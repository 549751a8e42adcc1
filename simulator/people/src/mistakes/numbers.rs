//! Sixteen digits gone wrong: NIK and KK numbers that are mistyped, impossible, nobody's or out of date.

use crate::names::pick;
use crate::population::{Person, Population};
use domain::{Date, Kk, Nik, RegionSet};
use rand::{Rng, RngExt};

/// Serials from here on are nobody's: levels of the population end far below.
const UNUSED_SERIALS: u16 = 9_000;

/// No longer sixteen ASCII digits: one left out, one doubled, pasted with a no-break space or a separator, full-width digits, or a
/// letter in the place of a digit.
pub(crate) fn malformed(rng: &mut impl Rng, number: &str) -> String {
    let at = rng.random_range(0..number.len());
    let mut typed = number.to_owned();
    match rng.random_range(0..6) {
        0 => drop(typed.remove(at)),
        1 => typed.insert_str(at, &number[at..=at]),
        2 => typed.push('\u{a0}'),
        3 => return number.bytes().map(full_width).collect(),
        4 => typed.replace_range(at..=at, pick(rng, &["O", "o", "l", "I", "B"])),
        _ => return [&number[..6], &number[6..12], &number[12..]].join(pick(rng, &["-", " ", "."])),
    }
    typed
}

/// Sixteen digits that cannot be a NIK: a day that the month doesn't have, a day or month that there is not, a regency or district
/// that province 99 lacks, or serial 0000.
pub(crate) fn invalid_nik(rng: &mut impl Rng, nik: &str) -> String {
    let (place, digits) = match rng.random_range(0..6) {
        // 31 February and its like, of men and of women.
        0 => (6, pick(rng, &["3102", "3002", "3104", "3106", "7102", "7002", "7109", "7111"]).to_owned()),
        // Between the days of men and those of women, and beyond both.
        1 => (6, rng.random_range(32..=40).to_string()),
        2 => (6, rng.random_range(72..=99).to_string()),
        3 => (8, pick(rng, &["00", "13", "21", "99"]).to_owned()),
        4 => (2, pick(rng, &["0001", "7001", "8001", "9901", "0100", "7100"]).to_owned()),
        _ => (12, "0000".to_owned()),
    };
    let mut typed = nik.to_owned();
    typed.replace_range(place..place + digits.len(), &digits);
    typed
}

/// A NIK that could be somebody's and is nobody's: a digit mistyped or two neighbours transposed, so that the form stays possible.
pub(crate) fn unknown_nik(rng: &mut impl Rng, nik: Nik, population: &Population) -> Nik {
    const ATTEMPTS: usize = 64;
    let mistyped = std::iter::repeat_with(|| mistyped(rng, &nik.expose())).take(ATTEMPTS);
    let mut possible = mistyped.filter_map(|text| Nik::parse(&text, RegionSet::RealAndSynthetic).ok());
    let nobodys = possible.find(|nik| nik.region() / 10_000 == 99 && population.index_of(*nik).is_none());
    nobodys.unwrap_or_else(|| {
        let text = format!("{}{}", &nik.expose()[..12], UNUSED_SERIALS + nik.serial() % 1_000);
        Nik::parse(&text, RegionSet::RealAndSynthetic)
            .expect("only the serial of a NIK was changed, to another over 0")
    })
}

/// A card that the person had before.
pub(crate) fn stale_card(rng: &mut impl Rng, person: &Person, population: &Population) -> Kk {
    loop {
        let card = population.card(rng, person.nik);
        if card != person.kk {
            return card;
        }
    }
}

/// The NIK that the same person would have if they had been born on `birth`.
pub(crate) fn nik_of_birth(nik: Nik, birth: Date) -> String {
    Nik::compose(nik.region(), birth, nik.sex(), nik.serial(), RegionSet::RealAndSynthetic)
        .expect("region and serial are of a NIK, and ages are of this century and the last")
        .expose()
}

/// Three in four typing errors hit another digit, the rest swap neighbours.
fn mistyped(rng: &mut impl Rng, number: &str) -> String {
    let mut digits = number.as_bytes().to_vec();
    if rng.random_bool(0.75) {
        let at = rng.random_range(0..digits.len());
        digits[at] = b'0' + (digits[at] - b'0' + rng.random_range(1..10)) % 10;
    } else {
        let at = rng.random_range(1..digits.len());
        digits.swap(at - 1, at);
    }
    digits.into_iter().map(char::from).collect()
}

fn full_width(digit: u8) -> char {
    const ZERO: u32 = 0xff10;
    char::from_u32(ZERO + u32::from(digit - b'0')).expect("U+FF10 to U+FF19 are the full-width digits")
}
