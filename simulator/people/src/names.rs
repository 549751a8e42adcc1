//! Names in Indonesian patterns, by sex and province: one word or several, a clan's or a father's name behind or none, M. or Muh. in
//! front, I Gede and Ni Made of Bali, Andi of the Bugis, an apostrophe here and there.

use crate::locale::{Men, Women};
use crate::regions::province_of;
use domain::Sex;
use fake::faker::name::raw::{FirstName, LastName};
use fake::{Dummy, Fake};
use rand::{Rng, RngExt};

/// The name of somebody of `sex` who was first registered in district `region`, for [`Fake::fake_with_rng`]. It never has a title.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FullName<'a> {
    pub(crate) sex: Sex,
    pub(crate) region: u32,
    /// The last name of their household, which they may bear.
    pub(crate) family: &'a str,
}

/// The last name of a household in district `region`, borne by both sexes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FamilyName {
    pub(crate) region: u32,
}

/// What men named for the Prophet write in front, as often as they write it.
const MUHAMMAD: [&str; 6] = ["Muhammad", "Muhammad", "M.", "Muh.", "Mohamad", "Moch."];

/// Names with an apostrophe, which the lists lack: portals have refused them.
const APOSTROPHE_MALE: [&str; 4] = ["Ma'ruf", "Rif'an", "Sa'ad", "Syafi'i"];
const APOSTROPHE_FEMALE: [&str; 4] = ["Nur'aini", "Qur'ani", "Sa'diyah", "Rosi'ah"];

const BALI_MALE: [&str; 5] = ["I Gede", "I Made", "I Nyoman", "I Ketut", "I Wayan"];
const BALI_FEMALE: [&str; 5] = ["Ni Luh", "Ni Made", "Ni Nyoman", "Ni Ketut", "Ni Wayan"];

/// Clans of the Batak, whom both sexes are named for.
const CLANS: [&str; 12] = [
    "Hutasoit",
    "Manullang",
    "Marpaung",
    "Nainggolan",
    "Napitupulu",
    "Sihombing",
    "Simanjuntak",
    "Simbolon",
    "Siregar",
    "Sitompul",
    "Sitorus",
    "Situmorang",
];

/// How people of a province are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ways {
    Aceh,
    Batak,
    Bali,
    Bugis,
    Java,
    Elsewhere,
}

impl Ways {
    /// Those of district `region`. Of North Sumatra it takes everybody to be Batak, and of South Sulawesi Bugis.
    fn of(region: u32) -> Ways {
        match province_of(region) {
            11 => Ways::Aceh,
            12 => Ways::Batak,
            31 | 33 | 34 | 35 => Ways::Java,
            51 => Ways::Bali,
            73 | 74 | 76 => Ways::Bugis,
            _ => Ways::Elsewhere,
        }
    }

    /// Of the names out of a hundred: of one word, given and last, two given, two given and last, Muhammad or Siti in front, with an
    /// apostrophe; the rest is in the manner of the province. Assumptions: no count of them was published.
    const fn patterns(self) -> [u32; 6] {
        match self {
            Ways::Java => [20, 32, 26, 10, 8, 4],
            Ways::Batak => [4, 20, 8, 6, 5, 2],
            Ways::Bali => [4, 10, 8, 4, 2, 1],
            Ways::Aceh | Ways::Bugis => [10, 26, 22, 10, 14, 4],
            Ways::Elsewhere => [12, 38, 25, 11, 9, 5],
        }
    }
}

impl Dummy<FullName<'_>> for String {
    fn dummy_with_rng<R: RngExt + ?Sized>(whose: &FullName<'_>, rng: &mut R) -> String {
        let FullName { sex, region, family } = *whose;
        let ways = Ways::of(region);
        let given = given(rng, sex);
        let mut draw = rng.random_range(0..100u32);
        let pattern = ways.patterns().into_iter().position(|share| {
            let hit = draw < share;
            draw = draw.saturating_sub(share);
            hit
        });
        match pattern {
            Some(0) => given.to_owned(),
            Some(1) => join(&[given, last(rng, sex, family)]),
            Some(2) => join(&[given, second(rng, sex, given)]),
            Some(3) => join(&[given, second(rng, sex, given), last(rng, sex, family)]),
            Some(4) if sex == Sex::Male => join(&[pick(rng, &MUHAMMAD), given]),
            Some(4) => join(&["Siti", second(rng, sex, "Siti")]),
            Some(_) => {
                let apostrophe = if sex == Sex::Male { APOSTROPHE_MALE } else { APOSTROPHE_FEMALE };
                join(&[pick(rng, &apostrophe), last(rng, sex, family)])
            }
            None => local(rng, ways, whose, given),
        }
    }
}

impl Dummy<FamilyName> for &'static str {
    fn dummy_with_rng<R: RngExt + ?Sized>(whose: &FamilyName, rng: &mut R) -> &'static str {
        match Ways::of(whose.region) {
            Ways::Batak => pick(rng, &CLANS),
            _ => LastName(Men).fake_with_rng(rng),
        }
    }
}

fn local<R: Rng + ?Sized>(rng: &mut R, ways: Ways, whose: &FullName<'_>, given: &str) -> String {
    let man = whose.sex == Sex::Male;
    match ways {
        Ways::Bali => join(&[pick(rng, if man { &BALI_MALE } else { &BALI_FEMALE }), given]),
        Ways::Aceh => join(&[if man { "Teuku" } else { "Cut" }, given]),
        Ways::Bugis => join(&["Andi", given]),
        Ways::Batak | Ways::Java | Ways::Elsewhere => join(&[given, whose.family]),
    }
}

fn join(words: &[&str]) -> String {
    let mut name = String::with_capacity(40);
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            name.push(' ');
        }
        name.push_str(word);
    }
    name
}

/// Appends the letters of a name's first long word in lower case, fit for an address.
pub(crate) fn push_slug(address: &mut String, full_name: &str) {
    let start = address.len();
    for word in full_name.split(' ') {
        for letter in word.bytes().filter(u8::is_ascii_alphabetic) {
            address.push(char::from(letter.to_ascii_lowercase()));
        }
        if address.len() > start + 2 {
            return;
        }
        address.truncate(start);
    }
    address.push_str("warga");
}

/// One of several.
pub(crate) fn pick<T: Copy, R: Rng + ?Sized>(rng: &mut R, list: &[T]) -> T {
    list[rng.random_range(0..list.len())]
}

fn given<R: Rng + ?Sized>(rng: &mut R, sex: Sex) -> &'static str {
    match sex {
        Sex::Male => FirstName(Men).fake_with_rng(rng),
        Sex::Female => FirstName(Women).fake_with_rng(rng),
    }
}

/// Another given name than `first`.
fn second<R: Rng + ?Sized>(rng: &mut R, sex: Sex, first: &str) -> &'static str {
    loop {
        let second = given(rng, sex);
        if second != first {
            return second;
        }
    }
}

/// Half bear the name of their household; of the others, most women bear one that only women do.
fn last<'a, R: Rng + ?Sized>(rng: &mut R, sex: Sex, family: &'a str) -> &'a str {
    match rng.random_range(0..10) {
        0..5 => family,
        5..8 if sex == Sex::Female => LastName(Women).fake_with_rng(rng),
        _ => LastName(Men).fake_with_rng(rng),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed::{Purpose, generator};
    use domain::name::Name;
    use fake::locales::Data;
    use std::collections::BTreeSet;

    fn named(rng: &mut impl Rng, sex: Sex, province: u32) -> String {
        let region = province * 10_000 + 101;
        let family: &str = FamilyName { region }.fake_with_rng(rng);
        FullName { sex, region, family }.fake_with_rng(rng)
    }

    #[test]
    fn names_of_all_patterns_pass_the_rules() {
        let mut rng = generator(1, Purpose::Person, 0);
        let (mut words, mut distinct) = ([0; 5], BTreeSet::new());
        for n in 0..20_000 {
            let sex = if n % 2 == 0 { Sex::Male } else { Sex::Female };
            let name = named(&mut rng, sex, [11, 12, 32, 33, 51, 73][n % 6]);
            assert_eq!(Name::parse(&name).unwrap().as_str(), name);
            words[name.split(' ').count()] += 1;
            distinct.insert(name);
        }
        assert!(words[1] > 1_500 && words[2] > 10_000 && words[3] > 1_200, "{words:?}");
        assert!(distinct.len() > 10_000, "{} distinct names", distinct.len());
        assert!(
            distinct.iter().any(|name| name.contains('\'')) && distinct.iter().any(|name| name.contains('.'))
        );
    }

    /// As the people of a province are called, so often.
    #[test]
    fn provinces_have_their_ways() {
        let check = |province, sex, expect: f64, holds: &dyn Fn(&str) -> bool| {
            let mut rng = generator(2, Purpose::Person, 0);
            let names = (0..4_000).map(|_| named(&mut rng, sex, province));
            let share = names.filter(|name| holds(name)).count() as f64 / 4_000.0;
            assert!((share - expect).abs() < 0.03, "{province}: {share}");
        };
        check(51, Sex::Male, 0.71, &|name| name.starts_with("I "));
        check(51, Sex::Female, 0.71, &|name| name.starts_with("Ni "));
        check(33, Sex::Male, 0.0, &|name| name.starts_with("I "));
        check(33, Sex::Male, 0.20, &|name| !name.contains(' '));
        check(12, Sex::Female, 0.04, &|name| !name.contains(' '));
        check(73, Sex::Male, 0.14, &|name| name.starts_with("Andi "));
        check(11, Sex::Female, 0.14, &|name| name.starts_with("Cut "));
        // All in the manner of the province, and half of those with a last name.
        check(12, Sex::Female, 0.55 + 0.28 / 2.0, &|name| CLANS.iter().any(|clan| name.ends_with(clan)));
    }

    #[test]
    fn clans_are_of_the_list() {
        assert!(CLANS.iter().all(|clan| Men::NAME_LAST_NAME.contains(clan)));
    }

    #[test]
    fn slugs() {
        let check = |name: &str, expect: &str| {
            let mut slug = "x".to_owned();
            push_slug(&mut slug, name);
            assert_eq!(slug, format!("x{expect}"));
        };
        check("Siti Aminah", "siti");
        check("I Gede Putu", "gede");
        check("M. Ma'ruf", "maruf");
        check("Al", "warga");
    }
}
