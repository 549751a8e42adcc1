//! What the register holds of the population, its own mistakes included. Which people they are about follows from the seed.

use domain::name::Name;
use domain::wire::{RegistryAnswer, RegistryQuestion};
use people::{Person, Population};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Shares of the population about whom the register is wrong, 0 to 1, at most 1 together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RegisterErrors {
    /// Their local office hasn't sent them: their NIK is not found.
    pub unsynchronised_share: f64,
    /// It holds an older family card than theirs.
    pub stale_share: f64,
    /// Another person's record stands under their NIK: neither name nor date of birth agree.
    pub wrong_person_share: f64,
}

/// A register of everybody in a population.
#[derive(Clone, Copy, Debug)]
pub struct Register {
    population: Population,
    errors: RegisterErrors,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Right,
    Absent,
    OldCard,
    SomebodyElse,
}

/// Keeps the draws of errors apart from all other draws of the same seed.
const PURPOSE: u64 = 0x6475_6b63_6170_696c;

impl RegisterErrors {
    /// The sum of the shares.
    pub fn total(&self) -> f64 {
        self.unsynchronised_share + self.stale_share + self.wrong_person_share
    }
}

impl Register {
    /// The register of `population`, wrong about some. The shares have to be what they say.
    pub const fn new(population: Population, errors: RegisterErrors) -> Register {
        Register { population, errors }
    }

    /// What it says to `question`.
    pub fn verify(&self, question: &RegistryQuestion) -> RegistryAnswer {
        let Some(index) = self.population.index_of(question.nik) else { return RegistryAnswer::UNKNOWN };
        let entry = self.entry(index);
        if entry == Entry::Absent {
            return RegistryAnswer::UNKNOWN;
        }
        let person = self.population.person(index);
        let theirs = entry != Entry::SomebodyElse;
        RegistryAnswer {
            found: true,
            kk_agrees: entry != Entry::OldCard && person.kk == question.kk,
            name_agrees: theirs && name_agrees(&person, &question.full_name),
            birth_date_agrees: theirs && person.birth_date == question.birth_date,
        }
    }

    fn entry(&self, index: u64) -> Entry {
        let RegisterErrors { unsynchronised_share, stale_share, wrong_person_share } = self.errors;
        if self.errors.total() <= 0.0 {
            return Entry::Right;
        }
        let mut rng = ChaCha8Rng::seed_from_u64(self.population.seed() ^ PURPOSE);
        rng.set_stream(index);
        let draw: f64 = rng.random();
        match draw {
            draw if draw < unsynchronised_share => Entry::Absent,
            draw if draw < unsynchronised_share + stale_share => Entry::OldCard,
            draw if draw < unsynchronised_share + stale_share + wrong_person_share => Entry::SomebodyElse,
            _ => Entry::Right,
        }
    }
}

/// What agrees between somebody of the register and `question`, which has their NIK.
pub(crate) fn compare(resident: &RegistryQuestion, question: &RegistryQuestion) -> RegistryAnswer {
    RegistryAnswer {
        found: true,
        kk_agrees: resident.kk == question.kk,
        name_agrees: same_name(&resident.full_name, &question.full_name),
        birth_date_agrees: resident.birth_date == question.birth_date,
    }
}

fn name_agrees(person: &Person, asked: &str) -> bool {
    same_name(&person.full_name, asked)
}

/// A text that isn't a name is nobody's.
fn same_name(name: &str, asked: &str) -> bool {
    match (Name::parse(name), Name::parse(asked)) {
        (Ok(name), Ok(asked)) => name.is_same_as(&asked),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: u64 = 20_000;

    /// How many of each answer the right questions get: all agrees, unknown, old card, somebody else.
    fn counts(seed: u64, errors: RegisterErrors) -> [u64; 4] {
        let population = Population::new(seed, PEOPLE, "2026-11-21".parse().unwrap()).unwrap();
        let register = Register::new(population, errors);
        let mut counts = [0; 4];
        for index in 0..PEOPLE {
            let Person { nik, kk, full_name, birth_date, .. } = population.person(index);
            let answer = register.verify(&RegistryQuestion { nik, kk, full_name, birth_date });
            let kind = match (answer.found, answer.kk_agrees, answer.name_agrees, answer.birth_date_agrees) {
                (true, true, true, true) => 0,
                (false, false, false, false) => 1,
                (true, false, true, true) => 2,
                (true, true, false, false) => 3,
                other => panic!("{other:?}"),
            };
            counts[kind] += 1;
        }
        counts
    }

    #[test]
    fn it_is_wrong_about_as_many_as_it_is_told() {
        let errors =
            RegisterErrors { unsynchronised_share: 0.05, stale_share: 0.10, wrong_person_share: 0.02 };
        let found = counts(7, errors);
        for (found, share) in found.into_iter().zip([0.83, 0.05, 0.10, 0.02]) {
            let expect = share * PEOPLE as f64;
            let tolerance = 4.0 * (expect * (1.0 - share)).sqrt();
            assert!((found as f64 - expect).abs() < tolerance, "{found}, not {expect}");
        }
        assert_eq!(counts(7, errors), found);
        assert_ne!(counts(8, errors), found);
        assert_eq!(counts(7, RegisterErrors::default()), [PEOPLE, 0, 0, 0]);
    }
}
