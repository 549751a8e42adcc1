//! Names in Indonesian patterns: one word or several, a clan's or a father's name behind or none, M. or Muh. in front, I Gede and
//! Ni Made of Bali, an apostrophe here and there. The lists stand in `data/`, with their source.

use domain::Sex;
use rand::{Rng, RngExt};
use std::sync::LazyLock;

static GIVEN_MALE: LazyLock<Vec<&str>> = LazyLock::new(|| lines(include_str!("../data/given_male.txt")));
static GIVEN_FEMALE: LazyLock<Vec<&str>> = LazyLock::new(|| lines(include_str!("../data/given_female.txt")));
static FAMILY: LazyLock<Vec<&str>> = LazyLock::new(|| lines(include_str!("../data/family.txt")));
static FAMILY_FEMALE: LazyLock<Vec<&str>> =
    LazyLock::new(|| lines(include_str!("../data/family_female.txt")));

/// What men named for the Prophet write in front, as often as they write it.
const MUHAMMAD: [&str; 6] = ["Muhammad", "Muhammad", "M.", "Muh.", "Mohamad", "Moch."];

/// Names with an apostrophe, which the lists lack: portals have refused them.
const APOSTROPHE_MALE: [&str; 4] = ["Ma'ruf", "Rif'an", "Sa'ad", "Syafi'i"];
const APOSTROPHE_FEMALE: [&str; 4] = ["Nur'aini", "Qur'ani", "Sa'diyah", "Rosi'ah"];

const BALI_MALE: [&str; 4] = ["I Gede", "I Made", "I Nyoman", "I Ketut"];
const BALI_FEMALE: [&str; 4] = ["Ni Luh", "Ni Made", "Ni Nyoman", "Ni Ketut"];

/// A full name, never with a title. How often each pattern occurs is an assumption: no count of them was published.
pub(crate) fn full_name(rng: &mut impl Rng, sex: Sex) -> String {
    let given = given(rng, sex);
    match rng.random_range(0..100) {
        0..12 => given.to_owned(),
        12..52 => format!("{given} {}", last(rng, sex)),
        52..76 => format!("{given} {}", second(rng, sex, given)),
        76..86 => format!("{given} {} {}", second(rng, sex, given), last(rng, sex)),
        86..93 if sex == Sex::Male => format!("{} {given}", pick(rng, &MUHAMMAD)),
        86..93 => format!("Siti {}", second(rng, sex, "Siti")),
        93..97 => {
            let apostrophe = if sex == Sex::Male { APOSTROPHE_MALE } else { APOSTROPHE_FEMALE };
            format!("{} {}", pick(rng, &apostrophe), last(rng, sex))
        }
        _ => {
            let order = if sex == Sex::Male { BALI_MALE } else { BALI_FEMALE };
            format!("{} {given}", pick(rng, &order))
        }
    }
}

/// The letters of a name's first long word in lower case, fit for an address.
pub(crate) fn slug(full_name: &str) -> String {
    let letters =
        |word: &str| word.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
    full_name.split(' ').map(letters).find(|word| word.len() > 2).unwrap_or_else(|| "warga".to_owned())
}

/// One of several.
pub(crate) fn pick<T: Copy>(rng: &mut impl Rng, list: &[T]) -> T {
    list[rng.random_range(0..list.len())]
}

fn given(rng: &mut impl Rng, sex: Sex) -> &'static str {
    pick(rng, if sex == Sex::Male { &GIVEN_MALE } else { &GIVEN_FEMALE })
}

/// Another given name than `first`.
fn second(rng: &mut impl Rng, sex: Sex, first: &str) -> &'static str {
    let list: &[&'static str] = if sex == Sex::Male { &GIVEN_MALE } else { &GIVEN_FEMALE };
    let at = rng.random_range(0..list.len());
    if list[at] == first { list[(at + 1) % list.len()] } else { list[at] }
}

/// Women bear either list's, most of them a name that is a woman's.
fn last(rng: &mut impl Rng, sex: Sex) -> &'static str {
    let womans = sex == Sex::Female && rng.random_bool(0.7);
    pick(rng, if womans { &FAMILY_FEMALE } else { &FAMILY })
}

fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed::{Purpose, generator};
    use domain::name::Name;
    use std::collections::BTreeSet;

    #[test]
    fn every_name_of_the_lists_is_one() {
        for (list, least) in [(&GIVEN_MALE, 400), (&GIVEN_FEMALE, 200), (&FAMILY, 100), (&FAMILY_FEMALE, 60)]
        {
            assert!(list.len() >= least);
            for name in list.iter() {
                assert!(Name::parse(&format!("{name} {name}")).is_ok(), "{name}");
            }
        }
    }

    #[test]
    fn names_of_all_patterns_pass_the_rules() {
        let mut rng = generator(1, Purpose::Person, 0);
        let (mut words, mut distinct) = ([0; 5], BTreeSet::new());
        for n in 0..20_000 {
            let name = full_name(&mut rng, if n % 2 == 0 { Sex::Male } else { Sex::Female });
            assert_eq!(Name::parse(&name).unwrap().as_str(), name);
            words[name.split(' ').count()] += 1;
            distinct.insert(name);
        }
        assert!(words[1] > 1_500 && words[2] > 10_000 && words[3] > 1_500, "{words:?}");
        assert!(distinct.len() > 10_000, "{} distinct names", distinct.len());
        assert!(
            distinct.iter().any(|name| name.contains('\'')) && distinct.iter().any(|name| name.contains('.'))
        );
    }

    #[test]
    fn slugs() {
        let check = |name: &str, expect: &str| assert_eq!(slug(name), expect);
        check("Siti Aminah", "siti");
        check("I Gede Putu", "gede");
        check("M. Ma'ruf", "maruf");
        check("Al", "warga");
    }
}
