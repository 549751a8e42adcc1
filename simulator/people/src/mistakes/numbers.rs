//! Sixteen digits gone wrong: NIK and KK numbers that are mistyped, impossible, nobody's or out of date.

use crate::names::pick;
use crate::population::{Person, Population};
use crate::regions::could_be_real;
use domain::{Date, Kk, Nik, RegionSet};
use rand::{Rng, RngExt};

/// Serials from here on are nobody's: first and second ones end far below, those of real districts too, which begin at 9000.
const UNUSED_SERIALS: u16 = 9_900;

/// How often a mistake is made anew because it has hit somebody's number.
const ATTEMPTS: usize = 64;

/// How people mistype a long number. Single substitutions are most of all errors, neighbours swapped the next, twin errors rare
/// (Verhoeff, "Error detecting decimal codes", 1969).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slip {
    /// A digit becomes another.
    Substituted,
    /// Two different neighbours change places.
    Transposed,
    /// Two equal neighbours become two others: 11 for 77.
    TwinDigits,
    /// A digit is missing.
    Omitted,
    /// A digit stands there twice, or one more than there should be.
    Inserted,
    /// Pasted, with separators or a no-break space.
    Pasted,
    /// Digits of another script.
    OtherScript,
}

/// `number`, sixteen digits, as somebody types it who makes this slip. It is always another text than `number`; where it has no equal
/// neighbours, a twin error becomes a substitution, and where it has equal digits only, a transposition does.
pub(crate) fn slipped(rng: &mut impl Rng, number: &str, slip: Slip) -> String {
    let at = rng.random_range(0..number.len());
    let mut typed = number.to_owned();
    match slip {
        Slip::Substituted => substitute(rng, &mut typed, at, 1),
        Slip::Transposed => match neighbours(rng, number, |one, other| one != other) {
            Some(at) => {
                typed.replace_range(at..at + 2, &format!("{}{}", &number[at + 1..at + 2], &number[at..=at]));
            }
            None => substitute(rng, &mut typed, at, 1),
        },
        Slip::TwinDigits => match neighbours(rng, number, |one, other| one == other) {
            Some(at) => substitute(rng, &mut typed, at, 2),
            None => substitute(rng, &mut typed, at, 1),
        },
        Slip::Omitted => drop(typed.remove(at)),
        Slip::Inserted if rng.random() => typed.insert_str(at, &number[at..=at]),
        Slip::Inserted => typed.insert_str(at, &rng.random_range(0..10).to_string()),
        Slip::Pasted if rng.random_range(0..4) == 0 => typed.push('\u{a0}'),
        Slip::Pasted => {
            return [&number[..6], &number[6..12], &number[12..]].join(pick(rng, &["-", " ", ".", "\u{a0}"]));
        }
        Slip::OtherScript => {
            let zero = pick(rng, &DIGIT_ZEROES);
            return number.bytes().map(|digit| other_script(zero, digit)).collect();
        }
    }
    typed
}

/// Zeroes of full-width, Arabic-Indic and Javanese digits, each followed by its other nine in Unicode.
const DIGIT_ZEROES: [u32; 3] = [0xff10, 0x0660, 0xa9d0];

fn other_script(zero: u32, digit: u8) -> char {
    char::from_u32(zero + u32::from(digit - b'0')).expect("ten digits follow each zero")
}

/// From `at` on, `len` times another digit than stands there.
fn substitute(rng: &mut impl Rng, typed: &mut String, at: usize, len: usize) {
    let digit = typed.as_bytes()[at] - b'0';
    let other = (digit + rng.random_range(1..10)) % 10;
    typed.replace_range(at..at + len, &other.to_string().repeat(len));
}

/// Where two neighbours are such that `fits`; one of the places by chance.
fn neighbours(rng: &mut impl Rng, number: &str, fits: impl Fn(u8, u8) -> bool) -> Option<usize> {
    let digits = number.as_bytes();
    let places: Vec<usize> = (0..digits.len() - 1).filter(|&at| fits(digits[at], digits[at + 1])).collect();
    (!places.is_empty()).then(|| pick(rng, &places))
}

/// No longer sixteen ASCII digits, in any way: by a slip, or with a letter in the place of a digit.
pub(crate) fn malformed(rng: &mut impl Rng, number: &str) -> String {
    let slips = [Slip::Omitted, Slip::Inserted, Slip::Pasted, Slip::OtherScript];
    match rng.random_range(0..=slips.len()) {
        4 => {
            let at = rng.random_range(0..number.len());
            let mut typed = number.to_owned();
            typed.replace_range(at..=at, pick(rng, &["O", "o", "l", "I", "B"]));
            typed
        }
        slip => slipped(rng, number, slips[slip]),
    }
}

/// The NIK as somebody types it who makes this slip, and not the NIK of somebody else: whose number it is decides what becomes of
/// them, and that should not depend on who came before.
pub(crate) fn slipped_nik(rng: &mut impl Rng, nik: Nik, slip: Slip, population: &Population) -> String {
    let number = nik.expose();
    let mut typed = std::iter::repeat_with(|| slipped(rng, &number, slip)).take(ATTEMPTS);
    let harmless = |text: &String| {
        Nik::parse(text, RegionSet::RealAndSynthetic).map_or(true, |nik| is_nobodys(nik, population))
    };
    let found = typed.find(harmless);
    // Somebody has each of them: then the first digits, which no region has.
    found.unwrap_or_else(|| format!("00{}", &number[2..]))
}

/// Whether nobody has `nik`, in this population or in the country.
fn is_nobodys(nik: Nik, population: &Population) -> bool {
    !could_be_real(nik.region(), nik.serial()) && population.index_of(nik).is_none()
}

/// The number of a family card as somebody types it who makes this slip, and not a number that a family of the country could have.
pub(crate) fn slipped_kk(rng: &mut impl Rng, kk: &str, slip: Slip) -> String {
    let mut typed = std::iter::repeat_with(|| slipped(rng, kk, slip)).take(ATTEMPTS);
    let harmless = |text: &String| {
        let is_known = Kk::parse(text).is_ok_and(|kk| kk.region_is_known(RegionSet::Real));
        let code = text.get(0..6).and_then(|digits| digits.parse().ok());
        let serial = text.get(12..16).and_then(|digits| digits.parse().ok());
        !is_known || !code.zip(serial).is_some_and(|(code, serial)| could_be_real(code, serial))
    };
    typed.find(harmless).unwrap_or_else(|| format!("00{}", &kk[2..]))
}

/// `nik` with a date of birth that no calendar has.
pub(crate) fn impossible_date(rng: &mut impl Rng, nik: &str) -> String {
    let (place, digits) = match rng.random_range(0..4) {
        // 31 February and its like, of men and of women.
        0 => (6, pick(rng, &["3102", "3002", "3104", "3106", "7102", "7002", "7109", "7111"]).to_owned()),
        // Between the days of men and those of women, and beyond both.
        1 => (6, rng.random_range(32..=40).to_string()),
        2 => (6, rng.random_range(72..=99).to_string()),
        _ => (8, pick(rng, &["00", "13", "21", "99"]).to_owned()),
    };
    with(nik, place, &digits)
}

/// Sixteen digits that cannot be a NIK: an impossible date, a regency or district that province 99 lacks, or serial 0000.
pub(crate) fn invalid_nik(rng: &mut impl Rng, nik: &str) -> String {
    match rng.random_range(0..6) {
        0 => with(nik, 0, pick(rng, &["990001", "997001", "998001", "999901", "990100", "997100"])),
        1 => with(nik, 12, "0000"),
        _ => impossible_date(rng, nik),
    }
}

fn with(number: &str, place: usize, digits: &str) -> String {
    let mut typed = number.to_owned();
    typed.replace_range(place..place + digits.len(), digits);
    typed
}

/// A NIK that could be somebody's and is nobody's: a digit mistyped or two neighbours transposed, so that the form stays possible.
pub(crate) fn unknown_nik(rng: &mut impl Rng, nik: Nik, population: &Population) -> Nik {
    let number = nik.expose();
    // Three in four typing errors hit another digit, the rest swap neighbours.
    let slips = [Slip::Substituted, Slip::Substituted, Slip::Substituted, Slip::Transposed];
    let mistyped = std::iter::repeat_with(|| {
        let slip = pick(rng, &slips);
        slipped(rng, &number, slip)
    })
    .take(ATTEMPTS);
    let mut possible = mistyped.filter_map(|text| Nik::parse(&text, RegionSet::RealAndSynthetic).ok());
    let province = nik.region() / 10_000;
    let nobodys = possible.find(|nik| nik.region() / 10_000 == province && is_nobodys(*nik, population));
    nobodys.unwrap_or_else(|| {
        let text = format!("{}{}", &nik.expose()[..12], UNUSED_SERIALS + nik.serial() % 100);
        Nik::parse(&text, RegionSet::RealAndSynthetic)
            .expect("only the serial of a NIK was changed, to another over 0")
    })
}

/// A card that the person had before.
pub(crate) fn stale_card(rng: &mut impl Rng, person: &Person, population: &Population) -> Kk {
    loop {
        let card = population.card(rng, person.nik.region());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed::{Purpose, generator};

    /// Each slip, a thousand times: what it leaves of the number.
    fn check(slip: Slip, number: &str, holds: impl Fn(&str) -> bool) {
        let mut rng = generator(3, Purpose::Mistake, 0);
        for _ in 0..1_000 {
            let typed = slipped(&mut rng, number, slip);
            assert!(typed != number && holds(&typed), "{slip:?} of {number} gives {typed}");
        }
    }

    fn differing(typed: &str, number: &str) -> Vec<usize> {
        let places = typed.bytes().zip(number.bytes()).enumerate();
        places.filter(|(_, (one, other))| one != other).map(|(at, _)| at).collect()
    }

    #[test]
    fn slips() {
        const NIK: &str = "9901011705000010";
        let digits = |typed: &str, len| typed.len() == len && typed.bytes().all(|b| b.is_ascii_digit());
        check(Slip::Substituted, NIK, |typed| digits(typed, 16) && differing(typed, NIK).len() == 1);
        check(Slip::Transposed, NIK, |typed| {
            let places = differing(typed, NIK);
            let sorted = |text: &str| {
                let mut bytes = text.as_bytes().to_vec();
                bytes.sort_unstable();
                bytes
            };
            places.len() == 2 && places[1] == places[0] + 1 && sorted(typed) == sorted(NIK)
        });
        check(Slip::TwinDigits, NIK, |typed| {
            let places = differing(typed, NIK);
            places.len() == 2 && typed.as_bytes()[places[0]] == typed.as_bytes()[places[1]]
        });
        check(Slip::TwinDigits, "9898989898989898", |typed| digits(typed, 16));
        check(Slip::Transposed, "7777777777777777", |typed| digits(typed, 16));
        check(Slip::Omitted, NIK, |typed| digits(typed, 15));
        check(Slip::Inserted, NIK, |typed| digits(typed, 17));
        check(Slip::Pasted, NIK, |typed| {
            typed.chars().filter(char::is_ascii_digit).collect::<String>() == NIK
        });
        check(Slip::OtherScript, NIK, |typed| {
            typed.chars().count() == 16 && typed.chars().all(|c| c.is_numeric() && !c.is_ascii())
        });
    }
}
