//! How each defect shows: it bends what a faultless applicant would have typed and handed in, and nothing beside it.

mod identity;
mod numbers;

use crate::album::{PhotoMake, PhotoSpec};
use crate::applicant::Applicant;
use crate::defect::Defect;
use crate::names::pick;
use crate::population::Population;
use domain::Limits;
use domain::document::DocumentKind;
use rand::{Rng, RngExt};

/// Bends `applicant` by `defect`. A duplicate is bent already: it is another person.
pub(crate) fn make(
    defect: Defect,
    applicant: &mut Applicant,
    population: &Population,
    limits: &Limits,
    rng: &mut impl Rng,
) {
    let person = &applicant.person;
    let form = &mut applicant.form;
    match defect {
        Defect::CaptchaWrong => applicant.wrong_captcha = true,
        Defect::NikMalformed => form.nik = numbers::malformed(rng, &form.nik),
        Defect::NikInvalid => form.nik = numbers::invalid_nik(rng, &form.nik),
        Defect::NikUnknown => form.nik = numbers::unknown_nik(rng, person.nik, population).expose(),
        Defect::KkMalformed => form.kk = numbers::malformed(rng, &form.kk),
        Defect::KkStale => form.kk = numbers::stale_card(rng, person, population).expose(),
        Defect::NameDiffers => form.full_name = identity::other_name(rng, person),
        Defect::NameWithTitle => form.full_name = identity::with_title(rng, &form.full_name),
        Defect::BirthDateDiffers => {
            form.birth_date = identity::other_birth_date(rng, person.birth_date, population);
        }
        Defect::AgeIneligible => {
            let birth = identity::ineligible_birth_date(rng, population, limits);
            (form.birth_date, form.nik) = (birth, numbers::nik_of_birth(person.nik, birth));
        }
        Defect::ContactInvalid => identity::spoil_contact(rng, form),
        Defect::PhotoTooLarge => hand_in(rng, applicant, &[PhotoMake::OverByOne, PhotoMake::FromPhone]),
        Defect::PhotoWrongType => {
            hand_in(
                rng,
                applicant,
                &[PhotoMake::Png, PhotoMake::Pdf, PhotoMake::Truncated, PhotoMake::Trailing],
            );
        }
        Defect::PasswordWeak => {
            applicant.password = weak_password(rng, applicant);
            applicant.password_repetition = applicant.password.clone();
        }
        Defect::PasswordMismatch => applicant.password_repetition = mistyped(rng, &applicant.password),
        Defect::SwafotoMissing => applicant.swafoto = None,
        Defect::StepsSkipped => applicant.skips = true,
        Defect::Duplicate => (),
    }
}

/// One of the two photographs is one of `makes`.
fn hand_in(rng: &mut impl Rng, applicant: &mut Applicant, makes: &[PhotoMake]) {
    let make = pick(rng, makes);
    if rng.random() {
        applicant.ktp = PhotoSpec { kind: DocumentKind::Ktp, make };
    } else {
        applicant.swafoto = Some(PhotoSpec { kind: DocumentKind::Swafoto, make });
    }
}

/// Too short, common, or of the NIK.
fn weak_password(rng: &mut impl Rng, applicant: &Applicant) -> String {
    const COMMON: [&str; 4] = ["password", "Password123", "12345678", "aaaaaaaaaa"];
    match rng.random_range(0..4) {
        0 => applicant.password.chars().take(5).collect(),
        1 => pick(rng, &COMMON).to_owned(),
        2 => applicant.form.nik.clone(),
        // The date of birth as it stands in the NIK, and the serial.
        _ => applicant.form.nik.chars().skip(6).collect(),
    }
}

/// The last character missing, another one, or the first in upper case.
fn mistyped(rng: &mut impl Rng, password: &str) -> String {
    let mut typed = password.to_owned();
    match rng.random_range(0..3) {
        0 => drop(typed.pop()),
        1 => typed.push(pick(rng, &['0', '1', 'x', '.'])),
        _ => typed[..1].make_ascii_uppercase(),
    }
    typed
}
