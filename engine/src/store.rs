//! The register: what the engine asks of a store, and the rows that it keeps there.
//!
//! A handful of methods, so that another store, or one that fails on purpose, can stand in for sled.

mod sled;

pub use self::sled::SledStore;

use domain::draft::{AccountNumber, Draft};
use domain::{Failure, Nik, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Keeps drafts and accounts. Every method may be called from any thread.
pub trait Store: Send + Sync + 'static {
    /// Keeps a new draft.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be kept.
    fn open_draft(&self, id: DraftId, draft: &Draft) -> Result<(), StoreError>;

    /// The draft `id`, also after it has become an account; `None` where there is none.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn draft(&self, id: DraftId) -> Result<Option<Draft>, StoreError>;

    /// Changes draft `id` by `change`, as if nobody else were changing it: `change` is called again on what somebody else left
    /// meanwhile. Gives the draft as it was left; where `change` refuses, or the draft is an account, nothing is written.
    ///
    /// # Errors
    /// [`UpdateError`].
    fn update_draft(&self, id: DraftId, change: Change<'_>) -> Result<Draft, UpdateError>;

    /// Who has made `claim` already.
    ///
    /// # Errors
    /// [`StoreError`] where that cannot be read.
    fn holder(&self, claim: Claim<'_>) -> Result<Option<AccountNumber>, StoreError>;

    /// The account with this number.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn account(&self, number: AccountNumber) -> Result<Option<Account>, StoreError>;

    /// Keeps accounts with their claims, and turns their drafts into them: all or none, and on disk when it returns. That nobody
    /// has the claims is for the caller to know; only the committer calls it.
    ///
    /// # Errors
    /// [`StoreError`] where any part could not be brought to disk.
    fn insert_accounts(&self, accounts: &[Account]) -> Result<(), StoreError>;

    /// Every account, by number.
    fn accounts(&self) -> Box<dyn DoubleEndedIterator<Item = Result<Account, StoreError>> + Send + '_>;
}

/// A change of a draft, or its refusal.
pub type Change<'a> = &'a mut dyn FnMut(&mut Draft) -> Result<(), Failure>;

/// The name of a draft in the store: a digest of its token, so that whoever reads the store has no tokens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct DraftId(pub [u8; 16]);

/// Something that at most one account may have.
#[derive(Clone, Copy, Debug)]
pub enum Claim<'a> {
    /// A person.
    Nik(Nik),
    /// An e-mail address in its unique form.
    Email(&'a str),
    /// A phone number in its unique form.
    Phone(&'a str),
}

/// An account as it is kept: the draft that was confirmed, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub number: AccountNumber,
    /// The draft that it was.
    pub draft_id: DraftId,
    /// When it was made.
    pub registered_at: Timestamp,
    /// Everything that was entered.
    pub draft: Draft,
}

/// The store failed. What is in it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Reading or writing failed: disk full, device gone.
    #[error("the store cannot read or write")]
    Io(#[source] std::io::Error),
    /// A row is not what was written.
    #[error("a row of the store is damaged: {0}")]
    Damaged(String),
}

/// Why a draft was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// There is no such draft.
    #[error("no such draft")]
    Absent,
    /// The change was refused.
    #[error("refused: {0}")]
    Refused(Failure),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl fmt::Display for DraftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for DraftId {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<DraftId, hex::FromHexError> {
        let mut id = [0; 16];
        hex::decode_to_slice(text, &mut id)?;
        Ok(DraftId(id))
    }
}

impl Serialize for DraftId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DraftId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<DraftId, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
