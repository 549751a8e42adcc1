//! The expected outcome against the rules themselves: what domain says to each step of the flow, the register being the population.

use crate::{population, reference};
use chrono::TimeDelta;
use domain::document::{DocumentKind, Format};
use domain::draft::{Credentials, Document, Draft, Step};
use domain::identity::{self, Identity, Rules};
use domain::limits::Blurred;
use domain::limits::{Limits, LimitsProfile};
use domain::name::Name;
use domain::wire::{CaptchaAnswer, RegistryAnswer, Warning};
use domain::{Date, Failure, Nik, RegionSet, Timestamp, password};
use people::{
    Album, Applicant, CaptchaMistake, Crowd, Defect, Expected, PhotoMake, PhotoSpec, Population, Shares,
};
use std::collections::HashSet;
use std::sync::OnceLock;

/// An honest portal: domain's rules, one after the other, and the NIKs that it has given an account.
struct Portal<'a> {
    population: Population,
    limits: &'a Limits,
    album: &'a Album,
    today: Date,
    accounts: HashSet<Nik>,
    contacts: HashSet<String>,
    warned: usize,
}

impl Portal<'_> {
    fn judge(&mut self, applicant: &Applicant) -> Expected {
        match self.register(applicant) {
            Ok(()) => Expected::Registered,
            Err(failure) => Expected::Refused(failure),
        }
    }

    fn register(&mut self, applicant: &Applicant) -> Result<(), Failure> {
        let (identity, warnings) = self.check_identity(applicant)?;
        let mut draft = Draft::open(identity, warnings, Timestamp::from_ms(1));
        let now = Timestamp::from_ms(0);
        draft.admit(Step::Profile, now)?;
        domain::profile::check(&applicant.profile, RegionSet::RealAndSynthetic)
            .map_err(|fault| fault.failure)?;
        draft.profile = Some(applicant.profile.clone());
        if !applicant.skips {
            self.hand_in(&mut draft, applicant.ktp, now)?;
            self.hand_in(&mut draft, applicant.swafoto, now)?;
            draft.admit(Step::Credentials, now)?;
            if applicant.wrong_captcha == Some(CaptchaMistake::Replayed) {
                return Err(Failure::CaptchaWrong);
            }
            let Applicant { password, password_repetition, .. } = applicant;
            password::check(password, password_repetition, draft.identity.nik, self.limits)?;
            draft.credentials = Some(Credentials { password_hash: String::new(), questions: Vec::new() });
        }
        draft.admit(Step::Confirmation, now)?;
        if !self.accounts.insert(draft.identity.nik) {
            return Err(Failure::NikRegistered);
        }
        let contacts = [draft.identity.email.key(), draft.identity.phone.key().to_owned()];
        let free = contacts.iter().all(|contact| !self.contacts.contains(contact));
        if !free {
            self.accounts.remove(&draft.identity.nik);
            return Err(Failure::ContactInUse);
        }
        self.contacts.extend(contacts);
        Ok(())
    }

    fn check_identity(&mut self, applicant: &Applicant) -> Result<(Identity, Vec<Warning>), Failure> {
        if matches!(applicant.wrong_captcha, Some(CaptchaMistake::Mistyped | CaptchaMistake::Expired)) {
            return Err(Failure::CaptchaWrong);
        }
        let rules = Rules { regions: RegionSet::RealAndSynthetic, limits: self.limits, today: self.today };
        let form = applicant.open_draft(CaptchaAnswer { id: String::new(), answer: String::new() });
        let (identity, warnings) = identity::check(form, &rules).map_err(|faults| {
            let spoilt = if applicant.second_defect.is_some() { 1..=2 } else { 1..=1 };
            assert!(
                spoilt.contains(&faults.len()),
                "a defect spoils one field: {faults:?} of {:?}",
                applicant.form
            );
            faults[0].failure
        })?;
        self.warned += warnings.len();
        identity::judge_registry_answer(look_up(&self.population, &identity))?;
        Ok((identity, warnings))
    }

    fn hand_in(&self, draft: &mut Draft, photo: Option<PhotoSpec>, now: Timestamp) -> Result<(), Failure> {
        let Some(spec) = photo else { return Ok(()) };
        draft.admit(Step::Document, now)?;
        let file = self.album.file(spec);
        let rule = self.limits.document(spec.kind).unwrap();
        assert_eq!(rule.formats, [Format::Jpeg]);
        let dimensions = rule.check(&file)?;
        if spec.make == PhotoMake::Blurred && self.limits.blurred == Blurred::Refuse {
            return Err(Failure::PhotoBlurred);
        }
        let bytes = u32::try_from(file.len()).unwrap();
        let document = Document { bytes, dimensions, sharpness: None, blurred: false, blob: String::new() };
        draft.documents.insert(spec.kind, document);
        Ok(())
    }
}

/// Drawn once for each profile.
fn album(limits: &Limits) -> &'static Album {
    static ALBUMS: [OnceLock<Album>; LimitsProfile::ALL.len()] =
        [const { OnceLock::new() }; LimitsProfile::ALL.len()];
    let at = LimitsProfile::ALL.iter().position(|&profile| profile == limits.profile).unwrap();
    ALBUMS[at].get_or_init(|| Album::new(1, limits))
}

/// What a register that holds this population says.
fn look_up(population: &Population, identity: &Identity) -> RegistryAnswer {
    let Some(index) = population.index_of(identity.nik) else { return RegistryAnswer::UNKNOWN };
    let person = population.person(index);
    RegistryAnswer {
        found: true,
        kk_agrees: person.kk == identity.kk,
        name_agrees: Name::parse(&person.full_name).unwrap().is_same_as(&identity.full_name),
        birth_date_agrees: person.birth_date == identity.birth_date,
    }
}

/// Lets the first `arrivals` of a crowd come in order; gives how many warnings there were.
fn check(profile: LimitsProfile, days: i64, shares: &[(Defect, f64)], arrivals: u64) -> usize {
    check_among(population(77, arrivals), profile, days, shares, arrivals)
}

fn check_among(
    population: Population,
    profile: LimitsProfile,
    days: i64,
    shares: &[(Defect, f64)],
    arrivals: u64,
) -> usize {
    let shares = Shares::new(shares.iter().copied()).unwrap();
    check_crowd(&Crowd::new(population, shares, profile.limits(1_000)), days, arrivals)
}

fn check_crowd(crowd: &Crowd, days: i64, arrivals: u64) -> usize {
    let (population, limits) = (*crowd.population(), crowd.limits().clone());
    let album = album(&limits);
    let today = reference() + TimeDelta::days(days);
    let (accounts, contacts, warned) = (HashSet::new(), HashSet::new(), 0);
    let mut portal = Portal { population, limits: &limits, album, today, accounts, contacts, warned };
    for arrival in 0..arrivals {
        let applicant = crowd.applicant(arrival);
        assert_eq!(portal.judge(&applicant), applicant.expected, "{applicant:?}: {:?}", applicant.form);
    }
    assert_eq!(portal.accounts.len() as u64, crowd.expected_counts(arrivals)[&Expected::Registered]);
    portal.warned
}

#[test]
fn faultless_people_are_registered_on_every_day_around() {
    for days in [-7, 0, 7] {
        let warned = check(LimitsProfile::Seed, days, &[], 3_000);
        assert!(warned > 0, "some NIKs have another date than the birth, and are registered all the same");
    }
}

#[test]
fn each_defect_is_refused_for_what_it_is() {
    for &defect in Defect::ALL {
        for days in [-7, 7] {
            // Who comes with something of another needs that other.
            check(LimitsProfile::Seed, days, &[(defect, 0.45)], 1_000);
        }
    }
}

#[test]
fn all_defects_at_once_under_every_profile() {
    let shares: Vec<(Defect, f64)> = Defect::ALL.iter().map(|&defect| (defect, 0.012)).collect();
    for profile in LimitsProfile::ALL {
        check(profile, 0, &shares, 4_000);
    }
}

/// Two at once: what is told is the first rule of the flow that refuses, whichever was drawn first.
#[test]
fn two_defects_at_once() {
    let shares: Vec<(Defect, f64)> = Defect::ALL.iter().map(|&defect| (defect, 0.015)).collect();
    let shares = Shares::new(shares).unwrap().with_second(1.0).unwrap();
    for blurred in [Blurred::Flag, Blurred::Refuse] {
        let limits = Limits { blurred, ..LimitsProfile::Y2021.limits(1_000) };
        check_crowd(&Crowd::new(population(78, 3_000), shares.clone(), limits), 0, 3_000);
    }
}

/// Where nearly every possible NIK is somebody's, a mistyped one mostly is too, and an unknown one has to be looked for.
#[test]
fn unknown_niks_among_hundreds_of_millions() {
    let dense = population(5, Population::size_max(reference()));
    check_among(dense, LimitsProfile::Seed, 0, &[(Defect::NikUnknown, 0.9)], 4_000);
}

/// The oracle itself can tell: a portal whose register is another's refuses.
#[test]
fn another_population_is_not_known() {
    let limits = Limits::default();
    let album = album(&limits);
    let crowd = Crowd::new(population(1, 100), Shares::default(), limits.clone());
    let (today, accounts, contacts, warned) = (reference(), HashSet::new(), HashSet::new(), 0);
    let mut portal =
        Portal { population: population(2, 100), limits: &limits, album, today, accounts, contacts, warned };
    let not_found = Expected::Refused(Failure::NikNotFound);
    assert!((0..100).all(|arrival| portal.judge(&crowd.applicant(arrival)) == not_found));
    assert_eq!(crowd.applicant(0).ktp.unwrap().kind, DocumentKind::Ktp);
}
