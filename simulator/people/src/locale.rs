//! The Indonesian locale of crate `fake`: its lists are those of `data/`, cut into names when this crate is compiled.
//!
//! [`Indonesian`] is for whoever writes `Name(Indonesian).fake()`; a population draws from [`Men`] and [`Women`], because names
//! there follow sex and province.

use fake::locales::Data;

/// Indonesian names, telephone numbers and places for `fake`'s own fakers. Numbers have a prefix that no operator has, addresses a
/// host that nobody can own.
#[derive(Clone, Copy, Debug)]
pub struct Indonesian;

/// Given names of men, last names of both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Men;

/// Given names of women, last names that only women bear.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Women;

const MALE: &str = include_str!("../data/given_male.txt");
const FEMALE: &str = include_str!("../data/given_female.txt");
const GIVEN: &str = concat!(include_str!("../data/given_male.txt"), include_str!("../data/given_female.txt"));
const FAMILY: &str = include_str!("../data/family.txt");
const FAMILY_FEMALE: &str = include_str!("../data/family_female.txt");

impl Data for Indonesian {
    const NAME_FIRST_NAME: &'static [&'static str] = &lines::<{ count(GIVEN) }>(GIVEN);
    const NAME_LAST_NAME: &'static [&'static str] = Men::NAME_LAST_NAME;
    const NAME_TITLE: &'static [&'static str] = &["Dr.", "Drs.", "Dra.", "Ir.", "H.", "Hj.", "drg.", "Prof."];
    const NAME_SUFFIX: &'static [&'static str] =
        &["S.Kom.", "S.Pd.", "S.H.", "S.E.", "M.Pd.", "M.Si.", "A.Md.", "A.Md.Keb."];
    const PHONE_NUMBER_FORMATS: &'static [&'static str] = Self::PHONE_CELL_NUMBER_FORMATS;
    const PHONE_CELL_NUMBER_FORMATS: &'static [&'static str] =
        &["084#########", "084##########", "+6284#########"];
    const INTERNET_FREE_EMAIL_PROVIDER: &'static [&'static str] = &["contoh.example"];
    const INTERNET_DOMAIN_SUFFIX: &'static [&'static str] = &["example"];
    const ADDRESS_COUNTRY: &'static [&'static str] = &["Indonesia"];
    const ADDRESS_COUNTRY_CODE: &'static [&'static str] = &["ID"];
    const ADDRESS_TIME_ZONE: &'static [&'static str] = &["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"];
}

impl Data for Men {
    const NAME_FIRST_NAME: &'static [&'static str] = &lines::<{ count(MALE) }>(MALE);
    const NAME_LAST_NAME: &'static [&'static str] = &lines::<{ count(FAMILY) }>(FAMILY);
}

impl Data for Women {
    const NAME_FIRST_NAME: &'static [&'static str] = &lines::<{ count(FEMALE) }>(FEMALE);
    const NAME_LAST_NAME: &'static [&'static str] = &lines::<{ count(FAMILY_FEMALE) }>(FAMILY_FEMALE);
}

/// How many lines `text` has, each of which ends.
const fn count(text: &str) -> usize {
    let (bytes, mut at, mut found) = (text.as_bytes(), 0, 0);
    while at < bytes.len() {
        if bytes[at] == b'\n' {
            found += 1;
        }
        at += 1;
    }
    found
}

/// The lines of `text`. A constant function has no iterators.
const fn lines<const COUNT: usize>(text: &'static str) -> [&'static str; COUNT] {
    let mut lines = [""; COUNT];
    let (bytes, mut start, mut at, mut found) = (text.as_bytes(), 0, 0, 0);
    while at < bytes.len() {
        if bytes[at] == b'\n' {
            lines[found] = text.split_at(at).0.split_at(start).1;
            found += 1;
            start = at + 1;
        }
        at += 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::name::Name;

    #[test]
    fn every_name_of_the_lists_is_one() {
        let check = |list: &[&str], count: usize| {
            assert_eq!(list.len(), count);
            for name in list {
                assert!(Name::parse(format!("{name} {name}")).is_ok(), "{name:?}");
            }
        };
        check(Men::NAME_FIRST_NAME, 487);
        check(Women::NAME_FIRST_NAME, 219);
        check(Men::NAME_LAST_NAME, 104);
        check(Women::NAME_LAST_NAME, 69);
        check(Indonesian::NAME_FIRST_NAME, 487 + 219);
        assert_eq!(Indonesian::NAME_FIRST_NAME[487], Women::NAME_FIRST_NAME[0]);
    }
}
