//! The one writer of accounts: it gathers what waits to be decided, decides each in turn, and flushes once for all of them.
//!
//! It is alone, so a claim that is free when it looks is free when it writes, and an account cannot be activated and cancelled at
//! once; and it is the only place that waits for the disk, since flushing for each request by itself stalls the store.

mod decide;
mod staged;

use crate::activation::Proofs;
use crate::clock::Clock;
use crate::metrics::{LifeMetrics, StoreMetrics};
use crate::store::{Commit, DraftId, Store, StoreError};
use domain::activation::{Activation, ActivationRules};
use domain::draft::{AccountNumber, Draft};
use domain::{Failure, Timestamp};
use staged::Staged;
use std::sync::Arc;
use std::time::Instant;
use std::{io, thread};
use tokio::sync::{mpsc, oneshot, watch};

/// Requests that may wait; further ones are told that the system is busy.
const QUEUE_MAX: usize = 4_096;

/// Requests that share a flush at most.
const BATCH_MAX: usize = 512;

/// Takes requests to the thread that commits them.
pub(crate) struct Committer {
    /// `None` only while it is being dropped.
    queue: Option<mpsc::Sender<Request>>,
    thread: Option<thread::JoinHandle<()>>,
    settled: watch::Receiver<u64>,
}

/// An account that is on disk.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Receipt {
    pub(crate) number: AccountNumber,
    pub(crate) registered_at: Timestamp,
    pub(crate) activate_before: Option<Timestamp>,
    /// It was there before: this is a repeat.
    pub(crate) repeated: bool,
}

/// What shows that somebody got the message.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    Token(String),
    Code(String),
}

/// What a sweep has done.
#[derive(Debug, Default)]
pub(crate) struct Swept {
    pub(crate) drafts: usize,
    pub(crate) accounts: usize,
    /// Documents that nothing refers to any longer, those of accounts that were cancelled since the last sweep included.
    pub(crate) blobs: Vec<String>,
    /// There is more to do.
    pub(crate) more: bool,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    #[error("refused: {0}")]
    Refused(Failure),
    #[error("too many requests wait")]
    Full,
    #[error("not committed: {0}")]
    Store(String),
}

/// What the committer decides by.
pub(crate) struct Rules {
    pub(crate) activation: ActivationRules,
    pub(crate) proofs: Proofs,
}

enum Request {
    Confirm { id: DraftId, draft: Box<Draft>, reply: Reply<Receipt> },
    Activate { number: AccountNumber, proof: Proof, reply: Reply<()> },
    Resend { number: AccountNumber, reply: Reply<Activation> },
    Sweep { max: usize, reply: Reply<Swept> },
    Settle { reply: Reply<()> },
}

type Reply<T> = oneshot::Sender<Result<T, CommitError>>;

impl Committer {
    /// Starts the thread. Account numbers go on from the highest that there ever was.
    ///
    /// # Errors
    /// Where the store cannot be read or no thread can be had.
    pub(crate) fn start(
        store: Arc<dyn Store>,
        clock: Clock,
        rules: Rules,
        metrics: (StoreMetrics, LifeMetrics),
    ) -> Result<Committer, StoreError> {
        let next = store.last_number()?.0 + 1;
        // Places may be used again once the messages in them are gone: nobody remembers one across a start.
        let place = last_place(&*store)?;
        let (settle, settled) = watch::channel(place);
        let (queue, requests) = mpsc::channel(QUEUE_MAX);
        let (discarded, doubtful) = (Vec::new(), false);
        let commits = Commits { store, clock, rules, metrics, next, place, settle, discarded, doubtful };
        let run = move || commits.run(requests);
        let thread =
            thread::Builder::new().name("committer".to_owned()).spawn(run).map_err(StoreError::Io)?;
        Ok(Committer { queue: Some(queue), thread: Some(thread), settled })
    }

    /// Makes the account of draft `id`; when this returns it is on disk.
    ///
    /// # Errors
    /// [`CommitError`]: nothing was stored. A store that failed late may hold the account all the same: a repeat tells.
    pub(crate) async fn commit(&self, id: DraftId, draft: Draft) -> Result<Receipt, CommitError> {
        self.ask(|reply| Request::Confirm { id, draft: Box::new(draft), reply }).await
    }

    /// Activates account `number` where `proof` holds; when this returns that is on disk.
    ///
    /// # Errors
    /// [`CommitError`].
    pub(crate) async fn activate(&self, number: AccountNumber, proof: Proof) -> Result<(), CommitError> {
        self.ask(|reply| Request::Activate { number, proof, reply }).await
    }

    /// Gives account `number` another message, which makes the earlier ones worthless.
    ///
    /// # Errors
    /// [`CommitError`].
    pub(crate) async fn resend(&self, number: AccountNumber) -> Result<Activation, CommitError> {
        self.ask(|reply| Request::Resend { number, reply }).await
    }

    /// Looks at no more than `max` drafts and accounts whose time may be over, and removes those for which it is.
    ///
    /// # Errors
    /// [`CommitError`].
    pub(crate) async fn sweep(&self, max: usize) -> Result<Swept, CommitError> {
        self.ask(|reply| Request::Sweep { max, reply }).await
    }

    /// Waits until everything that was written before is on disk.
    ///
    /// # Errors
    /// [`CommitError`] where it could not be brought there.
    pub(crate) async fn settle(&self) -> Result<(), CommitError> {
        self.ask(|reply| Request::Settle { reply }).await
    }

    /// The place of the last message that is on disk, and so is what it is about.
    pub(crate) fn settled_messages(&self) -> watch::Receiver<u64> {
        self.settled.clone()
    }

    async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, CommitError> {
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.as_ref().expect("there is a queue until the committer is dropped");
        queue.try_send(request(reply)).map_err(|error| match error {
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
    rules: Rules,
    metrics: (StoreMetrics, LifeMetrics),
    next: u64,
    place: u64,
    settle: watch::Sender<u64>,
    /// Documents of accounts that were cancelled, until a sweep fetches them.
    discarded: Vec<String>,
    /// The last write failed: what can be read may not be on disk.
    doubtful: bool,
}

/// Tells one who waits what came of it, once it is known whether the batch is on disk.
type Answer = Box<dyn FnOnce(&Result<(), StoreError>, &mut Vec<String>)>;

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

    /// Every answer waits for the disk, a refusal too: it may be for the sake of an account of the same batch.
    fn commit(&mut self, batch: Vec<Request>) {
        let mut staged = Staged::new(Arc::clone(&self.store), self.clock.now(), self.next, self.place);
        let answers: Vec<_> = batch.into_iter().map(|request| self.decide(request, &mut staged)).collect();
        let stored = self.store(&mut staged);
        for answer in answers {
            answer(&stored, &mut self.discarded);
        }
        if stored.is_ok() {
            self.tidy(&staged);
        }
    }

    fn decide(&self, request: Request, staged: &mut Staged) -> Answer {
        match request {
            Request::Confirm { id, draft, reply } => {
                answer(reply, decide::confirm(&self.rules, staged, id, draft))
            }
            Request::Activate { number, proof, reply } => {
                answer(reply, decide::activate(&self.rules, staged, number, &proof))
            }
            Request::Resend { number, reply } => answer(reply, decide::resend(&self.rules, staged, number)),
            Request::Settle { reply } => {
                staged.must_flush = true;
                answer(reply, Ok(()))
            }
            Request::Sweep { max, reply } => {
                let swept = decide::sweep(staged, max);
                Box::new(move |stored, discarded| {
                    let swept = after(stored, swept);
                    let fetch = |swept| Swept { blobs: std::mem::take(discarded), ..swept };
                    reply.send(swept.map(fetch)).ok();
                })
            }
        }
    }

    /// Numbers are used up also by a batch that failed: it may be on disk in spite of the error.
    fn store(&mut self, staged: &mut Staged) -> Result<(), StoreError> {
        let commit = &staged.commit;
        (self.next, self.place) = (staged.next, staged.place);
        // Files of drafts that were removed go whatever becomes of the batch: their rows are gone.
        self.discarded.append(&mut staged.removed);
        let started = Instant::now();
        let is_empty = *commit == Commit::default();
        let must_flush = staged.must_flush || self.doubtful;
        if is_empty && !must_flush {
            return Ok(());
        }
        let committed = if is_empty { Ok(()) } else { self.store.commit(commit) };
        // A commit brings accounts to disk, and no drafts.
        let stored = committed.and_then(|()| if must_flush { self.store.flush() } else { Ok(()) });
        self.metrics.0.flushed(started.elapsed(), commit.made.len(), stored.is_ok());
        self.doubtful = stored.is_err();
        if let Err(error) = &stored {
            tracing::error!(%error, accounts = commit.made.len(), "a batch was not stored");
            return stored;
        }
        self.metrics.1.cancelled(commit.cancelled.len());
        self.discarded.append(&mut staged.discarded);
        self.settle.send_replace(self.place);
        stored
    }

    /// What nobody waits for, after a batch.
    fn tidy(&self, staged: &Staged) {
        let made = staged.commit.made.iter().try_for_each(|account| self.store.remove_draft_of(account));
        let handled = staged.handled.iter().try_for_each(|&due| self.store.put_off(due, None));
        if let Err(error) = made.and(handled) {
            tracing::warn!(%error, "what is done will be looked at once more");
        }
    }
}

fn answer<T: 'static>(reply: Reply<T>, decided: Result<T, CommitError>) -> Answer {
    // Whoever has gone meanwhile gets the same answer when they repeat.
    Box::new(move |stored, _| drop(reply.send(after(stored, decided))))
}

fn after<T>(stored: &Result<(), StoreError>, decided: Result<T, CommitError>) -> Result<T, CommitError> {
    match stored {
        Ok(()) => decided,
        Err(error) => Err(CommitError::from(error)),
    }
}

fn last_place(store: &dyn Store) -> Result<u64, StoreError> {
    let mut last = 0;
    loop {
        let Some(message) = store.messages(last, 1_024)?.last().copied() else { return Ok(last) };
        last = message.place;
    }
}

impl From<&StoreError> for CommitError {
    fn from(error: &StoreError) -> CommitError {
        CommitError::Store(error.to_string())
    }
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> CommitError {
        CommitError::from(&error)
    }
}

impl From<Failure> for CommitError {
    fn from(failure: Failure) -> CommitError {
        CommitError::Refused(failure)
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> StoreError {
        StoreError::Io(error)
    }
}
