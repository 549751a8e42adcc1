//! Defects come by their shares, duplicates in pairs, and everything by seed and arrival alone.

use crate::{crowd, population, reference};
use domain::contact::{Email, Phone};
use domain::{Failure, Limits};
use people::{Consequence, Crowd, Defect, Expected, IdentityForm, PhotoMake, Population, Shares};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Every defect at 1.2 %, the rest faultless.
fn mixed() -> Vec<(Defect, f64)> {
    Defect::ALL.iter().map(|&defect| (defect, 0.012)).collect()
}

#[test]
fn defects_come_by_their_shares() {
    const ARRIVALS: u64 = 100_000;
    let shares = [
        (Defect::KkStale, 0.2),
        (Defect::PhotoTooLarge, 0.05),
        (Defect::Duplicate, 0.1),
        (Defect::NikInvalid, 0.01),
    ];
    let counts = crowd(9, ARRIVALS, &shares).expected_counts(ARRIVALS);
    let check = |expected, share: f64| {
        let (found, mean) = (counts[&expected] as f64, share * ARRIVALS as f64);
        // Five standard deviations of a binomial law.
        let bound = 5.0 * (mean * (1.0 - share)).sqrt();
        assert!((found - mean).abs() < bound, "{found} are {expected}, not {mean} within {bound}");
    };
    check(Expected::Refused(Failure::NikKkMismatch), 0.2);
    check(Expected::Refused(Failure::FileTooLarge), 0.05);
    check(Expected::Refused(Failure::NikRegistered), 0.1);
    check(Expected::Refused(Failure::NikInvalid), 0.01);
    check(Expected::Registered, 0.64);
    assert_eq!(counts.len(), 5);
    assert_eq!(counts.values().sum::<u64>(), ARRIVALS);
}

#[test]
fn counts_are_those_of_the_applicants() {
    let crowd = crowd(4, 5_000, &mixed());
    let mut counts = BTreeMap::new();
    for arrival in 0..5_000 {
        let applicant = crowd.applicant(arrival);
        assert_eq!((applicant.arrival, applicant.expected), (arrival, crowd.expected(arrival)));
        match applicant.defect.map(Defect::consequence) {
            None | Some(Consequence::Registered) => assert_eq!(applicant.expected, Expected::Registered),
            Some(Consequence::Refused(failure)) => assert_eq!(applicant.expected, Expected::Refused(failure)),
            Some(Consequence::ByTheRules) => (),
        }
        *counts.entry(applicant.expected).or_insert(0) += 1;
    }
    assert_eq!(counts, crowd.expected_counts(5_000));
    let failures = Defect::ALL.iter().filter_map(|defect| match defect.consequence() {
        Consequence::Refused(failure) => Some(failure),
        _ => None,
    });
    assert_eq!(counts.len(), 1 + failures.collect::<BTreeSet<_>>().len());
}

#[test]
fn everybody_is_somebody_else_but_for_pairs() {
    const ARRIVALS: u64 = 20_000;
    let crowd = crowd(6, ARRIVALS, &mixed());
    let (mut contacts, mut faultless, mut twins) = (BTreeSet::new(), HashMap::new(), BTreeSet::new());
    let mut distances = Vec::new();
    for arrival in 0..ARRIVALS {
        let applicant = crowd.applicant(arrival);
        let new_contact =
            contacts.insert(applicant.form.email.clone()) && contacts.insert(applicant.form.phone.clone());
        assert_eq!(new_contact, applicant.defect != Some(Defect::SecondDevice), "{applicant:?}");
        assert_eq!(applicant.twin_of.is_some(), applicant.defect.is_some_and(Defect::needs_another));
        match applicant.twin_of {
            None => assert_eq!(applicant.person.index, arrival),
            Some(twin) => {
                assert!(twin < arrival && twins.insert(twin), "{twin} is the twin of one only");
                let first: &people::Applicant = &faultless[&twin];
                if applicant.defect == Some(Defect::ContactTaken) {
                    assert!(shares_one_contact(&first.form, &applicant.form), "{applicant:?}");
                    assert_eq!(applicant.person.index, arrival);
                    continue;
                }
                let two_niks = applicant.defect == Some(Defect::TwoNiks);
                assert_eq!(two_niks, first.form.nik != applicant.form.nik);
                assert_eq!(
                    (&first.form.kk, &first.form.full_name),
                    (&applicant.form.kk, &applicant.form.full_name)
                );
                assert_eq!(first.person.index, applicant.person.index);
                distances.push(arrival - twin);
            }
        }
        if applicant.defect.is_none() {
            faultless.insert(arrival, applicant);
        }
    }
    let near = distances.iter().filter(|&&distance| distance < 10).count();
    let far = distances.iter().filter(|&&distance| distance > 100).count();
    assert!(near * 4 > distances.len() && far * 10 > distances.len(), "{near}, {far} of {}", distances.len());
}

/// By the keys under which a portal holds them, and never typed alike.
fn shares_one_contact(one: &IdentityForm, other: &IdentityForm) -> bool {
    let email = |form: &IdentityForm| Email::parse(&form.email).unwrap().key();
    let phone = |form: &IdentityForm| Phone::parse(&form.phone).unwrap().key().to_owned();
    let typed_alike = one.email == other.email || one.phone == other.phone;
    (email(one) == email(other)) != (phone(one) == phone(other)) && !typed_alike
}

/// The same person at once: no other difference than password, photographs and instant.
#[test]
fn a_second_device_shows_the_same_form() {
    let crowd = crowd(3, 2_000, &[(Defect::SecondDevice, 0.3)]);
    let pairs = (0..2_000).map(|arrival| crowd.applicant(arrival)).filter(|a| a.twin_of.is_some());
    let mut seen = 0;
    for second in pairs {
        let first = crowd.applicant(second.twin_of.unwrap());
        assert_eq!((first.form, first.profile.sex), (second.form, second.profile.sex));
        seen += 1;
    }
    assert!(seen > 400, "{seen}");
}

/// Of those with a defect, so many have a second one that goes with it, and the rules decide which of both is told.
#[test]
fn second_defects_come_by_their_share() {
    const ARRIVALS: u64 = 20_000;
    let shares = [(Defect::KkStale, 0.2), (Defect::PhotoPng, 0.2), (Defect::NameWithTitle, 0.1)];
    let shares = Shares::new(shares).unwrap().with_second(0.5).unwrap();
    let crowd = Crowd::new(population(5, ARRIVALS), shares, Limits::default());
    let mut pairs: BTreeMap<(Defect, Defect), BTreeSet<&str>> = BTreeMap::new();
    let (mut faulty, mut both) = (0u32, 0u32);
    for applicant in (0..ARRIVALS).map(|arrival| crowd.applicant(arrival)) {
        assert_eq!(applicant.expected, crowd.expected(applicant.arrival));
        faulty += u32::from(applicant.defect.is_some());
        let (Some(first), Some(second)) = (applicant.defect, applicant.second_defect) else { continue };
        both += 1;
        pairs.entry((first.min(second), first.max(second))).or_default().insert(applicant.expected.code());
    }
    // Half of them draw a second one; of those 0.4, 0.4 and 0.2, a draw of the same one leaves them with the first.
    let share = f64::from(both) / f64::from(faulty);
    assert!((share - 0.5 * (1.0 - 0.36)).abs() < 0.02, "{share}");
    let told: Vec<_> =
        pairs.into_iter().map(|((one, two), codes)| (one, two, Vec::from_iter(codes))).collect();
    assert_eq!(
        told,
        [
            // A title is seen in the form, before the registry is asked; files come last.
            (Defect::KkStale, Defect::NameWithTitle, vec!["name-has-title"]),
            (Defect::KkStale, Defect::PhotoPng, vec!["nik-kk-mismatch"]),
            (Defect::NameWithTitle, Defect::PhotoPng, vec!["name-has-title"]),
        ]
    );
}

#[test]
fn duplicates_without_anybody_to_double_are_faultless() {
    let alone = crowd(8, 1_000, &[(Defect::Duplicate, 1.0)]);
    assert_eq!(alone.expected_counts(1_000), BTreeMap::from([(Expected::Registered, 1_000)]));
    assert_eq!(alone.applicant(999).person.index, 999);
    let after_faulty = crowd(8, 1_000, &[(Defect::Duplicate, 0.5), (Defect::NikUnknown, 0.5)]);
    let counts = after_faulty.expected_counts(1_000);
    assert_eq!(counts.keys().map(|e| e.code()).collect::<Vec<_>>(), ["registered", "nik-not-found"]);
    // Nobody comes before the first.
    let first = (0..100).map(|seed| crowd(seed, 10, &[(Defect::Duplicate, 0.5)]).expected(0));
    assert!(first.into_iter().all(|expected| expected == Expected::Registered));
}

#[test]
fn shares_of_one_leave_nobody_out() {
    for &defect in Defect::ALL.iter().filter(|defect| !defect.needs_another()) {
        let counts = crowd(1, 1_000, &[(defect, 1.0)]).expected_counts(1_000);
        match defect.consequence() {
            Consequence::Refused(failure) => {
                assert_eq!(counts, BTreeMap::from([(Expected::Refused(failure), 1_000)]), "{defect}");
            }
            Consequence::Registered => {
                assert_eq!(counts, BTreeMap::from([(Expected::Registered, 1_000)]), "{defect}");
            }
            Consequence::ByTheRules => assert_eq!(counts.values().sum::<u64>(), 1_000, "{defect}"),
        }
    }
    let tenths = Defect::ALL[..10].iter().map(|&defect| (defect, 0.1)).collect::<Vec<_>>();
    assert!(!crowd(1, 100_000, &tenths).expected_counts(100_000).contains_key(&Expected::Registered));
}

#[test]
fn photographs_go_wrong_in_every_way() {
    let crowd = crowd(2, 2_000, &[(Defect::PhotoTooLarge, 0.3), (Defect::PhotoWrongType, 0.5)]);
    let mut seen = BTreeMap::new();
    for applicant in (0..2_000).map(|arrival| crowd.applicant(arrival)) {
        for spec in [applicant.ktp.unwrap(), applicant.swafoto.unwrap()] {
            let make = match spec.make {
                PhotoMake::Sound(_) => "sound".to_owned(),
                make => format!("{} {make:?}", spec.kind),
            };
            *seen.entry(make).or_insert(0) += 1;
        }
    }
    let expect = ["AtLimit", "FromPhone", "OverByOne", "Pdf", "Png", "Trailing", "Truncated"];
    let expect =
        ["ktp", "swafoto"].iter().flat_map(|kind| expect.iter().map(move |make| format!("{kind} {make}")));
    let expect: Vec<String> = expect.chain(["sound".to_owned()]).collect();
    let mut found: Vec<String> = seen.keys().cloned().collect();
    found.sort_by_key(|make| expect.iter().position(|e| e == make));
    assert_eq!(found, expect);
}

#[test]
fn everything_follows_from_seed_and_arrival() {
    let (one, same, other) = (crowd(1, 500, &mixed()), crowd(1, 500, &mixed()), crowd(2, 500, &mixed()));
    for arrival in (0..500).rev() {
        assert_eq!(one.applicant(arrival), same.applicant(arrival));
        assert_ne!(one.applicant(arrival).form, other.applicant(arrival).form);
    }
    // A defect more in the file changes nothing about who people are.
    let fewer = Crowd::new(population(1, 500), Shares::default(), Limits::default());
    assert!(
        (0..500)
            .all(|k| fewer.applicant(k).person == Population::new(1, 500, reference()).unwrap().person(k))
    );
}
