//! The rows that there has to be a story for: every failure and every phenomenon of the catalogue.

use domain::failure::{CATALOGUE_TOML, Contact};
use domain::wire::{Catalogue, PhenomenonKind};
use serde::Serialize;

/// A row of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    /// Its stable name.
    pub(crate) id: String,
    /// `failure`, or what kind of phenomenon it is.
    pub(crate) kind: &'static str,
    /// The status of the answer, of a failure.
    pub(crate) status: Option<u16>,
    /// What the applicant reads, of a failure.
    pub(crate) title: Option<String>,
    /// Whom to turn to, of a failure.
    pub(crate) contact: Option<Contact>,
    /// Why it comes; of a phenomenon what happens.
    pub(crate) cause: String,
    /// How it is brought about, of a failure.
    pub(crate) reproduce: Option<String>,
}

impl Row {
    /// What an applicant sees of it, in a line.
    pub(crate) fn seen(&self) -> String {
        match (&self.title, self.status) {
            (Some(title), Some(status)) => format!("{status} {title}"),
            _ => format!("({})", self.kind),
        }
    }

    /// `self`, `dukcapil`, `helpdesk`, `none`; `-` where nobody is told anything.
    pub(crate) fn contact_name(&self) -> &'static str {
        match self.contact {
            Some(Contact::SelfHelp) => "self",
            Some(Contact::Dukcapil) => "dukcapil",
            Some(Contact::Helpdesk) => "helpdesk",
            Some(Contact::None) => "none",
            None => "-",
        }
    }
}

/// Every row, failures first, in the order of the catalogue.
pub(crate) fn rows() -> Vec<Row> {
    let catalogue: Catalogue =
        toml::from_str(CATALOGUE_TOML).expect("a test of crate domain reads the same text");
    let failures = catalogue.failures.into_iter().map(|row| Row {
        id: row.code.code().to_owned(),
        kind: "failure",
        status: Some(row.status),
        title: Some(row.title),
        contact: Some(row.contact),
        cause: row.cause,
        reproduce: Some(row.reproduce),
    });
    let phenomena = catalogue.phenomena.into_iter().map(|row| Row {
        id: row.code,
        kind: match row.kind {
            PhenomenonKind::Accepted => "accepted",
            PhenomenonKind::Phenomenon => "phenomenon",
            PhenomenonKind::Defect => "defect",
        },
        status: None,
        title: None,
        contact: None,
        cause: row.what,
        reproduce: None,
    });
    failures.chain(phenomena).collect()
}
