//! `/daftar/…/periksa`: step 3, Pengecekan Ulang Data; and `/daftar/…/konfirmasi`, where "Iya" makes the account.

use super::drafts::Opened;
use super::layout::{Page, Step, facts, notice, steps};
use super::target::Stage;
use super::texts::{FINAL, SURE};
use super::visit::{Refused, Visit, see_other};
use super::{documents, forms, profile};
use crate::api::{check_gate, confirmation as api};
use domain::draft::Step as DraftStep;
use hyper::body::Incoming;
use maud::{Markup, html};
use server::Answer;

pub(super) fn show(visit: &Visit<'_>, opened: &Opened) -> Result<Answer, Refused> {
    let (draft, config) = (&opened.draft, &visit.app.config);
    if draft.account.is_some() {
        return Ok(see_other(&opened.handle.path(Stage::Done)));
    }
    let edit = |stage: Stage, label: &str| html! { p { a href=(opened.handle.path(stage)) { "Kembali: " (label) } } };
    let body = html! {
        (steps(Step::Review))
        (profile::remarks(draft))
        section { h2 { "Data identitas" } (facts(&profile::identity_rows(draft))) }
        section {
            h2 { "Data pelamar" }
            @match &draft.profile {
                Some(data) => (facts(&profile::rows(data, config.regions))),
                None => p { strong.kurang { "Belum diisi" } },
            }
            (edit(Stage::Profile, "ubah data pelamar"))
        }
        section {
            h2 { "Dokumen" }
            (facts(&documents::rows(draft, config.limits.kilobyte_bytes)))
            (edit(Stage::Documents, "ganti dokumen"))
        }
        section {
            h2 { "Kata sandi dan pertanyaan pengaman" }
            @if draft.credentials.is_some() { p { "Sudah disimpan." } } @else { p { strong.kurang { "Belum diisi" } } }
            (edit(Stage::Credentials, "ganti kata sandi"))
        }
        (notice(&html! { p { (FINAL) } }))
        p.tombol { a.utama href=(opened.handle.path(Stage::Confirmation)) data-dialog="yakin" { "Akhiri dan proses pendaftaran akun" } }
        dialog id="yakin" aria-labelledby="yakin-judul" { (question(visit, opened, "yakin-judul")) }
        (profile::leave(visit, opened))
    };
    Ok(visit.shown(&Page::new("Buat Akun: Pengecekan Ulang Data", body)))
}

/// The same question as a page, for browsers without scripts.
pub(super) fn ask(visit: &Visit<'_>, opened: &Opened) -> Result<Answer, Refused> {
    check_gate(visit.app)?;
    opened.draft.admit(DraftStep::Confirmation, visit.app.clock.now())?;
    let body = html! { (steps(Step::Review)) (question(visit, opened, "tanya")) };
    Ok(visit.shown(&Page::new("Buat Akun: Konfirmasi", body)))
}

/// "Iya". Said twice, it gets the same account.
pub(super) async fn confirm(visit: &Visit<'_>, opened: Opened, body: Incoming) -> Result<Answer, Refused> {
    forms::read(visit, body).await?;
    api::confirm(visit.app, opened.id).await?;
    Ok(see_other(&opened.handle.path(Stage::Done)))
}

fn question(visit: &Visit<'_>, opened: &Opened, id: &str) -> Markup {
    html! {
        h2 id=(id) { (SURE) }
        p { (FINAL) }
        form method="post" action=(opened.handle.path(Stage::Confirmation)) data-lancar {
            (visit.token.fields())
            p.tombol {
                a.kedua href=(opened.handle.path(Stage::Review)) data-tutup { "Tidak" }
                button.utama type="submit" { "Iya" }
            }
        }
    }
}
