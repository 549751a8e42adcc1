//! Refusals on the wire: RFC 9457 problem details, with nothing of the inside in them.

use crate::failure::{Contact, Failure};
use crate::identity::Fault;
use serde::{Deserialize, Serialize};

/// A refusal (`application/problem+json`). These are all the keys that one may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// Where the catalogue explains it, relative to the portal.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the applicant reads, in Indonesian.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// What to do about it, in Indonesian.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The code in the failure catalogue.
    pub code: Failure,
    /// Whom to turn to.
    pub contact: Contact,
    /// Each field at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// After how many seconds a repeat makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

/// A field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldProblem {
    /// Its name in the form.
    pub field: String,
    /// What is wrong with it.
    pub code: Failure,
    /// The same in Indonesian.
    pub title: String,
}

impl FieldProblem {
    /// The field that `fault` is about.
    pub fn of(fault: &Fault) -> FieldProblem {
        let (code, title) = (fault.failure, fault.failure.title().to_owned());
        FieldProblem { field: fault.field.to_owned(), code, title }
    }
}

impl Problem {
    /// The media type of a problem.
    pub const MEDIA_TYPE: &str = "application/problem+json";

    /// The problem that says `failure`.
    pub fn of(failure: Failure) -> Problem {
        Problem {
            kind: format!("/bantuan#{}", failure.code()),
            title: failure.title().to_owned(),
            status: failure.status(),
            detail: None,
            code: failure,
            contact: failure.contact(),
            fields: Vec::new(),
            retry_after_s: None,
        }
    }

    /// The problem that says the first of `faults`, with every one under its field.
    pub fn of_faults(first: Fault, faults: &[Fault]) -> Problem {
        Problem { fields: faults.iter().map(FieldProblem::of).collect(), ..Problem::of(first.failure) }
    }

    /// The same, with a hint when to come again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Problem {
        Problem { retry_after_s: Some(seconds), ..self }
    }
}
