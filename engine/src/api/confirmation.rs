//! `POST /drafts/{token}/confirmation`: "Iya". The account is on disk before it is acknowledged, and a repeat gets the first answer.
//!
//! A draft makes at most one account, so a repeat is known by its draft; the `Idempotency-Key` that clients send adds nothing to that,
//! and is not needed.

use super::answer::{self, ApiError};
use super::check_gate;
use crate::app::App;
use crate::committer::Receipt;
use crate::receipts;
use crate::store::DraftId;
use domain::Nik;
use domain::draft::Step;
use domain::wire::AccountMade;
use hyper::StatusCode;
use server::Answer;

pub(super) async fn post(app: &App, id: DraftId) -> Result<Answer, ApiError> {
    let (made, repeated) = confirm(app, id).await?;
    Ok(answer::json(if repeated { StatusCode::OK } else { StatusCode::CREATED }, &made))
}

/// Makes the account of draft `id`, or gives the one that was made of it: then it says so beside.
pub(crate) async fn confirm(app: &App, id: DraftId) -> Result<(AccountMade, bool), ApiError> {
    let now = app.clock.now();
    let gate = check_gate(app);
    // Sealed first: from here on no other request changes what is being confirmed.
    let draft = app.store.update_draft(id, &mut |draft| {
        if draft.account.is_none() {
            gate?;
            draft.admit(Step::Confirmation, now)?;
            draft.sealed = true;
        }
        Ok(())
    })?;
    let nik = draft.identity.nik;
    let receipt = app.committer.commit(id, draft).await?;
    Ok((acknowledge(app, nik, &receipt), receipt.repeated))
}

fn acknowledge(app: &App, nik: Nik, receipt: &Receipt) -> AccountMade {
    AccountMade {
        account_number: receipt.number,
        nik_masked: nik.masked(),
        registered_at: receipt.registered_at,
        receipt: receipts::issue(&app.secret, receipt.number, nik, receipt.registered_at),
        activate_before: receipt.activate_before,
    }
}
