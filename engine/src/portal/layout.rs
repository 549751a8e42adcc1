//! The frame of every page, and the parts that several pages are made of.

use super::assets;
use super::texts::{PORTAL, SIMULATION};
use maud::{DOCTYPE, Markup, html};

/// A page before it has its frame.
pub(super) struct Page {
    pub(super) title: String,
    pub(super) body: Markup,
    /// Seconds after which a browser without scripts asks again.
    pub(super) again_after_s: Option<u32>,
}

impl Page {
    pub(super) fn new(title: impl Into<String>, body: Markup) -> Page {
        Page { title: title.into(), body, again_after_s: None }
    }

    /// The same, asked for again and again.
    pub(super) fn again_after(self, seconds: u32) -> Page {
        Page { again_after_s: Some(seconds), ..self }
    }

    /// The whole document. `has_session` decides what the menu offers.
    pub(super) fn framed(&self, has_session: bool) -> Markup {
        html! {
            (DOCTYPE)
            html lang="id" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (self.title) " | " (PORTAL) }
                    link rel="icon" type="image/svg+xml" href=(assets::icon());
                    link rel="stylesheet" href=(assets::style());
                    script src=(assets::script()) defer {}
                    @if let Some(seconds) = self.again_after_s {
                        noscript { meta http-equiv="refresh" content=(seconds); }
                    }
                }
                body {
                    a.lewati href="#isi" { "Langsung ke isi" }
                    aside.simulasi aria-label="Peringatan" { (SIMULATION) }
                    header.kepala {
                        a.nama href="/" { strong { "SSCASN" } span { "Sistem Seleksi CASN · simulasi" } }
                        nav aria-label="Menu utama" {
                            a href="/daftar" { "Buat Akun" }
                            @if has_session { a href="/akun" { "Akun Saya" } } @else { a href="/masuk" { "Masuk" } }
                            a href="/pengumuman" { "Pengumuman" }
                            a href="/bantuan" { "Bantuan" }
                        }
                    }
                    main id="isi" tabindex="-1" { h1 { (self.title) } (self.body) }
                    footer { p { (PORTAL) ". Pendaftaran tidak dipungut biaya." } }
                }
            }
        }
    }
}

/// A step of making an account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Identity,
    Data,
    Review,
    Account,
}

/// Where somebody is on the way.
pub(super) fn steps(current: Step) -> Markup {
    let steps = [
        (Step::Identity, "Pengecekan Identitas"),
        (Step::Data, "Lengkapi Data"),
        (Step::Review, "Pengecekan Ulang Data"),
        (Step::Account, "Pendaftaran Akun"),
    ];
    html! {
        nav.langkah aria-label="Langkah pendaftaran" {
            ol {
                @for (number, (step, name)) in (1..).zip(steps) {
                    li aria-current=[(step == current).then_some("step")] { (number) ". " (name) }
                }
            }
        }
    }
}

/// Something to be noticed.
pub(super) fn notice(body: &Markup) -> Markup {
    html! { div.catatan { (body) } }
}

/// Names and their values.
pub(super) fn facts(rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl.data { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } }
    }
}
