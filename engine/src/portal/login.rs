//! `/masuk`, `/keluar` and `/akun`.

use super::done::card_links;
use super::fields::{Faults, Input};
use super::forms;
use super::layout::{Page, facts};
use super::visit::{Refused, Visit, see_other, with_cookie};
use crate::api::sessions as api;
use domain::Failure;
use domain::wire::LoginForm;
use domain::zone::{Zone, date_text};
use hyper::body::Incoming;
use maud::html;
use server::Answer;

pub(super) fn show(visit: &Visit<'_>) -> Answer {
    visit.shown(&form(visit, "", Faults::default()))
}

pub(super) async fn take(visit: &Visit<'_>, body: Incoming) -> Result<Answer, Refused> {
    let fields = forms::read(visit, body).await?;
    let login = LoginForm { nik: fields.text("nik"), password: fields.text("password") };
    match api::log_in(visit.app, login).await {
        Ok((_, cookie)) => Ok(with_cookie(see_other("/akun"), cookie)),
        Err(error) => {
            Err(visit.again(error, |problem| form(visit, fields.get("nik"), Faults(Some(problem)))))
        }
    }
}

/// Whoever has no session any more is out already.
pub(super) async fn leave(visit: &Visit<'_>, body: Incoming) -> Result<Answer, Refused> {
    forms::read(visit, body).await?;
    match api::log_out(visit.app, visit.headers) {
        Ok(cookie) => Ok(with_cookie(see_other("/"), cookie)),
        Err(error) if error.failure() == Failure::LoginFailed => Ok(see_other("/")),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn account(visit: &Visit<'_>) -> Result<Answer, Refused> {
    let me = match api::holder(visit.app, visit.headers) {
        Ok(me) => me,
        Err(error) if error.failure() == Failure::LoginFailed => return Ok(see_other("/masuk")),
        Err(error) => return Err(error.into()),
    };
    let rows = [
        ("Nomor akun", html! { (me.account_number) }),
        ("NIK", html! { (me.nik) }),
        ("Nama", html! { (me.full_name) }),
        ("Tanggal lahir", html! { (date_text(me.birth_date)) }),
        ("Nomor HP", html! { (me.phone) }),
        ("Email", html! { (me.email) }),
        ("Waktu pendaftaran", html! { (Zone::Wib.text(me.registered_at)) }),
    ];
    let body = html! {
        (facts(&rows))
        (card_links(me.account_number, me.receipt))
        p { "Sesi ini berakhir pada " (Zone::Wib.text(me.session_expires_at)) "." }
        form method="post" action="/keluar" { (visit.token.fields()) p.tombol { button.kedua type="submit" { "Keluar" } } }
    };
    Ok(visit.shown(&Page::new("Akun Saya", body)))
}

fn form(visit: &Visit<'_>, nik: &str, faults: Faults<'_>) -> Page {
    let nik = Input { autocomplete: "username", ..Input::digits("nik", "NIK", nik) };
    let body = html! {
        form method="post" action="/masuk" novalidate data-lancar {
            (faults.summary())
            (visit.token.fields())
            (nik.drawn(faults))
            (Input::secret("password", "Kata sandi", "current-password").drawn(faults))
            p.tombol { button.utama type="submit" { "Masuk" } a.kedua href="/lupa-sandi" { "Lupa kata sandi" } }
        }
        p { "Belum punya akun? " a href="/daftar" { "Buat akun" } ". Belum aktif? " a href="/aktivasi" { "Aktifkan akun" } "." }
    };
    Page::new("Masuk", body)
}
