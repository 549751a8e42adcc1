//! Name, date of birth and contact gone wrong.

use crate::applicant::IdentityForm;
use crate::cells::MARGIN_DAYS;
use crate::names::{self, pick};
use crate::population::{Person, Population};
use chrono::{Datelike, Days};
use domain::name::Name;
use domain::{Date, Limits};
use rand::{Rng, RngExt};

/// A name that is not the person's by the rule of the register: words swapped, the last one left out, the first one abbreviated,
/// or another name altogether.
pub(crate) fn other_name(rng: &mut impl Rng, person: &Person) -> String {
    let words: Vec<&str> = person.full_name.split(' ').collect();
    let variant = match rng.random_range(0..4) {
        0 => words.iter().rev().copied().collect::<Vec<_>>().join(" "),
        1 => words[..words.len() - 1].join(" "),
        2 => format!("{}. {}", &words[0][..1], words[1..].join(" ")),
        _ => names::full_name(rng, person.sex),
    };
    if differs(&variant, &person.full_name) {
        return variant;
    }
    loop {
        let other = names::full_name(rng, person.sex);
        if differs(&other, &person.full_name) {
            return other;
        }
    }
}

/// Academic and religious titles, in front and behind.
pub(crate) fn with_title(rng: &mut impl Rng, name: &str) -> String {
    match rng.random_range(0..3) {
        0 => format!("{} {name}", pick(rng, &["Dr.", "Drs.", "Dra.", "Ir.", "H.", "Hj.", "drg.", "Prof."])),
        1 => format!("{name}, {}", pick(rng, &["S.Kom.", "S.Pd.", "M.Pd.", "S.E., M.M.", "A.Md.Keb.", "ST"])),
        _ => format!("{name} {}", pick(rng, &["S.Kom", "S.H.", "M.Si.", "S.Pd.I", "A.Md"])),
    }
}

/// Another date than `birth` of the right age: day and month swapped, a day, a month or a year off.
pub(crate) fn other_birth_date(rng: &mut impl Rng, birth: Date, population: &Population) -> Date {
    let variant = match rng.random_range(0..4) {
        0 => Date::from_ymd_opt(birth.year(), birth.day(), birth.month()),
        1 => birth.checked_add_days(Days::new(1)),
        2 => birth.with_year(birth.year() - 1),
        _ => birth.checked_sub_days(Days::new(rng.random_range(2..=31))),
    };
    let fits = |date: &Date| *date != birth && population.has_birth_date(*date);
    if let Some(date) = variant.filter(fits) {
        return date;
    }
    loop {
        let date = population.any_birth_date(rng);
        if fits(&date) {
            return date;
        }
    }
}

/// A date of somebody too young or too old, also some days before and after the reference date.
pub(crate) fn ineligible_birth_date(rng: &mut impl Rng, population: &Population, limits: &Limits) -> Date {
    let too_young = rng.random();
    let years = if too_young { limits.age_years_min } else { limits.age_years_max };
    let reference = population.reference();
    // Two days more than the margin, for 29 February.
    let away = Days::new(MARGIN_DAYS + 2 + rng.random_range(1..=1_200));
    let birthday = domain::time::birthday(reference, -years).unwrap_or(reference);
    if too_young { birthday + away } else { birthday - away }
}

/// Either the telephone number or the address can't be one.
pub(crate) fn spoil_contact(rng: &mut impl Rng, form: &mut IdentityForm) {
    match rng.random_range(0..7) {
        0 => form.phone.truncate(7),
        1 => form.phone = format!("021{}", &form.phone[4..]),
        2 => form.phone.replace_range(5..6, "o"),
        3 => form.email = form.email.replace('@', ""),
        4 => form.email = form.email.replace(".example", ""),
        5 => form.email.insert(2, ' '),
        _ => form.email.push_str("@contoh.example"),
    }
}

fn differs(name: &str, from: &str) -> bool {
    match (Name::parse(name), Name::parse(from)) {
        (Ok(name), Ok(from)) => !name.is_same_as(&from),
        _ => false,
    }
}
