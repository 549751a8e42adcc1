//! `/daftar/…/sandi`: step 2, password and security questions.

use super::captcha::Captcha;
use super::drafts::Opened;
use super::fields::{Choice, Faults, Input};
use super::forms::{self, Fields};
use super::layout::{Page, Step, steps};
use super::target::Stage;
use super::visit::{Refused, Visit, see_other};
use crate::api::{check_gate, credentials as api};
use domain::draft::Step as DraftStep;
use domain::questions;
use domain::wire::{CredentialsForm, QuestionForm};
use hyper::body::Incoming;
use maud::html;
use server::Answer;

pub(super) fn show(visit: &Visit<'_>, opened: &Opened) -> Result<Answer, Refused> {
    check_gate(visit.app)?;
    opened.draft.admit(DraftStep::Credentials, visit.app.clock.now())?;
    Ok(visit.shown(&form(visit, opened, &Fields::default(), Faults::default())))
}

pub(super) async fn take(visit: &Visit<'_>, opened: Opened, body: Incoming) -> Result<Answer, Refused> {
    check_gate(visit.app)?;
    let fields = forms::read(visit, body).await?;
    if fields.wants_captcha() {
        return Ok(visit.shown(&form(visit, &opened, &fields, Faults::default())));
    }
    match api::keep(visit.app, opened.id, read(&fields)).await {
        Ok(()) => Ok(see_other(&opened.handle.path(Stage::Review))),
        Err(error) => Err(visit.again(error, |problem| form(visit, &opened, &fields, Faults(Some(problem))))),
    }
}

fn read(fields: &Fields) -> CredentialsForm {
    let question =
        |question, answer| QuestionForm { question: fields.text(question), answer: fields.text(answer) };
    CredentialsForm {
        password: fields.text("password"),
        password_repetition: fields.text("password_repetition"),
        questions: [question("questions", "answer"), question("second_question", "second_answer")],
        captcha: fields.captcha(),
    }
}

fn form(visit: &Visit<'_>, opened: &Opened, fields: &Fields, faults: Faults<'_>) -> Page {
    let limits = &visit.app.config.limits;
    let hint = format!(
        "Paling sedikit {} karakter. Makin panjang makin baik; jangan memakai NIK.",
        limits.password_chars_min
    );
    let (first, second) = questions::COMMON.split_at(questions::COMMON.len() / 2);
    let question = |name, label, options: &'static [&'static str]| {
        let options = options.iter().map(|&text| (text, text));
        Choice { name, label, hint: None, value: fields.get(name), options }
    };
    let answer = |name, label| Input::secret(name, label, "off");
    let body = html! {
        (steps(Step::Data))
        @if opened.draft.credentials.is_some() {
            p { "Kata sandi sudah disimpan. Isi kembali hanya jika ingin menggantinya. "
                a href=(opened.handle.path(Stage::Review)) { "Lanjutkan tanpa mengganti" } }
        }
        form method="post" action=(opened.handle.path(Stage::Credentials)) novalidate data-lancar {
            (faults.summary())
            (visit.token.fields())
            (Input::secret("password", "Kata sandi", "new-password").hint(&hint).drawn(faults))
            (Input::secret("password_repetition", "Ulangi kata sandi", "new-password").drawn(faults))
            (question("questions", "Pertanyaan pengaman 1", first).drawn(faults))
            (answer("answer", "Jawaban pengaman 1").drawn(faults))
            (question("second_question", "Pertanyaan pengaman 2", second).drawn(faults))
            (answer("second_answer", "Jawaban pengaman 2").drawn(faults))
            (Captcha::new(visit.app).drawn(limits.captcha_length, faults))
            p.tombol {
                a.kedua href=(opened.handle.path(Stage::Documents)) { "Kembali" }
                button.utama type="submit" { "Simpan dan lanjutkan" }
            }
        }
    };
    Page::new("Buat Akun: Kata Sandi dan Pertanyaan Pengaman", body)
}
