//! The operators' port: health, readiness, metrics, and the export of accounts. It is never to be reached by applicants.

use crate::app::App;
use crate::store::StoreError;
use bytes::Bytes;
use domain::draft::AccountNumber;
use domain::wire::{ExportedAccount, paths};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{Method, Request, Response, StatusCode};
use server::Answer;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// What prometheus-client writes.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers an operator.
pub(crate) async fn answer(app: Arc<App>, request: Request<Incoming>) -> Answer {
    if request.method() != Method::GET {
        return text(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "only GET\n");
    }
    match request.uri().path() {
        "/healthz" => text(StatusCode::OK, "text/plain", "ok\n"),
        "/readyz" => ready(&app),
        "/metrics" => text(StatusCode::OK, OPEN_METRICS, app.metrics.encode()),
        paths::EXPORT if may_export(&app, &request) => export(app).await,
        _ => text(StatusCode::NOT_FOUND, "text/plain", "not found\n"),
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

fn export_lines(app: &App) -> Result<Vec<u8>, StoreError> {
    let mut lines = Vec::new();
    for account in app.store.accounts() {
        let account = account?;
        let nik = account.draft.identity.nik;
        let line =
            ExportedAccount { account_number: account.number, nik, registered_at: account.registered_at };
        serde_json::to_writer(&mut lines, &line).expect("an exported account has no failing serialiser");
        lines.push(b'\n');
    }
    Ok(lines)
}

fn text(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Answer {
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, media_type)
        .body(Full::new(body.into()))
        .expect("a status and a constant header make an answer")
}
