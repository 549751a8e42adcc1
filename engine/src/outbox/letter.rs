//! What a message says: the link, the code, and by when. The NIK stands in it masked.

use crate::app::App;
use crate::store::Account;
use domain::activation::Activation;
use domain::zone::Zone;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox};
use std::time::{Duration, SystemTime};

/// Bytes of a line, without its end.
const LINE_BYTES_MAX: usize = 998;

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
         Akun yang tidak diaktifkan sampai waktu itu dibatalkan; sesudahnya NIK dapat\n\
         didaftarkan lagi. Pendaftaran tidak dipungut biaya.\n\
         Jangan berikan tautan dan kode ini kepada siapa pun.\n",
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
        .body(body(text))?;
    Ok(letter)
}

/// As it is, where every relay takes it so (RFC 5321, 4.5.3.1.6): the link stays whole, also for whoever reads the file itself.
fn body(text: String) -> Body {
    if !text.is_ascii() || text.lines().any(|line| line.len() > LINE_BYTES_MAX) {
        return Body::new(text);
    }
    Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into_bytes(), ContentTransferEncoding::SevenBit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        let check = |text: &str, encoding, expect: &str| {
            let body = body(text.to_owned());
            assert_eq!((body.encoding(), body.as_ref()), (encoding, expect.as_bytes()), "{text}");
        };
        check("a\nb\n", ContentTransferEncoding::SevenBit, "a\r\nb\r\n");
        let link = "x".repeat(LINE_BYTES_MAX);
        check(&link, ContentTransferEncoding::SevenBit, &link);
        for other in [link + "x", "Nur’aini\n".to_owned()] {
            assert_ne!(body(other).encoding(), ContentTransferEncoding::SevenBit);
        }
    }
}
