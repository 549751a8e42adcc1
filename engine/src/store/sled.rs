//! The register in sled, the only file that knows it.
//!
//! One tree, because a batch is atomic within a tree, also across a crash. The first byte of a key says what it leads to.
//! Rows are JSON: legible in an emergency, and a key may be added without rewriting the others.

mod tickets;

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
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait for a lock that another holds, and how often to look.
const LOCK_PATIENCE: Duration = Duration::from_millis(500);
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// The register in a folder.
pub struct SledStore {
    tree: Tree,
}

/// A draft's row. Once it is an account, everything stands there, and only there.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DraftRow {
    Open(Box<Draft>),
    Account(AccountNumber),
}

/// [`DraftRow::Open`] of a draft that belongs to somebody else.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum OpenRow<'a> {
    Open(&'a Draft),
}

impl SledStore {
    /// Opens the register in `folder`, or begins one, with `cache_bytes` of memory for its pages.
    ///
    /// # Errors
    /// [`StoreError::Io`] where the folder cannot be used, another process's use of it included.
    pub fn open(folder: &Path, cache_bytes: u64) -> Result<SledStore, StoreError> {
        let config = sled::Config::new().path(folder).cache_capacity(cache_bytes).flush_every_ms(Some(500));
        let given_up_at = Instant::now() + LOCK_PATIENCE;
        let opened = loop {
            match config.open() {
                // Whoever had it may be ending: sled's own flusher lets go of the lock a moment after the rest.
                Err(error) if is_locked(&error) && Instant::now() < given_up_at => thread::sleep(LOCK_PAUSE),
                opened => break opened,
            }
        };
        let tree = opened.and_then(|db| db.open_tree("register")).map_err(failed)?;
        Ok(SledStore { tree })
    }

    fn row<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<(T, IVec)>, StoreError> {
        let Some(bytes) = self.tree.get(key).map_err(failed)? else { return Ok(None) };
        Ok(Some((read(&bytes)?, bytes)))
    }

    /// Puts `after` where `before` stands, or nothing did; whether it was still there.
    fn swap(&self, key: &[u8], before: Option<IVec>, after: Option<Vec<u8>>) -> Result<bool, StoreError> {
        Ok(self.tree.compare_and_swap(key, before, after).map_err(failed)?.is_ok())
    }
}

impl Store for SledStore {
    fn open_draft(&self, id: DraftId, draft: &Draft) -> Result<(), StoreError> {
        // Two rows one after the other: sled holds everybody up for a batch, and a due row that leads to no draft harms nobody.
        let due = Due { at: draft.expires_at, what: DueItem::Draft(id) };
        self.tree.insert(keys::due(due), &[]).map_err(failed)?;
        self.tree.insert(keys::draft(id), write(&OpenRow::Open(draft))).map_err(failed)?;
        Ok(())
    }

    fn draft(&self, id: DraftId) -> Result<Option<Draft>, StoreError> {
        match self.row(&keys::draft(id))? {
            None => Ok(None),
            Some((DraftRow::Open(draft), _)) => Ok(Some(*draft)),
            Some((DraftRow::Account(number), _)) => Ok(self.account(number)?.map(|account| account.draft)),
        }
    }

    fn update_draft(&self, id: DraftId, change: Change<'_>) -> Result<Draft, UpdateError> {
        let key = keys::draft(id);
        loop {
            let (mut draft, before) = match self.row(&key)? {
                None => return Err(UpdateError::Absent),
                Some((DraftRow::Open(draft), bytes)) => (draft, bytes),
                // An account's draft can be looked at by `change`, and is never written again.
                Some((DraftRow::Account(number), _)) => {
                    // Where it leads nowhere, the account was cancelled between the two looks.
                    let mut draft = self.account(number)?.ok_or(UpdateError::Absent)?.draft;
                    return change(&mut draft).map(|()| draft).map_err(UpdateError::Refused);
                }
            };
            change(&mut draft).map_err(UpdateError::Refused)?;
            let row = DraftRow::Open(draft);
            let swapped = self.swap(&key, Some(before), Some(write(&row)))?;
            if let (true, DraftRow::Open(draft)) = (swapped, row) {
                return Ok(*draft);
            }
        }
    }

    fn holder(&self, claim: Claim<'_>) -> Result<Option<AccountNumber>, StoreError> {
        Ok(self.row(&keys::claim(claim))?.map(|(number, _)| number))
    }

    fn account(&self, number: AccountNumber) -> Result<Option<Account>, StoreError> {
        Ok(self.row(&keys::account(number))?.map(|(account, _)| account))
    }

    fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        // What is given back first: a later line of a batch wins over an earlier one for the same key.
        for account in &commit.cancelled {
            for key in keys_of(account) {
                batch.remove(key);
            }
            batch.remove(keys::access(account.number));
            batch.remove(keys::activation(account.number));
        }
        for account in &commit.made {
            let [row, draft, twin, claims @ ..] = keys_of(account);
            let number = write(&account.number);
            batch.insert(row, write(account));
            batch.insert(draft, write(&DraftRow::Account(account.number)));
            batch.insert(twin, &[]);
            for claim in claims {
                batch.insert(claim, number.clone());
            }
        }
        if let Some(last) = commit.made.iter().map(|account| account.number).max() {
            batch.insert(&keys::LAST_NUMBER, write(&last));
        }
        for (&number, activation) in &commit.activations {
            let Some(activation) = activation else {
                batch.remove(keys::activation(number));
                continue;
            };
            batch.insert(keys::activation(number), write(activation));
            batch.insert(keys::due(Due { at: activation.expires_at, what: DueItem::Account(number) }), &[]);
        }
        for message in &commit.messages {
            batch.insert(keys::message(message.place), write(message));
        }
        self.tree.apply_batch(batch).map_err(failed)?;
        self.flush()
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.tree.flush().map_err(failed)?;
        Ok(())
    }

    fn accounts(&self) -> Box<dyn DoubleEndedIterator<Item = Result<Account, StoreError>> + Send + '_> {
        Box::new(self.tree.scan_prefix([keys::ACCOUNT]).values().map(|row| read(&row.map_err(failed)?)))
    }

    fn last_number(&self) -> Result<AccountNumber, StoreError> {
        let kept = self.row(&keys::LAST_NUMBER)?.map_or(AccountNumber(0), |(number, _)| number);
        let standing = self.accounts().next_back().transpose()?;
        Ok(standing.map_or(kept, |account| account.number.max(kept)))
    }

    fn is_double(&self, account: &Account) -> Result<bool, StoreError> {
        let own = keys::twin(&account.draft.identity, account.number);
        for key in self.tree.scan_prefix(keys::twins(&account.draft.identity)).keys() {
            if key.map_err(failed)? != own {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn activation(&self, number: AccountNumber) -> Result<Option<Activation>, StoreError> {
        Ok(self.row(&keys::activation(number))?.map(|(activation, _)| activation))
    }

    fn access(&self, number: AccountNumber) -> Result<Access, StoreError> {
        Ok(self.row(&keys::access(number))?.map(|(access, _)| access).unwrap_or_default())
    }

    fn update_access(&self, number: AccountNumber, change: AccessChange<'_>) -> Result<Access, StoreError> {
        let key = keys::access(number);
        loop {
            let (mut access, before) = match self.row::<Access>(&key)? {
                Some((access, before)) => (access, Some(before)),
                None => (Access::default(), None),
            };
            change(&mut access);
            let after = (access != Access::default()).then(|| write(&access));
            if self.swap(&key, before, after)? {
                return Ok(access);
            }
        }
    }

    fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Due>, StoreError> {
        let until = keys::due_before(now.plus(Duration::from_millis(1)));
        let damaged = || StoreError::Damaged("a key of what is due".to_owned());
        self.tree
            .range(vec![keys::DUE]..until)
            .keys()
            .take(max)
            .map(|key| keys::read_due(&key.map_err(failed)?).ok_or_else(damaged))
            .collect()
    }

    fn put_off(&self, due: Due, at: Option<Timestamp>) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        batch.remove(keys::due(due));
        if let Some(at) = at {
            batch.insert(keys::due(Due { at, ..due }), &[]);
        }
        self.tree.apply_batch(batch).map_err(failed)
    }

    fn remove_draft(&self, id: DraftId, now: Timestamp) -> Result<Removed, StoreError> {
        let key = keys::draft(id);
        loop {
            let Some((DraftRow::Open(draft), before)) = self.row(&key)? else { return Ok(Removed::Nothing) };
            if now < draft.expires_at {
                return Ok(Removed::NotBefore(draft.expires_at));
            }
            if self.swap(&key, Some(before), None)? {
                return Ok(Removed::Gone(draft));
            }
        }
    }

    fn messages(&self, after: u64, max: usize) -> Result<Vec<Message>, StoreError> {
        let range = keys::message(after.saturating_add(1))..=keys::message(u64::MAX);
        self.tree.range(range).values().take(max).map(|row| read(&row.map_err(failed)?)).collect()
    }

    fn remove_message(&self, place: u64) -> Result<(), StoreError> {
        self.tree.remove(keys::message(place)).map_err(failed)?;
        Ok(())
    }
}

/// The rows that an account has from the beginning: itself, its draft, its place among doubles, and its claims.
fn keys_of(account: &Account) -> [Vec<u8>; 6] {
    let identity = &account.draft.identity;
    [
        keys::account(account.number),
        keys::draft(account.draft_id),
        keys::twin(identity, account.number),
        keys::claim(Claim::Nik(identity.nik)),
        keys::claim(Claim::Email(&identity.email.key())),
        keys::claim(Claim::Phone(identity.phone.key())),
    ]
}

fn write<T: Serialize>(row: &T) -> Vec<u8> {
    serde_json::to_vec(row).expect("rows have string keys and no failing serialiser")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| StoreError::Damaged(error.to_string()))
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
