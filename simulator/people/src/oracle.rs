//! What an honest portal answers in the end, told from the rules of `domain` and from who the person is, never from a portal.
//!
//! It goes through the flow in its order and stops at the first rule that refuses. What depends on others, whether a number or a
//! contact is taken, is not for it to say: see [`crate::Defect::needs_another`].

use crate::applicant::{Applicant, CaptchaMistake, Expected};
use crate::population::Population;
use domain::draft::{Credentials, Document, Draft, Step};
use domain::identity::{self, Identity, Rules};
use domain::name::Name;
use domain::wire::{CaptchaAnswer, RegistryAnswer};
use domain::{Failure, Limits, RegionSet, Timestamp, password, profile};

/// The answer to `applicant`, who is of `population`, on its reference date and under `limits`.
pub(crate) fn judge(applicant: &Applicant, population: &Population, limits: &Limits) -> Expected {
    match refusal(applicant, population, limits) {
        Ok(()) => Expected::Registered,
        Err(failure) => Expected::Refused(failure),
    }
}

const NOW: Timestamp = Timestamp::from_ms(0);
const END: Timestamp = Timestamp::from_ms(1);

fn refusal(applicant: &Applicant, population: &Population, limits: &Limits) -> Result<(), Failure> {
    let identity = step_1(applicant, population, limits)?;
    let mut draft = Draft::open(identity, Vec::new(), END);
    profile::check(&applicant.profile, RegionSet::RealAndSynthetic).map_err(|fault| fault.failure)?;
    draft.profile = Some(applicant.profile.clone());
    if !applicant.skips {
        for photo in [applicant.ktp, applicant.swafoto].into_iter().flatten() {
            photo.judge(limits)?;
            let (dimensions, sharpness) = (None, None);
            let document = Document { bytes: 0, dimensions, sharpness, blurred: false, blob: String::new() };
            draft.documents.insert(photo.kind, document);
        }
        if applicant.wrong_captcha == Some(CaptchaMistake::Replayed) {
            return Err(Failure::CaptchaWrong);
        }
        let nik = draft.identity.nik;
        password::check(&applicant.password, &applicant.password_repetition, nik, limits)?;
        draft.credentials = Some(Credentials { password_hash: String::new(), questions: Vec::new() });
    }
    draft.admit(Step::Confirmation, NOW)
}

fn step_1(applicant: &Applicant, population: &Population, limits: &Limits) -> Result<Identity, Failure> {
    if matches!(applicant.wrong_captcha, Some(CaptchaMistake::Mistyped | CaptchaMistake::Expired)) {
        return Err(Failure::CaptchaWrong);
    }
    let rules = Rules { regions: RegionSet::RealAndSynthetic, limits, today: population.reference() };
    let form = applicant.open_draft(CaptchaAnswer { id: String::new(), answer: String::new() });
    let (identity, _) = identity::check(form, &rules)
        .map_err(|faults| faults.first().expect("a form is refused for a fault").failure)?;
    identity::judge_registry_answer(truth(&identity, population))?;
    Ok(identity)
}

/// What agrees with the person who has the NIK.
fn truth(identity: &Identity, population: &Population) -> RegistryAnswer {
    let Some(index) = population.index_of(identity.nik) else { return RegistryAnswer::UNKNOWN };
    let person = population.person(index);
    RegistryAnswer {
        found: true,
        kk_agrees: person.kk == identity.kk,
        name_agrees: Name::parse(&person.full_name).is_ok_and(|name| name.is_same_as(&identity.full_name)),
        birth_date_agrees: person.birth_date == identity.birth_date,
    }
}
