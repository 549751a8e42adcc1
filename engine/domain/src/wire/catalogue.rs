//! `GET /failures`: the failure catalogue, for people and programs.

use crate::failure::{Contact, Failure};
use serde::{Deserialize, Serialize};

/// The catalogue. It reads [`crate::failure::CATALOGUE_TOML`] and is written as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Refusals.
    #[serde(alias = "failure")]
    pub failures: Vec<CatalogueFailure>,
    /// What goes wrong, or seems to, without a refusal.
    #[serde(alias = "phenomenon")]
    pub phenomena: Vec<Phenomenon>,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueFailure {
    /// Its stable name.
    pub code: Failure,
    /// The HTTP status.
    pub status: u16,
    /// What the applicant reads.
    pub title: String,
    /// Whom to turn to.
    pub contact: Contact,
    /// Why it comes.
    pub cause: String,
    /// How to bring it about.
    pub reproduce: String,
}

/// Something that has no code of its own in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phenomenon {
    /// Its stable name.
    pub code: String,
    /// What sort of thing it is.
    pub kind: PhenomenonKind,
    /// What happens.
    pub what: String,
}

/// What sort of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhenomenonKind {
    /// The applicant gets through, and hears of it later.
    Accepted,
    /// Something that a system does under load or faults.
    Phenomenon,
    /// Something that must never happen.
    Defect,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::CATALOGUE_TOML;

    #[test]
    fn the_data_file_is_read_and_written_whole() {
        let catalogue: Catalogue = toml::from_str(CATALOGUE_TOML).unwrap();
        let codes: Vec<Failure> = catalogue.failures.iter().map(|row| row.code).collect();
        assert_eq!(codes, Failure::ALL);
        assert_eq!(catalogue.failures.len() + catalogue.phenomena.len(), 47);
        let text = serde_json::to_string(&catalogue).unwrap();
        assert_eq!(serde_json::from_str::<Catalogue>(&text).unwrap(), catalogue);
    }
}
