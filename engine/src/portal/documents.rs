//! `/daftar/…/dokumen`: step 2, its photographs and papers. Each file has a form of its own.

use super::drafts::Opened;
use super::fields::{Faults, described_by, fault_of};
use super::forms;
use super::layout::{Page, Step, steps};
use super::target::Stage;
use super::texts::{Advice, advice};
use super::visit::{Refused, Visit, see_other};
use crate::api::answer::ApiError;
use crate::api::{check_gate, documents as api};
use domain::Failure;
use domain::document::DocumentKind;
use domain::draft::{Document, Draft, Step as DraftStep};
use domain::wire::{DocumentRule, Problem};
use hyper::body::Incoming;
use maud::{Markup, html};
use server::Answer;

pub(super) fn show(visit: &Visit<'_>, opened: &Opened) -> Result<Answer, Refused> {
    check_gate(visit.app)?;
    opened.draft.admit(DraftStep::Document, visit.app.clock.now())?;
    Ok(visit.shown(&page(visit, opened, None)))
}

pub(super) async fn take(
    visit: &Visit<'_>,
    opened: Opened,
    kind: DocumentKind,
    body: Incoming,
) -> Result<Answer, Refused> {
    match upload(visit, &opened, kind, body).await {
        Ok(()) => Ok(see_other(&format!("{}#{kind}", opened.handle.path(Stage::Documents)))),
        Err(error) => Err(visit.again(error, |problem| page(visit, &opened, Some((kind, problem))))),
    }
}

async fn upload(
    visit: &Visit<'_>,
    opened: &Opened,
    kind: DocumentKind,
    body: Incoming,
) -> Result<(), ApiError> {
    let limits = api::admit(visit.app, opened.id, kind)?;
    let (_, file) = forms::read_file(visit, body, limits.bytes_max).await.map_err(|error| at(kind, error))?;
    if file.is_empty() {
        return Err(ApiError::of_field(kind.name(), Failure::FormOutdated));
    }
    let taken = api::take(visit.app, opened.id, kind, limits, file).await;
    taken.map(drop).map_err(|error| at(kind, error))
}

/// What is wrong with a file is told at its field; what is wrong with the draft is not the file's fault.
fn at(kind: DocumentKind, error: ApiError) -> ApiError {
    match error.failure() {
        Failure::FileTooLarge
        | Failure::FileTooSmall
        | Failure::FileType
        | Failure::PhotoBlurred
        | Failure::UploadTooSlow => error.at(kind.name()),
        _ => error,
    }
}

fn page(visit: &Visit<'_>, opened: &Opened, wrong: Option<(DocumentKind, &Problem)>) -> Page {
    let rules = DocumentRule::of_all(&visit.app.config.limits);
    let kilobyte_bytes = visit.app.config.limits.kilobyte_bytes;
    let faults = Faults(wrong.map(|(_, problem)| problem));
    let is_done = opened.draft.documents.keys().filter(|kind| kind.is_required()).count()
        == rules.iter().filter(|rule| rule.required).count();
    let body = html! {
        (steps(Step::Data))
        (faults.summary())
        @for rule in &rules { (upload_form(visit, opened, rule, kilobyte_bytes, faults)) }
        p.tombol {
            a.kedua href=(opened.handle.path(Stage::Profile)) { "Kembali" }
            @if is_done {
                a.utama href=(opened.handle.path(Stage::Credentials)) { "Lanjutkan" }
            } @else {
                a.kedua href=(opened.handle.path(Stage::Credentials)) { "Lewati dulu" }
            }
        }
    };
    Page::new("Buat Akun: Unggah Dokumen", body)
}

fn upload_form(
    visit: &Visit<'_>,
    opened: &Opened,
    rule: &DocumentRule,
    kilobyte_bytes: u32,
    faults: Faults<'_>,
) -> Markup {
    let name = rule.kind.name();
    let fault = faults.at(name);
    let is_selfie = rule.kind == DocumentKind::Swafoto;
    html! {
        form.unggah method="post" action=(opened.handle.path(Stage::Document(rule.kind))) enctype="multipart/form-data"
            data-lancar data-unggah data-min=(rule.bytes_min) data-maks=(rule.bytes_max) data-kb=(kilobyte_bytes)
            data-jenis=(rule.formats.join(" ")) data-kamera[is_selfie] data-tanpa-kamera=[is_selfie.then(without_camera)] {
            (visit.token.fields())
            div.isian {
                label for=(name) { (title(rule.kind)) @if !rule.required { " (jika ada)" } }
                p.petunjuk id={ (name) "-petunjuk" } { (sizes(rule, kilobyte_bytes)) }
                @if let Some(document) = opened.draft.documents.get(&rule.kind) { (uploaded(document, kilobyte_bytes)) }
                input id=(name) name=(name) type="file" required accept=(rule.formats.join(","))
                    aria-invalid=[fault.map(|_| "true")] aria-describedby=[described_by(name, true, fault.is_some())];
                (fault_of(name, fault))
            }
            p.tombol {
                button.utama type="submit" {
                    @if opened.draft.documents.contains_key(&rule.kind) { "Ganti " } @else { "Unggah " } (title(rule.kind))
                }
            }
        }
    }
}

/// Said where the browser gives no camera.
fn without_camera() -> String {
    let Advice { cause, todo } = advice(Failure::CameraMissing);
    format!("{}. {cause} {todo}", Failure::CameraMissing.title())
}

fn uploaded(document: &Document, kilobyte_bytes: u32) -> Markup {
    html! {
        p.terunggah {
            "Sudah diunggah: " (document.bytes.div_ceil(kilobyte_bytes)) " KB"
            @if let Some(size) = document.dimensions { ", " (size.width) " × " (size.height) " piksel" }
            "."
            @if document.blurred { " Foto kurang tajam; sebaiknya diganti." }
        }
    }
}

fn sizes(rule: &DocumentRule, kilobyte_bytes: u32) -> String {
    let format_name = |format: &String| match format.as_str() {
        "image/jpeg" => "JPG",
        "image/png" => "PNG",
        _ => "PDF",
    };
    let formats: Vec<&str> = rule.formats.iter().map(format_name).collect();
    let (min, max) = (rule.bytes_min / kilobyte_bytes, rule.bytes_max / kilobyte_bytes);
    let least = if min > 0 { format!("paling kecil {min} KB, ") } else { String::new() };
    format!("{}, {least}paling besar {max} KB.", formats.join(" atau "))
}

/// How people call it.
pub(super) const fn title(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Ktp => "Foto KTP",
        DocumentKind::Swafoto => "Swafoto",
        DocumentKind::Ijazah => "Ijazah",
        DocumentKind::Transkrip => "Transkrip nilai",
        DocumentKind::Pengalaman => "Bukti pengalaman kerja",
        DocumentKind::Kk => "Kartu Keluarga",
    }
}

/// What was handed in, for review.
pub(super) fn rows(draft: &Draft, kilobyte_bytes: u32) -> Vec<(&'static str, Markup)> {
    let kinds = DocumentKind::ALL.into_iter();
    let shown = kinds.filter(|kind| kind.is_required() || draft.documents.contains_key(kind));
    let row = |kind| match draft.documents.get(&kind) {
        Some(document) => (title(kind), uploaded(document, kilobyte_bytes)),
        None => (title(kind), html! { strong.kurang { "Belum diunggah" } }),
    };
    shown.map(row).collect()
}
