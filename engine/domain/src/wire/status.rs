//! `GET /status`: everything that a client has to know before it begins.

use super::{Gate, NikTurn, WaitingRoom};
use crate::document::DocumentKind;
use crate::limits::Limits;
use crate::schedule::Announcement;
use crate::time::Timestamp;
use crate::zone::LocalTimes;
use serde::{Deserialize, Serialize};

/// `GET /status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Whether registrations are taken now.
    pub gate: Gate,
    /// The portal's own time: a client's clock may be wrong.
    pub now: Timestamp,
    /// When the window opens, if that was set.
    pub opens_at: Option<Timestamp>,
    /// The same, to be read.
    pub opens_at_local: Option<LocalTimes>,
    /// When it closes, if that was set.
    pub closes_at: Option<Timestamp>,
    /// The same, to be read.
    pub closes_at_local: Option<LocalTimes>,
    /// Which version of the forms is taken: [`super::FORM_VERSION`]; 0 of a portal that doesn't tell.
    #[serde(default)]
    pub form_version: u32,
    /// Name of the limits profile in force.
    pub limits_profile: String,
    /// Bytes of a KB in that profile.
    pub kilobyte_bytes: u32,
    /// Characters of a captcha's answer.
    pub captcha_length: usize,
    /// What each document may be.
    pub documents: Vec<DocumentRule>,
    /// What is announced, the newest first.
    pub announcements: Vec<Announcement>,
    /// The waiting room's state, where there is one.
    pub waiting_room: Option<WaitingRoom>,
    /// Whose turn it is, where odd and even NIKs take turns.
    #[serde(default)]
    pub turn: Option<NikTurn>,
}

/// What a document may be under the profile in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRule {
    /// Which.
    pub kind: DocumentKind,
    /// Without it there is no confirmation.
    pub required: bool,
    /// Least size, in bytes.
    pub bytes_min: u32,
    /// Greatest size, in bytes: this many are still taken.
    pub bytes_max: u32,
    /// Media types that are taken.
    pub formats: Vec<String>,
}

impl DocumentRule {
    /// The rule for each kind that the profile asks for.
    pub fn of_all(limits: &Limits) -> Vec<DocumentRule> {
        let rule = |kind| {
            let allowed = limits.document(kind)?;
            Some(DocumentRule {
                kind,
                required: kind.is_required(),
                bytes_min: allowed.bytes_min,
                bytes_max: allowed.bytes_max,
                formats: allowed.formats.iter().map(|format| format.media_type().to_owned()).collect(),
            })
        };
        DocumentKind::ALL.into_iter().filter_map(rule).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LimitsProfile;

    #[test]
    fn documents_by_profile() {
        let rules = DocumentRule::of_all(&LimitsProfile::Y2018.limits(1_000));
        let told: Vec<_> = rules
            .iter()
            .map(|rule| {
                let formats = rule.formats.join(" ");
                format!("{} {} {}-{} {formats}", rule.kind, rule.required, rule.bytes_min, rule.bytes_max)
            })
            .collect();
        assert_eq!(
            told,
            [
                "ktp true 0-200000 image/jpeg",
                "swafoto true 120000-200000 image/jpeg",
                "ijazah false 0-800000 application/pdf",
                "transkrip false 0-500000 application/pdf",
            ]
        );
        let papers = DocumentRule::of_all(&Limits::default());
        assert_eq!(papers.last().unwrap().formats, ["application/pdf", "image/jpeg", "image/png"]);
    }
}
