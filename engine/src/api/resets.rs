//! `POST /password-resets`: a new password for whoever knows both answers, and `POST /password-resets/questions`, which asks them.
//!
//! Neither tells whether a NIK has an account: an unknown one is asked two questions too, always the same, and nobody's answers to
//! them are right.

use super::answer::{self, ApiError};
use super::{check_maintenance, credentials, parse_nik, read_form};
use crate::app::App;
use crate::store::Account;
use domain::access::PasswordHash;
use domain::draft::SecurityQuestion;
use domain::wire::{CaptchaAnswer, PasswordResetForm, ResetQuestions, ResetQuestionsForm};
use domain::{Failure, Nik, Timestamp, questions};
use hyper::StatusCode;
use hyper::body::Incoming;
use server::Answer;
use subtle::{Choice, ConstantTimeEq};

pub(super) async fn ask(app: &App, body: Incoming) -> Result<Answer, ApiError> {
    check_maintenance(app)?;
    let form: ResetQuestionsForm = read_form(app, body).await?;
    Ok(answer::json(StatusCode::OK, &questions(app, &form)?))
}

/// The two questions that somebody is asked.
pub(crate) fn questions(app: &App, form: &ResetQuestionsForm) -> Result<ResetQuestions, ApiError> {
    let nik = parse_nik(app, &form.nik)?;
    redeem(app, &form.captcha)?;
    let decoys = decoys(app, nik);
    let questions = match app.active_account(nik)?.as_ref().map(questions_of) {
        Some([first, second]) => [first.question.clone(), second.question.clone()],
        Some(_) | None => decoys,
    };
    Ok(ResetQuestions { questions })
}

pub(super) async fn reset(app: &App, body: Incoming) -> Result<Answer, ApiError> {
    check_maintenance(app)?;
    let form: PasswordResetForm = read_form(app, body).await?;
    set_password(app, form).await?;
    Ok(answer::no_content())
}

/// Sets a new password for whoever knows both answers.
pub(crate) async fn set_password(app: &App, form: PasswordResetForm) -> Result<(), ApiError> {
    let nik = parse_nik(app, &form.nik)?;
    credentials::check_password(app, &form.password, &form.password_repetition, nik)?;
    redeem(app, &form.captcha)?;
    // Everybody pays for it, as at a login: beside it the time doesn't show whether there is an account, or a lock.
    let hash = PasswordHash(app.passwords.hash(form.password).await?);
    let account = match app.active_account(nik)? {
        // Counted first, also where the answers are right.
        Some(account) if begin(app, &account, app.clock.now())? && knows(app, &account, &form.answers) => {
            account
        }
        _ => return Err(ApiError::from(Failure::LoginFailed)),
    };
    app.store.update_access(account.number, &mut |access| access.set_password(hash.clone()))?;
    // Whoever hears that the new password holds may rely on it, also after a crash.
    app.committer.settle().await?;
    tracing::info!(nik = nik.masked(), "a password was set anew by the security answers");
    Ok(())
}

fn redeem(app: &App, captcha: &CaptchaAnswer) -> Result<(), ApiError> {
    let redeemed = app.captchas.redeem(captcha, app.clock.now());
    redeemed.map_err(|failure| ApiError::of_field("captcha", failure))
}

fn begin(app: &App, account: &Account, now: Timestamp) -> Result<bool, ApiError> {
    let mut judged = false;
    app.store.update_access(account.number, &mut |access| {
        judged = access.reset.begin(now, app.config.accounts.login_lock);
    })?;
    Ok(judged)
}

fn questions_of(account: &Account) -> &[SecurityQuestion] {
    account.draft.credentials.as_ref().map_or(&[], |credentials| &credentials.questions)
}

/// Whether both answers are right; which one is wrong doesn't show in the time either.
fn knows(app: &App, account: &Account, answers: &[String; 2]) -> bool {
    let questions = questions_of(account);
    let right = questions.iter().zip(answers).fold(Choice::from(1), |right, (question, answer)| {
        let digest = credentials::answer_digest(app, account.draft_id, &question.question, answer);
        right & digest.as_bytes().ct_eq(question.answer_digest.as_bytes())
    });
    questions.len() == answers.len() && bool::from(right)
}

fn decoys(app: &App, nik: Nik) -> [String; 2] {
    let digest = app.secret.digest_bytes(&["questions of nobody", &nik.expose()]);
    let first = usize::from(digest[0]) % questions::COMMON.len();
    let step = 1 + usize::from(digest[1]) % (questions::COMMON.len() - 1);
    [first, (first + step) % questions::COMMON.len()].map(|at| questions::COMMON[at].to_owned())
}
