//! `/antrean`: the waiting room. Coming here takes a place, coming again keeps it.

use super::forms;
use super::layout::{Page, facts, notice};
use super::texts::span;
use super::visit::{Refused, Visit, see_other, with_cookie};
use crate::api::queue::{self as api, Sender};
use domain::wire::{QueuePlace, QueueState};
use domain::zone::LocalTimes;
use hyper::body::Incoming;
use maud::html;
use server::Answer;

pub(super) fn show(visit: &Visit<'_>) -> Result<Answer, Refused> {
    let Some(told) = api::place(visit.app, Sender::of(visit.head))? else {
        let body = html! {
            p { "Saat ini tidak ada antrean. Anda dapat langsung mendaftar." }
            p.tombol { a.utama href="/daftar" { "Buat Akun" } }
        };
        return Ok(visit.shown(&Page::new("Antrean", body)));
    };
    let answer = match told.place.state {
        QueueState::Admitted => see_other("/daftar"),
        QueueState::Waiting => visit.shown(&waiting(visit, &told.place)),
    };
    Ok(with_cookie(answer, told.cookie))
}

pub(super) async fn leave(visit: &Visit<'_>, body: Incoming) -> Result<Answer, Refused> {
    forms::read(visit, body).await?;
    Ok(with_cookie(see_other("/"), api::give_up(visit.app, Sender::of(visit.head))?))
}

fn waiting(visit: &Visit<'_>, place: &QueuePlace) -> Page {
    let mut rows = Vec::new();
    if let Some(number) = place.place {
        rows.push(("Urutan Anda", html! { strong.urutan id="urutan" { (number) } }));
        rows.push(("Perkiraan waktu tunggu", html! { span id="perkiraan" { (span(place.estimate_s)) } }));
    }
    if let Some(opens_at) = place.opens_at {
        let LocalTimes { wib, wita, wit } = LocalTimes::of(opens_at);
        rows.push(("Dibuka", html! { ul.zona { li { (wib) } li { (wita) } li { (wit) } } }));
    }
    let body = html! {
        section data-antrean=(place.ask_again_s) aria-live="polite" {
            @if place.place.is_none() {
                p { "Urutan diundi saat pendaftaran dibuka. Datang lebih awal tidak mengubah peluang Anda." }
            }
            (facts(&rows))
        }
        (notice(&html! {
            p { "Halaman ini memeriksa giliran Anda sendiri setiap " (span(place.ask_again_s.into())) ". Memuat ulang halaman tidak \
                 mengubah urutan Anda. Biarkan halaman ini terbuka." }
        }))
        form method="post" action="/antrean/keluar" {
            (visit.token.fields())
            button.tautan type="submit" { "Keluar dari antrean" }
        }
    };
    Page::new("Anda dalam antrean", body).again_after(place.ask_again_s.max(1))
}
