//! Who comes: arrival k is person k, unless it is somebody who came before. Every choice follows from the seed and k alone.

use crate::album::{PICTURES, PhotoMake, PhotoSpec};
use crate::applicant::{Applicant, Expected, IdentityForm};
use crate::defect::{Consequence, Defect};
use crate::keyed::{Purpose, draw, generator};
use crate::mistakes::{self, Circumstances};
use crate::names::pick;
use crate::oracle;
use crate::population::{Person, Population, email};
use crate::shares::Shares;
use domain::Limits;
use domain::document::DocumentKind;
use domain::wire::{Category, Profile, QuestionForm};
use rand::{Rng, RngExt};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Applicants of one population, with their defects.
#[derive(Clone, Debug)]
pub struct Crowd {
    population: Population,
    limits: Limits,
    shares: Shares,
    /// Each defect with the sum of all shares up to its own.
    bounds: Vec<(Defect, f64)>,
}

/// A duplicate whose twin would be further back than so many arrivals has none.
const TWIN_DISTANCE_MAX: u64 = 8_192;

/// Half of all pairs find each other within the next arrivals, the other half in one of so many lanes, and so some hundreds apart.
const FAR_LANES: u64 = 64;

/// What is decided about an arrival before anybody is made up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fate {
    defect: Option<Defect>,
    second: Option<Defect>,
    /// The earlier arrival that the defect is about.
    twin: Option<u64>,
}

impl Crowd {
    /// The applicants of `population`, of whom `shares` do something wrong, under the rules `limits`.
    ///
    /// There are as many arrivals as people: from [`Population::size`] on the same people come again, and are expected to be
    /// registered again, which no portal does. Not to ask for those is the caller's duty.
    pub fn new(population: Population, shares: Shares, limits: Limits) -> Crowd {
        let mut sum = 0.0;
        let mut bounds = Vec::new();
        for (defect, share) in shares.iter() {
            sum += share;
            bounds.push((defect, sum));
        }
        // Where nobody is to be faultless, the sum may still be a rounding under 1.
        if let Some((_, last)) = bounds.last_mut().filter(|_| shares.faultless() == 0.0) {
            *last = 1.0;
        }
        Crowd { bounds, population, shares, limits }
    }

    /// Arrival number `arrival`, from 0.
    pub fn applicant(&self, arrival: u64) -> Applicant {
        let fate = self.fate(arrival);
        let applicant = self.applicant_of(arrival, fate);
        Applicant { expected: self.expected_of(fate, || Cow::Borrowed(&applicant)), ..applicant }
    }

    /// What an honest portal answers in the end to arrival number `arrival`: [`Applicant::expected`], mostly without the applicant.
    pub fn expected(&self, arrival: u64) -> Expected {
        let fate = self.fate(arrival);
        self.expected_of(fate, || Cow::Owned(self.applicant_of(arrival, fate)))
    }

    /// How many of the first `arrivals` are expected to end how. Outcomes that nobody is expected to have are left out.
    pub fn expected_counts(&self, arrivals: u64) -> BTreeMap<Expected, u64> {
        let mut counts = BTreeMap::new();
        for arrival in 0..arrivals {
            *counts.entry(self.expected(arrival)).or_default() += 1;
        }
        counts
    }

    /// The population that they come from.
    pub const fn population(&self) -> &Population {
        &self.population
    }

    /// The rules that they are judged by.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The shares of their defects.
    pub const fn shares(&self) -> &Shares {
        &self.shares
    }

    /// Everything but what is expected of them.
    fn applicant_of(&self, arrival: u64, fate: Fate) -> Applicant {
        let own = self.population.person(arrival);
        let twin = fate.twin.map(|twin| self.population.person(twin));
        let (person, other) = match twin {
            Some(twin) if fate.defect != Some(Defect::ContactTaken) => (twin, Some(own)),
            twin => (own, twin),
        };
        let mut applicant = self.faultless(arrival, person);
        if let Some(other) = &other
            && matches!(fate.defect, Some(Defect::Duplicate | Defect::StrangerFirst | Defect::TwoNiks))
        {
            // Comes with another telephone and mailbox, those of the person who would have come in their place.
            applicant.form.email = email(&applicant.person.full_name, arrival);
            applicant.form.phone.clone_from(&other.phone);
        }
        let around =
            Circumstances { population: &self.population, limits: &self.limits, other: other.as_ref() };
        for (defect, purpose) in [(fate.defect, Purpose::Mistake), (fate.second, Purpose::SecondMistake)] {
            if let Some(defect) = defect {
                let rng = &mut generator(self.population.seed(), purpose, arrival);
                mistakes::make(defect, &mut applicant, &around, rng);
            }
        }
        Applicant { defect: fate.defect, second_defect: fate.second, twin_of: fate.twin, ..applicant }
    }

    /// The rules are asked only where the defect alone doesn't tell.
    fn expected_of<'a>(&self, fate: Fate, applicant: impl FnOnce() -> Cow<'a, Applicant>) -> Expected {
        match (fate.defect.map(Defect::consequence), fate.second) {
            (None, _) | (Some(Consequence::Registered), None) => Expected::Registered,
            (Some(Consequence::Refused(failure)), None) => Expected::Refused(failure),
            _ => oracle::judge(&applicant(), &self.population, &self.limits),
        }
    }

    /// Who comes with something of another, and finds no other, is faultless.
    fn fate(&self, arrival: u64) -> Fate {
        let defect = self.drawn_defect(arrival);
        match defect {
            Some(pair) if pair.needs_another() => match self.twin(arrival) {
                None => Fate::default(),
                twin => Fate { defect, second: None, twin },
            },
            Some(first) => Fate { defect, second: self.drawn_second(arrival, first), twin: None },
            None => Fate::default(),
        }
    }

    fn drawn_defect(&self, arrival: u64) -> Option<Defect> {
        let share = share_of(draw(self.population.seed(), Purpose::Defect, arrival));
        self.bounds.iter().find(|(_, bound)| share < *bound).map(|&(defect, _)| defect)
    }

    fn drawn_second(&self, arrival: u64, first: Defect) -> Option<Defect> {
        let seed = self.population.seed();
        if self.shares.second() == 0.0
            || share_of(draw(seed, Purpose::HasSecond, arrival)) >= self.shares.second()
        {
            return None;
        }
        let share = share_of(draw(seed, Purpose::Second, arrival)) * self.bounds.last()?.1;
        let (second, _) = self.bounds.iter().find(|(_, bound)| share < *bound)?;
        Some(*second).filter(|second| second.goes_with(first))
    }

    /// Those who come again and the faultless of one lane are matched as closing and opening brackets are: so each has one twin at
    /// most, and whose it is can be told from the arrivals between them alone.
    fn twin(&self, arrival: u64) -> Option<u64> {
        let lane = self.lane(arrival);
        let mut unmatched = 0u32;
        for earlier in (arrival.saturating_sub(TWIN_DISTANCE_MAX)..arrival).rev() {
            if self.lane(earlier) != lane {
                continue;
            }
            match self.drawn_defect(earlier) {
                None if unmatched == 0 => return Some(earlier),
                None => unmatched -= 1,
                Some(defect) if defect.needs_another() => unmatched += 1,
                Some(_) => (),
            }
        }
        None
    }

    fn lane(&self, arrival: u64) -> u64 {
        let draw = draw(self.population.seed(), Purpose::Lane, arrival);
        if draw.is_multiple_of(2) { 0 } else { 1 + (draw >> 1) % FAR_LANES }
    }

    /// What `person` does if nothing goes wrong.
    fn faultless(&self, arrival: u64, person: Person) -> Applicant {
        let rng = &mut generator(self.population.seed(), Purpose::Applicant, arrival);
        let password = password(rng, &self.limits);
        Applicant {
            arrival,
            defect: None,
            second_defect: None,
            expected: Expected::Registered,
            twin_of: None,
            form: IdentityForm {
                nik: person.nik.expose(),
                kk: person.kk.expose(),
                full_name: person.full_name.clone(),
                birth_place: person.birth_place.to_owned(),
                birth_date: person.birth_date,
                phone: person.phone.clone(),
                email: person.email.clone(),
            },
            profile: Profile {
                certificate_name: person.full_name.clone(),
                birth_regency: person.birth_regency.to_owned(),
                sex: person.sex,
                category: if rng.random_bool(0.7) { Category::Cpns } else { Category::Pppk },
            },
            ktp: Some(photo(rng, DocumentKind::Ktp)),
            swafoto: Some(photo(rng, DocumentKind::Swafoto)),
            password_repetition: password.clone(),
            password,
            questions: questions(rng),
            skips: false,
            wrong_captcha: None,
            clicks_twice: false,
            person,
        }
    }
}

/// A draw as one of 2^53 numbers from 0 to under 1.
fn share_of(draw: u64) -> f64 {
    (draw >> 11) as f64 / (1u64 << 53) as f64
}

/// One in 50 is as large as the limit.
fn photo(rng: &mut impl Rng, kind: DocumentKind) -> PhotoSpec {
    let make = if rng.random_bool(0.02) {
        PhotoMake::AtLimit
    } else {
        PhotoMake::Sound(rng.random_range(0..PICTURES))
    };
    PhotoSpec { kind, make }
}

const WORDS: [&str; 24] = [
    "angin", "bambu", "cahaya", "durian", "embun", "fajar", "gunung", "hujan", "intan", "jambu", "kunyit",
    "lautan", "melati", "nanas", "ombak", "padi", "rotan", "sungai", "teratai", "udara", "volume", "warung",
    "yakin", "zamrud",
];

/// Two words and a number, as long as the policy asks for.
fn password(rng: &mut impl Rng, limits: &Limits) -> String {
    let mut password =
        format!("{}-{}-{}", pick(rng, &WORDS), pick(rng, &WORDS), rng.random_range(10..10_000));
    while password.len() < limits.password_chars_min {
        password.push_str(pick(rng, &WORDS));
    }
    password
}

const QUESTIONS: [&str; 6] = [
    "Siapa nama guru favorit Anda?",
    "Apa nama hewan peliharaan pertama Anda?",
    "Di kota mana orang tua Anda bertemu?",
    "Apa makanan kesukaan Anda waktu kecil?",
    "Siapa nama sahabat masa kecil Anda?",
    "Apa judul buku yang paling Anda sukai?",
];

/// Two different questions.
fn questions(rng: &mut impl Rng) -> [QuestionForm; 2] {
    let first = rng.random_range(0..QUESTIONS.len());
    let second = (first + rng.random_range(1..QUESTIONS.len())) % QUESTIONS.len();
    [first, second]
        .map(|at| QuestionForm { question: QUESTIONS[at].to_owned(), answer: pick(rng, &WORDS).to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn crowd(seed: u64, shares: &[(Defect, f64)]) -> Crowd {
        let population = Population::new(seed, 1_000_000, "2026-11-21".parse().unwrap()).unwrap();
        Crowd::new(population, Shares::new(shares.iter().copied()).unwrap(), Limits::default())
    }

    /// Twins by going through the arrivals in order, each lane with a stack of those who have none yet.
    fn check(seed: u64, duplicates: f64, faulty: f64) {
        const ARRIVALS: u64 = 30_000;
        let crowd = crowd(seed, &[(Defect::Duplicate, duplicates), (Defect::KkStale, faulty)]);
        let mut open: HashMap<u64, Vec<u64>> = HashMap::new();
        for arrival in 0..ARRIVALS {
            let open = open.entry(crowd.lane(arrival)).or_default();
            match crowd.drawn_defect(arrival) {
                None => open.push(arrival),
                Some(Defect::Duplicate) => {
                    let twin = open.pop().filter(|twin| arrival - twin <= TWIN_DISTANCE_MAX);
                    let fate = Fate { defect: twin.map(|_| Defect::Duplicate), second: None, twin };
                    assert_eq!(crowd.fate(arrival), fate, "arrival {arrival} of seed {seed}");
                }
                Some(_) => (),
            }
        }
    }

    #[test]
    fn twins_agree_with_the_plain_model() {
        check(1, 0.05, 0.0);
        check(2, 0.3, 0.4);
        // More duplicates than there is anybody to double: most are faultless, and the search gives up at its bound.
        check(3, 0.5, 0.1);
    }

    #[test]
    fn draws_use_their_shares_to_the_end() {
        let all = crowd(1, &[(Defect::KkStale, 0.3), (Defect::NikUnknown, 0.7)]);
        assert!((0..100_000).all(|arrival| all.drawn_defect(arrival).is_some()));
        assert!((0..1_000).all(|arrival| crowd(1, &[]).drawn_defect(arrival).is_none()));
    }
}
