//! A refusal as a page: what it is, why, what to do, and whom to turn to.

use super::home::window;
use super::layout::{Page, facts};
use super::target::{Stage, Target};
use super::texts::{self, Advice, contact, span};
use super::visit::Visit;
use domain::Failure;
use domain::failure::Contact;
use domain::wire::Problem;
use maud::html;

/// The page about `problem`, met at `target`.
pub(super) fn page(visit: &Visit<'_>, target: Target, problem: &Problem) -> Page {
    let Advice { cause, todo } = texts::advice(problem.code);
    let mut rows = vec![
        ("Penyebab", html! { (problem.detail.as_deref().unwrap_or(cause)) }),
        ("Yang dapat dilakukan", html! { (todo) }),
        ("Kontak", html! { (contact(problem.contact)) }),
    ];
    if let Some(seconds) = problem.retry_after_s {
        rows.push(("Coba lagi setelah", html! { (span(seconds.into())) }));
    }
    let is_gate = matches!(
        problem.code,
        Failure::NotOpen | Failure::AwaitingFormations | Failure::Closed | Failure::Maintenance
    );
    let (href, text) = way_on(target, problem.code);
    let body = html! {
        div.galat id="galat" data-kode=(problem.code) data-lagi=[problem.retry_after_s] { (facts(&rows)) }
        @if is_gate { (window(&visit.app.gate.schedule())) }
        p.tombol {
            a.utama href=(href) { (text) }
            @if problem.contact == Contact::Helpdesk { a.kedua href="/bantuan/tiket" { "Buat tiket Helpdesk" } }
            a.kedua href=(problem.kind) { "Bantuan" }
        }
    };
    Page::new(problem.title.clone(), body)
}

/// Where it goes on from here.
fn way_on(target: Target, failure: Failure) -> (String, &'static str) {
    match (failure, target) {
        (Failure::NotOpen | Failure::AwaitingFormations | Failure::Closed | Failure::Maintenance, _) => {
            ("/pengumuman".to_owned(), "Lihat pengumuman")
        }
        (Failure::DraftExpired, _) => ("/daftar".to_owned(), "Mulai dari awal"),
        (Failure::QueueTokenInvalid, _) => ("/antrean".to_owned(), "Ambil nomor antrean"),
        (Failure::CameraMissing, Target::Draft(handle, _)) => {
            (handle.path(Stage::Documents), "Unggah swafoto")
        }
        (Failure::NikRegistered | Failure::ContactInUse, _) => ("/masuk".to_owned(), "Masuk"),
        (Failure::StepOutOfOrder | Failure::AlreadyFinal, Target::Draft(handle, _)) => {
            (handle.path(Stage::Overview), "Lanjutkan")
        }
        // A page that changes something is asked for again where it begins.
        (_, Target::Draft(handle, Stage::Document(_))) => (handle.path(Stage::Documents), "Coba lagi"),
        (_, Target::Draft(handle, stage)) => (handle.path(stage), "Coba lagi"),
        (_, Target::Begin) => ("/daftar".to_owned(), "Coba lagi"),
        (_, Target::Resume) => ("/daftar/lanjut".to_owned(), "Coba lagi"),
        (_, Target::Login) => ("/masuk".to_owned(), "Coba lagi"),
        (_, Target::Activation) => ("/aktivasi".to_owned(), "Coba lagi"),
        (_, Target::Reset) => ("/lupa-sandi".to_owned(), "Coba lagi"),
        (_, Target::Ticket) => ("/bantuan/tiket".to_owned(), "Coba lagi"),
        (_, other) => (other.instead().to_owned(), "Coba lagi"),
    }
}

/// There is no such page.
pub(super) fn nowhere() -> Page {
    let body = html! {
        p { "Halaman ini tidak ada. Periksa kembali alamatnya." }
        p.tombol { a.utama href="/" { "Ke beranda" } }
    };
    Page::new("Alamat tidak ditemukan", body)
}
