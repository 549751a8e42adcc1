//! Tickets in sled: a row each, and a row for each NIK that says when its tickets were opened.

use super::{SledStore, failed, read, swap, write};
use crate::store::StoreError;
use crate::store::keys;
use crate::store::tickets::{OpenedTickets, Ticket, TicketBound, TicketChange, TicketId, TicketStore};

impl TicketStore for SledStore {
    /// The NIK's row comes first: a crash in between costs one ticket of its bound, never lets one through.
    fn open_ticket(&self, ticket: &Ticket, bound: TicketBound) -> Result<bool, StoreError> {
        let key = keys::tickets_of(ticket.nik);
        loop {
            let (mut opened, before) = match SledStore::row::<OpenedTickets>(&self.accounts, &key)? {
                Some((opened, before)) => (opened, Some(before)),
                None => (OpenedTickets::default(), None),
            };
            if !opened.add(ticket.opened_at, bound) {
                return Ok(false);
            }
            if swap(&self.accounts, &key, before, Some(write(&opened)))? {
                break;
            }
        }
        self.accounts.insert(keys::ticket(ticket.id), write(ticket)).map_err(failed)?;
        Ok(true)
    }

    fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        Ok(SledStore::row(&self.accounts, &keys::ticket(id))?.map(|(ticket, _)| ticket))
    }

    fn update_ticket(&self, id: TicketId, change: TicketChange<'_>) -> Result<Option<Ticket>, StoreError> {
        let key = keys::ticket(id);
        loop {
            let Some((mut ticket, before)) = SledStore::row::<Ticket>(&self.accounts, &key)? else {
                return Ok(None);
            };
            change(&mut ticket);
            if swap(&self.accounts, &key, Some(before), Some(write(&ticket)))? {
                return Ok(Some(ticket));
            }
        }
    }

    fn tickets(&self) -> Box<dyn Iterator<Item = Result<Ticket, StoreError>> + Send + '_> {
        Box::new(self.accounts.scan_prefix([keys::TICKET]).values().map(|row| read(&row.map_err(failed)?)))
    }
}
