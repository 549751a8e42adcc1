//! `POST /activations`: the link was followed, or the code typed; `POST /activations/messages`: the message again.
//!
//! A wrong code, a late one, a second use and an account that doesn't exist get the same answer: account numbers can be guessed.

use super::answer::{self, ApiError};
use super::{check_maintenance, read_form};
use crate::activation::account_of;
use crate::app::App;
use crate::committer::Proof;
use crate::receipts;
use domain::Failure;
use domain::receipt::ReceiptNumber;
use domain::wire::{Activated, ActivationForm, ActivationResend, ActivationResent};
use hyper::StatusCode;
use hyper::body::Incoming;
use server::Answer;

pub(super) async fn activate(app: &App, body: Incoming) -> Result<Answer, ApiError> {
    check_maintenance(app)?;
    let form: ActivationForm = read_form(app, body).await?;
    Ok(answer::json(StatusCode::OK, &redeem(app, form).await?))
}

/// Activates the account whose link or code it is.
pub(crate) async fn redeem(app: &App, form: ActivationForm) -> Result<Activated, ApiError> {
    let (number, proof, field) = match form {
        ActivationForm::Link(link) => (account_of(&link.token), Proof::Token(link.token), "token"),
        ActivationForm::Code(typed) => (Some(typed.account_number), Proof::Code(typed.code), "code"),
    };
    let expired = || ApiError::of_field(field, Failure::ActivationExpired);
    let number = number.ok_or_else(expired)?;
    app.committer.activate(number, proof).await.map_err(|error| ApiError::at_field(field, error))?;
    let account = app.store.account(number)?.ok_or_else(expired)?;
    let nik_masked = account.draft.identity.nik.masked();
    Ok(Activated { account_number: number, nik_masked })
}

pub(super) async fn resend(app: &App, body: Incoming) -> Result<Answer, ApiError> {
    check_maintenance(app)?;
    let form: ActivationResend = read_form(app, body).await?;
    Ok(answer::json(StatusCode::ACCEPTED, &send_again(app, &form).await?))
}

/// Has the message sent again to the holder of a receipt.
pub(crate) async fn send_again(app: &App, form: &ActivationResend) -> Result<ActivationResent, ApiError> {
    let expired = || ApiError::of_field("receipt", Failure::ActivationExpired);
    let receipt: ReceiptNumber = form.receipt.parse().map_err(|_| expired())?;
    let account = app.account(receipt.account)?.map(|(account, _)| account);
    let account =
        account.filter(|account| receipts::is_of(&app.secret, receipt, account)).ok_or_else(expired)?;
    let activation = app.committer.resend(account.number).await?;
    Ok(ActivationResent {
        email_masked: account.draft.identity.email.masked(),
        activate_before: activation.expires_at,
        resends_left: activation.resends_left,
    })
}
