//! What somebody does wrong, and what an honest portal answers to it.

use domain::Failure;
use serde::{Serialize, Serializer};
use std::fmt;

/// Writes the enum and its facts from one list, so that a defect cannot lack a name or an answer.
macro_rules! defects {
    ($($(#[$doc:meta])* $name:ident: $key:literal => $failure:ident;)*) => {
        /// Something that somebody does wrong, or that is wrong with their papers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Defect { $($(#[$doc])* $name,)* }

        impl Defect {
            /// Every defect, in the order of the flow.
            pub const ALL: &[Defect] = &[$(Defect::$name),*];

            /// The name in scenario files.
            pub const fn name(self) -> &'static str {
                match self { $(Defect::$name => $key),* }
            }

            /// What an honest portal answers in the end.
            pub const fn failure(self) -> Failure {
                match self { $(Defect::$name => Failure::$failure),* }
            }
        }
    };
}

defects! {
    /// The captcha's answer is mistyped.
    CaptchaWrong: "captcha_wrong" => CaptchaWrong;
    /// The NIK isn't sixteen digits: one too few, one too many, a separator, another script's digits, a letter.
    NikMalformed: "nik_malformed" => NikMalformed;
    /// The NIK cannot exist: its date, its district or its serial 0000.
    NikInvalid: "nik_invalid" => NikInvalid;
    /// The NIK is possible, and nobody's.
    NikUnknown: "nik_unknown" => NikNotFound;
    /// The number of the family card isn't sixteen digits.
    KkMalformed: "kk_malformed" => KkMalformed;
    /// The family card is an old one.
    KkStale: "kk_stale" => NikKkMismatch;
    /// The name is another than the register's: abbreviated, shortened, transposed, or somebody else's.
    NameDiffers: "name_differs" => IdentityMismatch;
    /// The name carries a title.
    NameWithTitle: "name_with_title" => NameHasTitle;
    /// The date of birth is another than the register's, and still one of the right age.
    BirthDateDiffers: "birth_date_differs" => IdentityMismatch;
    /// The applicant is too young or too old.
    AgeIneligible: "age_ineligible" => AgeIneligible;
    /// The e-mail address or the telephone number can't be one.
    ContactInvalid: "contact_invalid" => ContactInvalid;
    /// A photograph is over the limit, by one byte or by megabytes.
    PhotoTooLarge: "photo_too_large" => FileTooLarge;
    /// A photograph is a PNG, a PDF, cut short, or has something behind its end.
    PhotoWrongType: "photo_wrong_type" => FileType;
    /// The password is against the policy.
    PasswordWeak: "password_weak" => PasswordWeak;
    /// The password's repetition differs.
    PasswordMismatch: "password_mismatch" => PasswordMismatch;
    /// No swafoto is handed in.
    SwafotoMissing: "swafoto_missing" => CameraMissing;
    /// Confirms before handing in documents.
    StepsSkipped: "steps_skipped" => StepOutOfOrder;
    /// Somebody who came before comes again.
    Duplicate: "duplicate" => NikRegistered;
}

impl Defect {
    /// The defect with this name in scenario files, if there is one.
    pub fn from_name(name: &str) -> Option<Defect> {
        Defect::ALL.iter().copied().find(|defect| defect.name() == name)
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Defect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        for &defect in Defect::ALL {
            assert_eq!(Defect::from_name(defect.name()), Some(defect));
            assert!(!defect.failure().is_transient(), "{defect} is about the person");
        }
        assert_eq!(Defect::from_name("duplicates"), None);
    }
}
