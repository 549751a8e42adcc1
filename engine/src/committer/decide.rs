//! What becomes of each request. Each sees what the batch decided before it.

use super::staged::Staged;
use super::{CommitError, Proof, Receipt, Rules, Swept};
use crate::store::{Claim, DraftId, Due, DueItem, Removed};
use domain::Failure;
use domain::activation::Activation;
use domain::draft::{AccountNumber, Draft};

/// "Iya".
pub(super) fn confirm(
    rules: &Rules,
    staged: &mut Staged,
    id: DraftId,
    draft: Box<Draft>,
) -> Result<Receipt, CommitError> {
    let nik = draft.identity.nik;
    if staged.cancels_draft(id) {
        return Err(Failure::ActivationExpired.into());
    }
    if let Some(account) = staged.made_for(nik) {
        return if account.draft_id == id {
            Ok(repeated(account))
        } else {
            Err(Failure::NikRegistered.into())
        };
    }
    if let Some(number) = staged.holder(Claim::Nik(nik))? {
        let account = staged.store.account(number)?.filter(|account| account.draft_id == id);
        return account.map(|account| repeated(&account)).ok_or(Failure::NikRegistered.into());
    }
    // It was this very draft that lost the NIK just now, for want of activation.
    if staged.cancels_draft(id) {
        return Err(Failure::ActivationExpired.into());
    }
    if staged.contact_is_taken(&draft.identity)? {
        return Err(Failure::ContactInUse.into());
    }
    // A sweep may have been quicker; then its photos are gone.
    if !staged.store.has_draft(id)? {
        return Err(Failure::DraftExpired.into());
    }
    let activation = rules.activation.begin(rules.proofs.issue()?, staged.now);
    Ok(staged.make(id, draft, activation))
}

fn repeated(account: &crate::store::Account) -> Receipt {
    Receipt {
        number: account.number,
        registered_at: account.registered_at,
        activate_before: account.activate_before,
        repeated: true,
    }
}

/// The link was followed or the code typed. Whatever is wrong, the answer is the same, so that nobody learns which accounts wait.
pub(super) fn activate(
    rules: &Rules,
    staged: &mut Staged,
    number: AccountNumber,
    proof: &Proof,
) -> Result<(), CommitError> {
    let activation = waiting(staged, number)?;
    let holds = match proof {
        Proof::Token(token) => rules.proofs.token_holds(number, activation.issue, token),
        Proof::Code(_) if activation.tries_left == 0 => false,
        Proof::Code(code) => rules.proofs.code_holds(number, activation.issue, code),
    };
    if holds {
        staged.commit.activations.insert(number, None);
        return Ok(());
    }
    if let (Proof::Code(_), Some(after)) = (proof, activation.after_wrong_code()) {
        staged.commit.activations.insert(number, Some(after));
    }
    Err(Failure::ActivationExpired.into())
}

/// Another message.
pub(super) fn resend(
    rules: &Rules,
    staged: &mut Staged,
    number: AccountNumber,
) -> Result<Activation, CommitError> {
    let activation = waiting(staged, number)?;
    let again = rules.activation.again(activation, rules.proofs.issue()?).ok_or(Failure::TooManyRequests)?;
    staged.announce(number, again);
    Ok(again)
}

/// What account `number` waits for. One whose time is over is cancelled on this occasion.
fn waiting(staged: &mut Staged, number: AccountNumber) -> Result<Activation, CommitError> {
    let activation = staged.activation(number)?.ok_or(Failure::ActivationExpired)?;
    if activation.has_lapsed(staged.now) {
        staged.cancel(number)?;
        return Err(Failure::ActivationExpired.into());
    }
    Ok(activation)
}

/// Removes what is over. The documents come later, once the batch is stored.
pub(super) fn sweep(staged: &mut Staged, max: usize) -> Result<Swept, CommitError> {
    let mut swept = Swept::default();
    let due = staged.store.due(staged.now, max)?;
    swept.more = due.len() == max;
    for due in due {
        match due.what {
            DueItem::Draft(id) => swept.drafts += usize::from(sweep_draft(staged, due, id)?),
            DueItem::Account(number) => swept.accounts += usize::from(sweep_account(staged, due, number)?),
        }
    }
    Ok(swept)
}

fn sweep_draft(staged: &mut Staged, due: Due, id: DraftId) -> Result<bool, CommitError> {
    let (draft, again_at) = match staged.store.remove_draft(id, staged.now)? {
        Removed::Gone(draft) => (Some(draft), None),
        Removed::NotBefore(at) => (None, Some(at)),
        Removed::Nothing => (None, None),
    };
    if let Some(draft) = &draft {
        staged.removed.extend(draft.documents.values().map(|document| document.blob.clone()));
    }
    staged.store.put_off(due, again_at)?;
    Ok(draft.is_some())
}

fn sweep_account(staged: &mut Staged, due: Due, number: AccountNumber) -> Result<bool, CommitError> {
    match staged.activation(number)? {
        Some(activation) if activation.has_lapsed(staged.now) => {
            staged.cancel(number)?;
            staged.handled.push(due);
            Ok(true)
        }
        Some(activation) => {
            staged.store.put_off(due, Some(activation.expires_at))?;
            Ok(false)
        }
        // It was activated, or is gone.
        None => {
            staged.store.put_off(due, None)?;
            Ok(false)
        }
    }
}
