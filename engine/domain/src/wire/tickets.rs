//! Helpdesk tickets: asked by an applicant, looked at by whoever has the number, answered by an operator.

use crate::failure::Contact;
use crate::ticket::{TicketCategory, TicketNumber, TicketState};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// `POST /tickets`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketForm {
    /// Number of the person.
    pub nik: String,
    /// Number of the family card.
    pub kk: String,
    /// What it is about.
    pub category: TicketCategory,
    /// What happened, in the applicant's words.
    pub description: String,
}

/// The ticket was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketOpened {
    /// Under which its state is to be had. Whoever has it has the ticket.
    pub number: TicketNumber,
    /// When it was taken.
    pub opened_at: Timestamp,
    /// Who can mend what it is about.
    pub contact: Contact,
}

/// `GET /tickets/{number}`: its state, without personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketShown {
    /// Whose it is, masked.
    pub nik_masked: String,
    /// What it is about.
    pub category: TicketCategory,
    /// The same in Indonesian.
    pub title: String,
    /// Who can mend what it is about.
    pub contact: Contact,
    /// Where it stands.
    pub state: TicketState,
    /// When it was taken.
    pub opened_at: Timestamp,
    /// When the helpdesk last touched it.
    pub answered_at: Option<Timestamp>,
    /// What the helpdesk says.
    pub answer: Option<String>,
}

/// A line of `GET /tickets` on the listener for operations: what the helpdesk has to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedTicket {
    /// Names it for operators. It doesn't open it for applicants.
    pub id: String,
    /// Number of the person.
    pub nik: String,
    /// Number of the family card.
    pub kk: String,
    /// What it is about.
    pub category: TicketCategory,
    /// In the applicant's words.
    pub description: String,
    /// Where it stands.
    pub state: TicketState,
    /// When it was taken.
    pub opened_at: Timestamp,
    /// When the helpdesk last touched it.
    pub answered_at: Option<Timestamp>,
    /// What the helpdesk says.
    pub answer: Option<String>,
}

/// `PUT /tickets/{id}` on the listener for operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketAnswer {
    /// Where it stands now.
    pub state: TicketState,
    /// What the applicant reads.
    #[serde(deserialize_with = "Option::deserialize")]
    pub answer: Option<String>,
}
