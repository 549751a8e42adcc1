//! Person i and back: a bijection, by the geometric law of serials, without anybody stored.

use crate::{population, reference};
use domain::contact::{Email, Phone};
use domain::region::Status;
use domain::{Limits, Nik, RegionSet, Sex};
use people::{Census, Population, PopulationError, Regions};
use std::collections::{BTreeSet, HashMap, HashSet};

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
    assert!(size_of::<Population>() <= 1_024, "{} bytes", size_of::<Population>());
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
fn regions_follow_the_census_days_and_sexes_are_even() {
    const SIZE: u32 = 100_000;
    let population = population(11, u64::from(SIZE));
    let (mut regencies, mut months, mut women) = (vec![0u32; 100], [0u32; 12], 0u32);
    for index in 0..u64::from(SIZE) {
        let nik = population.nik_of(index);
        regencies[nik.region() as usize / 100 % 100] += 1;
        months[usize::from(nik.month()) - 1] += 1;
        women += u32::from(nik.sex() == Sex::Female);
    }
    assert_eq!(regencies.iter().filter(|&&count| count > 0).count(), 78);
    // West Java, 17.87 % of the people, is the twelfth of 34 provinces: the regencies 12 and 46 stand for it. Blocks of four and
    // serials make these counts lumpier than independent ones.
    let share = f64::from(regencies[12] + regencies[46]) / f64::from(SIZE);
    assert!((share - 0.1787).abs() < 0.012, "{share}");
    assert!(chi_square(&months) < 7.0 * 37.4, "{}", chi_square(&months));
    assert!((48_500..51_500).contains(&women), "{women} women");
}

/// People of a household have one card and one district, whatever the size of the population; most have brothers and sisters who
/// don't apply.
#[test]
fn households_share_a_card() {
    for size in [2_000, 60_000] {
        let population = population(13, size);
        let mut cards: HashMap<String, Vec<Nik>> = HashMap::new();
        for person in (0..size).map(|index| population.person(index)) {
            cards.entry(person.kk.expose()).or_default().push(person.nik);
        }
        let sharing: usize = cards.values().filter(|niks| niks.len() > 1).map(Vec::len).sum();
        let share = sharing as f64 / size as f64;
        // By the ten kinds of blocks: 0, 0, 0, 2, 2, 2, 4, 4, 3 and 4 of four.
        assert!((share - 21.0 / 40.0).abs() < 0.06, "{share} of {size}");
        let apart = cards.values().filter(|niks| niks.iter().any(|nik| nik.region() != niks[0].region()));
        // Two households may be given the same number by chance.
        assert!(apart.count() * 100 < cards.len());
    }
}

/// Real districts, by the census, and serials that no real number has; so is everybody with a withdrawn code.
#[test]
fn real_regions_are_opt_in() {
    const SIZE: u64 = 20_000;
    let census = Census {
        regions: Regions::Real,
        withdrawn_share: 0.1,
        date_differs_share: 0.5,
        ..Census::synthetic(3, SIZE, reference())
    };
    let population = Population::of(census).unwrap();
    let (mut withdrawn, mut java, mut differing) = (0u64, 0u64, 0u64);
    for person in (0..SIZE).map(|index| population.person(index)) {
        let nik = person.nik;
        assert!(nik.serial() >= 9_000 && Nik::parse(&nik.expose(), RegionSet::Real).is_ok());
        let index = Some(person.index);
        let second = population.second_nik_of(person.index);
        assert_eq!((population.index_of(nik), population.index_of(second)), (index, index));
        let is_withdrawn = domain::region::status(nik.region()) == Some(Status::Withdrawn);
        withdrawn += u64::from(is_withdrawn);
        java += u64::from(nik.region() / 10_000 == 32);
        differing += u64::from(!nik.agrees_with(person.birth_date));
        assert!(person.kk.region_is_known(RegionSet::Real));
        let regency: u16 = person.birth_regency.parse().unwrap();
        assert!(domain::region::regencies().any(|r| r == (regency, person.birth_place)));
    }
    assert_eq!(withdrawn, SIZE / 10);
    assert!((3_000..3_450).contains(&java), "{java} of West Java, not 17.87 % of 18,000");
    assert!((9_600..10_400).contains(&differing), "{differing}");
    let share = |withdrawn_share| Population::of(Census { withdrawn_share, ..census }).map(drop);
    assert_eq!(share(1.5), Err(PopulationError::Share { share: 1.5 }));
    assert_eq!(share(1.0), Ok(()));
}

/// Whoever types their second number is themselves; nobody's first number is somebody's second.
#[test]
fn second_numbers_lead_to_the_same_person() {
    let population = population(4, 30_000);
    for index in 0..30_000 {
        let (first, second) = (population.nik_of(index), population.second_nik_of(index));
        assert!(second.serial() == first.serial() + 500 && first.serial() < 500);
        assert_eq!((first.region(), first.day(), first.sex()), (second.region(), second.day(), second.sex()));
        assert_eq!(population.index_of(second), Some(index));
    }
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
        assert!(domain::region::synthetic_regencies().any(|r| r == (regency, person.birth_place)));
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
