//! The register: what the engine asks of a store, and the rows that it keeps there.
//!
//! A handful of methods, so that another store, or one that fails on purpose, can stand in for sled.

mod faulty;
mod index;
mod keys;
mod rows;
mod sled;
mod tickets;

pub(crate) use self::faulty::FaultyStore;
pub use self::sled::SledStore;
pub(crate) use self::sled::account_row;
pub use self::tickets::{Ticket, TicketBound, TicketChange, TicketId, TicketStore};

use domain::access::Access;
use domain::activation::Activation;
use domain::draft::{AccountNumber, Draft};
use domain::{Failure, Nik, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Keeps drafts and accounts. Every method may be called from any thread.
pub trait Store: TicketStore + Send + Sync + 'static {
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

    /// Whether draft `id` is there, be it an account or not.
    ///
    /// # Errors
    /// [`StoreError`] where that cannot be read.
    fn has_draft(&self, id: DraftId) -> Result<bool, StoreError>;

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

    /// Keeps what the committer has decided: all or none, and on disk when it returns; drafts that others wrote need not be. That
    /// nobody has the claims of an account that is made is for the caller to know; only the committer calls it.
    ///
    /// # Errors
    /// [`StoreError`] where any part could not be brought to disk.
    fn commit(&self, commit: &Commit) -> Result<(), StoreError>;

    /// Removes what is left of the draft that became `account`, which is on disk. Nothing depends on that but room.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be removed.
    fn remove_draft_of(&self, account: &Account) -> Result<(), StoreError>;

    /// Brings everything that was written so far to disk; only the committer calls it.
    ///
    /// # Errors
    /// [`StoreError`] where that failed.
    fn flush(&self) -> Result<(), StoreError>;

    /// Every account, by number.
    fn accounts(&self) -> Box<dyn DoubleEndedIterator<Item = Result<Account, StoreError>> + Send + '_>;

    /// The highest number that an account ever had, cancelled ones included; 0 where there was none.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn last_number(&self) -> Result<AccountNumber, StoreError>;

    /// Whether another account has the name, birth date and KK number of `account`.
    ///
    /// # Errors
    /// [`StoreError`] where that cannot be read.
    fn is_double(&self, account: &Account) -> Result<bool, StoreError>;

    /// What account `number` waits for; `None` where it is active, or isn't there.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn activation(&self, number: AccountNumber) -> Result<Option<Activation>, StoreError>;

    /// Attempts, sessions and later password of account `number`.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    fn access(&self, number: AccountNumber) -> Result<Access, StoreError>;

    /// Changes them by `change`, which is called again on what somebody else left meanwhile; gives them as they were left.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be kept.
    fn update_access(&self, number: AccountNumber, change: AccessChange<'_>) -> Result<Access, StoreError>;

    /// What is to be looked at by `now`, the longest overdue first, at most `max`: drafts and accounts whose time may be over.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Due>, StoreError>;

    /// Looks at `due` again at `at`, or never.
    ///
    /// # Errors
    /// [`StoreError`] where that cannot be kept.
    fn put_off(&self, due: Due, at: Option<Timestamp>) -> Result<(), StoreError>;

    /// Removes draft `id` where its time is over at `now` and it is no account.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be removed.
    fn remove_draft(&self, id: DraftId, now: Timestamp) -> Result<Removed, StoreError>;

    /// Messages that are to be sent, by their place, from the one after `after`, at most `max`.
    ///
    /// # Errors
    /// [`StoreError`] where they cannot be read.
    fn messages(&self, after: u64, max: usize) -> Result<Vec<Message>, StoreError>;

    /// Forgets a message that was sent, or never will be.
    ///
    /// # Errors
    /// [`StoreError`] where that cannot be kept.
    fn remove_message(&self, place: u64) -> Result<(), StoreError>;
}

/// What the committer writes at once. An account that is made takes its claims and its draft's row; one that is cancelled gives back
/// everything, and a claim may go from the one to the other in the same commit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commit {
    /// New accounts.
    pub made: Vec<Account>,
    /// Accounts that are no more.
    pub cancelled: Vec<Account>,
    /// What accounts wait for from now on; nothing, once they are active.
    pub activations: BTreeMap<AccountNumber, Option<Activation>>,
    /// Messages to be sent.
    pub messages: Vec<Message>,
}

/// A message on its way out. What is in it follows from the account, when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Goes up from message to message.
    pub place: u64,
    /// Whom to.
    pub number: AccountNumber,
    /// Which activation it is about; it isn't sent any more once there is another.
    pub issue: u64,
}

/// Something to be looked at when its time comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: DueItem,
}

/// What is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueItem {
    /// A draft that may have ended.
    Draft(DraftId),
    /// An account that may not have been activated.
    Account(AccountNumber),
}

/// What became of a draft that was to be removed.
#[derive(Clone, Debug, PartialEq)]
pub enum Removed {
    /// It is gone; this is what it was.
    Gone(Box<Draft>),
    /// Its time is not over before then.
    NotBefore(Timestamp),
    /// There is none, or it is an account.
    Nothing,
}

/// A change of an account's access.
pub type AccessChange<'a> = &'a mut dyn FnMut(&mut Access);

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
    /// By when it had to be activated; nothing where it didn't have to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activate_before: Option<Timestamp>,
    /// Everything that was entered.
    pub draft: Draft,
}

impl Claim<'_> {
    /// Whether `account` has made it.
    fn is_of(&self, account: &Account) -> bool {
        let identity = &account.draft.identity;
        match *self {
            Claim::Nik(nik) => identity.nik == nik,
            Claim::Email(key) => identity.email.key() == key,
            Claim::Phone(key) => identity.phone.key() == key,
        }
    }
}

impl Account {
    /// Whether it has the name, birth date and KK number of `other`.
    fn is_twin_of(&self, other: &Account) -> bool {
        let (one, other) = (&self.draft.identity, &other.draft.identity);
        one.kk == other.kk && one.birth_date == other.birth_date && one.full_name.is_same_as(&other.full_name)
    }
}

/// The store failed. What is in it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Reading or writing failed: disk full, device gone.
    #[error("the store cannot read or write")]
    Io(#[source] std::io::Error),
    /// It was written by an earlier version, which kept it in another form.
    #[error("it is of an earlier version, which can still export it")]
    Earlier,
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
