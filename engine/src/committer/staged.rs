//! What a batch has decided and not yet stored: later requests of the batch see it as if it were there.

use super::Receipt;
use crate::store::{Account, Claim, Commit, DraftId, Due, Message, Store, StoreError};
use domain::activation::Activation;
use domain::draft::{AccountNumber, Draft};
use domain::identity::Identity;
use domain::{Nik, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A batch under way.
pub(super) struct Staged {
    pub(super) store: Arc<dyn Store>,
    pub(super) now: Timestamp,
    pub(super) next: u64,
    pub(super) place: u64,
    pub(super) commit: Commit,
    /// Documents of accounts that this batch cancels.
    pub(super) discarded: Vec<String>,
    /// Documents of drafts that are removed already.
    pub(super) removed: Vec<String>,
    /// What need not be looked at any more once the batch is stored.
    pub(super) handled: Vec<Due>,
    /// Somebody waits for what was written before this batch.
    pub(super) must_flush: bool,
    by_nik: HashMap<Nik, usize>,
    contacts: HashSet<String>,
    cancelled: HashMap<AccountNumber, DraftId>,
}

impl Staged {
    pub(super) fn new(store: Arc<dyn Store>, now: Timestamp, next: u64, place: u64) -> Staged {
        Staged {
            store,
            now,
            next,
            place,
            commit: Commit::default(),
            discarded: Vec::new(),
            removed: Vec::new(),
            handled: Vec::new(),
            must_flush: false,
            by_nik: HashMap::new(),
            contacts: HashSet::new(),
            cancelled: HashMap::new(),
        }
    }

    /// The account that this batch makes for `nik`.
    pub(super) fn made_for(&self, nik: Nik) -> Option<&Account> {
        self.by_nik.get(&nik).map(|&place| &self.commit.made[place])
    }

    /// Whether this batch cancels the account that draft `id` became.
    pub(super) fn cancels_draft(&self, id: DraftId) -> bool {
        self.cancelled.values().any(|&draft| draft == id)
    }

    /// Who has `claim` in the store, unless this batch takes it away; an account whose time is over loses it here and now.
    pub(super) fn holder(&mut self, claim: Claim<'_>) -> Result<Option<AccountNumber>, StoreError> {
        let Some(number) = self.store.holder(claim)? else { return Ok(None) };
        if self.cancelled.contains_key(&number) {
            return Ok(None);
        }
        let lapsed = self.activation(number)?.is_some_and(|activation| activation.has_lapsed(self.now));
        if lapsed {
            self.cancel(number)?;
        }
        Ok((!lapsed).then_some(number))
    }

    /// Whether e-mail or phone of `identity` is somebody's.
    pub(super) fn contact_is_taken(&mut self, identity: &Identity) -> Result<bool, StoreError> {
        let (email, phone) = (identity.email.key(), identity.phone.key());
        Ok(self.contacts.contains(&email)
            || self.contacts.contains(phone)
            || self.holder(Claim::Email(&email))?.is_some()
            || self.holder(Claim::Phone(phone))?.is_some())
    }

    /// What account `number` waits for, by this batch or the store.
    pub(super) fn activation(&self, number: AccountNumber) -> Result<Option<Activation>, StoreError> {
        if self.cancelled.contains_key(&number) {
            return Ok(None);
        }
        match self.commit.activations.get(&number) {
            Some(&staged) => Ok(staged),
            None => self.store.activation(number),
        }
    }

    /// Makes an account of draft `id`.
    pub(super) fn make(
        &mut self,
        id: DraftId,
        mut draft: Box<Draft>,
        activation: Option<Activation>,
    ) -> Receipt {
        let number = AccountNumber(self.next);
        self.next += 1;
        let (registered_at, activate_before) = (self.now, activation.map(|activation| activation.expires_at));
        draft.account = Some(number);
        let identity = &draft.identity;
        self.by_nik.insert(identity.nik, self.commit.made.len());
        self.contacts.insert(identity.email.key());
        self.contacts.insert(identity.phone.key().to_owned());
        self.commit.made.push(Account {
            number,
            draft_id: id,
            registered_at,
            activate_before,
            draft: *draft,
        });
        if let Some(activation) = activation {
            self.announce(number, activation);
        }
        Receipt { number, registered_at, activate_before, repeated: false }
    }

    /// Account `number` waits for `activation` from now on, and is told so.
    pub(super) fn announce(&mut self, number: AccountNumber, activation: Activation) {
        self.commit.activations.insert(number, Some(activation));
        self.place += 1;
        self.commit.messages.push(Message { place: self.place, number, issue: activation.issue });
    }

    /// Cancels account `number`, whose time is over: its claims are free from here on.
    pub(super) fn cancel(&mut self, number: AccountNumber) -> Result<(), StoreError> {
        let Some(account) = self.store.account(number)? else { return Ok(()) };
        tracing::info!(%number, nik = account.draft.identity.nik.masked(), "not activated in time: cancelled");
        self.commit.activations.remove(&number);
        self.cancelled.insert(number, account.draft_id);
        self.discarded.extend(account.draft.documents.values().map(|document| document.blob.clone()));
        self.commit.cancelled.push(account);
        Ok(())
    }
}
