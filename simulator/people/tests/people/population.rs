//! Person i and back: a bijection, by the geometric law of serials, without anybody stored.

use crate::{population, reference};
use domain::contact::{Email, Phone};
use domain::{Limits, Nik, RegionSet, Sex};
use people::{Population, PopulationError};
use std::collections::{BTreeSet, HashSet};

fn nik(text: &str) -> Nik {
    Nik::parse(text, RegionSet::RealAndSynthetic).unwrap()
}

/// The NIK with the digits from `place` on replaced.
fn with(nik: Nik, place: usize, digits: &str) -> Option<Nik> {
    let mut text = nik.expose();
    text.replace_range(place..place + digits.len(), digits);
    Nik::parse(&text, RegionSet::RealAndSynthetic).ok()
}

#[test]
fn niks_are_unique_and_lead_back() {
    const SIZE: u64 = 1_000_000;
    let population = population(42, SIZE);
    let mut niks: Vec<u64> = Vec::new();
    for index in 0..SIZE {
        let nik = population.nik_of(index);
        assert_eq!(population.index_of(nik), Some(index));
        niks.push(nik.as_u64());
    }
    niks.sort_unstable();
    assert!(niks.windows(2).all(|pair| pair[0] < pair[1]), "each once");
}

/// Four million people are a seed and a few numbers.
#[test]
fn a_population_is_small() {
    assert!(size_of::<Population>() <= 512, "{} bytes", size_of::<Population>());
}

#[test]
fn small_populations_are_whole() {
    for size in (1..40).chain([1_000]) {
        let population = population(size, size);
        let niks: HashSet<Nik> = (0..size).map(|index| population.nik_of(index)).collect();
        assert_eq!(niks.len() as u64, size);
        assert!((0..size).all(|index| population.index_of(population.nik_of(index)) == Some(index)));
    }
}

#[test]
fn the_largest_population_is_whole_at_its_ends() {
    let size_max = Population::size_max(reference());
    assert!(size_max > 300_000_000, "{size_max}");
    let whole = population(3, size_max);
    for index in (0..1_000).chain(size_max - 1_000..size_max).chain((0..size_max).step_by(1_000_003)) {
        assert_eq!(whole.index_of(whole.nik_of(index)), Some(index));
    }
    let too_large = Population::new(3, size_max + 1, reference());
    assert_eq!(too_large.unwrap_err(), PopulationError::TooLarge { size: size_max + 1, size_max });
    assert_eq!(Population::new(3, 0, reference()).unwrap_err(), PopulationError::Empty);
    let reference = "1900-01-01".parse().unwrap();
    assert_eq!(Population::new(3, 1, reference).unwrap_err(), PopulationError::Reference { reference });
}

/// A quarter has serial 1, a quarter of the rest serial 2, and so on; whoever has serial n was preceded by 1 to n - 1.
#[test]
fn serials_are_geometric_and_without_gaps() {
    const SIZE: u64 = 200_000;
    let population = population(7, SIZE);
    let mut counts = vec![0u64; 100];
    for index in 0..SIZE {
        let nik = population.nik_of(index);
        counts[usize::from(nik.serial())] += 1;
        if nik.serial() > 1 {
            let before = with(nik, 12, &format!("{:04}", nik.serial() - 1)).unwrap();
            assert!(population.index_of(before).is_some(), "{before:?} comes before {nik:?}");
        }
    }
    assert_eq!(counts[0], 0);
    for serial in 1..12 {
        let expect = 0.25 * 0.75f64.powi(serial - 1) * SIZE as f64;
        let found = counts[usize::try_from(serial).unwrap()] as f64;
        assert!((found - expect).abs() < 3.0, "{found} of serial {serial}, not {expect}");
    }
    assert!(counts[50..].iter().all(|&count| count == 0), "some tens at most");
}

#[test]
fn regions_days_and_sexes_are_spread_evenly() {
    const SIZE: u32 = 100_000;
    let population = population(11, u64::from(SIZE));
    let (mut regencies, mut months, mut women) = (vec![0u32; 100], [0u32; 12], 0u32);
    for index in 0..u64::from(SIZE) {
        let nik = population.nik_of(index);
        regencies[nik.region() as usize / 100 % 100] += 1;
        months[usize::from(nik.month()) - 1] += 1;
        women += u32::from(nik.sex() == Sex::Female);
    }
    let regencies: Vec<u32> = regencies.into_iter().filter(|&count| count > 0).collect();
    assert_eq!(regencies.len(), 78);
    // 99.99 % bounds of chi-square. A cell's people share its region, so these counts are a little lumpier than independent
    // ones, by a factor of the mean household of serials, (1 + q) / (1 - q) = 7 at the very most.
    assert!(chi_square(&regencies) < 7.0 * 131.0, "{}", chi_square(&regencies));
    assert!(chi_square(&months) < 7.0 * 37.4, "{}", chi_square(&months));
    assert!((48_500..51_500).contains(&women), "{women} women");
}

fn chi_square(counts: &[u32]) -> f64 {
    let mean = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
    counts.iter().map(|&count| (f64::from(count) - mean).powi(2) / mean).sum()
}

#[test]
fn people_are_of_age_and_reachable() {
    const SIZE: u64 = 50_000;
    let (population, limits) = (population(5, SIZE), Limits::default());
    let (mut phones, mut emails, mut wrong_dates) = (BTreeSet::new(), BTreeSet::new(), 0);
    for index in 0..SIZE {
        let person = population.person(index);
        assert_eq!((person.index, person.nik), (index, population.nik_of(index)));
        assert_eq!(person.sex, person.nik.sex());
        for days in [-7, 0, 7] {
            let today = reference() + chrono::TimeDelta::days(days);
            assert!(limits.age_is_eligible(person.birth_date, today), "{} on {today}", person.birth_date);
        }
        wrong_dates += u32::from(!person.nik.agrees_with(person.birth_date));
        let phone = Phone::parse(&person.phone).unwrap();
        assert!(
            person.phone.starts_with("084") && (12..=13).contains(&person.phone.len()),
            "{}",
            person.phone
        );
        assert!(phones.insert(phone.key().to_owned()), "{} twice", person.phone);
        assert!(person.email.ends_with("@contoh.example"));
        assert!(emails.insert(Email::parse(&person.email).unwrap().key()), "{} twice", person.email);
        assert!(person.kk.region_is_known(RegionSet::RealAndSynthetic), "{}", person.kk.expose());
        let regency: u16 = person.birth_regency.parse().unwrap();
        assert!(domain::region::synthetic_regencies().any(|r| r == (regency, person.birth_place.as_str())));
    }
    assert!((120..280).contains(&wrong_dates), "{wrong_dates} of {SIZE} have another date in their NIK");
}

#[test]
fn others_are_nobody() {
    let population = population(42, 1_000_000);
    let check = |text: &str| assert_eq!(population.index_of(nik(text)), None, "{text}");
    check("3171011705909001");
    check("9901011705500001");
    check("9901011705109999");
    // A serial of a NIK that exists, moved past the last level.
    let person = population.nik_of(9);
    assert_eq!(population.index_of(with(person, 12, "9999").unwrap()), None);
    // Most NIKs of a form that is possible are nobody's: there are 96 million cells.
    let neighbours = (0..1_000).filter_map(|index| with(population.nik_of(index), 12, "0001"));
    let (known, all) = neighbours
        .filter_map(|nik| with(nik, 4, "01"))
        .fold((0, 0), |(known, all), nik| (known + u32::from(population.index_of(nik).is_some()), all + 1));
    assert!(known < all / 20, "{known} of {all}");
}

#[test]
fn seeds_and_sizes() {
    let (one, same, other) = (population(1, 1_000), population(1, 1_000), population(2, 1_000));
    for index in 0..1_000 {
        assert_eq!(one.person(index), same.person(index));
        assert_ne!(one.person(index).nik, other.person(index).nik);
        assert_eq!(one.person(index + 1_000), one.person(index), "it wraps around");
    }
}
