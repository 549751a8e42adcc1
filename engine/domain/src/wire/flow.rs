//! Requests and answers of the applicant's flow, in its order.

use super::AccountFlag;
use crate::document::{Dimensions, DocumentKind};
use crate::draft::AccountNumber;
use crate::nik::{Nik, Sex};
use crate::receipt::ReceiptNumber;
use crate::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// Whether the portal takes registrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// The window lies ahead.
    BeforeOpening,
    /// The window has begun; agencies still verify their formations.
    AwaitingFormations,
    /// Registrations are taken.
    Open,
    /// The window is over.
    Closed,
    /// Maintenance.
    Maintenance,
}

/// `POST /captchas`: a challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptchaChallenge {
    /// Goes back with the answer.
    pub id: String,
    /// A PNG as a `data:` URL.
    pub image: String,
    /// From then on the answer counts no more.
    pub expires_at: Timestamp,
}

/// The answer to a challenge; it counts once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptchaAnswer {
    /// Of the challenge.
    pub id: String,
    /// What was read in its image.
    pub answer: String,
}

/// `POST /drafts`: step 1, as typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenDraft {
    /// Number of the person.
    pub nik: String,
    /// Number of the family card.
    pub kk: String,
    /// Name without titles.
    pub full_name: String,
    /// Place of birth.
    pub birth_place: String,
    /// Date of birth, `YYYY-MM-DD`.
    pub birth_date: Date,
    /// Mobile number.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// Answer to a challenge.
    pub captcha: CaptchaAnswer,
}

/// The draft was opened.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftOpened {
    /// Names the draft in every further request. Whoever has it has the draft.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What to look at again.
    pub warnings: Vec<Warning>,
}

/// Something odd that isn't refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Warning {
    /// The date in the NIK isn't the date typed.
    BirthDateUnlikeNik,
    /// No district has the first six digits of the KK number.
    KkRegionUnknown,
}

impl Warning {
    /// The field that it is about.
    pub const fn field(self) -> &'static str {
        match self {
            Warning::BirthDateUnlikeNik => "birth_date",
            Warning::KkRegionUnknown => "kk",
        }
    }
}

/// `PUT …/profile`: step 2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name as on the ijazah, without titles.
    pub certificate_name: String,
    /// Regency or city of birth: four digits of the reference list.
    pub birth_regency: String,
    /// There is no default.
    pub sex: Sex,
    /// What is applied for.
    pub category: Category,
}

/// What is applied for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Calon pegawai negeri sipil.
    Cpns,
    /// Pegawai pemerintah dengan perjanjian kerja.
    Pppk,
}

/// The answer to `PUT …/documents/{kind}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentTaken {
    /// Which it is.
    pub kind: DocumentKind,
    /// Size in bytes.
    pub bytes: u32,
    /// Size in pixels, of a photo.
    pub dimensions: Option<Dimensions>,
    /// It was taken, though it isn't sharp.
    pub blurred: bool,
}

/// `PUT …/credentials`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialsForm {
    /// The password.
    pub password: String,
    /// The same again.
    pub password_repetition: String,
    /// Two questions with their answers.
    pub questions: [QuestionForm; 2],
    /// Answer to a challenge.
    pub captcha: CaptchaAnswer,
}

/// A security question.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionForm {
    /// As chosen.
    pub question: String,
    /// As typed.
    pub answer: String,
}

/// `GET …/{token}`: step 3, everything for review. Of the password it says only that there is one.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Number of the person.
    pub nik: String,
    /// Number of the family card.
    pub kk: String,
    /// Name.
    pub full_name: String,
    /// Place of birth as typed.
    pub birth_place: String,
    /// Date of birth.
    pub birth_date: Date,
    /// Mobile number.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// Step 2.
    pub profile: Option<Profile>,
    /// Documents taken so far.
    pub documents: Vec<DocumentTaken>,
    /// A password is set.
    pub has_credentials: bool,
    /// What to look at again.
    pub warnings: Vec<Warning>,
    /// When the draft ends.
    pub expires_at: Timestamp,
    /// The account, once it is made.
    pub account_number: Option<AccountNumber>,
}

/// `POST …/confirmation`: the account exists and is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMade {
    /// Its number.
    pub account_number: AccountNumber,
    /// Whose it is, masked.
    pub nik_masked: String,
    /// When it was made.
    pub registered_at: Timestamp,
    /// Proves it to others, and opens the card.
    pub receipt: ReceiptNumber,
    /// By when it has to be activated, where accounts have to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activate_before: Option<Timestamp>,
}

/// A line of the export for the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedAccount {
    /// Its number.
    pub account_number: AccountNumber,
    /// Whose it is.
    pub nik: Nik,
    /// When it was made.
    pub registered_at: Timestamp,
    /// What there is to be said about it.
    #[serde(default)]
    pub flags: Vec<AccountFlag>,
}
