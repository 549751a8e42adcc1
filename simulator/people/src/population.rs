//! Who there is: person i of a seeded population, and back from a NIK to i.

use crate::cells::Cells;
use crate::household::{self, Household};
use crate::keyed::{Permutation, Purpose, stream};
use crate::names::{self, FullName};
use crate::regions::{Districts, Regions};
use crate::zone::{Spot, Zone, second_of};
use chrono::Days;
use domain::region;
use domain::{Date, Kk, Limits, Nik, Sex};
use fake::Fake;
use rand::{Rng, RngExt};
use serde::Serialize;
use std::sync::LazyLock;

/// What a population follows from. Whoever has the same, has the same people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Census {
    /// The seed.
    pub seed: u64,
    /// How many people, at least 1.
    pub size: u64,
    /// The day on which everybody is of the right age, and a week to both sides; from 1950 to 2090.
    pub reference: Date,
    /// Where they are registered.
    pub regions: Regions,
    /// The share of them, 0 to 1, whose NIK has a withdrawn code of Papua. Their serials are from 9000 on. They are valid: NIKs live for ever.
    pub withdrawn_share: f64,
    /// The share of them, 0 to 1, whose NIK has another date than their birth. They are valid: a wrong date in a NIK is never corrected.
    pub date_differs_share: f64,
}

impl Census {
    /// One person in 256: an assumption, no count was published.
    pub const DATE_DIFFERS_SHARE: f64 = 1.0 / 256.0;

    /// People of province 99, nobody of whom has a withdrawn code.
    pub const fn synthetic(seed: u64, size: u64, reference: Date) -> Census {
        let (regions, withdrawn_share) = (Regions::Synthetic, 0.0);
        Census {
            seed,
            size,
            reference,
            regions,
            withdrawn_share,
            date_differs_share: Census::DATE_DIFFERS_SHARE,
        }
    }
}

/// A population of synthetic people, all of the right age on its reference date and a week to both sides. It holds some numbers
/// and no people: four million of them cost as much memory as one.
///
/// Everybody has a second NIK in the register as well, as people have who were registered twice: the same but for its serial, which
/// is 500 higher. Only who has [`crate::Defect::TwoNiks`] uses it.
#[derive(Clone, Copy, Debug)]
pub struct Population {
    census: Census,
    cells: Cells,
    /// The first places are those with withdrawn codes.
    withdrawn: u64,
    withdrawn_zone: Zone,
    zone: Zone,
    person_order: Permutation,
    phone_order: Permutation,
}

/// Somebody, as the population register has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Their number in the population, from 0.
    pub index: u64,
    /// Number of the person; unique.
    pub nik: Nik,
    /// Number of the family card in force.
    pub kk: Kk,
    /// Name, without titles.
    pub full_name: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth; some have another in their NIK.
    pub birth_date: Date,
    /// Regency or city of birth, by name.
    pub birth_place: &'static str,
    /// The same: four digits.
    pub birth_regency: &'static str,
    /// Mobile number, `084…`; unique. No operator has that prefix.
    pub phone: String,
    /// E-mail address at `contoh.example`; unique.
    pub email: String,
}

/// Why there is no such population.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum PopulationError {
    /// It has nobody.
    #[error("a population of 0 has nobody")]
    Empty,
    /// There are fewer combinations of district, day of birth, sex and serial.
    #[error("a population of {size} is over the {size_max} that its districts hold")]
    TooLarge {
        /// As asked for.
        size: u64,
        /// What there is room for.
        size_max: u64,
    },
    /// A share isn't one.
    #[error("a share of {share} is outside of 0 to 1")]
    Share {
        /// As asked for.
        share: f64,
    },
    /// The reference date is outside of 1950 to 2090.
    #[error("the reference date {reference} is outside of 1950 to 2090")]
    Reference {
        /// As asked for.
        reference: Date,
    },
}

/// Nine digits follow the prefix of every telephone number.
const PHONES: u64 = 1_000_000_000;

impl Population {
    /// The population of `size` people of province 99 that belongs to `seed`, of the right age on `reference`.
    ///
    /// # Errors
    /// [`PopulationError`]: nobody, more than [`Population::size_max`], or a date out of range.
    pub fn new(seed: u64, size: u64, reference: Date) -> Result<Population, PopulationError> {
        Population::of(Census::synthetic(seed, size, reference))
    }

    /// The population that follows from `census`.
    ///
    /// # Errors
    /// [`PopulationError`].
    pub fn of(census: Census) -> Result<Population, PopulationError> {
        let Census { seed, size, reference, regions, withdrawn_share, date_differs_share } = census;
        for share in [withdrawn_share, date_differs_share] {
            if !(0.0..=1.0).contains(&share) {
                return Err(PopulationError::Share { share });
            }
        }
        let cells =
            Cells::around(reference, &Limits::default()).ok_or(PopulationError::Reference { reference })?;
        if size == 0 {
            return Err(PopulationError::Empty);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a size is under it"
        )]
        let withdrawn = (size as f64 * withdrawn_share) as u64;
        let zone = |size: u64, districts: [&'static Districts; 2]| {
            let has_room = |districts: &&Districts| size <= Zone::size_max(districts, &cells);
            let districts = districts.into_iter().find(has_room).ok_or_else(|| {
                let size_max = Zone::size_max(districts[1], &cells).min(PHONES);
                PopulationError::TooLarge { size, size_max }
            })?;
            Ok(Zone::new(seed, size, districts, cells))
        };
        // Where the weighted districts are too small, everybody is spread evenly.
        let districts = [true, false].map(|weighted| Districts::of(regions, weighted));
        Ok(Population {
            census,
            cells,
            withdrawn,
            withdrawn_zone: zone(withdrawn, [Districts::withdrawn(); 2])?,
            zone: zone(size - withdrawn, districts)?,
            person_order: Permutation::new(seed, Purpose::PersonOrder, size),
            phone_order: Permutation::new(seed, Purpose::PhoneOrder, PHONES),
        })
    }

    /// Person `index`. An index from [`Population::size`] on wraps around; staying under it is the caller's duty.
    pub fn person(&self, index: u64) -> Person {
        let index = index % self.size();
        let [place, phone] = self.person_order.forward_both(&self.phone_order, index);
        let spot = self.spot_at(place);
        let nik = spot.nik;
        let rng = &mut stream(self.census.seed, Purpose::Person, index);
        let household = Household::of(self.census.seed, &spot);
        let name = FullName { sex: nik.sex(), region: nik.region(), family: household.family };
        let full_name: String = name.fake_with_rng(rng);
        let birth_date = self.birth_date(rng, spot.date);
        let birth_place = birth_place(rng, self.census.regions, nik);
        Person {
            index,
            nik,
            kk: household.card(self),
            sex: nik.sex(),
            birth_date,
            birth_place: birth_place.name,
            birth_regency: &birth_place.digits,
            phone: phone_number(rng, phone),
            email: email(&full_name, index),
            full_name,
        }
    }

    /// The NIK of person `index`, without the work for the rest of the person.
    pub fn nik_of(&self, index: u64) -> Nik {
        self.spot(index % self.size()).nik
    }

    /// The other NIK under which the register has person `index`.
    pub fn second_nik_of(&self, index: u64) -> Nik {
        let spot = self.spot(index % self.size());
        second_of(spot.nik, spot.date)
    }

    /// Who has `nik`, as their first or their second; `None` where nobody of this population does.
    pub fn index_of(&self, nik: Nik) -> Option<u64> {
        let place = match self.withdrawn_zone.place_of(nik) {
            Some(place) => place,
            None => self.withdrawn + self.zone.place_of(nik)?,
        };
        Some(self.person_order.backward(place))
    }

    /// How many people there are.
    pub const fn size(&self) -> u64 {
        self.census.size
    }

    /// The seed that everybody follows from.
    pub const fn seed(&self) -> u64 {
        self.census.seed
    }

    /// The date on which, and a week around which, everybody is of the right age.
    pub const fn reference(&self) -> Date {
        self.census.reference
    }

    /// Everything that it follows from.
    pub const fn census(&self) -> &Census {
        &self.census
    }

    /// The largest population of province 99 for `reference`, some 380 million; 0 where that date is out of range. Up to some 50
    /// million its districts are weighted, above everybody is spread evenly.
    pub fn size_max(reference: Date) -> u64 {
        let size_max = |cells| Zone::size_max(Districts::of(Regions::Synthetic, false), &cells).min(PHONES);
        Cells::around(reference, &Limits::default()).map_or(0, size_max)
    }

    /// Whether somebody born on `birth` could be in it, by their age.
    pub(crate) fn has_birth_date(&self, birth: Date) -> bool {
        self.cells.contains(birth)
    }

    /// Some day on which somebody of it could be born.
    pub(crate) fn any_birth_date(&self, rng: &mut impl Rng) -> Date {
        self.cells.day(rng.random_range(0..self.cells.days()))
    }

    /// The number of a family card as one could be issued in district `region`, or wherever its household moved.
    pub(crate) fn card(&self, rng: &mut impl Rng, region: u32) -> Kk {
        household::card(rng, region, self.census.regions, self.census.reference)
    }

    fn spot(&self, index: u64) -> Spot {
        self.spot_at(self.person_order.forward(index))
    }

    fn spot_at(&self, place: u64) -> Spot {
        match place.checked_sub(self.withdrawn) {
            Some(place) => self.zone.at(place),
            None => self.withdrawn_zone.at(place),
        }
    }

    /// The date in the NIK, or with a wrong one there, the right one some days away.
    fn birth_date(&self, rng: &mut impl Rng, nik_date: Date) -> Date {
        if !rng.random_bool(self.census.date_differs_share) {
            return nik_date;
        }
        let days = Days::new(rng.random_range(1..=30));
        let later = nik_date + days;
        if self.has_birth_date(later) { later } else { nik_date - days }
    }
}

/// Twelve digits, or thirteen as newer numbers have: `number`, which is under [`PHONES`], behind the prefix.
fn phone_number(rng: &mut impl Rng, number: u64) -> String {
    let mut phone = String::with_capacity(13);
    phone.push_str("084");
    push_digits::<9>(&mut phone, number);
    if rng.random_bool(0.3) {
        phone.push(char::from(b'0' + rng.random_range(0..10)));
    }
    phone
}

/// The address of somebody of this name that belongs to number `index`, and to no other.
pub(crate) fn email(full_name: &str, index: u64) -> String {
    let mut address = String::with_capacity(40);
    names::push_slug(&mut address, full_name);
    address.push('.');
    push_digits::<1>(&mut address, index);
    address.push_str("@contoh.example");
    address
}

/// Appends `number` in at least so many digits; by hand, since a person has two such texts and there are millions of people.
fn push_digits<const LEAST: usize>(text: &mut String, mut number: u64) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 || digits.len() - start < LEAST {
        start -= 1;
        digits[start] = b'0' + u8::try_from(number % 10).expect("a remainder of ten");
        number /= 10;
    }
    text.extend(digits[start..].iter().copied().map(char::from));
}

/// A regency or city.
struct Regency {
    code: u16,
    digits: String,
    name: &'static str,
}

/// Most are born where they were first registered. Whose district was renumbered is born in another one, in force.
fn birth_place(rng: &mut impl Rng, regions: Regions, nik: Nik) -> &'static Regency {
    fn table(regencies: impl Iterator<Item = (u16, &'static str)>) -> Vec<Regency> {
        regencies.map(|(code, name)| Regency { code, digits: format!("{code:04}"), name }).collect()
    }
    static REGENCIES: [LazyLock<Vec<Regency>>; 2] = [
        LazyLock::new(|| table(region::synthetic_regencies())),
        LazyLock::new(|| table(region::regencies())),
    ];
    let regencies: &'static [Regency] = &REGENCIES[usize::from(regions == Regions::Real)];
    let home = u16::try_from(nik.region() / 100).ok();
    let home = home.and_then(|home| regencies.binary_search_by_key(&home, |regency| regency.code).ok());
    match home {
        Some(home) if rng.random_bool(0.8) => &regencies[home],
        _ => &regencies[rng.random_range(0..regencies.len())],
    }
}
