//! The home page and what is announced.

use super::layout::{Page, facts, notice};
use super::texts::{CHECK_NAME, FREE, advice};
use super::visit::Visit;
use domain::schedule::{Announcement, Schedule};
use domain::wire::Gate;
use domain::zone::{LocalTimes, Zone};
use domain::{Failure, Timestamp};
use maud::{Markup, html};
use server::Answer;

pub(super) fn show(visit: &Visit<'_>) -> Answer {
    let (now, schedule) = (visit.app.clock.now(), visit.app.gate.schedule());
    let gate = schedule.gate(now);
    let announced = schedule.announced(now);
    let body = html! {
        p.sambutan { "Di sini Anda membuat akun untuk melamar sebagai calon pegawai negeri sipil atau pegawai pemerintah dengan \
                     perjanjian kerja." }
        section.status data-gerbang=(gate_name(gate)) {
            h2 { (gate_title(gate)) }
            @if let Some(failure) = failure_of(gate) { p { (advice(failure).cause) } }
            (window(&schedule))
            p.tombol {
                @if matches!(gate, Gate::Open) { a.utama href="/daftar" { "Buat Akun" } }
                a.kedua href="/masuk" { "Masuk" }
            }
        }
        (notice(&html! { p { (CHECK_NAME) } p { (FREE) } }))
        section {
            h2 { "Yang perlu disiapkan" }
            ul {
                li { "NIK dan nomor Kartu Keluarga" }
                li { "Nomor HP dan email milik sendiri" }
                li { "Foto KTP dan swafoto dalam format JPG" }
                li { "Ijazah, untuk mengisi nama dan tempat lahir" }
            }
        }
        @if !announced.is_empty() {
            section { h2 { "Pengumuman" } (list(&announced[..announced.len().min(3)])) p { a href="/pengumuman" { "Semua pengumuman" } } }
        }
    };
    visit.shown(&Page::new("Selamat Datang di Portal SSCASN", body))
}

pub(super) fn announcements(visit: &Visit<'_>) -> Answer {
    let schedule = visit.app.gate.schedule();
    let announced = schedule.announced(visit.app.clock.now());
    let body = html! {
        (window(&schedule))
        @if announced.is_empty() { p { "Belum ada pengumuman." } } @else { (list(&announced)) }
    };
    visit.shown(&Page::new("Pengumuman", body))
}

/// When the window opens and closes, in each zone.
pub(super) fn window(schedule: &Schedule) -> Markup {
    let times = |at: Timestamp| {
        let LocalTimes { wib, wita, wit } = LocalTimes::of(at);
        html! { ul.zona { li { (wib) } li { (wita) } li { (wit) } } }
    };
    let opens = schedule.opens_at.map(|at| ("Dibuka", times(at)));
    let closes = schedule.closes_at.map(|at| ("Ditutup", times(at)));
    let hours = schedule.maintenance_hours.map(|hours| {
        let text = hours.to_string().replace(':', ".").replace('-', " sampai ");
        ("Pemeliharaan", html! { "setiap hari pukul " (text) " WIB" })
    });
    let rows: Vec<_> = opens.into_iter().chain(closes).chain(hours).collect();
    html! { @if !rows.is_empty() { (facts(&rows)) } }
}

fn list(announced: &[Announcement]) -> Markup {
    html! {
        ul.pengumuman {
            @for Announcement { at, text } in announced {
                li { p.waktu { (Zone::Wib.text(*at)) } p { (text) } }
            }
        }
    }
}

fn failure_of(gate: Gate) -> Option<Failure> {
    match gate {
        Gate::Open => None,
        Gate::BeforeOpening => Some(Failure::NotOpen),
        Gate::AwaitingFormations => Some(Failure::AwaitingFormations),
        Gate::Closed => Some(Failure::Closed),
        Gate::Maintenance => Some(Failure::Maintenance),
    }
}

fn gate_title(gate: Gate) -> &'static str {
    failure_of(gate).map_or("Pendaftaran dibuka", Failure::title)
}

fn gate_name(gate: Gate) -> &'static str {
    failure_of(gate).map_or("open", Failure::code)
}
