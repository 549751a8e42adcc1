//! Step 1, Pengecekan Identitas: from the form as it came to an identity that cannot hold a wrong value.
//!
//! Everything that can be told without the registry is told here; the registry's word is for [`judge_registry_answer`].

use crate::contact::{Email, Phone, trimmed};
use crate::failure::Failure;
use crate::kk::Kk;
use crate::limits::Limits;
use crate::name::{Name, NameFault};
use crate::nik::{Nik, NikFault};
use crate::region::RegionSet;
use crate::time::Date;
use crate::wire::{OpenDraft, RegistryAnswer, ValidationForm, Warning};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Who somebody says they are, every part of it possible. It prints its masked NIK and nothing else: people type their numbers into
/// fields of any name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("nik", &self.nik).finish_non_exhaustive()
    }
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

/// Any fields of step 1, as typed. A field that isn't there is neither right nor wrong. Texts that the identity keeps as they are may
/// be given away, and are not copied then.
#[derive(Clone, Debug, Default)]
pub struct Fields<'a> {
    nik: Option<&'a str>,
    kk: Option<&'a str>,
    full_name: Option<Cow<'a, str>>,
    birth_place: Option<Cow<'a, str>>,
    birth_date: Option<Date>,
    phone: Option<&'a str>,
    email: Option<Cow<'a, str>>,
}

/// What the rules make of [`Fields`]: what is right by its name, the rest as faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedFields {
    nik: Option<Nik>,
    kk: Option<Kk>,
    full_name: Option<Name>,
    birth_place: Option<String>,
    birth_date: Option<Date>,
    phone: Option<Phone>,
    email: Option<Email>,
    /// What would be refused, in the order of the form.
    pub faults: Vec<Fault>,
    /// What is odd, and never refused.
    pub warnings: Vec<Warning>,
}

/// Most characters of a birthplace.
const BIRTH_PLACE_CHARS_MAX: usize = 100;

/// Checks the form of step 1. With the identity come warnings, which never refuse.
///
/// # Errors
/// Every fault, in the order of the form.
pub fn check(form: OpenDraft, rules: &Rules<'_>) -> Result<(Identity, Vec<Warning>), Vec<Fault>> {
    let OpenDraft { nik, kk, full_name, birth_place, birth_date, phone, email, captcha: _ } = form;
    let fields = Fields {
        nik: Some(&nik),
        kk: Some(&kk),
        full_name: Some(full_name.into()),
        birth_place: Some(birth_place.into()),
        birth_date: Some(birth_date),
        phone: Some(&phone),
        email: Some(email.into()),
    };
    match check_fields(fields, rules) {
        CheckedFields {
            nik: Some(nik),
            kk: Some(kk),
            full_name: Some(full_name),
            birth_place: Some(birth_place),
            birth_date: Some(birth_date),
            phone: Some(phone),
            email: Some(email),
            faults: _,
            warnings,
        } => Ok((Identity { nik, kk, full_name, birth_place, birth_date, phone, email }, warnings)),
        refused => Err(refused.faults),
    }
}

/// Checks whichever fields there are, each by the rule of step 1. The only place where these rules are applied.
pub fn check_fields(fields: Fields<'_>, rules: &Rules<'_>) -> CheckedFields {
    let mut faults = Vec::new();
    let contact = Failure::ContactInvalid;
    let nik = keep("nik", fields.nik.map(|text| check_nik(text, rules)), &mut faults);
    let kk = fields.kk.map(|text| Kk::parse(text).map_err(|_| Failure::KkMalformed));
    let kk = keep("kk", kk, &mut faults);
    let full_name = keep("full_name", fields.full_name.map(check_name), &mut faults);
    let birth_place = keep("birth_place", fields.birth_place.map(check_birth_place), &mut faults);
    let birth_date = keep("birth_date", fields.birth_date.map(|date| check_age(date, rules)), &mut faults);
    let phone = keep("phone", fields.phone.map(|text| Phone::parse(text).ok_or(contact)), &mut faults);
    let email = keep("email", fields.email.map(|text| Email::parse(text).ok_or(contact)), &mut faults);
    let mut warnings = Vec::new();
    if let (Some(nik), Some(birth_date)) = (nik, birth_date)
        && !nik.agrees_with(birth_date)
    {
        warnings.push(Warning::BirthDateUnlikeNik);
    }
    if kk.is_some_and(|kk| !kk.region_is_known(rules.regions)) {
        warnings.push(Warning::KkRegionUnknown);
    }
    CheckedFields { nik, kk, full_name, birth_place, birth_date, phone, email, faults, warnings }
}

impl<'a> From<&'a OpenDraft> for Fields<'a> {
    fn from(form: &'a OpenDraft) -> Fields<'a> {
        Fields {
            nik: Some(&form.nik),
            kk: Some(&form.kk),
            full_name: Some(Cow::from(&form.full_name)),
            birth_place: Some(Cow::from(&form.birth_place)),
            birth_date: Some(form.birth_date),
            phone: Some(&form.phone),
            email: Some(Cow::from(&form.email)),
        }
    }
}

impl<'a> From<&'a ValidationForm> for Fields<'a> {
    fn from(form: &'a ValidationForm) -> Fields<'a> {
        Fields {
            nik: form.nik.as_deref(),
            kk: form.kk.as_deref(),
            full_name: form.full_name.as_deref().map(Cow::from),
            birth_place: form.birth_place.as_deref().map(Cow::from),
            birth_date: form.birth_date,
            phone: form.phone.as_deref(),
            email: form.email.as_deref().map(Cow::from),
        }
    }
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

fn keep<T>(field: &'static str, checked: Option<Result<T, Failure>>, faults: &mut Vec<Fault>) -> Option<T> {
    checked?.map_err(|failure| faults.push(Fault { field, failure })).ok()
}

fn check_nik(text: &str, rules: &Rules<'_>) -> Result<Nik, Failure> {
    Nik::parse(text, rules.regions).map_err(|fault| match fault {
        NikFault::Malformed => Failure::NikMalformed,
        NikFault::Region | NikFault::Date | NikFault::Serial => Failure::NikInvalid,
    })
}

fn check_name(text: Cow<'_, str>) -> Result<Name, Failure> {
    Name::parse(text).map_err(|fault| match fault {
        NameFault::Title => Failure::NameHasTitle,
        NameFault::Malformed => Failure::IdentityMismatch,
    })
}

fn check_birth_place(text: Cow<'_, str>) -> Result<String, Failure> {
    let text = trimmed(text);
    let fits = !text.is_empty()
        && text.chars().count() <= BIRTH_PLACE_CHARS_MAX
        && !text.chars().any(char::is_control);
    if fits { Ok(text) } else { Err(Failure::BirthplaceUnknown) }
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
        let found = check(form, &rules).map(|(_, warnings)| warnings);
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

    /// Found by the fuzz target `form`: a NIK that was typed into the birthplace.
    #[test]
    fn a_nik_in_another_field_is_not_printed() {
        let form = OpenDraft { birth_place: "Kab 9901011705000010".to_owned(), ..form() };
        let limits = Limits::default();
        let today = "2026-11-21".parse().unwrap();
        let rules = Rules { regions: RegionSet::RealAndSynthetic, limits: &limits, today };
        let (identity, _) = check(form, &rules).unwrap();
        assert_eq!(format!("{identity:?}"), "Identity { nik: Nik(9901**********10), .. }");
    }

    /// These people are valid, and have been refused by portals.
    #[test]
    fn valid_people_are_warned_at_most() {
        check_with(|f| f.birth_date = "2000-05-18".parse().unwrap(), Ok(&[Warning::BirthDateUnlikeNik]));
        check_with(|f| f.nik = "9901015705000010".to_owned(), Ok(&[]));
        check_with(|f| f.kk = "0000000000000000".to_owned(), Ok(&[Warning::KkRegionUnknown]));
    }

    /// Field by field, the rules say what they say of the whole form.
    #[test]
    fn any_fields_are_checked_by_the_same_rules() {
        let limits = Limits::default();
        let today = "2026-11-21".parse().unwrap();
        let rules = Rules { regions: RegionSet::RealAndSynthetic, limits: &limits, today };
        let check = |typed: serde_json::Value, faults: &[(&str, Failure)], warnings: &[Warning]| {
            let form: ValidationForm = serde_json::from_value(typed.clone()).unwrap();
            let found = check_fields(Fields::from(&form), &rules);
            let found_faults: Vec<_> =
                found.faults.iter().map(|fault| (fault.field, fault.failure)).collect();
            assert_eq!((found_faults.as_slice(), found.warnings.as_slice()), (faults, warnings), "{typed}");
        };
        check(serde_json::json!({}), &[], &[]);
        check(serde_json::json!({"nik": "9901011705000010"}), &[], &[]);
        check(serde_json::json!({"nik": "x"}), &[("nik", Failure::NikMalformed)], &[]);
        check(serde_json::json!({"nik": "9901013105000010"}), &[], &[]);
        check(serde_json::json!({"nik": "9901013102000010"}), &[("nik", Failure::NikInvalid)], &[]);
        check(serde_json::json!({"kk": "0000000000000000"}), &[], &[Warning::KkRegionUnknown]);
        check(
            serde_json::json!({"birth_date": "2010-01-01"}),
            &[("birth_date", Failure::AgeIneligible)],
            &[],
        );
        check(
            serde_json::json!({"nik": "9901011705000010", "birth_date": "2000-05-18"}),
            &[],
            &[Warning::BirthDateUnlikeNik],
        );
        check(
            serde_json::json!({"email": "@", "full_name": "Hj. Siti", "phone": "1", "birth_place": ""}),
            &[
                ("full_name", Failure::NameHasTitle),
                ("birth_place", Failure::BirthplaceUnknown),
                ("phone", Failure::ContactInvalid),
                ("email", Failure::ContactInvalid),
            ],
            &[],
        );
        // Of a form that is whole, both say the same.
        let mut whole = form();
        (whole.nik, whole.kk) = ("9901011805000010".to_owned(), "0000000000000000".to_owned());
        let found = check_fields(Fields::from(&whole), &rules);
        assert_eq!(super::check(whole, &rules).unwrap().1, found.warnings);
        assert_eq!(found.warnings.len(), 2);
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
