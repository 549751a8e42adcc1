//! The one writer of accounts: it gathers the confirmations that wait, decides each, and flushes once for all of them.
//!
//! It is alone, so a claim that is free when it looks is free when it writes; and it is the only place that waits for the disk, since
//! flushing for each request by itself stalls the store.

use crate::clock::Clock;
use crate::metrics::StoreMetrics;
use crate::store::{Account, Claim, DraftId, Store, StoreError};
use domain::draft::{AccountNumber, Draft};
use domain::{Failure, Nik, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;
use std::{io, thread};
use tokio::sync::{mpsc, oneshot};

/// Confirmations that may wait; further ones are told that the system is busy.
const QUEUE_MAX: usize = 4_096;

/// Confirmations that share a flush at most.
const BATCH_MAX: usize = 512;

/// Takes confirmations to the thread that commits them.
pub(crate) struct Committer {
    /// `None` only while it is being dropped.
    queue: Option<mpsc::Sender<Request>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// An account that is on disk.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Receipt {
    pub(crate) number: AccountNumber,
    pub(crate) registered_at: Timestamp,
    /// It was there before: this is a repeat.
    pub(crate) repeated: bool,
}

/// Why there is no account.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    #[error("refused: {0}")]
    Refused(Failure),
    #[error("too many confirmations wait")]
    Full,
    #[error("not committed: {0}")]
    Store(String),
}

struct Request {
    id: DraftId,
    draft: Draft,
    reply: oneshot::Sender<Result<Receipt, CommitError>>,
}

impl Committer {
    /// Starts the thread. Account numbers go on from the highest in the store.
    ///
    /// # Errors
    /// Where the store cannot be read or no thread can be had.
    pub(crate) fn start(
        store: Arc<dyn Store>,
        clock: Clock,
        metrics: StoreMetrics,
    ) -> Result<Committer, StoreError> {
        let last = store.accounts().next_back().transpose()?;
        let next = last.map_or(1, |account| account.number.0 + 1);
        let (queue, requests) = mpsc::channel(QUEUE_MAX);
        let run = move || Commits { store, clock, metrics, next }.run(requests);
        let thread =
            thread::Builder::new().name("committer".to_owned()).spawn(run).map_err(StoreError::Io)?;
        Ok(Committer { queue: Some(queue), thread: Some(thread) })
    }

    /// Makes the account of draft `id`; when this returns it is on disk.
    ///
    /// # Errors
    /// [`CommitError`]: nothing was stored. A store that failed late may hold the account all the same: a repeat tells.
    pub(crate) async fn commit(&self, id: DraftId, draft: Draft) -> Result<Receipt, CommitError> {
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.as_ref().expect("there is a queue until the committer is dropped");
        queue.try_send(Request { id, draft, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => CommitError::Full,
            mpsc::error::TrySendError::Closed(_) => CommitError::Store("the committer has ended".to_owned()),
        })?;
        answer.await.unwrap_or_else(|_| Err(CommitError::Store("the committer gave no answer".to_owned())))
    }
}

impl Drop for Committer {
    /// Waits until everything that was taken is committed, so that the store can be opened again.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

struct Commits {
    store: Arc<dyn Store>,
    clock: Clock,
    metrics: StoreMetrics,
    next: u64,
}

/// What a batch has promised and not yet stored.
#[derive(Default)]
struct Promised {
    accounts: Vec<Account>,
    by_nik: HashMap<Nik, usize>,
    by_contact: HashMap<String, usize>,
}

/// What becomes of one request, once the batch is on disk.
enum Verdict {
    /// The account at this place of the batch; the first who asked made it.
    Promised {
        place: usize,
        repeated: bool,
    },
    Known(Receipt),
    Refused(Failure),
}

impl Commits {
    fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        while let Some(first) = requests.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < BATCH_MAX
                && let Ok(next) = requests.try_recv()
            {
                batch.push(next);
            }
            self.commit(batch);
        }
    }

    fn commit(&mut self, batch: Vec<Request>) {
        let registered_at = self.clock.now();
        let mut promised = Promised::default();
        let verdicts: Vec<_> =
            batch.iter().map(|request| self.judge(request, registered_at, &mut promised)).collect();
        let stored = self.store_promised(&promised.accounts);
        for (request, verdict) in batch.into_iter().zip(verdicts) {
            let answer = match (verdict, &stored) {
                (Err(error), _) => Err(CommitError::Store(error.to_string())),
                (Ok(Verdict::Refused(failure)), _) => Err(CommitError::Refused(failure)),
                (Ok(Verdict::Known(receipt)), _) => Ok(receipt),
                (Ok(Verdict::Promised { .. }), Err(error)) => Err(CommitError::Store(error.to_string())),
                (Ok(Verdict::Promised { place, repeated }), Ok(())) => {
                    Ok(Receipt { number: promised.accounts[place].number, registered_at, repeated })
                }
            };
            // Whoever has gone meanwhile gets the same answer when they repeat.
            request.reply.send(answer).ok();
        }
    }

    fn judge(
        &self,
        request: &Request,
        registered_at: Timestamp,
        promised: &mut Promised,
    ) -> Result<Verdict, StoreError> {
        let identity = &request.draft.identity;
        if let Some(&place) = promised.by_nik.get(&identity.nik) {
            let same = promised.accounts[place].draft_id == request.id;
            return Ok(if same {
                Verdict::Promised { place, repeated: true }
            } else {
                Verdict::Refused(Failure::NikRegistered)
            });
        }
        if let Some(number) = self.store.holder(Claim::Nik(identity.nik))? {
            let account = self.store.account(number)?;
            let ours = account.filter(|account| account.draft_id == request.id);
            return Ok(ours.map_or(Verdict::Refused(Failure::NikRegistered), |account| {
                Verdict::Known(Receipt { number, registered_at: account.registered_at, repeated: true })
            }));
        }
        let (email, phone) = (identity.email.key(), identity.phone.key().to_owned());
        let taken = promised.by_contact.contains_key(&email)
            || promised.by_contact.contains_key(&phone)
            || self.store.holder(Claim::Email(&email))?.is_some()
            || self.store.holder(Claim::Phone(&phone))?.is_some();
        if taken {
            return Ok(Verdict::Refused(Failure::ContactInUse));
        }
        let place = promised.accounts.len();
        let number = AccountNumber(self.next + place as u64);
        let mut draft = request.draft.clone();
        draft.account = Some(number);
        promised.accounts.push(Account { number, draft_id: request.id, registered_at, draft });
        promised.by_nik.insert(identity.nik, place);
        promised.by_contact.insert(email, place);
        promised.by_contact.insert(phone, place);
        Ok(Verdict::Promised { place, repeated: false })
    }

    /// Numbers are used up also by a batch that failed: it may be on disk in spite of the error.
    fn store_promised(&mut self, accounts: &[Account]) -> Result<(), StoreError> {
        if accounts.is_empty() {
            return Ok(());
        }
        self.next += accounts.len() as u64;
        let started = Instant::now();
        let stored = self.store.insert_accounts(accounts);
        self.metrics.flushed(started.elapsed(), accounts.len(), stored.is_ok());
        if let Err(error) = &stored {
            tracing::error!(%error, accounts = accounts.len(), "a batch of accounts was not stored");
        }
        stored
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> StoreError {
        StoreError::Io(error)
    }
}
