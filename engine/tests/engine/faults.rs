//! A register that fails: before anything is written, after it is, or by being slow. Nobody loses an account by it, and nobody has two.

use crate::flow::check_refused;
use crate::support::{Engine, PHOTO, nik};
use domain::Failure;
use domain::Timestamp;
use domain::access::Access;
use domain::activation::Activation;
use domain::document::DocumentKind;
use domain::draft::{AccountNumber, Draft};
use domain::wire::paths;
use engine::store::{
    AccessChange, Account, Change, Claim, Commit, DraftId, Due, Message, Removed, SledStore, Store,
    StoreError, Ticket, TicketBound, TicketChange, TicketId, TicketStore, UpdateError,
};
use hyper::{Method, StatusCode};
use std::io;
use std::sync::{Arc, Condvar, Mutex};
use tempfile::TempDir;

/// When accounts are inserted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    /// Nothing is written.
    Before,
    /// Everything is on disk, and the answer is an error all the same.
    After,
    /// Everything waits until the fault is over.
    Slow,
    /// What is committed can be read, and the commit doesn't come back until the fault is over.
    SlowAfter,
}

/// sled, with a fault in front.
pub(crate) struct Faulty {
    sled: SledStore,
    fault: Mutex<Fault>,
    changed: Condvar,
    _folder: TempDir,
}

fn disk_full() -> StoreError {
    StoreError::Io(io::Error::from_raw_os_error(28))
}

impl Faulty {
    pub(crate) fn new() -> Arc<Faulty> {
        let folder = TempDir::new().unwrap();
        let sled = SledStore::open(folder.path(), 1_000_000).unwrap();
        Arc::new(Faulty { sled, fault: Mutex::new(Fault::None), changed: Condvar::new(), _folder: folder })
    }

    pub(crate) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
        self.changed.notify_all();
    }

    /// The fault in force, once it isn't slowness any longer.
    fn fault(&self) -> Fault {
        *self.changed.wait_while(self.fault.lock().unwrap(), |fault| *fault == Fault::Slow).unwrap()
    }

    /// Writes of drafts fail like those of accounts before, since nothing tells them apart on a full disk.
    fn check_writable(&self) -> Result<(), StoreError> {
        if self.fault() == Fault::Before { Err(disk_full()) } else { Ok(()) }
    }
}

impl Store for Faulty {
    fn open_draft(&self, id: DraftId, draft: &Draft) -> Result<(), StoreError> {
        self.check_writable()?;
        self.sled.open_draft(id, draft)
    }

    fn draft(&self, id: DraftId) -> Result<Option<Draft>, StoreError> {
        self.sled.draft(id)
    }

    fn has_draft(&self, id: DraftId) -> Result<bool, StoreError> {
        self.sled.has_draft(id)
    }

    fn update_draft(&self, id: DraftId, change: Change<'_>) -> Result<Draft, UpdateError> {
        self.sled.update_draft(id, change)
    }

    fn holder(&self, claim: Claim<'_>) -> Result<Option<AccountNumber>, StoreError> {
        self.sled.holder(claim)
    }

    fn account(&self, number: AccountNumber) -> Result<Option<Account>, StoreError> {
        self.sled.account(number)
    }

    fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let fault = self.fault();
        if fault == Fault::Before {
            return Err(disk_full());
        }
        self.sled.commit(commit)?;
        drop(self.changed.wait_while(self.fault.lock().unwrap(), |fault| *fault == Fault::SlowAfter));
        if fault == Fault::After { Err(disk_full()) } else { Ok(()) }
    }

    fn remove_draft_of(&self, account: &Account) -> Result<(), StoreError> {
        self.sled.remove_draft_of(account)
    }

    fn flush(&self) -> Result<(), StoreError> {
        if self.fault() == Fault::None { self.sled.flush() } else { Err(disk_full()) }
    }

    fn accounts(&self) -> Box<dyn DoubleEndedIterator<Item = Result<Account, StoreError>> + Send + '_> {
        self.sled.accounts()
    }

    fn last_number(&self) -> Result<AccountNumber, StoreError> {
        self.sled.last_number()
    }

    fn is_double(&self, account: &Account) -> Result<bool, StoreError> {
        self.sled.is_double(account)
    }

    fn activation(&self, number: AccountNumber) -> Result<Option<Activation>, StoreError> {
        self.sled.activation(number)
    }

    fn access(&self, number: AccountNumber) -> Result<Access, StoreError> {
        self.sled.access(number)
    }

    fn update_access(&self, number: AccountNumber, change: AccessChange<'_>) -> Result<Access, StoreError> {
        self.check_writable()?;
        self.sled.update_access(number, change)
    }

    fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Due>, StoreError> {
        self.sled.due(now, max)
    }

    fn put_off(&self, due: Due, at: Option<Timestamp>) -> Result<(), StoreError> {
        self.check_writable()?;
        self.sled.put_off(due, at)
    }

    fn remove_draft(&self, id: DraftId, now: Timestamp) -> Result<Removed, StoreError> {
        self.check_writable()?;
        self.sled.remove_draft(id, now)
    }

    fn messages(&self, after: u64, max: usize) -> Result<Vec<Message>, StoreError> {
        self.sled.messages(after, max)
    }

    fn remove_message(&self, place: u64) -> Result<(), StoreError> {
        self.check_writable()?;
        self.sled.remove_message(place)
    }
}

impl TicketStore for Faulty {
    fn open_ticket(&self, ticket: &Ticket, bound: TicketBound) -> Result<bool, StoreError> {
        self.check_writable()?;
        self.sled.open_ticket(ticket, bound)
    }

    fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        self.sled.ticket(id)
    }

    fn update_ticket(&self, id: TicketId, change: TicketChange<'_>) -> Result<Option<Ticket>, StoreError> {
        self.check_writable()?;
        self.sled.update_ticket(id, change)
    }

    fn tickets(&self) -> Box<dyn Iterator<Item = Result<Ticket, StoreError>> + Send + '_> {
        self.sled.tickets()
    }
}

#[tokio::test]
async fn a_full_disk_makes_no_half_account_and_the_repeat_goes_through() {
    let store = Faulty::new();
    let engine = Engine::start_on(Arc::clone(&store) as Arc<dyn Store>).await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    store.set(Fault::Before);
    check_refused(&client.confirm(&token).await, Failure::StorageUnavailable);
    check_refused(&client.open(2, |_| ()).await, Failure::StorageUnavailable);
    assert_eq!(engine.exported().await, Vec::<String>::new());
    // What was said with "Iya" stands: nothing may change, and the repeat makes the account.
    check_refused(&client.profile(&token, |_| ()).await, Failure::AlreadyFinal);
    store.set(Fault::None);
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
    assert_eq!(engine.exported().await, [nik(1)]);
}

#[tokio::test]
async fn an_account_that_was_stored_but_never_acknowledged_is_given_to_the_repeat() {
    let store = Faulty::new();
    let engine = Engine::start_on(Arc::clone(&store) as Arc<dyn Store>).await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    store.set(Fault::After);
    check_refused(&client.confirm(&token).await, Failure::StorageUnavailable);
    // It can be read, and is not known to be on disk: the repeat hears no yes as long as that is so.
    check_refused(&client.confirm(&token).await, Failure::StorageUnavailable);
    store.set(Fault::None);
    let repeat = client.confirm(&token).await;
    assert_eq!((repeat.status, &repeat.json()["account_number"]), (StatusCode::OK, &serde_json::json!(1)));
    // Its number is used up: the next account has another.
    let token = client.complete(2).await;
    assert_eq!(client.confirm(&token).await.json()["account_number"], 2);
    assert_eq!(engine.exported().await, [nik(1), nik(2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_flush_is_slow_only_confirmations_wait() {
    let store = Faulty::new();
    let engine = Engine::start_on(Arc::clone(&store) as Arc<dyn Store>).await;
    let mut client = engine.client().await;
    let (first, second) = (client.complete(1).await, client.complete(2).await);
    store.set(Fault::Slow);
    let waiting: Vec<_> = [first.clone(), second]
        .map(|token| (token, engine.address))
        .map(|(token, address)| {
            tokio::spawn(async move { crate::support::Client::connect(address).await.confirm(&token).await })
        })
        .into();
    let answer = client.call(Method::GET, paths::STATUS, "").await;
    assert_eq!(answer.status, StatusCode::OK);
    let review = client.call(Method::GET, &paths::draft(&first), "").await;
    assert_eq!(review.json()["account_number"], serde_json::Value::Null);
    store.set(Fault::None);
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap().status, StatusCode::CREATED);
    }
    assert_eq!(engine.exported().await.len(), 2);
}

/// After a crash its confirmation has to find it complete, and its files.
#[tokio::test]
async fn a_draft_that_is_complete_is_on_disk_before_anybody_hears_so() {
    let store = Faulty::new();
    let engine = Engine::start_on(Arc::clone(&store) as Arc<dyn Store>).await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    client.fill(&token, "pks").await;
    store.set(Fault::After);
    check_refused(&client.credentials(&token, |_| ()).await, Failure::StorageUnavailable);
    // So are later changes of it, and the file that an upload replaces stays until then.
    check_refused(&client.profile(&token, |_| ()).await, Failure::StorageUnavailable);
    check_refused(
        &client.document(&token, DocumentKind::Ktp, PHOTO.clone()).await,
        Failure::StorageUnavailable,
    );
    assert_eq!(engine.files(), 3);
    store.set(Fault::None);
    client.fill(&token, "k").await;
    assert_eq!(
        engine.files(),
        3,
        "the one that was replaced while the disk was full waits for the next start"
    );
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_file_that_is_replaced_stays_until_its_draft_is_on_disk() {
    let store = Faulty::new();
    let engine = Engine::start_on(Arc::clone(&store) as Arc<dyn Store>).await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    client.fill(&token, "pk").await;
    store.set(Fault::After);
    check_refused(
        &client.document(&token, DocumentKind::Ktp, PHOTO.clone()).await,
        Failure::StorageUnavailable,
    );
    assert_eq!(engine.files(), 2);
}
