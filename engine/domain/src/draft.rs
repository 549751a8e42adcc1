//! A registration under way, as a state machine: what it holds, which step may come now, and that nothing changes after the end.

use crate::document::{Dimensions, DocumentKind};
use crate::failure::Failure;
use crate::identity::Identity;
use crate::time::Timestamp;
use crate::wire::{Profile, Warning};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A registration under way. It is bound to the NIK that it was opened with: no step changes its identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Who opened it.
    pub identity: Identity,
    /// What was remarked in step 1 without refusing.
    pub warnings: Vec<Warning>,
    /// When it ends, if it isn't confirmed before.
    pub expires_at: Timestamp,
    /// Step 2, once filled in.
    pub profile: Option<Profile>,
    /// The last upload of each kind.
    pub documents: BTreeMap<DocumentKind, Document>,
    /// Password and questions, once set.
    pub credentials: Option<Credentials>,
    /// "Iya" was said and the account is being made: nothing may change under it.
    #[serde(default)]
    pub sealed: bool,
    /// The account that came of it. From then on nothing changes.
    pub account: Option<AccountNumber>,
}

/// A document that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Size in bytes.
    pub bytes: u32,
    /// Size in pixels, of a photo.
    pub dimensions: Option<Dimensions>,
    /// Variance of the Laplacian, of a photo.
    pub sharpness: Option<f64>,
    /// Taken, though not sharp.
    pub blurred: bool,
    /// Where the bytes are kept: a name that the store gave.
    pub blob: String,
}

/// What somebody logs in with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// argon2id in PHC string form. The password itself is kept nowhere.
    pub password_hash: String,
    /// Two questions, each with the argon2id hash of its answer or the answer in comparable form.
    pub questions: Vec<SecurityQuestion>,
}

/// A question for the day on which the password is forgotten.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityQuestion {
    /// The question as chosen.
    pub question: String,
    /// A keyed digest of the answer, in hexadecimal.
    pub answer_digest: String,
}

/// The number of an account, shown as ten digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountNumber(pub u64);

/// A step that changes a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Name, birthplace, sex, category.
    Profile,
    /// A file.
    Document,
    /// Password and questions.
    Credentials,
    /// "Iya": the account is made.
    Confirmation,
}

impl Draft {
    /// A draft that holds step 1 only.
    pub fn open(identity: Identity, warnings: Vec<Warning>, expires_at: Timestamp) -> Draft {
        let (profile, credentials, account) = (None, None, None);
        let (documents, sealed) = (BTreeMap::new(), false);
        Draft { identity, warnings, expires_at, profile, documents, credentials, sealed, account }
    }

    /// Whether `step` may come at `now`. Earlier steps may always be repeated ("Kembali").
    ///
    /// # Errors
    /// [`Failure::AlreadyFinal`] once "Iya" was said (which itself may be repeated until there is an account), [`Failure::DraftExpired`] after its time, [`Failure::StepOutOfOrder`] before
    /// its turn, and [`Failure::CameraMissing`] where only the swafoto is missing for a confirmation.
    pub fn admit(&self, step: Step, now: Timestamp) -> Result<(), Failure> {
        if self.account.is_some() || (self.sealed && step != Step::Confirmation) {
            return Err(Failure::AlreadyFinal);
        }
        self.check_time(now)?;
        match step {
            Step::Profile => Ok(()),
            Step::Document | Step::Credentials if self.profile.is_some() => Ok(()),
            Step::Confirmation if self.is_complete() => Ok(()),
            Step::Confirmation if self.is_complete_but_for_swafoto() => Err(Failure::CameraMissing),
            Step::Document | Step::Credentials | Step::Confirmation => Err(Failure::StepOutOfOrder),
        }
    }

    /// Whether it may still be looked at.
    ///
    /// # Errors
    /// [`Failure::DraftExpired`] after its time, unless it has become an account.
    pub fn check_time(&self, now: Timestamp) -> Result<(), Failure> {
        if now < self.expires_at || self.account.is_some() { Ok(()) } else { Err(Failure::DraftExpired) }
    }

    /// Whether it could be confirmed: every step before that is done.
    pub fn is_complete(&self) -> bool {
        self.is_complete_but_for_swafoto() && self.documents.contains_key(&DocumentKind::Swafoto)
    }

    fn is_complete_but_for_swafoto(&self) -> bool {
        self.profile.is_some()
            && self.documents.contains_key(&DocumentKind::Ktp)
            && self.credentials.is_some()
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}", self.0)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(***)")
    }
}

impl fmt::Debug for SecurityQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecurityQuestion(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{self, Rules};
    use crate::wire::{CaptchaAnswer, OpenDraft};
    use crate::{Limits, RegionSet, Sex};

    const NOW: Timestamp = Timestamp::from_ms(1_000);
    const END: Timestamp = Timestamp::from_ms(2_000);

    fn draft(filled: &str) -> Draft {
        let form = OpenDraft {
            nik: "9901011705000010".to_owned(),
            kk: "9902020102150003".to_owned(),
            full_name: "Siti Aminah".to_owned(),
            birth_place: "Kabupaten Sintetis 01".to_owned(),
            birth_date: "2000-05-17".parse().unwrap(),
            phone: "081234567890".to_owned(),
            email: "siti@contoh.example".to_owned(),
            captcha: CaptchaAnswer { id: String::new(), answer: String::new() },
        };
        let limits = Limits::default();
        let rules = Rules {
            regions: RegionSet::RealAndSynthetic,
            limits: &limits,
            today: "2026-11-21".parse().unwrap(),
        };
        let (identity, warnings) = identity::check(form, &rules).unwrap();
        let mut draft = Draft::open(identity, warnings, END);
        let document =
            Document { bytes: 1, dimensions: None, sharpness: None, blurred: false, blob: "a".to_owned() };
        for part in filled.chars() {
            match part {
                'p' => {
                    draft.profile = Some(Profile {
                        certificate_name: "Siti Aminah".to_owned(),
                        birth_regency: "9901".to_owned(),
                        sex: Sex::Female,
                        category: crate::wire::Category::Cpns,
                    });
                }
                'k' => drop(draft.documents.insert(DocumentKind::Ktp, document.clone())),
                's' => drop(draft.documents.insert(DocumentKind::Swafoto, document.clone())),
                'c' => {
                    draft.credentials =
                        Some(Credentials { password_hash: String::new(), questions: Vec::new() });
                }
                '!' => draft.sealed = true,
                'a' => draft.account = Some(AccountNumber(1)),
                other => panic!("no part {other}"),
            }
        }
        draft
    }

    #[test]
    fn order_of_steps() {
        let check = |filled: &str, step, expect| {
            assert_eq!(draft(filled).admit(step, NOW), expect, "{filled} {step:?}");
        };
        check("", Step::Profile, Ok(()));
        check("", Step::Document, Err(Failure::StepOutOfOrder));
        check("", Step::Credentials, Err(Failure::StepOutOfOrder));
        check("", Step::Confirmation, Err(Failure::StepOutOfOrder));
        check("p", Step::Document, Ok(()));
        check("p", Step::Credentials, Ok(()));
        check("pks", Step::Confirmation, Err(Failure::StepOutOfOrder));
        check("psc", Step::Confirmation, Err(Failure::StepOutOfOrder));
        check("pkc", Step::Confirmation, Err(Failure::CameraMissing));
        check("pksc", Step::Confirmation, Ok(()));
        check("pksc", Step::Profile, Ok(()));
        check("pksc!", Step::Confirmation, Ok(()));
        check("pksc!a", Step::Confirmation, Err(Failure::AlreadyFinal));
        for step in [Step::Profile, Step::Document, Step::Credentials] {
            check("pksc!", step, Err(Failure::AlreadyFinal));
            check("pksc!a", step, Err(Failure::AlreadyFinal));
        }
    }

    #[test]
    fn time() {
        let check = |filled: &str, now, expect| {
            assert_eq!(draft(filled).admit(Step::Profile, now), expect, "{filled}");
        };
        check("", Timestamp::from_ms(1_999), Ok(()));
        check("", END, Err(Failure::DraftExpired));
        check("pksca", END, Err(Failure::AlreadyFinal));
        assert_eq!(draft("pksca").check_time(END), Ok(()));
        assert_eq!(draft("pksc").check_time(END), Err(Failure::DraftExpired));
    }

    #[test]
    fn secrets_are_not_printed() {
        let text = format!("{:?}", draft("pksc"));
        assert!(text.contains("Credentials(***)") && !text.contains("9901011705000010"), "{text}");
    }
}
