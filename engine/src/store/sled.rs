//! The register in sled, the only file that knows it.
//!
//! Accounts and what belongs to them are one tree, because a batch is atomic within a tree, also across a crash. The first byte of a
//! key says what it leads to. Drafts, which are written again at each step and then go, are another, in a database of its own: in the
//! log of the accounts they would leave more behind than accounts take. Nothing orders the two on disk but a flush, so after a crash a
//! row of a draft may stand beside its account; the account is what counts.

mod tickets;

use super::index::{self, Digest, Entry, Index};
use super::rows::{read, read_squeezed, write, write_squeezed};
use super::{
    AccessChange, Account, Change, Claim, Commit, DraftId, Due, DueItem, Message, Removed, Store, StoreError,
    UpdateError, keys,
};
use domain::Timestamp;
use domain::access::Access;
use domain::activation::Activation;
use domain::draft::{AccountNumber, Draft};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sled::{Batch, IVec, Tree};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait for a lock that another holds, and how often to look.
const LOCK_PATIENCE: Duration = Duration::from_millis(500);
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Bytes of the index's log that stand in one row: of a hundred accounts. A page has up to 17 rows, and is to stay under the 128 KiB from
/// which sled puts it into a file of its own.
const LOG_ROW_BYTES: usize = 100 * index::ENTRY_BYTES;

/// The register in a folder.
pub struct SledStore {
    accounts: Tree,
    drafts: Tree,
    index: Index,
    log: Mutex<LogEnd>,
}

/// Where the log of the index goes on. Short rows are put together once there are enough of them, so that it is read quickly.
#[derive(Default)]
struct LogEnd {
    /// The first of the rows that are short so far, and the place behind them.
    short_from: u64,
    next: u64,
    /// What stands in them.
    short: Vec<u8>,
}

/// An account's row, with what it waits for.
#[derive(Serialize, Deserialize)]
struct AccountRow<A> {
    account: A,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    activation: Option<Activation>,
}

impl SledStore {
    /// Opens the register in `folder`, or begins one, with `cache_bytes` of memory for its pages.
    ///
    /// # Errors
    /// [`StoreError::Io`] where the folder cannot be used, another process's use of it included; [`StoreError::Earlier`].
    pub fn open(folder: &Path, cache_bytes: u64) -> Result<SledStore, StoreError> {
        if folder.join("db").exists() {
            return Err(StoreError::Earlier);
        }
        let accounts = open_tree(&folder.join("accounts"), cache_bytes / 2)?;
        let drafts = open_tree(&folder.join("drafts"), cache_bytes / 2)?;
        let (mut entries, mut log) = (Vec::new(), LogEnd::default());
        for row in accounts.scan_prefix([keys::INDEX]) {
            let (key, row) = row.map_err(failed)?;
            let place = keys::read_index(&key).ok_or_else(|| damaged("a key of the index"))?;
            entries.extend(Entry::read(&row).ok_or_else(|| damaged("a row of the index"))?);
            log.wrote(place, &row);
        }
        Ok(SledStore { accounts, drafts, index: Index::of(entries.into_iter()), log: Mutex::new(log) })
    }

    /// What stands under `key` in `tree`, and its bytes.
    fn row<T: DeserializeOwned>(tree: &Tree, key: &[u8]) -> Result<Option<(T, IVec)>, StoreError> {
        let Some(bytes) = tree.get(key).map_err(failed)? else { return Ok(None) };
        Ok(Some((read(&bytes)?, bytes)))
    }

    fn account_row(&self, number: AccountNumber) -> Result<Option<AccountRow<Account>>, StoreError> {
        let bytes = self.accounts.get(keys::account(number)).map_err(failed)?;
        bytes.map(|bytes| read_squeezed(&bytes)).transpose()
    }

    /// The first of the accounts to which `digest` leads that `is_meant`.
    fn find(
        &self,
        digest: Digest,
        is_meant: impl Fn(&Account) -> bool,
    ) -> Result<Option<Account>, StoreError> {
        for number in self.index.numbers(digest) {
            if let Some(account) = self.account(number)?.filter(&is_meant) {
                return Ok(Some(account));
            }
        }
        Ok(None)
    }

    fn account_of(&self, id: DraftId) -> Result<Option<Account>, StoreError> {
        self.find(Digest::of_draft(id), |account| account.draft_id == id)
    }

    /// The row of draft `id`, if it is no account: then its row goes once the account is on disk, or stays after a crash, sealed or not.
    fn open_row(&self, id: DraftId) -> Result<Option<(Draft, IVec)>, StoreError> {
        if self.account_of(id)?.is_some() {
            return Ok(None);
        }
        SledStore::row(&self.drafts, &keys::draft(id))
    }

    /// Brings `batch` to disk, and with it what leads to the accounts of `commit`.
    fn apply(&self, mut batch: Batch, commit: &Commit) -> Result<(), StoreError> {
        let cancelled = commit.cancelled.iter().map(Entry::cancelled);
        let entries: Vec<Entry> = cancelled.chain(commit.made.iter().map(Entry::added)).collect();
        if !entries.is_empty() {
            let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            let rows = log.append(&mut batch, &entries);
            self.accounts.apply_batch(batch).map_err(failed)?;
            rows.iter().for_each(|(place, row)| log.wrote(*place, row));
            entries.into_iter().for_each(|entry| self.index.apply(entry));
        } else {
            self.accounts.apply_batch(batch).map_err(failed)?;
        }
        self.accounts.flush().map_err(failed)?;
        Ok(())
    }

    /// The row that says that account `number` is due at `at`, and all who are due by it.
    fn due_row(
        &self,
        at: Timestamp,
        number: AccountNumber,
    ) -> Result<Option<(IVec, Vec<AccountNumber>)>, StoreError> {
        for row in self.accounts.scan_prefix(keys::due_accounts(at)) {
            let (key, others) = row.map_err(failed)?;
            let numbers = due_numbers(&key, &others)?;
            if numbers.contains(&number) {
                return Ok(Some((key, numbers)));
            }
        }
        Ok(None)
    }
}

impl LogEnd {
    /// Adds `entries` to `batch`, as a row of their own or put together with all that are short; the rows and their places.
    fn append(&self, batch: &mut Batch, entries: &[Entry]) -> Vec<(u64, Vec<u8>)> {
        let mut added = Vec::with_capacity(entries.len() * index::ENTRY_BYTES);
        entries.iter().for_each(|entry| entry.write(&mut added));
        let rows: Vec<(u64, Vec<u8>)> = if self.short.len() + added.len() < LOG_ROW_BYTES {
            vec![(self.next, added)]
        } else {
            (self.short_from..self.next).for_each(|short| batch.remove(keys::index(short)));
            let together = [self.short.as_slice(), &added].concat();
            (self.short_from..).zip(together.chunks(LOG_ROW_BYTES).map(<[u8]>::to_vec)).collect()
        };
        rows.iter().for_each(|(place, row)| batch.insert(keys::index(*place), row.as_slice()));
        rows
    }

    /// `row` stands at `place`.
    fn wrote(&mut self, place: u64, row: &[u8]) {
        self.next = place + 1;
        if row.len() < LOG_ROW_BYTES {
            self.short.extend(row);
        } else {
            (self.short_from, self.short) = (self.next, Vec::new());
        }
    }
}

fn open_tree(folder: &Path, cache_bytes: u64) -> Result<Tree, StoreError> {
    let config = sled::Config::new().path(folder).cache_capacity(cache_bytes).flush_every_ms(Some(500));
    let given_up_at = Instant::now() + LOCK_PATIENCE;
    let opened = loop {
        match config.open() {
            // Whoever had it may be ending: sled's own flusher lets go of the lock a moment after the rest.
            Err(error) if is_locked(&error) && Instant::now() < given_up_at => thread::sleep(LOCK_PAUSE),
            opened => break opened,
        }
    };
    opened.and_then(|db| db.open_tree("register")).map_err(failed)
}

impl Store for SledStore {
    fn open_draft(&self, id: DraftId, draft: &Draft) -> Result<(), StoreError> {
        // Two rows one after the other: sled holds everybody up for a batch, and a due row that leads to no draft harms nobody.
        self.drafts.insert(keys::due(due_of(id, draft)), &[]).map_err(failed)?;
        self.drafts.insert(keys::draft(id), write(draft)).map_err(failed)?;
        Ok(())
    }

    fn draft(&self, id: DraftId) -> Result<Option<Draft>, StoreError> {
        match self.open_row(id)? {
            Some((draft, _)) => Ok(Some(draft)),
            // Asked once more: it may have become an account just when its row was looked for.
            None => Ok(self.account_of(id)?.map(|account| account.draft)),
        }
    }

    fn has_draft(&self, id: DraftId) -> Result<bool, StoreError> {
        Ok(self.drafts.contains_key(keys::draft(id)).map_err(failed)? || self.account_of(id)?.is_some())
    }

    fn update_draft(&self, id: DraftId, change: Change<'_>) -> Result<Draft, UpdateError> {
        let key = keys::draft(id);
        loop {
            let Some((mut draft, before)) = self.open_row(id)? else {
                // An account's draft can be looked at by `change`, and is never written again.
                let mut draft = self.account_of(id)?.ok_or(UpdateError::Absent)?.draft;
                return change(&mut draft).map(|()| draft).map_err(UpdateError::Refused);
            };
            change(&mut draft).map_err(UpdateError::Refused)?;
            if swap(&self.drafts, &key, Some(before), Some(write(&draft)))? {
                return Ok(draft);
            }
        }
    }

    fn holder(&self, claim: Claim<'_>) -> Result<Option<AccountNumber>, StoreError> {
        let account = self.find(Digest::of_claim(claim), |account| claim.is_of(account))?;
        Ok(account.map(|account| account.number))
    }

    fn account(&self, number: AccountNumber) -> Result<Option<Account>, StoreError> {
        Ok(self.account_row(number)?.map(|row| row.account))
    }

    fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for account in &commit.cancelled {
            batch.remove(keys::account(account.number));
            batch.remove(keys::access(account.number));
        }
        let mut activations = commit.activations.clone();
        let mut waits: BTreeMap<Timestamp, Vec<AccountNumber>> = BTreeMap::new();
        for account in &commit.made {
            let activation = activations.remove(&account.number).flatten();
            if let Some(activation) = activation {
                waits.entry(activation.expires_at).or_default().push(account.number);
            }
            batch.insert(keys::account(account.number), account_row(account, activation));
        }
        for (number, activation) in activations {
            let Some(AccountRow { account, .. }) = self.account_row(number)? else { continue };
            batch.insert(keys::account(number), account_row(&account, activation));
            if let Some(Activation { expires_at, .. }) = activation
                && self.due_row(expires_at, number)?.is_none()
            {
                waits.entry(expires_at).or_default().push(number);
            }
        }
        if let Some(last) = commit.made.iter().map(|account| account.number).max() {
            batch.insert(&keys::LAST_NUMBER, write(&last));
        }
        expect(&mut batch, &waits);
        for message in &commit.messages {
            batch.insert(keys::message(message.place), write(message));
        }
        // What an earlier crash left of a draft must not outlive its account.
        if !commit.cancelled.is_empty() {
            commit.cancelled.iter().try_for_each(|account| self.remove_draft_of(account))?;
            self.drafts.flush().map_err(failed)?;
        }
        self.apply(batch, commit)
    }

    fn remove_draft_of(&self, account: &Account) -> Result<(), StoreError> {
        self.drafts.remove(keys::draft(account.draft_id)).map_err(failed)?;
        self.drafts.remove(keys::due(due_of(account.draft_id, &account.draft))).map_err(failed)?;
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.drafts.flush().and_then(|_| self.accounts.flush()).map_err(failed)?;
        Ok(())
    }

    fn accounts(&self) -> Box<dyn DoubleEndedIterator<Item = Result<Account, StoreError>> + Send + '_> {
        let account = |row: sled::Result<IVec>| {
            Ok(read_squeezed::<AccountRow<Account>>(&row.map_err(failed)?)?.account)
        };
        Box::new(self.accounts.scan_prefix([keys::ACCOUNT]).values().map(account))
    }

    fn last_number(&self) -> Result<AccountNumber, StoreError> {
        let kept = SledStore::row(&self.accounts, &keys::LAST_NUMBER)?
            .map_or(AccountNumber(0), |(number, _)| number);
        let standing = self.accounts().next_back().transpose()?;
        Ok(standing.map_or(kept, |account| account.number.max(kept)))
    }

    fn is_double(&self, account: &Account) -> Result<bool, StoreError> {
        let is_other = |other: &Account| other.number != account.number && other.is_twin_of(account);
        Ok(self.find(Digest::of_twins(&account.draft.identity), is_other)?.is_some())
    }

    fn activation(&self, number: AccountNumber) -> Result<Option<Activation>, StoreError> {
        Ok(self.account_row(number)?.and_then(|row| row.activation))
    }

    fn access(&self, number: AccountNumber) -> Result<Access, StoreError> {
        Ok(SledStore::row(&self.accounts, &keys::access(number))?
            .map(|(access, _)| access)
            .unwrap_or_default())
    }

    fn update_access(&self, number: AccountNumber, change: AccessChange<'_>) -> Result<Access, StoreError> {
        let key = keys::access(number);
        loop {
            let (mut access, before) = match SledStore::row::<Access>(&self.accounts, &key)? {
                Some((access, before)) => (access, Some(before)),
                None => (Access::default(), None),
            };
            change(&mut access);
            let after = (access != Access::default()).then(|| write(&access));
            if swap(&self.accounts, &key, before, after)? {
                return Ok(access);
            }
        }
    }

    fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Due>, StoreError> {
        let until = keys::due_before(now.plus(Duration::from_millis(1)));
        let mut due = Vec::new();
        for key in self.drafts.range(vec![keys::DUE]..until.clone()).keys().take(max) {
            due.push(keys::read_due(&key.map_err(failed)?).ok_or_else(|| damaged("a key of what is due"))?);
        }
        let drafts = due.len();
        for row in self.accounts.range(vec![keys::DUE]..until) {
            let (key, others) = row.map_err(failed)?;
            let Due { at, .. } = keys::read_due(&key).ok_or_else(|| damaged("a key of what is due"))?;
            let numbers = due_numbers(&key, &others)?;
            due.extend(numbers.into_iter().map(|number| Due { at, what: DueItem::Account(number) }));
            if due.len() - drafts >= max {
                break;
            }
        }
        due.sort_by_key(|due| due.at);
        due.truncate(max);
        Ok(due)
    }

    fn put_off(&self, due: Due, at: Option<Timestamp>) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        let tree = match due.what {
            DueItem::Draft(_) => {
                batch.remove(keys::due(due));
                if let Some(at) = at {
                    batch.insert(keys::due(Due { at, ..due }), &[]);
                }
                &self.drafts
            }
            DueItem::Account(number) => {
                let mut waits = BTreeMap::new();
                if let Some((key, mut numbers)) = self.due_row(due.at, number)? {
                    batch.remove(key);
                    numbers.retain(|&other| other != number);
                    waits.insert(due.at, numbers);
                }
                if let Some(at) = at
                    && (at == due.at || self.due_row(at, number)?.is_none())
                {
                    batch.insert(keys::due(Due { at, ..due }), &[]);
                }
                expect(&mut batch, &waits);
                &self.accounts
            }
        };
        tree.apply_batch(batch).map_err(failed)
    }

    fn remove_draft(&self, id: DraftId, now: Timestamp) -> Result<Removed, StoreError> {
        let key = keys::draft(id);
        loop {
            let Some((draft, before)) = self.open_row(id)? else {
                // What a crash has left of an account's draft goes now, if anything.
                self.drafts.remove(&key).map_err(failed)?;
                return Ok(Removed::Nothing);
            };
            if now < draft.expires_at {
                return Ok(Removed::NotBefore(draft.expires_at));
            }
            if swap(&self.drafts, &key, Some(before), None)? {
                return Ok(Removed::Gone(Box::new(draft)));
            }
        }
    }

    fn messages(&self, after: u64, max: usize) -> Result<Vec<Message>, StoreError> {
        let range = keys::message(after.saturating_add(1))..=keys::message(u64::MAX);
        self.accounts.range(range).values().take(max).map(|row| read(&row.map_err(failed)?)).collect()
    }

    fn remove_message(&self, place: u64) -> Result<(), StoreError> {
        self.accounts.remove(keys::message(place)).map_err(failed)?;
        Ok(())
    }
}

/// What stands on disk for an account.
pub(crate) fn account_row(account: &Account, activation: Option<Activation>) -> Vec<u8> {
    write_squeezed(&AccountRow { account, activation })
}

/// Puts `after` where `before` stands, or nothing did; whether it was still there.
fn swap(tree: &Tree, key: &[u8], before: Option<IVec>, after: Option<Vec<u8>>) -> Result<bool, StoreError> {
    Ok(tree.compare_and_swap(key, before, after).map_err(failed)?.is_ok())
}

fn due_of(id: DraftId, draft: &Draft) -> Due {
    Due { at: draft.expires_at, what: DueItem::Draft(id) }
}

/// Adds to `batch` that accounts are looked at: one row for all of the same time.
fn expect(batch: &mut Batch, waits: &BTreeMap<Timestamp, Vec<AccountNumber>>) {
    for (&at, numbers) in waits {
        let [first, others @ ..] = numbers.as_slice() else { continue };
        let others: Vec<u8> = others.iter().flat_map(|number| number.0.to_be_bytes()).collect();
        batch.insert(keys::due(Due { at, what: DueItem::Account(*first) }), others);
    }
}

/// The accounts that are due by a row: one in its key, and any others in it.
fn due_numbers(key: &[u8], others: &[u8]) -> Result<Vec<AccountNumber>, StoreError> {
    let (others, rest) = others.as_chunks::<8>();
    match keys::read_due(key) {
        Some(Due { what: DueItem::Account(first), .. }) if rest.is_empty() => {
            let others = others.iter().map(|&other| AccountNumber(u64::from_be_bytes(other)));
            Ok(std::iter::once(first).chain(others).collect())
        }
        _ => Err(damaged("a row of what is due")),
    }
}

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(what.to_owned())
}

/// sled says so only in words.
fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

fn failed(error: sled::Error) -> StoreError {
    match error {
        sled::Error::Io(error) => StoreError::Io(error),
        other => StoreError::Damaged(other.to_string()),
    }
}
