//! `GET /receipts/{receipt}`: whether a card that somebody shows is true. Whoever asks may be anybody, so it says little more than that.

use super::answer::{self, ApiError};
use crate::app::App;
use crate::receipts;
use domain::receipt::ReceiptNumber;
use domain::wire::{ReceiptChecked, ReceiptHolder};
use hyper::StatusCode;
use server::Answer;

pub(super) fn check(app: &App, receipt: Option<ReceiptNumber>) -> Result<Answer, ApiError> {
    let known = receipt.map(|receipt| app.account(receipt.account)).transpose()?.flatten();
    let genuine = known
        .filter(|(account, _)| receipt.is_some_and(|receipt| receipts::is_of(&app.secret, receipt, account)));
    let account = genuine.map(|(account, activation)| ReceiptHolder {
        account_number: account.number,
        nik_masked: account.draft.identity.nik.masked(),
        name_masked: account.draft.identity.full_name.masked(),
        registered_at: account.registered_at,
        active: activation.is_none(),
    });
    Ok(answer::json(StatusCode::OK, &ReceiptChecked { genuine: account.is_some(), account }))
}
