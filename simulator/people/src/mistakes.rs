//! How each defect shows: it bends what a faultless applicant would have typed and handed in, and nothing beside it.

mod identity;
mod numbers;
mod photos;

use crate::applicant::{Applicant, CaptchaMistake};
use crate::defect::Defect;
use crate::names::pick;
use crate::population::{Person, Population};
use domain::Limits;
use identity::NameSlip;
use numbers::Slip;
use rand::{Rng, RngExt};

/// What mistakes are made from.
pub(crate) struct Circumstances<'a> {
    pub(crate) population: &'a Population,
    pub(crate) limits: &'a Limits,
    /// Whose telephone and mailbox [`Defect::ContactTaken`] takes.
    pub(crate) other: Option<&'a Person>,
}

/// Bends `applicant` by `defect`. One who comes again is bent already: it is another person.
pub(crate) fn make(
    defect: Defect,
    applicant: &mut Applicant,
    around: &Circumstances<'_>,
    rng: &mut impl Rng,
) {
    match defect {
        Defect::CaptchaWrong => applicant.wrong_captcha = Some(CaptchaMistake::Mistyped),
        Defect::CaptchaExpired => applicant.wrong_captcha = Some(CaptchaMistake::Expired),
        Defect::CaptchaReplayed => applicant.wrong_captcha = Some(CaptchaMistake::Replayed),
        Defect::BirthplaceUnknown => {
            applicant.profile.birth_regency = pick(rng, &NO_REGENCIES).to_owned();
        }
        Defect::PasswordWeak => {
            applicant.password = weak_password(rng, applicant);
            applicant.password_repetition = applicant.password.clone();
        }
        Defect::PasswordMismatch => applicant.password_repetition = mistyped(rng, &applicant.password),
        Defect::KtpMissing => applicant.ktp = None,
        Defect::SwafotoMissing => applicant.swafoto = None,
        Defect::StepsSkipped => applicant.skips = true,
        Defect::DoubleClick => applicant.clicks_twice = true,
        Defect::Duplicate | Defect::SecondDevice | Defect::StrangerFirst => (),
        Defect::TwoNiks => {
            applicant.person.nik = around.population.second_nik_of(applicant.person.index);
            applicant.form.nik = applicant.person.nik.expose();
        }
        Defect::ContactTaken => {
            if let Some(other) = around.other {
                identity::take_contact(rng, &mut applicant.form, other);
            }
        }
        _ => match photos::makes_of(defect) {
            [] => mistype(defect, applicant, around, rng),
            makes => photos::hand_in(rng, applicant, makes),
        },
    }
}

/// Codes that no list of birthplaces has: abroad, regencies that were renumbered, and BPS's number of another place.
const NO_REGENCIES: [&str; 6] = ["0000", "9999", "9129", "9280", "6405", "luar negeri"];

/// What is typed in step 1.
fn mistype(defect: Defect, applicant: &mut Applicant, around: &Circumstances<'_>, rng: &mut impl Rng) {
    let Circumstances { population, limits, .. } = *around;
    let (person, form) = (&applicant.person, &mut applicant.form);
    match defect {
        Defect::NikMalformed => form.nik = numbers::malformed(rng, &form.nik),
        Defect::NikInvalid => form.nik = numbers::invalid_nik(rng, &form.nik),
        Defect::NikImpossibleDate => form.nik = numbers::impossible_date(rng, &form.nik),
        Defect::NikUnknown => form.nik = numbers::unknown_nik(rng, person.nik, population).expose(),
        Defect::KkMalformed => form.kk = numbers::malformed(rng, &form.kk),
        Defect::KkStale => form.kk = numbers::stale_card(rng, person, population).expose(),
        Defect::NameDiffers => {
            let slip = pick(rng, &NameSlip::ALL);
            form.full_name = identity::other_name(rng, person, slip);
        }
        Defect::NameOtherWriting => form.full_name = identity::other_writing(rng, &form.full_name),
        Defect::NameWithTitle => form.full_name = identity::with_title(rng, &form.full_name),
        Defect::BirthDateDiffers => {
            form.birth_date = identity::other_birth_date(rng, person.birth_date, population);
        }
        Defect::AgeIneligible | Defect::UnderAge | Defect::OverAge => {
            let too_young = defect == Defect::UnderAge || (defect == Defect::AgeIneligible && rng.random());
            let birth = identity::ineligible_birth_date(rng, population, limits, too_young);
            (form.birth_date, form.nik) = (birth, numbers::nik_of_birth(person.nik, birth));
        }
        Defect::ContactInvalid => identity::spoil_contact(rng, form),
        _ => {
            if let Some(slip) = name_slip(defect) {
                form.full_name = identity::other_name(rng, person, slip);
            } else if let Some(slip) = nik_slip(defect) {
                form.nik = numbers::slipped_nik(rng, person.nik, slip, population);
            } else if let Some(slip) = kk_slip(defect) {
                form.kk = numbers::slipped_kk(rng, &form.kk, slip);
            }
        }
    }
}

const fn name_slip(defect: Defect) -> Option<NameSlip> {
    match defect {
        Defect::NameAbbreviated => Some(NameSlip::Abbreviated),
        Defect::NameShortened => Some(NameSlip::Shortened),
        Defect::NameSwapped => Some(NameSlip::Swapped),
        Defect::NameOfAnother => Some(NameSlip::OfAnother),
        _ => None,
    }
}

const fn nik_slip(defect: Defect) -> Option<Slip> {
    match defect {
        Defect::NikSubstituted => Some(Slip::Substituted),
        Defect::NikTransposed => Some(Slip::Transposed),
        Defect::NikTwinDigits => Some(Slip::TwinDigits),
        Defect::NikOmitted => Some(Slip::Omitted),
        Defect::NikInserted => Some(Slip::Inserted),
        Defect::NikPasted => Some(Slip::Pasted),
        Defect::NikOtherScript => Some(Slip::OtherScript),
        _ => None,
    }
}

const fn kk_slip(defect: Defect) -> Option<Slip> {
    match defect {
        Defect::KkSubstituted => Some(Slip::Substituted),
        Defect::KkTransposed => Some(Slip::Transposed),
        Defect::KkTwinDigits => Some(Slip::TwinDigits),
        Defect::KkOmitted => Some(Slip::Omitted),
        Defect::KkInserted => Some(Slip::Inserted),
        Defect::KkPasted => Some(Slip::Pasted),
        Defect::KkOtherScript => Some(Slip::OtherScript),
        _ => None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defect::Part;

    /// What `make` leaves to a table is in exactly one table, so that no defect changes nothing.
    #[test]
    fn every_slip_and_photograph_is_in_a_table() {
        let in_tables = |defect: Defect| {
            usize::from(name_slip(defect).is_some())
                + usize::from(nik_slip(defect).is_some())
                + usize::from(kk_slip(defect).is_some())
                + usize::from(!photos::makes_of(defect).is_empty())
        };
        let missing = [Defect::KtpMissing, Defect::SwafotoMissing];
        for &defect in Defect::ALL {
            let photo = defect.part() == Part::Photo && !missing.contains(&defect);
            assert!(in_tables(defect) <= 1 && (!photo || in_tables(defect) == 1), "{defect}");
        }
    }
}
