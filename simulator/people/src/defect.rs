//! What somebody does wrong, or what is odd about them, and what an honest portal answers to it.

use domain::Failure;
use serde::{Serialize, Serializer};
use std::fmt;

/// What comes of a defect that somebody has alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// A refusal.
    Refused(Failure),
    /// An account nevertheless: a portal that refuses is wrong.
    Registered,
    /// As the rules have it for the number that was typed, or the file under the limits of the year.
    ByTheRules,
}

/// What of the registration a defect spoils. Of two defects that spoil the same, nobody has both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Captcha,
    NikAndBirth,
    Kk,
    Name,
    Contact,
    Birthplace,
    Photo,
    Password,
    Order,
    /// It is about somebody who came before, and so goes together with nothing else.
    Pair,
}

/// Writes the enum and its facts from one list, so that a defect cannot lack a name or an answer.
macro_rules! defects {
    ($($(#[$doc:meta])* $name:ident: $key:literal, $part:ident => $consequence:ident $(($failure:ident))?;)*) => {
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

            /// What an honest portal answers in the end to somebody who has this defect alone.
            pub const fn consequence(self) -> Consequence {
                match self { $(Defect::$name => Consequence::$consequence $((Failure::$failure))?),* }
            }

            /// What it spoils.
            pub(crate) const fn part(self) -> Part {
                match self { $(Defect::$name => Part::$part),* }
            }
        }
    };
}

defects! {
    /// The captcha's answer is mistyped.
    CaptchaWrong: "captcha_wrong", Captcha => Refused(CaptchaWrong);
    /// The captcha of step 1 is answered after its time.
    CaptchaExpired: "captcha_expired", Captcha => Refused(CaptchaWrong);
    /// The NIK isn't sixteen digits: one too few, one too many, a separator, another script's digits, a letter.
    NikMalformed: "nik_malformed", NikAndBirth => Refused(NikMalformed);
    /// A digit of the NIK is left out.
    NikOmitted: "nik_omitted", NikAndBirth => Refused(NikMalformed);
    /// A digit of the NIK is typed twice, or one too many.
    NikInserted: "nik_inserted", NikAndBirth => Refused(NikMalformed);
    /// The NIK is pasted with separators or a no-break space.
    NikPasted: "nik_pasted", NikAndBirth => Refused(NikMalformed);
    /// The NIK is typed in another script's digits.
    NikOtherScript: "nik_other_script", NikAndBirth => Refused(NikMalformed);
    /// The NIK cannot exist: its date, its district or its serial 0000.
    NikInvalid: "nik_invalid", NikAndBirth => Refused(NikInvalid);
    /// The NIK has a date that no calendar has.
    NikImpossibleDate: "nik_impossible_date", NikAndBirth => Refused(NikInvalid);
    /// A digit of the NIK is another: possible in form or not, and nobody's.
    NikSubstituted: "nik_substituted", NikAndBirth => ByTheRules;
    /// Two neighbouring digits of the NIK are swapped: likewise.
    NikTransposed: "nik_transposed", NikAndBirth => ByTheRules;
    /// Two equal neighbours of the NIK have become two others, 11 for 77: likewise.
    NikTwinDigits: "nik_twin_digits", NikAndBirth => ByTheRules;
    /// The NIK is possible, and nobody's.
    NikUnknown: "nik_unknown", NikAndBirth => Refused(NikNotFound);
    /// The number of the family card isn't sixteen digits.
    KkMalformed: "kk_malformed", Kk => Refused(KkMalformed);
    /// A digit of the KK number is left out.
    KkOmitted: "kk_omitted", Kk => Refused(KkMalformed);
    /// A digit of the KK number is typed twice, or one too many.
    KkInserted: "kk_inserted", Kk => Refused(KkMalformed);
    /// The KK number is pasted with separators or a no-break space.
    KkPasted: "kk_pasted", Kk => Refused(KkMalformed);
    /// The KK number is typed in another script's digits.
    KkOtherScript: "kk_other_script", Kk => Refused(KkMalformed);
    /// A digit of the KK number is another.
    KkSubstituted: "kk_substituted", Kk => Refused(NikKkMismatch);
    /// Two neighbouring digits of the KK number are swapped.
    KkTransposed: "kk_transposed", Kk => Refused(NikKkMismatch);
    /// Two equal neighbours of the KK number have become two others.
    KkTwinDigits: "kk_twin_digits", Kk => Refused(NikKkMismatch);
    /// The family card is an old one.
    KkStale: "kk_stale", Kk => Refused(NikKkMismatch);
    /// The name is another than the register's: abbreviated, shortened, transposed, or somebody else's.
    NameDiffers: "name_differs", Name => Refused(IdentityMismatch);
    /// The first word of the name is abbreviated; where there is but one, it is another name.
    NameAbbreviated: "name_abbreviated", Name => Refused(IdentityMismatch);
    /// The last word of the name is left out; likewise.
    NameShortened: "name_shortened", Name => Refused(IdentityMismatch);
    /// The words of the name stand the other way round; likewise.
    NameSwapped: "name_swapped", Name => Refused(IdentityMismatch);
    /// The name is somebody else's.
    NameOfAnother: "name_of_another", Name => Refused(IdentityMismatch);
    /// The name is the register's in another writing: capitals, spaces, full stops, another apostrophe. Valid.
    NameOtherWriting: "name_other_writing", Name => Registered;
    /// The name carries a title.
    NameWithTitle: "name_with_title", Name => Refused(NameHasTitle);
    /// The date of birth is another than the register's, and still one of the right age.
    BirthDateDiffers: "birth_date_differs", NikAndBirth => Refused(IdentityMismatch);
    /// The applicant is too young or too old.
    AgeIneligible: "age_ineligible", NikAndBirth => Refused(AgeIneligible);
    /// The applicant is too young, by days or some years.
    UnderAge: "under_age", NikAndBirth => Refused(AgeIneligible);
    /// The applicant is too old, by days or some years.
    OverAge: "over_age", NikAndBirth => Refused(AgeIneligible);
    /// The e-mail address or the telephone number can't be one.
    ContactInvalid: "contact_invalid", Contact => Refused(ContactInvalid);
    /// The birthplace isn't on the list: born abroad, or under a former code.
    BirthplaceUnknown: "birthplace_unknown", Birthplace => Refused(BirthplaceUnknown);
    /// A photograph is over the limit, by one byte or by megabytes.
    PhotoTooLarge: "photo_too_large", Photo => Refused(FileTooLarge);
    /// A photograph is one byte over the limit.
    PhotoOverByOne: "photo_over_by_one", Photo => Refused(FileTooLarge);
    /// A photograph is as the camera made it, of 3 MB.
    PhotoFromPhone: "photo_from_phone", Photo => Refused(FileTooLarge);
    /// A photograph has 20 MB.
    PhotoTwentyMegabytes: "photo_twenty_megabytes", Photo => Refused(FileTooLarge);
    /// A photograph of 3 MB is sent in chunks, without its length being declared.
    PhotoChunked: "photo_chunked", Photo => Refused(FileTooLarge);
    /// A photograph is under the least size, where the year has one.
    PhotoTooSmall: "photo_too_small", Photo => ByTheRules;
    /// A photograph is a PNG, a PDF, cut short, or has something behind its end.
    PhotoWrongType: "photo_wrong_type", Photo => Refused(FileType);
    /// A photograph is a PNG.
    PhotoPng: "photo_png", Photo => Refused(FileType);
    /// A photograph is a HEIC, as new telephones make them.
    PhotoHeic: "photo_heic", Photo => Refused(FileType);
    /// A photograph is a WebP, as messengers make them.
    PhotoWebp: "photo_webp", Photo => Refused(FileType);
    /// A photograph is a PDF.
    PhotoPdf: "photo_pdf", Photo => Refused(FileType);
    /// A photograph is a PNG that was renamed to .jpg.
    PhotoRenamed: "photo_renamed", Photo => Refused(FileType);
    /// A photograph was cut short.
    PhotoTruncated: "photo_truncated", Photo => Refused(FileType);
    /// A photograph is a ZIP archive as well.
    PhotoPolyglot: "photo_polyglot", Photo => Refused(FileType);
    /// A photograph claims dimensions that nobody could decode.
    PhotoHugeDimensions: "photo_huge_dimensions", Photo => Refused(FileType);
    /// A photograph isn't sharp: refused or flagged, by the year or by a setting.
    PhotoBlurred: "photo_blurred", Photo => ByTheRules;
    /// No photograph of the identity card is handed in.
    KtpMissing: "ktp_missing", Photo => Refused(StepOutOfOrder);
    /// The captcha of step 1 is handed in again with the password.
    CaptchaReplayed: "captcha_replayed", Captcha => Refused(CaptchaWrong);
    /// The password is against the policy.
    PasswordWeak: "password_weak", Password => Refused(PasswordWeak);
    /// The password's repetition differs.
    PasswordMismatch: "password_mismatch", Password => Refused(PasswordMismatch);
    /// No swafoto is handed in.
    SwafotoMissing: "swafoto_missing", Photo => Refused(CameraMissing);
    /// Confirms before handing in documents.
    StepsSkipped: "steps_skipped", Order => Refused(StepOutOfOrder);
    /// Says "Iya" twice, and must be given the same account both times.
    DoubleClick: "double_click", Order => Registered;
    /// Somebody who came before comes again, with another telephone and mailbox.
    Duplicate: "duplicate", Pair => Refused(NikRegistered);
    /// The same person at the same time on a second device, with the same telephone and mailbox.
    SecondDevice: "second_device", Pair => Refused(NikRegistered);
    /// A stranger with all of a person's numbers came first.
    StrangerFirst: "stranger_first", Pair => Refused(NikRegistered);
    /// Somebody who came before comes again under the second NIK that the register has of them: accepted, and flagged.
    TwoNiks: "two_niks", Pair => Registered;
    /// The e-mail address or the telephone number of somebody who came before, spelled in another way.
    ContactTaken: "contact_taken", Pair => Refused(ContactInUse);
}

impl Defect {
    /// The defect with this name in scenario files, if there is one.
    pub fn from_name(name: &str) -> Option<Defect> {
        Defect::ALL.iter().copied().find(|defect| defect.name() == name)
    }

    /// Whether one person could have both at once.
    pub fn goes_with(self, other: Defect) -> bool {
        self.part() != other.part() && !self.needs_another() && !other.needs_another()
    }

    /// Whether it is about somebody who came before.
    pub const fn needs_another(self) -> bool {
        matches!(self.part(), Part::Pair)
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
            if let Consequence::Refused(failure) = defect.consequence() {
                assert!(!failure.is_transient(), "{defect} is about the person");
            }
        }
        assert_eq!(Defect::from_name("duplicates"), None);
    }

    #[test]
    fn what_goes_together() {
        let check = |one: Defect, other: Defect, expect| {
            assert_eq!((one.goes_with(other), other.goes_with(one)), (expect, expect), "{one} and {other}");
        };
        check(Defect::KkStale, Defect::PhotoPng, true);
        check(Defect::NikSubstituted, Defect::KkSubstituted, true);
        check(Defect::KkStale, Defect::KkStale, false);
        check(Defect::KkStale, Defect::KkTransposed, false);
        check(Defect::NikUnknown, Defect::UnderAge, false);
        check(Defect::Duplicate, Defect::PhotoPng, false);
        check(Defect::ContactTaken, Defect::SecondDevice, false);
    }
}
