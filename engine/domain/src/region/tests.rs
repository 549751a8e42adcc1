//! Rules as tables, and the committed files against each other.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Entry, real_names};
use super::*;

#[track_caller]
fn check(code: u32, real: bool, real_and_synthetic: bool) {
    let found = (RegionSet::Real.contains(code), RegionSet::RealAndSynthetic.contains(code));
    assert_eq!(found, (real, real_and_synthetic), "{code:06}");
}

#[track_caller]
fn check_name(code: u32, province: &'static str, regency: &'static str, district: &'static str) {
    assert_eq!(name(code), Some(RegionName { province, regency, district }), "{code:06}");
}

fn count(entries: &[Entry], status: Status) -> usize {
    entries.iter().filter(|entry| entry.status == status).count()
}

#[test]
fn contains() {
    for (code, real, real_and_synthetic) in [
        // In force: Gambir, the first and the last of the table.
        (317101, true, true),
        (110101, true, true),
        (967110, true, true),
        // Neighbours that were never numbered.
        (317100, false, false),
        (317109, false, false),
        (317199, false, false),
        (110404, false, false),
        // No such regency, no such province.
        (310201, false, false),
        (200101, false, false),
        // Regency 00, district 00, below the first province.
        (310001, false, false),
        (310000, false, false),
        (10101, false, false),
        // Bounds of the six digits and beyond them.
        (0, false, false),
        (1, false, false),
        (99, false, false),
        (999_999, false, false),
        (1_000_000, false, false),
        (1_317_101, false, false),
        (u32::MAX, false, false),
        // Made up: 9901 to 9969 and 9971 to 9979, districts 01 to 99.
        (989_999, false, false),
        (990_001, false, false),
        (990_100, false, false),
        (990_101, false, true),
        (990_199, false, true),
        (996_900, false, false),
        (996_999, false, true),
        (997_001, false, false),
        (997_099, false, false),
        (997_101, false, true),
        (997_999, false, true),
        (998_001, false, false),
    ] {
        check(code, real, real_and_synthetic);
    }
}

#[test]
fn withdrawn_codes_of_papua_stay() {
    for (code, regency) in [
        // Known before 2019.
        (910101, "Kabupaten Merauke"),
        (911201, "Kabupaten Pegunungan Bintang"),
        (927110, "Kota Sorong"),
        // Made by 2019.
        (912525, "Kabupaten Puncak"),
        (920143, "Kabupaten Sorong"),
        // Made after 2019.
        (910121, "Kabupaten Merauke"),
        (911823, "Kabupaten Asmat"),
    ] {
        check(code, true, true);
        assert_eq!(status(code), Some(Status::Withdrawn), "{code}");
        assert_eq!(name(code).map(|name| name.regency), Some(regency), "{code}");
    }
    assert_eq!(status(910301), Some(Status::Current), "Sentani stayed in Papua");
    assert_eq!(status(930101), Some(Status::Current), "Merauke under its new code");
}

#[test]
fn codes_are_kemendagris_and_not_those_of_bps() {
    // BPS has Simeulue at 1101, Fakfak at 9101 and Manokwari at 9105.
    check_name(110101, "Aceh", "Kabupaten Aceh Selatan", "Bakongan");
    check_name(910101, "Papua", "Kabupaten Merauke", "Merauke");
    check_name(910501, "Papua", "Kabupaten Kepulauan Yapen", "Yapen Selatan");
    check_name(920301, "Papua Barat", "Kabupaten Fak Fak", "Fak-Fak");
    // Jayapura was 9471 to BPS, Jakarta's Kota Jakarta Selatan 3171: the first is none of Kemendagri's, the
    // second is another city.
    check(947101, false, false);
    assert_eq!(name(317101).map(|name| name.regency), Some("Kota Administrasi Jakarta Pusat"));
}

#[test]
fn names() {
    check_name(352922, "Jawa Timur", "Kabupaten Sumenep", "Ra'as");
    check_name(130504, "Sumatera Barat", "Kabupaten Padang Pariaman", "2 x 11 Anam Lingkuang");
    check_name(990101, "Sintetis", "Kabupaten Sintetis 01", "Sintetis 01");
    check_name(996999, "Sintetis", "Kabupaten Sintetis 69", "Sintetis 99");
    check_name(997102, "Sintetis", "Kota Sintetis 71", "Sintetis 02");
    for code in [0, 317100, 310201, 990001, 999_999, u32::MAX] {
        assert_eq!((name(code), status(code)), (None, None), "{code}");
    }
    assert_eq!(status(990101), None, "no decree made a synthetic district");
}

#[test]
fn counts_of_the_tables() {
    let names = real_names();
    for (level, entries, current, withdrawn) in [
        ("provinces", &names.provinces, 38, 0),
        ("regencies", &names.regencies, 514, 26),
        ("districts", &names.districts, 7_285, 594),
    ] {
        let found = (count(entries, Status::Current), count(entries, Status::Withdrawn));
        assert_eq!(found, (current, withdrawn), "{level}");
        assert!(entries.is_sorted_by(|one, next| one.code < next.code), "{level} are sorted and unique");
    }
    assert_eq!((regencies().count(), real_districts().count()), (514, 7_285));

    let provinces_with_withdrawn: BTreeSet<u32> = (names.districts.iter())
        .filter(|entry| entry.status == Status::Withdrawn)
        .map(|entry| entry.code / 10_000)
        .collect();
    assert_eq!(provinces_with_withdrawn, BTreeSet::from([91, 92]), "only these two were ever divided");
}

#[test]
fn bitmap_and_names_agree_both_ways() {
    let named: BTreeSet<u32> = real_names().districts.iter().map(|entry| entry.code).collect();
    for code in 0..1_000_000 {
        assert_eq!(RegionSet::Real.contains(code), named.contains(&code), "{code:06}");
        let synthetic = RegionSet::RealAndSynthetic.contains(code) && !RegionSet::Real.contains(code);
        assert_eq!(synthetic, synthetic_region_index(code).is_some(), "{code:06}");
    }
    for entry in &real_names().districts {
        assert!(name(entry.code).is_some(), "{} has names on all levels", entry.code);
    }
}

#[test]
fn regency_numbers_tell_regencies_from_cities() {
    for (code, regency) in regencies().chain(synthetic_regencies()) {
        let prefix = if code % 100 < 70 { "Kabupaten " } else { "Kota " };
        assert!(matches!(code % 100, 1..=69 | 71..=79), "{code}");
        assert!(regency.starts_with(prefix), "{code} {regency}");
    }
}

#[test]
fn birthplaces_are_distinct_and_outlive_their_codes() {
    let mut code_by_name = BTreeMap::new();
    for (code, name) in regencies().chain(synthetic_regencies()) {
        assert_eq!(code_by_name.insert(name, code), None, "{code} {name} stands twice");
    }
    for entry in &real_names().regencies {
        assert!(code_by_name.contains_key(entry.name), "{} {} is gone from the list", entry.code, entry.name);
    }
}

#[test]
fn synthetic_index_round_trip() {
    let codes: Vec<u32> = (0..SYNTHETIC_REGION_COUNT).map(synthetic_region).collect();
    assert_eq!((codes.len(), codes.first(), codes.last()), (7_722, Some(&990_101), Some(&997_999)));
    assert!(codes.is_sorted_by(|one, next| one < next), "in the order of the codes");
    for (index, &code) in (0..).zip(&codes) {
        assert_eq!(synthetic_region_index(code), Some(index), "{code}");
        assert!(name(code).is_some_and(|name| name.province == "Sintetis"), "{code}");
        check(code, false, true);
    }
    // Nothing else has an index.
    let indexed = (0..=1_100_000).filter(|&code| synthetic_region_index(code).is_some()).count();
    assert_eq!(indexed, codes.len());
    assert_eq!(synthetic_regencies().count(), 78);
}

#[test]
#[should_panic(expected = "7,722 synthetic regions")]
fn synthetic_index_beyond_the_last() {
    let _ = synthetic_region(SYNTHETIC_REGION_COUNT);
}

#[test]
fn region_code_parts() {
    let parts = |code: RegionCode| (code.get(), code.province(), code.regency(), code.district());
    for (number, expect) in [
        (0, Some((0, 0, 0, 0))),
        (317_101, Some((317_101, 31, 3_171, 1))),
        (999_999, Some((999_999, 99, 9_999, 99))),
        (1_000_000, None),
        (u32::MAX, None),
    ] {
        assert_eq!(RegionCode::new(number).map(parts), expect, "{number}");
    }
    assert_eq!(RegionCode::new(10_101).map(|code| code.to_string()).as_deref(), Some("010101"));
}
