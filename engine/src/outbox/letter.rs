//! What a message says: the link, the code, and by when. The NIK stands in it masked.

use crate::app::App;
use crate::store::Account;
use domain::activation::Activation;
use domain::zone::Zone;
use lettre::message::{Mailbox, header::ContentType};
use std::time::{Duration, SystemTime};

/// Why there can be no such letter.
#[derive(Debug, thiserror::Error)]
pub(super) enum LetterError {
    #[error("the address is none that can be written to: {0}")]
    Address(#[from] lettre::address::AddressError),
    #[error("it cannot be put together: {0}")]
    Form(#[from] lettre::error::Error),
}

/// The letter about `activation` of `account`. The same letter has the same Message-ID.
pub(super) fn write(
    app: &App,
    account: &Account,
    activation: Activation,
    from: &Mailbox,
    links: &str,
) -> Result<lettre::Message, LetterError> {
    let (identity, number) = (&account.draft.identity, account.number);
    let to = Mailbox::new(Some(identity.full_name.as_str().to_owned()), identity.email.as_str().parse()?);
    let (token, code) =
        (app.proofs.token(number, activation.issue), app.proofs.code(number, activation.issue));
    let id = format!("<{number}.{:016x}@{}>", activation.issue, from.email.domain());
    let sent_at = Duration::from_millis(u64::try_from(app.clock.now().as_ms()).unwrap_or(0));
    let text = format!(
        "Yth. {name},\n\n\
         Akun Anda di Portal SSCASN (simulasi) sudah dibuat.\n\n\
         Nomor akun: {number}\n\
         NIK: {nik}\n\n\
         Aktifkan akun sebelum {until} dengan membuka tautan ini:\n\n\
         {links}/aktivasi?token={token}\n\n\
         atau dengan memasukkan nomor akun dan kode ini:\n\n\
         {code}\n\n\
         Akun yang tidak diaktifkan sampai waktu itu dibatalkan; sesudahnya NIK dapat didaftarkan lagi.\n\
         Pendaftaran tidak dipungut biaya. Jangan berikan tautan dan kode ini kepada siapa pun.\n",
        name = identity.full_name.as_str(),
        nik = identity.nik.masked(),
        until = Zone::Wib.text(activation.expires_at),
    );
    let letter = lettre::Message::builder()
        .from(from.clone())
        .to(to)
        .subject(format!("Aktivasi akun {number}"))
        .date(SystemTime::UNIX_EPOCH + sent_at)
        .message_id(Some(id))
        .header(ContentType::TEXT_PLAIN)
        .body(text)?;
    Ok(letter)
}
