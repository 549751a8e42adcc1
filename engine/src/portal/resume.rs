//! `/daftar/lanjut`: going on with a registration that this browser doesn't show, by its NIK. The address of a registration, or its token,
//! may come along; otherwise it is looked for among those of this browser.

use super::drafts::{self, Handle};
use super::fields::{Faults, Input};
use super::forms::{self, Fields};
use super::layout::Page;
use super::target::Stage;
use super::visit::{Refused, Visit};
use crate::api::answer::ApiError;
use crate::api::drafts::load;
use crate::api::route::draft_id;
use domain::Failure;
use domain::draft::Draft;
use hyper::body::Incoming;
use maud::html;
use server::Answer;

/// Tokens that are looked at; a browser with more has been played with.
const TOKENS_MAX: usize = 20;

pub(super) fn show(visit: &Visit<'_>) -> Answer {
    let asked = |key| visit.asked(key).unwrap_or_default();
    visit.shown(&form(visit, &asked("draf"), &asked("kode"), "", Faults::default()))
}

pub(super) async fn take(visit: &Visit<'_>, body: Incoming) -> Result<Answer, Refused> {
    let fields = forms::read(visit, body).await?;
    match find(visit, &fields) {
        Ok((token, draft)) => Ok(drafts::enter(visit, &token, draft.expires_at, Stage::Overview)),
        Err(error) => Err(visit.again(error, |problem| {
            let (handle, token) = (fields.get("draf"), fields.get("kode"));
            form(visit, handle, token, fields.get("nik"), Faults(Some(problem)))
        })),
    }
}

/// Whoever can't name the NIK hears the same as whoever has no registration.
fn find(visit: &Visit<'_>, fields: &Fields) -> Result<(String, Draft), ApiError> {
    let (handle, token, nik) = (fields.get("draf"), fields.get("kode"), fields.get("nik").trim());
    let tokens: Vec<&str> = match (token, Handle::parse(handle)) {
        ("", Some(handle)) => drafts::token_in(visit.headers, handle).into_iter().collect(),
        ("", None) => drafts::tokens_in(visit.headers).take(TOKENS_MAX).collect(),
        (token, _) => vec![token],
    };
    for token in tokens {
        match load(visit.app, draft_id(token), visit.app.clock.now()) {
            Ok(draft) if draft.identity.nik.expose() == nik => return Ok((token.to_owned(), draft)),
            Ok(_) => {}
            Err(error) if error.failure() == Failure::DraftExpired => {}
            Err(error) => return Err(error),
        }
    }
    Err(ApiError::of_field("nik", Failure::DraftExpired))
}

fn form(visit: &Visit<'_>, handle: &str, token: &str, nik: &str, faults: Faults<'_>) -> Page {
    let body = html! {
        p { "Agar orang lain yang memakai perangkat ini tidak melihat data Anda, ketik NIK yang Anda pakai di langkah 1." }
        form method="post" action="/daftar/lanjut" novalidate data-lancar {
            (faults.summary())
            (visit.token.fields())
            input type="hidden" name="draf" value=(handle);
            input type="hidden" name="kode" value=(token);
            (Input::digits("nik", "NIK", nik).drawn(faults))
            p.tombol { button.utama type="submit" { "Lanjutkan" } a.kedua href="/daftar" { "Mulai dari awal" } }
        }
    };
    Page::new("Lanjutkan Pendaftaran", body)
}
