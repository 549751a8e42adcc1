//! The register in sled, the only file that knows it.
//!
//! One tree, because a batch is atomic within a tree, also across a crash. The first byte of a key says what it leads to.
//! Rows are JSON: legible in an emergency, and a key may be added without rewriting the others.

use super::{Account, Change, Claim, DraftId, Store, StoreError, UpdateError};
use domain::draft::{AccountNumber, Draft};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sled::{Batch, IVec, Tree};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

const ACCOUNT: u8 = b'a';
const DRAFT: u8 = b'd';
const EMAIL: u8 = b'e';
const NIK: u8 = b'n';
const PHONE: u8 = b'p';

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
}

impl Store for SledStore {
    fn open_draft(&self, id: DraftId, draft: &Draft) -> Result<(), StoreError> {
        self.tree.insert(draft_key(id), write(&DraftRow::Open(Box::new(draft.clone())))).map_err(failed)?;
        Ok(())
    }

    fn draft(&self, id: DraftId) -> Result<Option<Draft>, StoreError> {
        match self.row(&draft_key(id))? {
            None => Ok(None),
            Some((DraftRow::Open(draft), _)) => Ok(Some(*draft)),
            Some((DraftRow::Account(number), _)) => Ok(self.account(number)?.map(|account| account.draft)),
        }
    }

    fn update_draft(&self, id: DraftId, change: Change<'_>) -> Result<Draft, UpdateError> {
        let key = draft_key(id);
        loop {
            let (mut draft, before) = match self.row(&key)? {
                None => return Err(UpdateError::Absent),
                Some((DraftRow::Open(draft), bytes)) => (draft, bytes),
                // An account's draft can be looked at by `change`, and is never written again.
                Some((DraftRow::Account(number), _)) => {
                    let lost = || StoreError::Damaged(format!("draft {id} leads to no account"));
                    let mut draft = self.account(number)?.ok_or_else(lost)?.draft;
                    return change(&mut draft).map(|()| draft).map_err(UpdateError::Refused);
                }
            };
            change(&mut draft).map_err(UpdateError::Refused)?;
            let row = DraftRow::Open(draft);
            let swapped =
                self.tree.compare_and_swap(&key, Some(before), Some(write(&row))).map_err(failed)?;
            if let (Ok(()), DraftRow::Open(draft)) = (swapped, row) {
                return Ok(*draft);
            }
        }
    }

    fn holder(&self, claim: Claim<'_>) -> Result<Option<AccountNumber>, StoreError> {
        Ok(self.row(&claim_key(claim))?.map(|(number, _)| number))
    }

    fn account(&self, number: AccountNumber) -> Result<Option<Account>, StoreError> {
        Ok(self.row(&account_key(number))?.map(|(account, _)| account))
    }

    fn insert_accounts(&self, accounts: &[Account]) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for account in accounts {
            let identity = &account.draft.identity;
            let number = write(&account.number);
            batch.insert(account_key(account.number).as_slice(), write(account));
            batch.insert(draft_key(account.draft_id), write(&DraftRow::Account(account.number)));
            batch.insert(claim_key(Claim::Nik(identity.nik)), number.clone());
            batch.insert(claim_key(Claim::Email(&identity.email.key())), number.clone());
            batch.insert(claim_key(Claim::Phone(identity.phone.key())), number);
        }
        self.tree.apply_batch(batch).map_err(failed)?;
        self.tree.flush().map_err(failed)?;
        Ok(())
    }

    fn accounts(&self) -> Box<dyn DoubleEndedIterator<Item = Result<Account, StoreError>> + Send + '_> {
        Box::new(self.tree.scan_prefix([ACCOUNT]).values().map(|row| read(&row.map_err(failed)?)))
    }
}

fn account_key(number: AccountNumber) -> Vec<u8> {
    [&[ACCOUNT][..], &number.0.to_be_bytes()].concat()
}

fn draft_key(id: DraftId) -> Vec<u8> {
    [&[DRAFT][..], &id.0].concat()
}

fn claim_key(claim: Claim<'_>) -> Vec<u8> {
    match claim {
        Claim::Nik(nik) => [&[NIK][..], &nik.as_u64().to_be_bytes()].concat(),
        Claim::Email(key) => [&[EMAIL][..], key.as_bytes()].concat(),
        Claim::Phone(key) => [&[PHONE][..], key.as_bytes()].concat(),
    }
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
