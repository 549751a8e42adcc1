//! Step 1, Pengecekan Identitas: from the form as it came to an identity that cannot hold a wrong value.
//!
//! Everything that can be told without the registry is told here; the registry's word is for [`judge_registry_answer`].

use crate::contact::{Email, Phone};
use crate::failure::Failure;
use crate::kk::Kk;
use crate::limits::Limits;
use crate::name::{Name, NameFault};
use crate::nik::{Nik, NikFault};
use crate::region::RegionSet;
use crate::time::Date;
use crate::wire::{OpenDraft, RegistryAnswer, Warning};
use serde::{Deserialize, Serialize};

/// Who somebody says they are, every part of it possible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Number of the person.
    pub nik: Nik,
    /// Number of their family card.
    pub kk: Kk,
    /// Name as on the certificate.
    pub full_name: Name,
    /// Place of birth as typed in step 1.
    pub birth_place: String,
    /// Date of birth as typed.
    pub birth_date: Date,
    /// Mobile number.
    pub phone: Phone,
    /// E-mail address.
    pub email: Email,
}

/// What the form is held against.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Districts that a NIK may name.
    pub regions: RegionSet,
    /// The year's rules.
    pub limits: &'a Limits,
    /// The day of applying, in Jakarta.
    pub today: Date,
}

/// One field and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field's name in the form.
    pub field: &'static str,
    /// What is wrong.
    pub failure: Failure,
}

/// Most characters of a birthplace.
const BIRTH_PLACE_CHARS_MAX: usize = 100;

/// Checks the form of step 1. With the identity come warnings, which never refuse.
///
/// # Errors
/// Every fault, in the order of the form.
pub fn check(form: &OpenDraft, rules: &Rules<'_>) -> Result<(Identity, Vec<Warning>), Vec<Fault>> {
    let mut faults = Vec::new();
    let nik = keep("nik", check_nik(&form.nik, rules), &mut faults);
    let kk = keep("kk", Kk::parse(&form.kk).map_err(|_| Failure::KkMalformed), &mut faults);
    let full_name = keep("full_name", check_name(&form.full_name), &mut faults);
    let birth_place = keep("birth_place", check_birth_place(&form.birth_place), &mut faults);
    let birth_date = keep("birth_date", check_age(form.birth_date, rules), &mut faults);
    let phone = keep("phone", Phone::parse(&form.phone).ok_or(Failure::ContactInvalid), &mut faults);
    let email = keep("email", Email::parse(&form.email).ok_or(Failure::ContactInvalid), &mut faults);
    let (Some(nik), Some(kk), Some(full_name), Some(birth_place), Some(birth_date), Some(phone), Some(email)) =
        (nik, kk, full_name, birth_place, birth_date, phone, email)
    else {
        return Err(faults);
    };
    let mut warnings = Vec::new();
    if !nik.agrees_with(birth_date) {
        warnings.push(Warning::BirthDateUnlikeNik);
    }
    if !kk.region_is_known(rules.regions) {
        warnings.push(Warning::KkRegionUnknown);
    }
    Ok((Identity { nik, kk, full_name, birth_place, birth_date, phone, email }, warnings))
}

/// What the population registry's answer means for the applicant.
///
/// # Errors
/// [`Failure::NikNotFound`], [`Failure::NikKkMismatch`] or [`Failure::IdentityMismatch`], in that order.
pub fn judge_registry_answer(answer: RegistryAnswer) -> Result<(), Failure> {
    match answer {
        RegistryAnswer { found: false, .. } => Err(Failure::NikNotFound),
        RegistryAnswer { kk_agrees: false, .. } => Err(Failure::NikKkMismatch),
        RegistryAnswer { name_agrees: true, birth_date_agrees: true, .. } => Ok(()),
        RegistryAnswer { .. } => Err(Failure::IdentityMismatch),
    }
}

fn keep<T>(field: &'static str, checked: Result<T, Failure>, faults: &mut Vec<Fault>) -> Option<T> {
    checked.map_err(|failure| faults.push(Fault { field, failure })).ok()
}

fn check_nik(text: &str, rules: &Rules<'_>) -> Result<Nik, Failure> {
    Nik::parse(text, rules.regions).map_err(|fault| match fault {
        NikFault::Malformed => Failure::NikMalformed,
        NikFault::Region | NikFault::Date | NikFault::Serial => Failure::NikInvalid,
    })
}

fn check_name(text: &str) -> Result<Name, Failure> {
    Name::parse(text).map_err(|fault| match fault {
        NameFault::Title => Failure::NameHasTitle,
        NameFault::Malformed => Failure::IdentityMismatch,
    })
}

fn check_birth_place(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let fits = !text.is_empty()
        && text.chars().count() <= BIRTH_PLACE_CHARS_MAX
        && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(Failure::BirthplaceUnknown) }
}

fn check_age(birth: Date, rules: &Rules<'_>) -> Result<Date, Failure> {
    if rules.limits.age_is_eligible(birth, rules.today) { Ok(birth) } else { Err(Failure::AgeIneligible) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> OpenDraft {
        OpenDraft {
            nik: "9901011705000010".to_owned(),
            kk: "9902020102150003".to_owned(),
            full_name: "Siti Aminah".to_owned(),
            birth_place: "Kabupaten Sintetis 01".to_owned(),
            birth_date: "2000-05-17".parse().unwrap(),
            phone: "081234567890".to_owned(),
            email: "siti@contoh.example".to_owned(),
            captcha: crate::wire::CaptchaAnswer { id: String::new(), answer: String::new() },
        }
    }

    type Expect<'a> = Result<&'a [Warning], &'a [(&'a str, Failure)]>;

    fn check_with(change: impl FnOnce(&mut OpenDraft), expect: Expect<'_>) {
        let mut form = form();
        change(&mut form);
        let limits = Limits::default();
        let today = "2026-11-21".parse().unwrap();
        let rules = Rules { regions: RegionSet::RealAndSynthetic, limits: &limits, today };
        let found = check(&form, &rules).map(|(_, warnings)| warnings);
        let found = found.map_err(|faults| faults.iter().map(|f| (f.field, f.failure)).collect::<Vec<_>>());
        assert_eq!(found, expect.map(<[_]>::to_vec).map_err(<[_]>::to_vec));
    }

    #[test]
    fn fields() {
        check_with(|_| (), Ok(&[]));
        check_with(|f| f.nik.push('1'), Err(&[("nik", Failure::NikMalformed)]));
        check_with(|f| f.nik.replace_range(6..8, "32"), Err(&[("nik", Failure::NikInvalid)]));
        check_with(|f| f.kk.clear(), Err(&[("kk", Failure::KkMalformed)]));
        check_with(|f| f.full_name.push_str(", S.Kom."), Err(&[("full_name", Failure::NameHasTitle)]));
        check_with(|f| f.full_name.clear(), Err(&[("full_name", Failure::IdentityMismatch)]));
        check_with(|f| f.birth_place = " ".to_owned(), Err(&[("birth_place", Failure::BirthplaceUnknown)]));
        check_with(|f| f.phone = "12".to_owned(), Err(&[("phone", Failure::ContactInvalid)]));
        check_with(|f| f.email = "siti".to_owned(), Err(&[("email", Failure::ContactInvalid)]));
        check_with(
            |f| (f.nik, f.birth_date) = ("x".to_owned(), "1950-01-01".parse().unwrap()),
            Err(&[("nik", Failure::NikMalformed), ("birth_date", Failure::AgeIneligible)]),
        );
    }

    /// These people are valid, and have been refused by portals.
    #[test]
    fn valid_people_are_warned_at_most() {
        check_with(|f| f.birth_date = "2000-05-18".parse().unwrap(), Ok(&[Warning::BirthDateUnlikeNik]));
        check_with(|f| f.nik = "9901015705000010".to_owned(), Ok(&[]));
        check_with(|f| f.kk = "0000000000000000".to_owned(), Ok(&[Warning::KkRegionUnknown]));
    }

    #[test]
    fn registry_answers() {
        let check = |found, kk_agrees, name_agrees, birth_date_agrees, expect| {
            let answer = RegistryAnswer { found, kk_agrees, name_agrees, birth_date_agrees };
            assert_eq!(judge_registry_answer(answer), expect, "{answer:?}");
        };
        check(true, true, true, true, Ok(()));
        check(false, true, true, true, Err(Failure::NikNotFound));
        check(true, false, false, false, Err(Failure::NikKkMismatch));
        check(true, true, false, true, Err(Failure::IdentityMismatch));
        check(true, true, true, false, Err(Failure::IdentityMismatch));
    }
}
