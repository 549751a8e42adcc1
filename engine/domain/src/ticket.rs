//! Helpdesk tickets: what they may be about, and the rules for what is written in them.

use crate::crockford;
use crate::failure::{Contact, Failure};
use crate::identity::Fault;
use crate::kk::Kk;
use crate::nik::{mask, parse_sixteen_digits};
use crate::wire::TicketForm;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The helpdesk's menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TicketCategory {
    /// The registry knows neither number.
    NikKkNotFound,
    /// A stranger was first.
    NikRegisteredByOther,
    /// Name or date of birth differs.
    DataMismatch,
    /// The birthplace isn't on the list.
    BirthplaceNotFound,
    /// University or course isn't on the list.
    UniversityNotFound,
    /// The password is forgotten.
    PasswordReset,
    /// So are the answers to the security questions.
    SecurityAnswersForgotten,
}

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TicketState {
    /// Nobody has answered yet.
    Open,
    /// There is an answer.
    Answered,
    /// It is done with.
    Closed,
}

/// Sixteen digits that somebody says are their NIK. They may be of no known district: that may be just what the ticket is about, so
/// nothing but their form is asked for. They never print in full.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClaimedNik(u64);

/// The number that a ticket is looked at with: 80 random bits as sixteen characters of Crockford's base 32, `7K3M-Q9TX-…`, which can
/// be read out over the telephone.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TicketNumber([u8; TICKET_NUMBER_BYTES]);

/// Random bytes of a ticket's number.
pub const TICKET_NUMBER_BYTES: usize = crockford::BYTES;

/// Its characters, hyphens aside.
const TICKET_NUMBER_CHARS: usize = 16;

/// Most characters of a description or an answer. A client may escape each by twelve bytes of JSON, and has to get through the bound on
/// forms all the same.
pub const TICKET_TEXT_CHARS_MAX: usize = 1_000;

/// The parts of a ticket that was found to be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedTicket {
    /// Number of the person.
    pub nik: ClaimedNik,
    /// Number of the family card.
    pub kk: Kk,
    /// What it is about.
    pub category: TicketCategory,
    /// What happened.
    pub description: String,
}

/// Checks a ticket as it was sent.
///
/// # Errors
/// Every fault, in the order of the form. A description that is empty or too long can only come from another page than ours.
pub fn check(form: &TicketForm) -> Result<CheckedTicket, Vec<Fault>> {
    let nik = ClaimedNik::parse(&form.nik);
    let kk = Kk::parse(&form.kk).ok();
    let description = check_text(&form.description);
    if let (Some(nik), Some(kk), Some(description)) = (nik, kk, &description) {
        return Ok(CheckedTicket { nik, kk, category: form.category, description: description.clone() });
    }
    let fault = |field, failure, wrong: bool| wrong.then_some(Fault { field, failure });
    let faults = [
        fault("nik", Failure::NikMalformed, nik.is_none()),
        fault("kk", Failure::KkMalformed, kk.is_none()),
        fault("description", Failure::FormOutdated, description.is_none()),
    ];
    Err(faults.into_iter().flatten().collect())
}

/// The text without surrounding space; `None` where it is empty, with that space over [`TICKET_TEXT_CHARS_MAX`] or not to be read.
pub fn check_text(text: &str) -> Option<String> {
    let short = text.chars().count() <= TICKET_TEXT_CHARS_MAX;
    let text = text.trim();
    let fits = short
        && !text.is_empty()
        && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    fits.then(|| text.to_owned())
}

impl TicketCategory {
    /// Every category, in the order of the menu.
    pub const ALL: [TicketCategory; 7] = [
        TicketCategory::NikKkNotFound,
        TicketCategory::NikRegisteredByOther,
        TicketCategory::DataMismatch,
        TicketCategory::BirthplaceNotFound,
        TicketCategory::UniversityNotFound,
        TicketCategory::PasswordReset,
        TicketCategory::SecurityAnswersForgotten,
    ];

    /// As the menu has it.
    pub const fn title(self) -> &'static str {
        match self {
            TicketCategory::NikKkNotFound => "NIK dan No.KK Tidak Ditemukan",
            TicketCategory::NikRegisteredByOther => "NIK Didaftarkan Orang Lain",
            TicketCategory::DataMismatch => "Data Tidak Sesuai",
            TicketCategory::BirthplaceNotFound => "Lokasi Lahir Tidak Ditemukan",
            TicketCategory::UniversityNotFound => "Perguruan Tinggi dan Program Studi Tidak Ditemukan",
            TicketCategory::PasswordReset => "Reset Password",
            TicketCategory::SecurityAnswersForgotten => "Lupa Jawaban Pengaman 1, 2",
        }
    }

    /// Who can mend it: what is wrong in the population register, only Dukcapil can.
    pub const fn contact(self) -> Contact {
        match self {
            TicketCategory::NikKkNotFound | TicketCategory::DataMismatch => Contact::Dukcapil,
            TicketCategory::NikRegisteredByOther
            | TicketCategory::BirthplaceNotFound
            | TicketCategory::UniversityNotFound
            | TicketCategory::PasswordReset
            | TicketCategory::SecurityAnswersForgotten => Contact::Helpdesk,
        }
    }
}

impl ClaimedNik {
    /// `None` where `text` isn't sixteen ASCII digits.
    pub fn parse(text: &str) -> Option<ClaimedNik> {
        parse_sixteen_digits(text).map(ClaimedNik)
    }

    /// All sixteen digits, for the store and the helpdesk.
    pub fn expose(self) -> String {
        format!("{:016}", self.0)
    }

    /// As an integer below 10^16, the form in which it is a key.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// For everybody else.
    pub fn masked(self) -> String {
        mask(&self.expose())
    }
}

impl TicketNumber {
    /// The number with these random bytes.
    pub const fn new(bytes: [u8; TICKET_NUMBER_BYTES]) -> TicketNumber {
        TicketNumber(bytes)
    }

    /// The number in `text`, in either case and with or without hyphens; O counts as 0, I and L count as 1. `None` where it is none.
    pub fn parse(text: &str) -> Option<TicketNumber> {
        let chars: Vec<char> = text.chars().take(2 * TICKET_NUMBER_CHARS).filter(|&c| c != '-').collect();
        crockford::read(&chars).filter(|_| text.len() < 2 * TICKET_NUMBER_CHARS).map(TicketNumber)
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crockford::write(self.0))
    }
}

impl fmt::Debug for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketNumber(***)")
    }
}

impl fmt::Debug for ClaimedNik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClaimedNik({})", self.masked())
    }
}

impl Serialize for TicketNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TicketNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<TicketNumber, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        TicketNumber::parse(&text).ok_or_else(|| serde::de::Error::custom("no number of a ticket"))
    }
}

impl Serialize for ClaimedNik {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.expose())
    }
}

impl<'de> Deserialize<'de> for ClaimedNik {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<ClaimedNik, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        ClaimedNik::parse(&text).ok_or_else(|| serde::de::Error::custom("not sixteen digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let check_with = |change: &dyn Fn(&mut TicketForm), expect: &[(&str, Failure)]| {
            let mut form = TicketForm {
                nik: "9901011705000010".to_owned(),
                kk: "9902020102150003".to_owned(),
                category: TicketCategory::NikKkNotFound,
                description: " NIK saya tidak ditemukan.\nMohon bantuan. ".to_owned(),
            };
            change(&mut form);
            let faults = check(&form).err().unwrap_or_default();
            assert_eq!(faults.iter().map(|f| (f.field, f.failure)).collect::<Vec<_>>(), expect, "{form:?}");
        };
        check_with(&|_| (), &[]);
        // A number of no known district is what people turn to the helpdesk with.
        check_with(&|f| f.nik = "0000000000000000".to_owned(), &[]);
        check_with(&|f| f.description = "é".repeat(1_000), &[]);
        check_with(&|f| f.description = "é".repeat(1_001), &[("description", Failure::FormOutdated)]);
        check_with(&|f| f.description = "a".repeat(1_000) + " ", &[("description", Failure::FormOutdated)]);
        check_with(&|f| f.description = "\u{0}".to_owned(), &[("description", Failure::FormOutdated)]);
        check_with(
            &|f| (f.nik, f.kk, f.description) = (String::new(), "1".to_owned(), " \n".to_owned()),
            &[
                ("nik", Failure::NikMalformed),
                ("kk", Failure::KkMalformed),
                ("description", Failure::FormOutdated),
            ],
        );
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(
                TicketNumber::parse(text).map(|number| number.to_string()).as_deref(),
                expect,
                "{text}"
            );
        };
        let number = TicketNumber::new([0, 1, 2, 3, 250, 251, 252, 253, 254, 255]);
        assert_eq!(number.to_string(), "000G-40ZT-ZFYF-VZQZ");
        assert_eq!(TicketNumber::parse(&number.to_string()), Some(number));
        check("000g40ztzfyfvzqz", Some("000G-40ZT-ZFYF-VZQZ"));
        check("oooG-4O2T-ZBYF-VIFL", Some("000G-402T-ZBYF-V1F1"));
        check("000G-40ZT-ZBYF-VZF", None);
        check("000G-40ZT-ZFYF-VZQZ0", None);
        check("000G-40ZT-ZBYF-VZFU", None);
        check("", None);
        check(&"-".repeat(100), None);
    }

    #[test]
    fn numbers_never_print_in_full() {
        let nik = ClaimedNik::parse("9901011705000010").unwrap();
        assert_eq!(
            format!("{nik:?} {:?}", TicketNumber::new([7; 10])),
            "ClaimedNik(9901**********10) TicketNumber(***)"
        );
    }

    #[test]
    fn the_menu() {
        for category in TicketCategory::ALL {
            let name = serde_json::to_value(category).unwrap();
            assert_eq!(serde_json::from_value::<TicketCategory>(name).unwrap(), category);
        }
        // The register's own data is never mended by the portal.
        let dukcapil: Vec<_> = TicketCategory::ALL
            .into_iter()
            .filter(|category| category.contact() == Contact::Dukcapil)
            .collect();
        assert_eq!(dukcapil, [TicketCategory::NikKkNotFound, TicketCategory::DataMismatch]);
    }
}
