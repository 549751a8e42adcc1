//! `/lupa-sandi`: a new password by the answers to the security questions, in two pages.

use super::captcha::Captcha;
use super::fields::{Faults, Input};
use super::forms::{self, Fields};
use super::layout::Page;
use super::visit::{Refused, Visit};
use crate::api::answer::ApiError;
use crate::api::{captchas, check_maintenance, resets as api};
use domain::wire::{PasswordResetForm, ResetQuestionsForm};
use hyper::body::Incoming;
use maud::html;
use server::Answer;

pub(super) fn show(visit: &Visit<'_>) -> Result<Answer, Refused> {
    check_maintenance(visit.app)?;
    captchas::check(visit.app)?;
    Ok(visit.shown(&first(visit, &Fields::default(), Faults::default())))
}

pub(super) async fn ask(visit: &Visit<'_>, body: Incoming) -> Result<Answer, Refused> {
    let fields = forms::read(visit, body).await?;
    if fields.wants_captcha() {
        return Ok(visit.shown(&first(visit, &fields, Faults::default())));
    }
    match questions(visit, &fields) {
        Ok(questions) => {
            let asked = Fields::of(&[
                ("nik", fields.get("nik")),
                ("question", &questions[0]),
                ("second_question", &questions[1]),
            ]);
            Ok(visit.shown(&second(visit, &asked, Faults::default())))
        }
        Err(error) => Err(visit.again(error, |problem| first(visit, &fields, Faults(Some(problem))))),
    }
}

fn questions(visit: &Visit<'_>, fields: &Fields) -> Result<[String; 2], ApiError> {
    check_maintenance(visit.app)?;
    let form = ResetQuestionsForm { nik: fields.text("nik"), captcha: fields.captcha() };
    Ok(api::questions(visit.app, &form)?.questions)
}

pub(super) async fn take(visit: &Visit<'_>, body: Incoming) -> Result<Answer, Refused> {
    check_maintenance(visit.app)?;
    let fields = forms::read(visit, body).await?;
    if fields.wants_captcha() {
        return Ok(visit.shown(&second(visit, &fields, Faults::default())));
    }
    let form = PasswordResetForm {
        nik: fields.text("nik"),
        answers: [fields.text("answer"), fields.text("second_answer")],
        password: fields.text("password"),
        password_repetition: fields.text("password_repetition"),
        captcha: fields.captcha(),
    };
    if let Err(error) = api::set_password(visit.app, form).await {
        return Err(visit.again(error, |problem| second(visit, &fields, Faults(Some(problem)))));
    }
    let body = html! {
        p.berhasil { "Kata sandi baru sudah berlaku. Sesi lain sudah ditutup." }
        p.tombol { a.utama href="/masuk" { "Masuk" } }
    };
    Ok(visit.shown(&Page::new("Kata Sandi Diganti", body)))
}

fn first(visit: &Visit<'_>, fields: &Fields, faults: Faults<'_>) -> Page {
    let body = html! {
        p { "Masukkan NIK. Kami akan menanyakan dua pertanyaan pengaman yang Anda pilih saat membuat akun." }
        form method="post" action="/lupa-sandi" novalidate data-lancar {
            (faults.summary())
            (visit.token.fields())
            (Input::digits("nik", "NIK", fields.get("nik")).drawn(faults))
            (Captcha::new(visit.app).drawn(visit.app.config.limits.captcha_length, faults))
            p.tombol { button.utama type="submit" { "Lanjutkan" } }
        }
        p { "Lupa jawabannya juga? " a href="/bantuan/tiket" { "Buat tiket Helpdesk" } "." }
    };
    Page::new("Lupa Kata Sandi", body)
}

fn second(visit: &Visit<'_>, fields: &Fields, faults: Faults<'_>) -> Page {
    let body = html! {
        form method="post" action="/lupa-sandi/jawaban" novalidate data-lancar {
            (faults.summary())
            (visit.token.fields())
            @for name in ["nik", "question", "second_question"] { input type="hidden" name=(name) value=(fields.get(name)); }
            (Input::secret("answer", fields.get("question"), "off").drawn(faults))
            (Input::secret("second_answer", fields.get("second_question"), "off").drawn(faults))
            (Input::secret("password", "Kata sandi baru", "new-password").drawn(faults))
            (Input::secret("password_repetition", "Ulangi kata sandi baru", "new-password").drawn(faults))
            (Captcha::new(visit.app).drawn(visit.app.config.limits.captcha_length, faults))
            p.tombol { button.utama type="submit" { "Ganti kata sandi" } }
        }
    };
    Page::new("Jawab Pertanyaan Pengaman", body)
}
