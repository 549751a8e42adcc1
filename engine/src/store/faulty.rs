//! A register that operators may break: whatever store there is, with the fault switches in front.

use super::{
    AccessChange, Account, Change, Claim, Commit, DraftId, Due, Message, Removed, Store, StoreError, Ticket,
    TicketBound, TicketChange, TicketId, TicketStore, UpdateError,
};
use crate::faults::FaultSwitches;
use domain::Timestamp;
use domain::access::Access;
use domain::activation::Activation;
use domain::draft::{AccountNumber, Draft};
use domain::wire::StoreFault;
use std::io;
use std::sync::Arc;

/// The store behind, and what is broken about it.
pub(crate) struct FaultyStore {
    store: Arc<dyn Store>,
    switches: Arc<FaultSwitches>,
}

impl FaultyStore {
    pub(crate) fn over(store: Arc<dyn Store>, switches: &Arc<FaultSwitches>) -> Arc<dyn Store> {
        Arc::new(FaultyStore { store, switches: Arc::clone(switches) })
    }

    fn fault(&self) -> StoreFault {
        self.switches.now().store
    }

    fn check_writable(&self) -> Result<(), StoreError> {
        if self.fault() == StoreFault::Full { Err(no_space()) } else { Ok(()) }
    }

    /// The cause names what an applicant must never see.
    fn check_readable(&self) -> Result<(), StoreError> {
        match self.fault() {
            StoreFault::Damaged => Err(StoreError::Damaged(
                "register/db: row of a draft is no JSON at line 1 column 17".to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

fn no_space() -> StoreError {
    StoreError::Io(io::Error::from(io::ErrorKind::StorageFull))
}

impl Store for FaultyStore {
    fn open_draft(&self, id: DraftId, draft: &Draft) -> Result<(), StoreError> {
        self.check_writable()?;
        self.store.open_draft(id, draft)
    }

    fn draft(&self, id: DraftId) -> Result<Option<Draft>, StoreError> {
        self.check_readable()?;
        self.store.draft(id)
    }

    fn has_draft(&self, id: DraftId) -> Result<bool, StoreError> {
        self.check_readable()?;
        self.store.has_draft(id)
    }

    /// sled keeps it in memory at first: a full disk is noticed by whoever flushes.
    fn update_draft(&self, id: DraftId, change: Change<'_>) -> Result<Draft, UpdateError> {
        self.check_readable()?;
        self.store.update_draft(id, change)
    }

    fn holder(&self, claim: Claim<'_>) -> Result<Option<AccountNumber>, StoreError> {
        self.store.holder(claim)
    }

    fn account(&self, number: AccountNumber) -> Result<Option<Account>, StoreError> {
        self.store.account(number)
    }

    fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        self.check_writable()?;
        self.store.commit(commit)?;
        self.switches.wait_while_held();
        if self.fault() == StoreFault::Unsure { Err(no_space()) } else { Ok(()) }
    }

    fn remove_draft_of(&self, account: &Account) -> Result<(), StoreError> {
        self.store.remove_draft_of(account)
    }

    fn flush(&self) -> Result<(), StoreError> {
        match self.fault() {
            StoreFault::Full | StoreFault::Unsure => Err(no_space()),
            StoreFault::None | StoreFault::Held | StoreFault::Damaged => self.store.flush(),
        }
    }

    fn accounts(&self) -> Box<dyn DoubleEndedIterator<Item = Result<Account, StoreError>> + Send + '_> {
        self.store.accounts()
    }

    fn last_number(&self) -> Result<AccountNumber, StoreError> {
        self.store.last_number()
    }

    fn is_double(&self, account: &Account) -> Result<bool, StoreError> {
        self.store.is_double(account)
    }

    fn activation(&self, number: AccountNumber) -> Result<Option<Activation>, StoreError> {
        self.store.activation(number)
    }

    fn access(&self, number: AccountNumber) -> Result<Access, StoreError> {
        self.store.access(number)
    }

    fn update_access(&self, number: AccountNumber, change: AccessChange<'_>) -> Result<Access, StoreError> {
        self.check_writable()?;
        self.store.update_access(number, change)
    }

    fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Due>, StoreError> {
        self.store.due(now, max)
    }

    fn put_off(&self, due: Due, at: Option<Timestamp>) -> Result<(), StoreError> {
        self.check_writable()?;
        self.store.put_off(due, at)
    }

    fn remove_draft(&self, id: DraftId, now: Timestamp) -> Result<Removed, StoreError> {
        self.check_writable()?;
        self.store.remove_draft(id, now)
    }

    fn messages(&self, after: u64, max: usize) -> Result<Vec<Message>, StoreError> {
        self.store.messages(after, max)
    }

    fn remove_message(&self, place: u64) -> Result<(), StoreError> {
        self.check_writable()?;
        self.store.remove_message(place)
    }
}

impl TicketStore for FaultyStore {
    fn open_ticket(&self, ticket: &Ticket, bound: TicketBound) -> Result<bool, StoreError> {
        self.check_writable()?;
        self.store.open_ticket(ticket, bound)
    }

    fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        self.store.ticket(id)
    }

    fn update_ticket(&self, id: TicketId, change: TicketChange<'_>) -> Result<Option<Ticket>, StoreError> {
        self.check_writable()?;
        self.store.update_ticket(id, change)
    }

    fn tickets(&self) -> Box<dyn Iterator<Item = Result<Ticket, StoreError>> + Send + '_> {
        self.store.tickets()
    }
}
