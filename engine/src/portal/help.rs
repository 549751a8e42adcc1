//! `/bantuan`: the catalogue of failures with causes and whom to turn to; `/bantuan/tiket`: the helpdesk.

use super::fields::{Choice, Faults, Input, described_by, fault_of};
use super::forms::{self, Fields};
use super::layout::{Page, facts, notice};
use super::texts::{Advice, advice, contact};
use super::visit::{Refused, Visit};
use crate::api::answer::ApiError;
use crate::api::tickets as api;
use domain::Failure;
use domain::ticket::{TICKET_TEXT_CHARS_MAX, TicketCategory, TicketNumber, TicketState};
use domain::wire::{TicketForm, TicketShown};
use domain::zone::Zone;
use hyper::body::Incoming;
use maud::{Markup, html};
use server::Answer;

pub(super) fn show(visit: &Visit<'_>) -> Answer {
    let body = html! {
        p { "Penyebab, yang dapat dilakukan, dan siapa yang dihubungi untuk setiap pesan portal." }
        p.tombol { a.utama href="/bantuan/tiket" { "Buat tiket Helpdesk" } }
        dl.katalog {
            @for &failure in Failure::ALL {
                @let Advice { cause, todo } = advice(failure);
                div id=(failure) {
                    dt { (failure.title()) }
                    dd { p { (cause) } p { (todo) } p.kontak { (contact(failure.contact())) } }
                }
            }
        }
    };
    visit.shown(&Page::new("Bantuan", body))
}

pub(super) fn ticket(visit: &Visit<'_>) -> Result<Answer, Refused> {
    let Some(number) = visit.asked("nomor") else {
        return Ok(visit.shown(&form(visit, &Fields::default(), Faults::default())));
    };
    let shown = TicketNumber::parse(number.trim()).map(|number| api::find(visit.app, number));
    let body = html! {
        @match shown.transpose()?.flatten() {
            Some(ticket) => (state(&ticket)),
            None => (notice(&html! { p { "Tidak ada tiket dengan nomor ini. Periksa kembali nomornya." } })),
        }
        (lookup(&number))
    };
    Ok(visit.shown(&Page::new("Tiket Helpdesk", body)))
}

pub(super) async fn take(visit: &Visit<'_>, body: Incoming) -> Result<Answer, Refused> {
    let fields = forms::read(visit, body).await?;
    let opened = match read(&fields) {
        Ok(ticket) => api::take(visit.app, &ticket).await,
        Err(error) => Err(error),
    };
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => {
            return Err(visit.again(error, |problem| form(visit, &fields, Faults(Some(problem)))));
        }
    };
    let rows = [
        ("Nomor tiket", html! { strong.tanda { (opened.number) } }),
        ("Diterima", html! { (Zone::Wib.text(opened.opened_at)) }),
        ("Yang menangani", html! { (contact(opened.contact)) }),
    ];
    let body = html! {
        p.berhasil { "Tiket Anda sudah diterima. Simpan nomornya: dengan nomor ini jawaban dapat dilihat." }
        (facts(&rows))
        p { a href={ "/bantuan/tiket?nomor=" (opened.number) } { "Lihat tiket" } }
    };
    Ok(visit.shown(&Page::new("Tiket Diterima", body)))
}

fn read(fields: &Fields) -> Result<TicketForm, ApiError> {
    let category = serde_json::from_value(serde_json::Value::from(fields.get("category")));
    Ok(TicketForm {
        nik: fields.text("nik"),
        kk: fields.text("kk"),
        category: category.map_err(|_| ApiError::of_field("category", Failure::FormOutdated))?,
        // Browsers send each new line as two characters.
        description: fields.get("description").replace("\r\n", "\n"),
    })
}

fn state(ticket: &TicketShown) -> Markup {
    let state = match ticket.state {
        TicketState::Open => "Menunggu jawaban",
        TicketState::Answered => "Sudah dijawab",
        TicketState::Closed => "Selesai",
    };
    let rows = [
        ("Status", html! { (state) }),
        ("Perihal", html! { (ticket.title) }),
        ("NIK", html! { (ticket.nik_masked) }),
        ("Diterima", html! { (Zone::Wib.text(ticket.opened_at)) }),
        ("Yang menangani", html! { (contact(ticket.contact)) }),
    ];
    html! {
        (facts(&rows))
        @if let Some(answer) = &ticket.answer { section { h2 { "Jawaban Helpdesk" } p.jawaban { (answer) } } }
    }
}

fn lookup(number: &str) -> Markup {
    html! {
        form method="get" action="/bantuan/tiket" {
            h2 { "Lihat tiket" }
            (Input::text("nomor", "Nomor tiket", number).drawn(Faults::default()))
            p.tombol { button.kedua type="submit" { "Lihat" } }
        }
    }
}

fn form(visit: &Visit<'_>, fields: &Fields, faults: Faults<'_>) -> Page {
    let names: Vec<_> = TicketCategory::ALL
        .into_iter()
        .map(|category| (serde_json::to_value(category).unwrap_or_default(), category.title()))
        .collect();
    let options = names.iter().filter_map(|(name, title)| Some((name.as_str()?, *title)));
    let fault = faults.at("description");
    let body = html! {
        p { "Kesalahan data kependudukan hanya dapat diperbaiki oleh Dukcapil, bukan oleh Helpdesk." }
        form method="post" action="/bantuan/tiket" novalidate data-lancar {
            h2 { "Tiket baru" }
            (faults.summary())
            (visit.token.fields())
            (Input::digits("nik", "NIK", fields.get("nik")).drawn(faults))
            (Input::digits("kk", "Nomor Kartu Keluarga", fields.get("kk")).drawn(faults))
            (Choice { name: "category", label: "Perihal", hint: None, value: fields.get("category"), options }.drawn(faults))
            div.isian {
                label for="description" { "Uraian" }
                textarea id="description" name="description" rows="5" required maxlength=(TICKET_TEXT_CHARS_MAX)
                    aria-invalid=[fault.map(|_| "true")] aria-describedby=[described_by("description", false, fault.is_some())]
                    { (fields.get("description")) }
                (fault_of("description", fault))
            }
            p.tombol { button.utama type="submit" { "Kirim tiket" } }
        }
        (lookup(""))
    };
    Page::new("Tiket Helpdesk", body)
}
