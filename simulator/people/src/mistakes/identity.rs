//! Name, date of birth and contact gone wrong.

use crate::applicant::IdentityForm;
use crate::cells::MARGIN_DAYS;
use crate::names::{FamilyName, FullName, pick};
use crate::population::{Person, Population};
use chrono::{Datelike, Days};
use domain::name::Name;
use domain::{Date, Limits};
use fake::Fake;
use rand::{Rng, RngExt};

/// How a name is another than the register's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NameSlip {
    /// The first word is a letter and a full stop.
    Abbreviated,
    /// The last word is missing.
    Shortened,
    /// The words stand the other way round.
    Swapped,
    /// It is somebody else's.
    OfAnother,
}

impl NameSlip {
    pub(crate) const ALL: [NameSlip; 4] =
        [NameSlip::Swapped, NameSlip::Shortened, NameSlip::Abbreviated, NameSlip::OfAnother];
}

/// A name that is not the person's by the rule of the register. Where the slip leaves it the same, as it does with most names of one
/// word, it is another name altogether.
pub(crate) fn other_name(rng: &mut impl Rng, person: &Person, slip: NameSlip) -> String {
    let words: Vec<&str> = person.full_name.split(' ').collect();
    let variant = match slip {
        NameSlip::Swapped => words.iter().rev().copied().collect::<Vec<_>>().join(" "),
        NameSlip::Shortened => words[..words.len() - 1].join(" "),
        NameSlip::Abbreviated => format!("{}. {}", &words[0][..1], words[1..].join(" ")),
        NameSlip::OfAnother => another_name(rng, person),
    };
    if differs(&variant, &person.full_name) {
        return variant;
    }
    loop {
        let other = another_name(rng, person);
        if differs(&other, &person.full_name) {
            return other;
        }
    }
}

fn another_name(rng: &mut impl Rng, person: &Person) -> String {
    let region = person.nik.region();
    FullName { sex: person.sex, region, family: FamilyName { region }.fake_with_rng(rng) }.fake_with_rng(rng)
}

/// The same name by the rule of the register, written in another way: capitals, small letters, more space, a full stop behind a word,
/// or another apostrophe.
pub(crate) fn other_writing(rng: &mut impl Rng, name: &str) -> String {
    match rng.random_range(0..5) {
        0 => name.to_uppercase(),
        1 => name.to_lowercase(),
        2 => format!(" {} ", name.replace(' ', "  ")),
        3 if name.contains('\'') => name.replace('\'', pick(rng, &["’", "`", ""])),
        _ => format!("{name}."),
    }
}

/// The address or the number of somebody else, spelled in another way; it is still theirs.
pub(crate) fn take_contact(rng: &mut impl Rng, form: &mut IdentityForm, of: &Person) {
    let (name, host) = of.email.split_once('@').expect("every address has a host");
    let national = of.phone.strip_prefix('0').expect("numbers of people begin with 084");
    match rng.random_range(0..6) {
        0 => form.email = of.email.to_uppercase(),
        1 => form.email = format!("{name}+cpns@{host}"),
        2 => form.email = format!(" {}@{host} ", name.to_uppercase()),
        3 => form.phone = format!("+62{national}"),
        4 => form.phone = format!("62 {}-{}", &national[..3], &national[3..]),
        _ => form.phone = format!("({}) {}.{}", &of.phone[..4], &of.phone[4..8], &of.phone[8..]),
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
pub(crate) fn ineligible_birth_date(
    rng: &mut impl Rng,
    population: &Population,
    limits: &Limits,
    too_young: bool,
) -> Date {
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
