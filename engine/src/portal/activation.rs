//! `/aktivasi`: by the link of the message, by its code, or the message again. Following the link alone activates nothing: mail programs
//! look at links before people do.

use super::fields::{Faults, Input};
use super::forms;
use super::layout::{Page, facts};
use super::visit::{Refused, Visit};
use crate::api::activations as api;
use domain::draft::AccountNumber;
use domain::wire::{ActivationCode, ActivationForm, ActivationLink, ActivationResend, Problem};
use domain::zone::Zone;
use hyper::body::Incoming;
use maud::html;
use server::Answer;

/// The three ways, and which of them something was wrong with.
#[derive(Clone, Copy)]
struct Typed<'a> {
    token: &'a str,
    number: &'a str,
    receipt: &'a str,
    problem: Option<&'a Problem>,
}

pub(super) fn show(visit: &Visit<'_>) -> Answer {
    let token = visit.asked("token").unwrap_or_default();
    visit.shown(&page(visit, Typed { token: &token, number: "", receipt: "", problem: None }))
}

pub(super) async fn take(visit: &Visit<'_>, body: Incoming) -> Result<Answer, Refused> {
    let fields = forms::read(visit, body).await?;
    let form = if fields.get("token_aktivasi").is_empty() {
        // What is no number is the number of nobody's account.
        let account_number = AccountNumber(fields.get("account_number").trim().parse().unwrap_or(0));
        ActivationForm::Code(ActivationCode { account_number, code: fields.text("code") })
    } else {
        ActivationForm::Link(ActivationLink { token: fields.text("token_aktivasi") })
    };
    let activated = match api::redeem(visit.app, form).await {
        Ok(activated) => activated,
        Err(error) => {
            return Err(visit.again(error, |problem| {
                let number = fields.get("account_number");
                page(visit, Typed { token: "", number, receipt: "", problem: Some(problem) })
            }));
        }
    };
    let rows =
        [("Nomor akun", html! { (activated.account_number) }), ("NIK", html! { (activated.nik_masked) })];
    let body = html! {
        p.berhasil { "Akun Anda sudah aktif." }
        (facts(&rows))
        p.tombol { a.utama href="/masuk" { "Masuk" } }
    };
    Ok(visit.shown(&Page::new("Aktivasi Berhasil", body)))
}

pub(super) async fn send_again(visit: &Visit<'_>, body: Incoming) -> Result<Answer, Refused> {
    let fields = forms::read(visit, body).await?;
    let form = ActivationResend { receipt: fields.text("receipt") };
    let resent = match api::send_again(visit.app, &form).await {
        Ok(resent) => resent,
        Err(error) => {
            return Err(visit.again(error, |problem| {
                page(visit, Typed { token: "", number: "", receipt: &form.receipt, problem: Some(problem) })
            }));
        }
    };
    let body = html! {
        p.berhasil { "Pesan aktivasi baru sedang dikirim ke " strong { (resent.email_masked) } "." }
        p { "Tautan dan kode sebelumnya tidak berlaku lagi. Aktifkan akun sebelum " (Zone::Wib.text(resent.activate_before)) "." }
        p { "Sisa permintaan pesan: " (resent.resends_left) "." }
        p.tombol { a.utama href="/aktivasi" { "Aktifkan akun" } }
    };
    Ok(visit.shown(&Page::new("Pesan Aktivasi Dikirim", body)))
}

fn page(visit: &Visit<'_>, typed: Typed<'_>) -> Page {
    let Typed { token, number, receipt, problem } = typed;
    let faults = Faults(problem);
    let body = html! {
        (faults.summary())
        @if !token.is_empty() {
            form method="post" action="/aktivasi" data-lancar {
                (visit.token.fields())
                input type="hidden" name="token_aktivasi" value=(token);
                p { "Tekan tombol ini untuk mengaktifkan akun Anda." }
                p.tombol { button.utama type="submit" { "Aktifkan akun" } }
            }
        } @else {
            form method="post" action="/aktivasi" novalidate data-lancar {
                h2 { "Dengan kode" }
                (visit.token.fields())
                (Input::digits("account_number", "Nomor akun", number).drawn(faults))
                (Input { autocomplete: "one-time-code", ..Input::digits("code", "Kode aktivasi", "") }
                    .hint("Enam angka dari pesan yang Anda terima.").drawn(faults))
                p.tombol { button.utama type="submit" { "Aktifkan akun" } }
            }
        }
        form method="post" action="/aktivasi/pesan" novalidate data-lancar {
            h2 { "Pesan tidak sampai" }
            (visit.token.fields())
            (Input::text("receipt", "Nomor tanda terima", receipt)
                .hint("Tertera pada Kartu Informasi Akun, misalnya 0000000001-7KQF-2M9D-XH4T-PV3A.").drawn(faults))
            p.tombol { button.kedua type="submit" { "Kirim pesan baru" } }
        }
    };
    Page::new("Aktivasi Akun", body)
}
