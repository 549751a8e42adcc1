//! Requests and answers about an account that is made: card and receipt, activation, sessions, a forgotten password.

use super::CaptchaAnswer;
use crate::draft::AccountNumber;
use crate::receipt::ReceiptNumber;
use crate::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// Something about an account that is for operators alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountFlag {
    /// Another account has the same name, birth date and KK number under another NIK.
    DoubleIdentity,
    /// It has to be activated, and isn't yet.
    AwaitingActivation,
}

/// `GET /receipts/{receipt}`: whether somebody shows a true card. Whoever asks may be anybody, so it says little.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptChecked {
    /// The engine made it, for an account that there is.
    pub genuine: bool,
    /// That account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<ReceiptHolder>,
}

/// What a genuine receipt says about its account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptHolder {
    /// Its number.
    pub account_number: AccountNumber,
    /// First and last digits.
    pub nik_masked: String,
    /// First letters.
    pub name_masked: String,
    /// When it was made.
    pub registered_at: Timestamp,
    /// It need not be activated any more.
    pub active: bool,
}

/// `POST /activations`: by the link's token, or by the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ActivationForm {
    /// The link was followed.
    Link(ActivationLink),
    /// The code was typed.
    Code(ActivationCode),
}

/// What a link carries.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivationLink {
    /// The link's token.
    pub token: String,
}

/// What is typed from a message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivationCode {
    /// Of the account.
    pub account_number: AccountNumber,
    /// Six digits.
    pub code: String,
}

/// The account is active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activated {
    /// Its number.
    pub account_number: AccountNumber,
    /// Whose it is, masked.
    pub nik_masked: String,
}

/// `POST /activations/messages`: the message again. The receipt shows that it is the holder who asks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivationResend {
    /// As the confirmation gave it.
    pub receipt: String,
}

/// Another message is under way; earlier links and codes count no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivationResent {
    /// Where to, masked.
    pub email_masked: String,
    /// Until when the account waits; a further message doesn't put it off.
    pub activate_before: Timestamp,
    /// Further messages that may be asked for.
    pub resends_left: u32,
}

/// `POST /sessions`: log in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginForm {
    /// As typed.
    pub nik: String,
    /// As typed.
    pub password: String,
}

/// A session has begun. Its token also comes as a cookie.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionOpened {
    /// Goes along as `Authorization: Bearer …` or as the cookie.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// `GET /accounts/me`: what the holder sees of their account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Its number.
    pub account_number: AccountNumber,
    /// Number of the person.
    pub nik: String,
    /// Name.
    pub full_name: String,
    /// Date of birth.
    pub birth_date: Date,
    /// Mobile number.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// When it was made.
    pub registered_at: Timestamp,
    /// For the card.
    pub receipt: ReceiptNumber,
    /// When this session ends.
    pub session_expires_at: Timestamp,
}

/// `POST /password-resets/questions`: which two questions are to be answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetQuestionsForm {
    /// As typed.
    pub nik: String,
    /// Answer to a challenge.
    pub captcha: CaptchaAnswer,
}

/// Two questions. A NIK without an account gets some as well, always the same, so that nobody learns who has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetQuestions {
    /// In the order in which the answers are to be given.
    pub questions: [String; 2],
}

/// `POST /password-resets`: a new password for whoever knows both answers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordResetForm {
    /// As typed.
    pub nik: String,
    /// In the order of the questions.
    pub answers: [String; 2],
    /// The new password.
    pub password: String,
    /// The same again.
    pub password_repetition: String,
    /// Answer to a challenge.
    pub captcha: CaptchaAnswer,
}
