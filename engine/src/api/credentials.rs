//! `PUT /drafts/{token}/credentials`: password and security questions. Everything cheap is checked before the hash is paid for.

use super::answer::{self, ApiError};
use super::{check_gate, drafts, read_form};
use crate::app::App;
use crate::store::DraftId;
use domain::draft::{Credentials, SecurityQuestion, Step};
use domain::wire::{CredentialsForm, QuestionForm};
use domain::{Failure, Nik, password};
use hyper::body::Incoming;
use server::Answer;

/// Most characters of a question or an answer.
const QUESTION_CHARS_MAX: usize = 200;

pub(super) async fn put(app: &App, id: DraftId, body: Incoming) -> Result<Answer, ApiError> {
    check_gate(app)?;
    let form: CredentialsForm = read_form(app, body).await?;
    keep(app, id, form).await?;
    Ok(answer::no_content())
}

/// Keeps the hash of a password that is good enough, and digests of the answers.
pub(crate) async fn keep(app: &App, id: DraftId, form: CredentialsForm) -> Result<(), ApiError> {
    let now = app.clock.now();
    let draft = drafts::load(app, id, now)?;
    draft.admit(Step::Credentials, now)?;
    app.captchas.redeem(&form.captcha, now).map_err(|failure| ApiError::of_field("captcha", failure))?;
    check_password(app, &form.password, &form.password_repetition, draft.identity.nik)?;
    let questions =
        form.questions.iter().map(|form| digest_question(app, id, form)).collect::<Result<_, _>>()?;
    let password_hash = app.passwords.hash(form.password).await?;

    let credentials = Credentials { password_hash, questions };
    let now = app.clock.now();
    let draft = app.store.update_draft(id, &mut |draft| {
        draft.admit(Step::Credentials, now)?;
        draft.credentials = Some(credentials.clone());
        Ok(())
    })?;
    drafts::settle(app, &draft).await
}

/// Judges a new password by the policy, under the fields' names.
pub(super) fn check_password(app: &App, password: &str, repetition: &str, nik: Nik) -> Result<(), ApiError> {
    password::check(password, repetition, nik, &app.config.limits).map_err(|failure| match failure {
        Failure::PasswordMismatch => ApiError::of_field("password_repetition", failure),
        other => ApiError::of_field("password", other),
    })
}

fn digest_question(app: &App, id: DraftId, form: &QuestionForm) -> Result<SecurityQuestion, ApiError> {
    let question = form.question.trim().to_owned();
    let fits = |text: &str| !text.is_empty() && text.chars().count() <= QUESTION_CHARS_MAX;
    if !fits(&question) || !fits(&comparable(&form.answer)) {
        return Err(ApiError::of_field("questions", Failure::FormOutdated));
    }
    let answer_digest = answer_digest(app, id, &question, &form.answer);
    Ok(SecurityQuestion { question, answer_digest })
}

/// The digest of `answer` to `question`, as the account keeps it that draft `id` has become.
pub(super) fn answer_digest(app: &App, id: DraftId, question: &str, answer: &str) -> String {
    app.secret.digest(&["security answer", &id.to_string(), question, &comparable(answer)])
}

/// An answer is compared without regard to case and spaces.
fn comparable(answer: &str) -> String {
    answer.split_whitespace().flat_map(str::chars).flat_map(char::to_lowercase).collect()
}
