//! `POST /sessions`: log in; `DELETE /sessions/current`: log out; `GET /accounts/me`.
//!
//! Every refusal of a login is `login-failed` and costs one hash: an unknown NIK, a wrong password, a lock, and an account that waits
//! to be activated cannot be told apart.

use super::answer::{self, ApiError};
use super::{check_maintenance, parse_nik, read_form};
use crate::app::App;
use crate::cookies::{self, Cookie, SameSite};
use crate::store::Account;
use crate::{receipts, sessions};
use domain::password::PASSWORD_CHARS_MAX;
use domain::wire::{LoginForm, Me, SessionOpened};
use domain::{Failure, Timestamp};
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderValue, SET_COOKIE};
use server::Answer;
use std::time::Duration;

pub(super) async fn open(app: &App, body: Incoming) -> Result<Answer, ApiError> {
    check_maintenance(app)?;
    let form: LoginForm = read_form(app, body).await?;
    let (opened, cookie) = log_in(app, form).await?;
    let mut answer = answer::json(StatusCode::CREATED, &opened);
    answer.headers_mut().insert(SET_COOKIE, cookie);
    Ok(answer)
}

/// Opens a session, whose token is given as a cookie too.
pub(crate) async fn log_in(app: &App, form: LoginForm) -> Result<(SessionOpened, HeaderValue), ApiError> {
    let nik = parse_nik(app, &form.nik)?;
    if form.password.chars().count() > PASSWORD_CHARS_MAX {
        return Err(ApiError::from(Failure::LoginFailed));
    }
    let account = app.active_account(nik)?;
    let now = app.clock.now();
    let hash = account.as_ref().map(|account| begin(app, account, now)).transpose()?.flatten();
    let right = app.passwords.verify(form.password, hash).await?;
    match account.filter(|_| right) {
        Some(account) => admit(app, &account),
        None => Err(ApiError::from(Failure::LoginFailed)),
    }
}

/// Counts the attempt, and gives the hash that it is to be judged by; none where it isn't judged.
fn begin(app: &App, account: &Account, now: Timestamp) -> Result<Option<String>, ApiError> {
    let mut judged = false;
    let access = app.store.update_access(account.number, &mut |access| {
        judged = access.login.begin(now, app.config.accounts.login_lock);
    })?;
    if !judged {
        tracing::info!(nik = account.draft.identity.nik.masked(), "locked after too many wrong passwords");
        return Ok(None);
    }
    let first = || account.draft.credentials.as_ref().map(|credentials| credentials.password_hash.clone());
    Ok(access.password_hash.map(|hash| hash.0).or_else(first))
}

fn admit(app: &App, account: &Account) -> Result<(SessionOpened, HeaderValue), ApiError> {
    let (config, now) = (&app.config.accounts, app.clock.now());
    let expires_at = now.plus(config.session_life);
    let (token, session) = sessions::new(account.number, expires_at)
        .map_err(|error| ApiError::inside(Failure::Internal, &error))?;
    app.store.update_access(account.number, &mut |access| {
        access.login.succeeded();
        access.open_session(session.clone(), now, config.sessions_max);
    })?;
    let cookie = cookie(app, &token, config.session_life);
    Ok((SessionOpened { token, expires_at }, cookie))
}

pub(super) fn close(app: &App, headers: &HeaderMap) -> Result<Answer, ApiError> {
    let cookie = log_out(app, headers)?;
    let mut answer = answer::no_content();
    answer.headers_mut().insert(SET_COOKIE, cookie);
    Ok(answer)
}

/// Ends the session that a request shows; the cookie that is given back takes its own away.
pub(crate) fn log_out(app: &App, headers: &HeaderMap) -> Result<HeaderValue, ApiError> {
    let shown = sessions::of(app, headers)?.ok_or(Failure::LoginFailed)?;
    app.store.update_access(shown.account.number, &mut |access| access.close_session(&shown.digest))?;
    Ok(cookie(app, "", Duration::ZERO))
}

pub(super) fn me(app: &App, headers: &HeaderMap) -> Result<Answer, ApiError> {
    Ok(answer::json(StatusCode::OK, &holder(app, headers)?))
}

/// What the holder of a session sees of their account.
pub(crate) fn holder(app: &App, headers: &HeaderMap) -> Result<Me, ApiError> {
    let shown = sessions::of(app, headers)?.ok_or(Failure::LoginFailed)?;
    let receipt = receipts::of(&app.secret, &shown.account);
    let identity = shown.account.draft.identity;
    Ok(Me {
        account_number: shown.account.number,
        nik: identity.nik.expose(),
        full_name: identity.full_name.as_str().to_owned(),
        birth_date: identity.birth_date,
        phone: identity.phone.key().to_owned(),
        email: identity.email.as_str().to_owned(),
        registered_at: shown.account.registered_at,
        receipt,
        session_expires_at: shown.expires_at,
    })
}

fn cookie(app: &App, token: &str, life: Duration) -> HeaderValue {
    let name = sessions::COOKIE_NAME;
    cookies::set(app, Cookie { name, value: token, path: "/", life, site: SameSite::Strict })
}
