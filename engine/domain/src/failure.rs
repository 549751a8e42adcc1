//! The failure catalogue: every way in which the portal says no, as an enum.
//!
//! The facts also stand in `data/failures.toml`, with cause and reproduction, for people and programs; a test keeps both the same.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The catalogue as data: an array `failure` (code, status, title, contact, cause, reproduce) and an array `phenomenon`
/// (code, kind, what), in TOML.
pub const CATALOGUE_TOML: &str = include_str!("../data/failures.toml");

/// Whom somebody turns to about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Contact {
    /// They can mend it themselves.
    #[serde(rename = "self")]
    SelfHelp,
    /// The population office. Data of the register is never mended by the portal.
    Dukcapil,
    /// The portal's helpdesk.
    Helpdesk,
    /// Nobody: it is as announced.
    None,
}

/// Writes the enum and its facts from one list, so that a row cannot lack one.
macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident: $code:literal, $status:literal, $contact:ident, $title:literal;)*) => {
        /// One row of the failure catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Failure { $($(#[$doc])* $name,)* }

        impl Failure {
            /// Every failure, in the order of the catalogue.
            pub const ALL: &[Failure] = &[$(Failure::$name),*];

            /// The stable name, as answers, records and scenario files use it.
            pub const fn code(self) -> &'static str {
                match self { $(Failure::$name => $code),* }
            }

            /// The HTTP status of the answer.
            pub const fn status(self) -> u16 {
                match self { $(Failure::$name => $status),* }
            }

            /// Whom to turn to.
            pub const fn contact(self) -> Contact {
                match self { $(Failure::$name => Contact::$contact),* }
            }

            /// What the applicant reads, in Indonesian.
            pub const fn title(self) -> &'static str {
                match self { $(Failure::$name => $title),* }
            }
        }
    };
}

catalogue! {
/// Registration is not open yet, or its opening was put back while people waited.
NotOpen: "not-open", 403, None, "Pendaftaran belum dibuka";
/// The window has begun, and the agencies have not finished verifying their formations.
AwaitingFormations: "awaiting-formations", 503, None, "Menunggu verifikasi formasi instansi";
/// The deadline is over; it may have come in the middle of somebody's flow.
Closed: "closed", 403, None, "Pendaftaran sudah ditutup";
/// Maintenance that was announced.
Maintenance: "maintenance", 503, None, "Sedang dalam pemeliharaan";
/// The NIK isn't sixteen ASCII digits: a digit too few or too many, a letter, a pasted separator, digits of another script.
NikMalformed: "nik-malformed", 422, SelfHelp, "NIK harus 16 angka";
/// No such NIK can exist: unknown district, impossible date of birth, or serial 0000.
NikInvalid: "nik-invalid", 422, SelfHelp, "NIK tidak valid";
/// The KK number isn't sixteen ASCII digits.
KkMalformed: "kk-malformed", 422, SelfHelp, "Nomor KK harus 16 angka";
/// The population registry doesn't know the NIK: a typo that is still possible in form, or local data that never reached the centre.
NikNotFound: "nik-not-found", 422, Dukcapil, "NIK Tidak Ditemukan";
/// The KK typed isn't the one that the registry holds: an old card after marriage, move or a death, or a typo.
NikKkMismatch: "nik-kk-mismatch", 422, Dukcapil, "NIK dan No KK tidak sesuai";
/// Name or date of birth differs from the registry's: titles, abbreviations, one-word names, apostrophes.
IdentityMismatch: "identity-mismatch", 422, Dukcapil, "Data Tidak Sesuai";
/// The NIK has an account: the same person came twice, or a stranger was first.
NikRegistered: "nik-registered", 409, SelfHelp, "NIK Sudah Terdaftar";
/// Another account has the e-mail address or the phone number.
ContactInUse: "contact-in-use", 409, SelfHelp, "Email atau nomor HP sudah digunakan";
/// The e-mail address or the phone number can't be one.
ContactInvalid: "contact-invalid", 422, SelfHelp, "Email atau nomor HP tidak valid";
/// The captcha's answer is mistyped, late, used before, or belongs to another tab.
CaptchaWrong: "captcha-wrong", 422, SelfHelp, "Kode captcha salah";
/// No captcha can be made just now.
CaptchaUnavailable: "captcha-unavailable", 503, SelfHelp, "Captcha tidak tersedia";
/// The file is over the limit of the profile.
FileTooLarge: "file-too-large", 413, SelfHelp, "Ukuran file melebihi batas";
/// The file is under the least size of the profile.
FileTooSmall: "file-too-small", 422, SelfHelp, "Ukuran file kurang dari batas";
/// The file isn't the kind asked for, whatever its name says: another format, cut short, two formats in one, or absurd dimensions.
FileType: "file-type", 415, SelfHelp, "Format file tidak sesuai";
/// The photo isn't sharp enough; by profile it is refused, or taken and flagged.
PhotoBlurred: "photo-blurred", 422, SelfHelp, "Foto tidak jelas";
/// No swafoto was taken: the camera is blocked or absent.
CameraMissing: "camera-missing", 422, SelfHelp, "Swafoto belum diambil";
/// The upload stalls.
UploadTooSlow: "upload-too-slow", 408, SelfHelp, "Unggahan terlalu lama";
/// The birthplace isn't on the reference list: born abroad, or under a former name.
BirthplaceUnknown: "birthplace-unknown", 422, Helpdesk, "Lokasi Lahir Tidak Ditemukan";
/// The name carries an academic or a religious title.
NameHasTitle: "name-has-title", 422, SelfHelp, "Nama harus tanpa gelar";
/// The person is outside the profile's ages on the day of applying.
AgeIneligible: "age-ineligible", 422, SelfHelp, "Usia tidak memenuhi syarat";
/// The password is against the policy: too short, common, or made of the NIK.
PasswordWeak: "password-weak", 422, SelfHelp, "Kata sandi terlalu lemah";
/// The password and its repetition differ.
PasswordMismatch: "password-mismatch", 422, SelfHelp, "Konfirmasi kata sandi tidak sama";
/// A step came before the one that it needs.
StepOutOfOrder: "step-out-of-order", 409, SelfHelp, "Lengkapi langkah sebelumnya";
/// The draft's time is over, and what was entered is gone.
DraftExpired: "draft-expired", 410, SelfHelp, "Sesi pendaftaran kedaluwarsa";
/// The page is older than the release that answers it.
FormOutdated: "form-outdated", 409, SelfHelp, "Muat ulang halaman";
/// The account exists, and nothing in it can change.
AlreadyFinal: "already-final", 409, None, "Data akun tidak dapat diubah";
/// The activation link came late, was used before, or never arrived.
ActivationExpired: "activation-expired", 410, SelfHelp, "Tautan aktivasi kedaluwarsa";
/// Wrong NIK or password, or a lock after too many attempts.
LoginFailed: "login-failed", 401, SelfHelp, "NIK atau kata sandi salah";
/// One person keeps reloading.
TooManyRequests: "too-many-requests", 429, SelfHelp, "Terlalu banyak permintaan";
/// More work arrives than can be done.
Busy: "busy", 503, SelfHelp, "Sistem sedang sibuk";
/// The place in the waiting room is somebody else's, forged, or used up.
QueueTokenInvalid: "queue-token-invalid", 403, SelfHelp, "Nomor antrean tidak berlaku";
/// The population registry doesn't answer in time.
RegistrySlow: "registry-slow", 503, SelfHelp, "Layanan Dukcapil lambat";
/// The day's look-ups at the population registry are spent, repeats included.
RegistryQuota: "registry-quota", 503, SelfHelp, "Kuota Dukcapil hari ini habis";
/// The population registry is gone, or comes and goes.
RegistryDown: "registry-down", 503, SelfHelp, "Layanan Dukcapil tidak tersedia";
/// The store can't keep what it is given: disk full, or a flush that fails or lasts too long.
StorageUnavailable: "storage-unavailable", 503, SelfHelp, "Penyimpanan tidak tersedia";
/// Anything else. Nothing of the inside is shown.
Internal: "internal", 500, Helpdesk, "Terjadi kesalahan";}

impl Failure {
    /// The failure with this code, if there is one.
    pub fn from_code(code: &str) -> Option<Failure> {
        Failure::ALL.iter().copied().find(|failure| failure.code() == code)
    }

    /// Whether waiting helps: the system could not answer now, and nothing was decided about the person.
    pub const fn is_transient(self) -> bool {
        matches!(self.status(), 408 | 429 | 500..)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Failure {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Failure {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Failure, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Failure::from_code(&code)
            .ok_or_else(|| serde::de::Error::custom(format!("unknown failure code {code:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Catalogue {
        failure: Vec<Row>,
        phenomenon: Vec<Phenomenon>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Row {
        code: String,
        status: u16,
        title: String,
        contact: Contact,
        cause: String,
        reproduce: String,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Phenomenon {
        code: String,
        kind: String,
        what: String,
    }

    #[test]
    fn the_enum_is_the_data_file() {
        let catalogue: Catalogue = toml::from_str(CATALOGUE_TOML).unwrap();
        let in_file: Vec<_> = catalogue
            .failure
            .iter()
            .map(|row| (row.code.as_str(), row.status, row.title.as_str(), row.contact))
            .collect();
        let in_enum: Vec<_> = Failure::ALL
            .iter()
            .map(|failure| (failure.code(), failure.status(), failure.title(), failure.contact()))
            .collect();
        assert_eq!(in_file, in_enum);
        assert!(catalogue.failure.iter().all(|row| !row.cause.is_empty() && !row.reproduce.is_empty()));
        assert_eq!(catalogue.failure.len() + catalogue.phenomenon.len(), 47);
        assert!(catalogue.phenomenon.iter().all(|row| {
            !row.code.is_empty()
                && !row.what.is_empty()
                && ["accepted", "phenomenon", "defect"].contains(&row.kind.as_str())
        }));
    }

    #[test]
    fn codes_are_unique_and_read_back() {
        for &failure in Failure::ALL {
            assert_eq!(Failure::from_code(failure.code()), Some(failure));
            assert!((400..600).contains(&failure.status()));
        }
        assert_eq!(Failure::from_code("nik"), None);
    }

    #[test]
    fn only_answers_about_the_system_are_transient() {
        let check = |code: &str, expect| {
            assert_eq!(Failure::from_code(code).unwrap().is_transient(), expect, "{code}");
        };
        check("busy", true);
        check("registry-slow", true);
        check("upload-too-slow", true);
        check("too-many-requests", true);
        check("internal", true);
        check("nik-not-found", false);
        check("nik-registered", false);
        check("closed", false);
    }
}
