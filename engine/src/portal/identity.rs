//! `/daftar`: step 1, Pengecekan Identitas.

use super::captcha::Captcha;
use super::drafts;
use super::fields::{Faults, Input};
use super::forms::{self, Fields};
use super::layout::{Page, Step, notice, steps};
use super::target::Stage;
use super::texts::{CHECK_NAME, FREE, warning};
use super::visit::{Refused, Visit};
use crate::api::answer::ApiError;
use crate::api::entry::Guest;
use crate::api::{captchas, check_gate, drafts as api};
use domain::wire::{OpenDraft, ValidationForm, Warning};
use domain::{Failure, identity};
use hyper::body::Incoming;
use maud::html;
use server::Answer;

pub(super) fn show(visit: &Visit<'_>) -> Result<Answer, Refused> {
    check_gate(visit.app)?;
    // Where no captcha can be made there is nothing to fill in, and somebody is told so.
    captchas::check(visit.app)?;
    Ok(visit.shown(&form(visit, &Fields::default(), Faults::default())))
}

pub(super) async fn take(visit: &Visit<'_>, guest: Guest, body: Incoming) -> Result<Answer, Refused> {
    check_gate(visit.app)?;
    let fields = forms::read(visit, body).await?;
    if fields.wants_captcha() {
        return Ok(visit.shown(&form(visit, &fields, Faults::default())));
    }
    let opened = match read(visit, &fields) {
        Ok(identity) => api::begin(visit.app, guest, identity).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(opened) => Ok(drafts::enter(visit, &opened.token, opened.expires_at, Stage::Profile)),
        Err(error) => Err(visit.again(error, |problem| form(visit, &fields, Faults(Some(problem))))),
    }
}

/// A date that is none is the one thing that the form of the API can't hold: then whatever else is wrong is told beside.
fn read(visit: &Visit<'_>, fields: &Fields) -> Result<OpenDraft, ApiError> {
    Ok(OpenDraft {
        nik: fields.text("nik"),
        kk: fields.text("kk"),
        full_name: fields.text("full_name"),
        birth_place: fields.text("birth_place"),
        birth_date: fields.get("birth_date").parse().map_err(|_| without_date(visit, fields))?,
        phone: fields.text("phone"),
        email: fields.text("email"),
        captcha: fields.captcha(),
    })
}

fn without_date(visit: &Visit<'_>, fields: &Fields) -> ApiError {
    let typed = |name| Some(fields.text(name));
    let form = ValidationForm {
        nik: typed("nik"),
        kk: typed("kk"),
        full_name: typed("full_name"),
        birth_place: typed("birth_place"),
        birth_date: None,
        phone: typed("phone"),
        email: typed("email"),
    };
    let config = &visit.app.config;
    let today = visit.app.clock.now().date_wib();
    let rules = identity::Rules { regions: config.regions, limits: &config.limits, today };
    let mut faults = identity::check_fields(identity::Fields::from(&form), &rules).faults;
    let place = faults.iter().position(|fault| matches!(fault.field, "phone" | "email"));
    let fault = identity::Fault { field: "birth_date", failure: Failure::FormOutdated };
    faults.insert(place.unwrap_or(faults.len()), fault);
    ApiError::of_faults(faults)
}

/// As the field check calls it.
fn code(warning: Warning) -> String {
    serde_json::to_value(warning)
        .ok()
        .and_then(|code| code.as_str().map(ToOwned::to_owned))
        .unwrap_or_default()
}

fn form(visit: &Visit<'_>, fields: &Fields, faults: Faults<'_>) -> Page {
    let get = |name| fields.get(name);
    let inputs = [
        Input::digits("nik", "NIK", get("nik")).hint("16 angka seperti pada KTP."),
        Input::digits("kk", "Nomor Kartu Keluarga", get("kk")).hint("16 angka seperti pada KK terbaru."),
        Input { autocomplete: "name", ..Input::text("full_name", "Nama lengkap", get("full_name")) }
            .hint("Tanpa gelar, seperti pada KTP."),
        Input::text("birth_place", "Tempat lahir", get("birth_place")),
        Input {
            kind: "date",
            autocomplete: "bday",
            ..Input::text("birth_date", "Tanggal lahir", get("birth_date"))
        },
        Input {
            kind: "tel",
            autocomplete: "tel",
            inputmode: Some("tel"),
            ..Input::text("phone", "Nomor HP", get("phone"))
        }
        .hint("Contoh: 081234567890."),
        Input {
            kind: "email",
            autocomplete: "email",
            inputmode: Some("email"),
            ..Input::text("email", "Email", get("email"))
        },
    ];
    let body = html! {
        (steps(Step::Identity))
        @if visit.has_drafts() && fields.is_empty() {
            p { "Sudah mulai mendaftar di peramban ini? " a href="/daftar/lanjut" { "Lanjutkan pendaftaran" } }
        }
        (notice(&html! { p { (CHECK_NAME) } p { (FREE) } }))
        form method="post" action="/daftar" novalidate data-lancar data-periksa {
            (faults.summary())
            (visit.token.fields())
            @for input in &inputs { (input.drawn(faults)) }
            @for remark in [Warning::BirthDateUnlikeNik, Warning::KkRegionUnknown] {
                p.catatan hidden data-peringatan=(code(remark)) { (warning(remark)) }
            }
            (Captcha::new(visit.app).drawn(visit.app.config.limits.captcha_length, faults))
            p.tombol { button.utama type="submit" { "Lanjutkan" } }
        }
    };
    Page::new("Buat Akun: Pengecekan Identitas", body)
}
