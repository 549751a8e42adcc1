//! Who comes, what they type and hand in, and what must become of it.

use crate::album::PhotoSpec;
use crate::defect::Defect;
use crate::population::Person;
use domain::wire::{CaptchaAnswer, CredentialsForm, OpenDraft, Profile, QuestionForm};
use domain::{Date, Failure};
use serde::{Serialize, Serializer};
use std::fmt;

/// An applicant: all that they will do is decided.
#[derive(Clone, PartialEq, Serialize)]
pub struct Applicant {
    /// Their place in the order of arrivals, from 0.
    pub arrival: u64,
    /// Who they are, as the population register has them.
    pub person: Person,
    /// What they do wrong, if anything.
    pub defect: Option<Defect>,
    /// What else they do wrong.
    pub second_defect: Option<Defect>,
    /// What an honest portal answers in the end.
    pub expected: Expected,
    /// The earlier arrival that was the same person, or whose telephone or mailbox it is. Of the two exactly one ends registered,
    /// whichever is first, and the other is refused as expected; unless they come under two NIKs.
    pub twin_of: Option<u64>,
    /// What they type in step 1.
    pub form: IdentityForm,
    /// What they choose in step 2.
    pub profile: Profile,
    /// The photograph of their identity card; `None` where there is none.
    pub ktp: Option<PhotoSpec>,
    /// The photograph of themselves; `None` where there is no camera.
    pub swafoto: Option<PhotoSpec>,
    /// The password.
    pub password: String,
    /// The same again, or what they take for the same.
    pub password_repetition: String,
    /// Security questions with answers.
    pub questions: [QuestionForm; 2],
    /// Goes from the profile to the confirmation, past documents and credentials.
    pub skips: bool,
    /// How they fail at a captcha, if they do.
    pub wrong_captcha: Option<CaptchaMistake>,
    /// Says "Iya" twice at once.
    pub clicks_twice: bool,
}

/// How somebody fails at a captcha.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptchaMistake {
    /// Mistypes that of step 1.
    Mistyped,
    /// Answers that of step 1 when its time is over.
    Expired,
    /// Hands in that of step 1 once more with the password.
    Replayed,
}

/// The form of step 1 without its captcha, as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdentityForm {
    /// Number of the person.
    pub nik: String,
    /// Number of the family card.
    pub kk: String,
    /// Name.
    pub full_name: String,
    /// Place of birth.
    pub birth_place: String,
    /// Date of birth.
    pub birth_date: Date,
    /// Mobile number.
    pub phone: String,
    /// E-mail address.
    pub email: String,
}

/// What an honest portal answers in the end to somebody who is patient enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expected {
    /// An account.
    Registered,
    /// A refusal.
    Refused(Failure),
}

impl Applicant {
    /// The request of step 1.
    pub fn open_draft(&self, captcha: CaptchaAnswer) -> OpenDraft {
        let IdentityForm { nik, kk, full_name, birth_place, birth_date, phone, email } = self.form.clone();
        OpenDraft { nik, kk, full_name, birth_place, birth_date, phone, email, captcha }
    }

    /// The request that sets password and questions.
    pub fn credentials(&self, captcha: CaptchaAnswer) -> CredentialsForm {
        CredentialsForm {
            password: self.password.clone(),
            password_repetition: self.password_repetition.clone(),
            questions: self.questions.clone(),
            captcha,
        }
    }
}

impl Expected {
    /// `registered`, or the code of the refusal.
    pub const fn code(self) -> &'static str {
        match self {
            Expected::Registered => "registered",
            Expected::Refused(failure) => failure.code(),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Expected {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl fmt::Debug for Applicant {
    /// Which one it is; the rest follows from it, and holds numbers and a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Applicant { arrival, defect, second_defect, expected, twin_of, .. } = self;
        write!(
            f,
            "Applicant {{ arrival: {arrival}, defect: {defect:?}, second_defect: {second_defect:?}, expected: {expected}, \
             twin_of: {twin_of:?} }}"
        )
    }
}
