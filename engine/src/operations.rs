//! The operators' port: health, readiness, metrics, the gate, the helpdesk, and the export of accounts. It is never to be reached by
//! applicants.

mod faults;
mod gate;
mod helpdesk;

use crate::app::App;
use crate::store::{Account, StoreError, TicketId};
use bytes::Bytes;
use domain::draft::AccountNumber;
use domain::wire::{self, AccountFlag, ExportedAccount, GateRefusal, paths};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use server::{Answer, BodyBounds};
use std::sync::Arc;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// Bytes of an operator's form at most: fifty announcements, and then some.
const FORM_BYTES_MAX: u64 = 512 * 1024;
const FORM_TIMEOUT: Duration = Duration::from_secs(10);

/// Answers an operator.
pub(crate) async fn answer(app: Arc<App>, request: Request<Incoming>) -> Answer {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/healthz") => text(StatusCode::OK, "text/plain", "ok\n"),
        (&Method::GET, "/readyz") => ready(&app),
        (&Method::GET, "/metrics") => {
            app.metrics.set_overload(&app.overload);
            server::metrics_answer(request.headers(), app.metrics.encode())
        }
        (&Method::GET, paths::EXPORT) if may_export(&app, &request) => export(app).await,
        (&Method::GET | &Method::PUT, paths::GATE) if may_export(&app, &request) => {
            gate::answer(app, request).await
        }
        (&Method::GET | &Method::PUT, paths::FAULTS) if may_export(&app, &request) => {
            faults::answer(&app, request).await
        }
        (&Method::GET, paths::HELPDESK) if may_export(&app, &request) => helpdesk::list(app).await,
        (&Method::PUT, path) if may_export(&app, &request) => match ticket_of(path) {
            Some(id) => helpdesk::put(app, id, request).await,
            None => text(StatusCode::NOT_FOUND, "text/plain", "not found\n"),
        },
        (&Method::GET | &Method::PUT, _) => text(StatusCode::NOT_FOUND, "text/plain", "not found\n"),
        _ => text(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "only GET and PUT\n"),
    }
}

/// Ready as long as the register can be read.
fn ready(app: &App) -> Answer {
    match app.store.account(AccountNumber(0)) {
        Ok(_) => text(StatusCode::OK, "text/plain", "ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            text(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "the register cannot be read\n")
        }
    }
}

/// Without a key in the settings there is no export, and nothing tells that there could be one.
fn may_export(app: &App, request: &Request<Incoming>) -> bool {
    let Some(key) = &app.config.export_key else { return false };
    let given = request.headers().get(AUTHORIZATION).map(|value| value.as_bytes()).unwrap_or_default();
    format!("Bearer {key}").as_bytes().ct_eq(given).into()
}

/// One account a line, read on a thread that may wait for the disk.
async fn export(app: Arc<App>) -> Answer {
    let lines = tokio::task::spawn_blocking(move || export_lines(&app)).await;
    match lines {
        Ok(Ok(lines)) => text(StatusCode::OK, "application/x-ndjson", lines),
        Ok(Err(error)) => {
            tracing::error!(%error, "export failed");
            text(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "the register cannot be read\n")
        }
        Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "export failed\n"),
    }
}

fn flags(app: &App, account: &Account) -> Result<Vec<AccountFlag>, StoreError> {
    let mut flags = Vec::new();
    if app.store.is_double(account)? {
        flags.push(AccountFlag::DoubleIdentity);
    }
    if app.store.activation(account.number)?.is_some() {
        flags.push(AccountFlag::AwaitingActivation);
    }
    Ok(flags)
}

fn export_lines(app: &App) -> Result<Vec<u8>, StoreError> {
    let mut lines = Vec::new();
    for account in app.store.accounts() {
        let account = account?;
        let nik = account.draft.identity.nik;
        let flags = flags(app, &account)?;
        let line = ExportedAccount {
            account_number: account.number,
            nik,
            registered_at: account.registered_at,
            flags,
        };
        serde_json::to_writer(&mut lines, &line).expect("an exported account has no failing serialiser");
        lines.push(b'\n');
    }
    Ok(lines)
}

fn ticket_of(path: &str) -> Option<TicketId> {
    path.strip_prefix(paths::HELPDESK)?.strip_prefix('/')?.parse().ok()
}

/// An operator's form; what is wrong with it is told, since an operator may see the inside.
async fn read_json<T: DeserializeOwned>(body: Incoming) -> Result<T, Answer> {
    let bounds = BodyBounds { bytes_max: FORM_BYTES_MAX, timeout: FORM_TIMEOUT };
    let refuse = |status, problem: String| json(status, &GateRefusal { problems: vec![problem] });
    let bytes = server::read(body, bounds, |_| Ok::<(), String>(()))
        .await
        .map_err(|error| refuse(StatusCode::PAYLOAD_TOO_LARGE, error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| refuse(StatusCode::BAD_REQUEST, error.to_string()))
}

fn json<T: Serialize>(status: StatusCode, body: &T) -> Answer {
    let body = serde_json::to_vec(body).expect("answers have string keys and no failing serialiser");
    text(status, wire::JSON, body)
}

fn internal() -> Answer {
    text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "failed\n")
}

fn text(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Answer {
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, media_type)
        .body(Full::new(body.into()))
        .expect("a status and a constant header make an answer")
}
