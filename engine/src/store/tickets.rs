//! Tickets of the helpdesk in the register.

use super::StoreError;
use domain::Timestamp;
use domain::kk::Kk;
use domain::ticket::{ClaimedNik, TicketCategory, TicketNumber, TicketState};
use domain::wire::ExportedTicket;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Keeps tickets; a part of every store. Each method may be called from any thread.
pub trait TicketStore {
    /// Keeps a new ticket, unless `bound` says that its NIK has enough of them: then `false`.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be kept; it may count against the bound all the same.
    fn open_ticket(&self, ticket: &Ticket, bound: TicketBound) -> Result<bool, StoreError>;

    /// The ticket `id`; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError>;

    /// Changes ticket `id` by `change`, which is called again on what somebody else left meanwhile. Gives it as it was left; `None`
    /// where there is none.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be kept.
    fn update_ticket(&self, id: TicketId, change: TicketChange<'_>) -> Result<Option<Ticket>, StoreError>;

    /// Every ticket, in no order that means anything.
    fn tickets(&self) -> Box<dyn Iterator<Item = Result<Ticket, StoreError>> + Send + '_>;
}

/// A change of a ticket.
pub type TicketChange<'a> = &'a mut dyn FnMut(&mut Ticket);

/// How many tickets one NIK may have.
#[derive(Clone, Copy, Debug)]
pub struct TicketBound {
    /// This many, ...
    pub count_max: usize,
    /// ... of those that were opened after this instant.
    pub since: Timestamp,
}

/// The name of a ticket in the store: a digest of its number, so that whoever reads the store cannot look at tickets as applicants do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TicketId(pub [u8; 16]);

/// A ticket as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its name in the store.
    pub id: TicketId,
    /// Number of the person, as typed.
    pub nik: ClaimedNik,
    /// Number of the family card, as typed.
    pub kk: Kk,
    /// What it is about.
    pub category: TicketCategory,
    /// What happened.
    pub description: String,
    /// When it was taken.
    pub opened_at: Timestamp,
    /// Where it stands.
    pub state: TicketState,
    /// When the helpdesk last touched it.
    pub answered_at: Option<Timestamp>,
    /// What the helpdesk says.
    pub answer: Option<String>,
}

/// When a NIK's tickets were opened, as far as the bound looks back.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct OpenedTickets(Vec<Timestamp>);

impl OpenedTickets {
    /// Adds one; `false` where there are enough.
    pub(super) fn add(&mut self, at: Timestamp, bound: TicketBound) -> bool {
        self.0.retain(|&opened_at| opened_at > bound.since);
        let room = self.0.len() < bound.count_max;
        if room {
            self.0.push(at);
        }
        room
    }
}

impl TicketId {
    /// Of the ticket with this number.
    pub fn of(number: TicketNumber) -> TicketId {
        let digest = Sha256::digest(number.to_string().as_bytes());
        TicketId(std::array::from_fn(|at| digest[at]))
    }
}

impl Ticket {
    /// As the helpdesk sees it.
    pub(crate) fn exported(&self) -> ExportedTicket {
        ExportedTicket {
            id: self.id.to_string(),
            nik: self.nik.expose(),
            kk: self.kk.expose(),
            category: self.category,
            description: self.description.clone(),
            state: self.state,
            opened_at: self.opened_at,
            answered_at: self.answered_at,
            answer: self.answer.clone(),
        }
    }
}

impl fmt::Display for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for TicketId {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<TicketId, hex::FromHexError> {
        let mut id = [0; 16];
        hex::decode_to_slice(text, &mut id)?;
        Ok(TicketId(id))
    }
}

impl Serialize for TicketId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TicketId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<TicketId, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nik_has_so_many_tickets_within_the_time() {
        let mut opened = OpenedTickets::default();
        let mut check = |ms: i64, expect| {
            let bound = TicketBound { count_max: 2, since: Timestamp::from_ms(ms - 100) };
            assert_eq!(opened.add(Timestamp::from_ms(ms), bound), expect, "{ms}");
        };
        check(1_000, true);
        check(1_010, true);
        check(1_020, false);
        check(1_099, false);
        check(1_100, true);
        check(1_109, false);
        check(1_110, true);
    }

    #[test]
    fn ids_are_told_apart_and_read_back() {
        let of = |byte| TicketId::of(TicketNumber::new([byte; 10]));
        assert_ne!(of(1), of(2));
        assert_eq!(of(1).to_string().parse(), Ok(of(1)));
        assert!("12".parse::<TicketId>().is_err());
    }
}
