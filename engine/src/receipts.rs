//! Receipt numbers: which one belongs to an account, and whether one that is shown is genuine.

use crate::secret::Secret;
use crate::store::Account;
use domain::receipt::ReceiptNumber;
use domain::{Nik, Timestamp, crockford, draft::AccountNumber};
use subtle::ConstantTimeEq;

/// The receipt of the account `number`, made for `nik` at `registered_at`. It is not kept anywhere: it follows from the engine's key.
pub(crate) fn issue(
    secret: &Secret,
    number: AccountNumber,
    nik: Nik,
    registered_at: Timestamp,
) -> ReceiptNumber {
    let parts = ["receipt", &number.to_string(), &nik.expose(), &registered_at.as_ms().to_string()];
    let digest = secret.digest_bytes(&parts);
    let code: [u8; crockford::BYTES] = std::array::from_fn(|at| digest[at]);
    ReceiptNumber { account: number, code }
}

/// The receipt of `account`.
pub(crate) fn of(secret: &Secret, account: &Account) -> ReceiptNumber {
    issue(secret, account.number, account.draft.identity.nik, account.registered_at)
}

/// Whether `shown` is the receipt of `account`.
pub(crate) fn is_of(secret: &Secret, shown: ReceiptNumber, account: &Account) -> bool {
    let ours = of(secret, account);
    shown.account == ours.account && bool::from(shown.code.ct_eq(&ours.code))
}
