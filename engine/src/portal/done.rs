//! `/daftar/…/selesai`: step 4, Pendaftaran Akun. The account is made, and here is the way to its card.

use super::drafts::Opened;
use super::layout::{Page, Step, facts, notice, steps};
use super::profile;
use super::target::Stage;
use super::visit::{Refused, Visit, see_other};
use crate::receipts;
use domain::Failure;
use domain::activation::Activation;
use domain::draft::AccountNumber;
use domain::receipt::ReceiptNumber;
use domain::wire::paths;
use domain::zone::Zone;
use maud::{Markup, html};
use server::Answer;

pub(super) fn show(visit: &Visit<'_>, opened: &Opened) -> Result<Answer, Refused> {
    let Some(number) = opened.draft.account else {
        return Ok(see_other(&opened.handle.path(Stage::Overview)));
    };
    // An account that was not activated in time is none any more.
    let known = visit.app.account(number).map_err(crate::api::answer::ApiError::from)?;
    let (account, activation) = known.ok_or(Failure::DraftExpired)?;
    let receipt = receipts::of(&visit.app.secret, &account);
    let rows = [
        ("Nomor akun", html! { (number) }),
        ("Nama", html! { (account.draft.identity.full_name.as_str()) }),
        ("NIK", html! { (account.draft.identity.nik.masked()) }),
        ("Waktu pendaftaran", html! { (Zone::Wib.text(account.registered_at)) }),
        ("Nomor tanda terima", html! { strong.tanda { (receipt) } }),
    ];
    let body = html! {
        (steps(Step::Account))
        p.berhasil { "Akun Anda sudah dibuat. Cetak atau simpan Kartu Informasi Akun." }
        (facts(&rows))
        (awaiting(activation))
        (card_links(number, receipt))
        (profile::leave(visit, opened))
    };
    Ok(visit.shown(&Page::new("Buat Akun: Pendaftaran Akun", body)))
}

/// What is still to be done.
fn awaiting(activation: Option<Activation>) -> Markup {
    match activation {
        Some(activation) => notice(&html! {
            p { "Akun harus diaktifkan sebelum " strong { (Zone::Wib.text(activation.expires_at)) }
                " dengan tautan atau kode yang dikirim ke email Anda." }
            p { a href="/aktivasi" { "Aktifkan akun" } }
        }),
        None => html! { p { a href="/masuk" { "Masuk ke akun" } } },
    }
}

/// The card as a page that can be printed, and as PDF.
pub(super) fn card_links(number: AccountNumber, receipt: ReceiptNumber) -> Markup {
    let card = paths::card(number);
    html! {
        p.tombol {
            a.utama href={ (card) "?receipt=" (receipt) "&format=html" } { "Kartu Informasi Akun" }
            a.kedua href={ (card) "?receipt=" (receipt) "&format=pdf" } { "Simpan sebagai PDF" }
        }
    }
}
