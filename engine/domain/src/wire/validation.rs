//! `POST /validations`: the rules of step 1 for any of its fields, without state.

use super::{FieldProblem, Warning};
use crate::identity::Fault;
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// Any of the fields of [`super::OpenDraft`], as typed so far.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ValidationForm {
    /// Number of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nik: Option<String>,
    /// Number of the family card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kk: Option<String>,
    /// Name without titles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Place of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_place: Option<String>,
    /// Date of birth, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// Mobile number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// What the rules say of the fields that were given. It is no promise: captcha, duplicates and the registry come in step 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validated {
    /// What step 1 would refuse, in the order of the form.
    pub faults: Vec<FieldProblem>,
    /// What it would only remark.
    pub warnings: Vec<FieldWarning>,
}

/// A remark about a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldWarning {
    /// Its name in the form.
    pub field: String,
    /// What is odd about it.
    pub code: Warning,
}

impl Validated {
    /// The answer that says `faults` and `warnings`.
    pub fn of(faults: &[Fault], warnings: &[Warning]) -> Validated {
        let warning = |&code: &Warning| FieldWarning { field: code.field().to_owned(), code };
        Validated {
            faults: faults.iter().map(FieldProblem::of).collect(),
            warnings: warnings.iter().map(warning).collect(),
        }
    }
}
