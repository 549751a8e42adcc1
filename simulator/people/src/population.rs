//! Who there is: person i of a seeded population, and back from a NIK to i.

use crate::cells::Cells;
use crate::keyed::{Permutation, Purpose, generator};
use crate::names;
use crate::serials;
use chrono::{Datelike, Days};
use domain::{Date, Kk, Limits, Nik, Sex};
use rand::{Rng, RngExt};
use serde::Serialize;
use std::sync::LazyLock;

/// A population of synthetic people of province 99, all of the right age on its reference date and a week to both sides. It holds
/// its seed and size and no people: four million of them cost as much memory as one.
#[derive(Clone, Copy, Debug)]
pub struct Population {
    seed: u64,
    size: u64,
    reference: Date,
    cells: Cells,
    person_order: Permutation,
    cell_order: Permutation,
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
    /// Date of birth. One person in 256 has another than their NIK says: a wrong date in a NIK is never corrected.
    pub birth_date: Date,
    /// Regency or city of birth, by name.
    pub birth_place: String,
    /// The same: four digits.
    pub birth_regency: String,
    /// Mobile number, `084…`; unique. No operator has that prefix.
    pub phone: String,
    /// E-mail address at `contoh.example`; unique.
    pub email: String,
}

/// Why there is no such population.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PopulationError {
    /// It has nobody.
    #[error("a population of 0 has nobody")]
    Empty,
    /// There are fewer combinations of district, day of birth, sex and serial.
    #[error("a population of {size} is over the {size_max} that province 99 holds")]
    TooLarge {
        /// As asked for.
        size: u64,
        /// What there is room for.
        size_max: u64,
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

/// One in so many has a NIK with another date than their birth.
const WRONG_DATE_ONE_IN: u32 = 256;

impl Population {
    /// The population of `size` people that belongs to `seed`, of the right age on `reference`.
    ///
    /// # Errors
    /// [`PopulationError`]: nobody, more than [`Population::size_max`], or a date out of range.
    pub fn new(seed: u64, size: u64, reference: Date) -> Result<Population, PopulationError> {
        let cells =
            Cells::around(reference, &Limits::default()).ok_or(PopulationError::Reference { reference })?;
        let size_max = Population::size_max_of(&cells);
        if size == 0 {
            return Err(PopulationError::Empty);
        }
        if size > size_max {
            return Err(PopulationError::TooLarge { size, size_max });
        }
        Ok(Population {
            seed,
            size,
            reference,
            cells,
            person_order: Permutation::new(seed, Purpose::PersonOrder, size),
            cell_order: Permutation::new(seed, Purpose::CellOrder, cells.count()),
            phone_order: Permutation::new(seed, Purpose::PhoneOrder, PHONES),
        })
    }

    /// Person `index`. An index from [`Population::size`] on wraps around; staying under it is the caller's duty.
    pub fn person(&self, index: u64) -> Person {
        let index = index % self.size;
        let (nik, nik_date) = self.nik(index);
        let rng = &mut generator(self.seed, Purpose::Person, index);
        let full_name = names::full_name(rng, nik.sex());
        let birth_date = self.birth_date(rng, nik_date);
        let (regency, place) = birth_place(rng, nik);
        Person {
            index,
            nik,
            kk: self.card(rng, nik),
            sex: nik.sex(),
            birth_date,
            birth_place: place.to_owned(),
            birth_regency: regency.to_string(),
            phone: self.phone(rng, index),
            email: email(&full_name, index),
            full_name,
        }
    }

    /// The NIK of person `index`, without the work for the rest of the person.
    pub fn nik_of(&self, index: u64) -> Nik {
        self.nik(index % self.size).0
    }

    /// Who has `nik`; `None` where nobody of this population does.
    pub fn index_of(&self, nik: Nik) -> Option<u64> {
        let offset = self.cell_order.backward(self.cells.of(nik)?);
        let place = serials::place_of(self.size, nik.serial(), offset)?;
        Some(self.person_order.backward(place))
    }

    /// How many people there are.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The seed that everybody follows from.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The date on which, and a week around which, everybody is of the right age.
    pub const fn reference(&self) -> Date {
        self.reference
    }

    /// The largest population for `reference`, some 383 million; 0 where that date is out of range.
    pub fn size_max(reference: Date) -> u64 {
        Cells::around(reference, &Limits::default()).map_or(0, |cells| Population::size_max_of(&cells))
    }

    /// Whether somebody born on `birth` could be in it, by their age.
    pub(crate) fn has_birth_date(&self, birth: Date) -> bool {
        self.cells.contains(birth)
    }

    /// Some day on which somebody of it could be born.
    pub(crate) fn any_birth_date(&self, rng: &mut impl Rng) -> Date {
        self.cells.day(rng.random_range(0..self.cells.days()))
    }

    /// The number of a family card as one could be issued to the person with `nik`: district, date of record, serial. Mostly it is of
    /// the regency of the NIK; who moved has another's.
    pub(crate) fn card(&self, rng: &mut impl Rng, nik: Nik) -> Kk {
        let region = if rng.random_bool(0.75) {
            nik.region() / 100 * 100 + rng.random_range(1..=99)
        } else {
            domain::region::synthetic_region(rng.random_range(0..domain::region::SYNTHETIC_REGION_COUNT))
        };
        // Cards in the form of today have been issued since about 2006; a household keeps its card until it changes.
        let issued = self.reference - Days::new(rng.random_range(30..20 * 365));
        let date = issued.day() * 10_000 + issued.month() * 100 + issued.year().unsigned_abs() % 100;
        let serial = (1..40).find(|_| rng.random_bool(0.25)).unwrap_or(40);
        let number = u64::from(region) * 10_000_000_000 + u64::from(date) * 10_000 + serial;
        Kk::from_u64(number).expect("a region has six digits")
    }

    fn nik(&self, index: u64) -> (Nik, Date) {
        let (serial, offset) = serials::at_place(self.size, self.person_order.forward(index));
        self.cells.nik(self.cell_order.forward(offset), serial)
    }

    /// The date in the NIK, or with a wrong one there, the right one some days away.
    fn birth_date(&self, rng: &mut impl Rng, nik_date: Date) -> Date {
        if rng.random_range(0..WRONG_DATE_ONE_IN) > 0 {
            return nik_date;
        }
        let days = Days::new(rng.random_range(1..=30));
        let later = nik_date + days;
        if self.has_birth_date(later) { later } else { nik_date - days }
    }

    /// Twelve digits, or thirteen as newer numbers have.
    fn phone(&self, rng: &mut impl Rng, index: u64) -> String {
        let number = self.phone_order.forward(index);
        if rng.random_bool(0.3) {
            format!("084{number:09}{}", rng.random_range(0..10))
        } else {
            format!("084{number:09}")
        }
    }

    fn size_max_of(cells: &Cells) -> u64 {
        serials::size_max(cells.count()).min(PHONES)
    }
}

/// The address of somebody of this name that belongs to number `index`, and to no other.
pub(crate) fn email(full_name: &str, index: u64) -> String {
    format!("{}.{index}@contoh.example", names::slug(full_name))
}

/// Most are born where they were first registered.
fn birth_place(rng: &mut impl Rng, nik: Nik) -> (u16, &'static str) {
    static REGENCIES: LazyLock<Vec<(u16, &'static str)>> =
        LazyLock::new(|| domain::region::synthetic_regencies().collect());
    let home = REGENCIES.iter().find(|(code, _)| u32::from(*code) == nik.region() / 100);
    match home {
        Some(&home) if rng.random_bool(0.8) => home,
        _ => names::pick(rng, &REGENCIES),
    }
}
