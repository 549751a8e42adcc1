//! From HTTP to the desk and back. No answer says anything of the inside.

use crate::control::{self, ControlKey};
use crate::desk::{Desk, NoAnswer};
use crate::metrics::Outcome;
use bytes::Bytes;
use domain::wire::{JSON, RegistryQuestion, paths};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;
use server::{Answer, BodyBounds, BodyError, HangUp};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// A question has about 150 bytes.
const QUESTION: BodyBounds = BodyBounds { bytes_max: 4_096, timeout: Duration::from_secs(10) };

/// Answers one request.
pub(crate) async fn answer(desk: Arc<Desk>, key: Option<ControlKey>, request: Request<Incoming>) -> Answer {
    if control::is_for(request.uri().path()) {
        return control::answer(&desk, key.as_ref(), request).await;
    }
    let allowed = match request.uri().path() {
        paths::VERIFICATIONS => Method::POST,
        "/healthz" | "/metrics" => Method::GET,
        _ => return text(StatusCode::NOT_FOUND, "not found\n"),
    };
    if request.method() != allowed {
        let mut refusal = text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
        let allow = if allowed == Method::POST { "POST" } else { "GET" };
        refusal.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
        return refusal;
    }
    match request.uri().path() {
        paths::VERIFICATIONS => verification(desk, request.into_body()).await,
        "/metrics" => server::metrics_answer(request.headers(), desk.metrics_text()),
        _ => text(StatusCode::OK, "ok\n"),
    }
}

async fn verification(desk: Arc<Desk>, body: Incoming) -> Answer {
    let malformed = |status, why: &'static str| {
        desk.metrics.count(Outcome::Malformed);
        text(status, why)
    };
    let body = match server::read(body, QUESTION, |_| Ok::<(), Infallible>(())).await {
        Ok(body) => body,
        Err(BodyError::TooLarge) => return malformed(StatusCode::PAYLOAD_TOO_LARGE, "too large\n"),
        Err(BodyError::TooSlow) => return malformed(StatusCode::REQUEST_TIMEOUT, "too slow\n"),
        Err(BodyError::CutOff | BodyError::Refused(_)) => {
            return malformed(StatusCode::BAD_REQUEST, "malformed\n");
        }
    };
    let Ok(question) = serde_json::from_slice::<RegistryQuestion>(&body) else {
        return malformed(StatusCode::BAD_REQUEST, "malformed\n");
    };
    // On a task of its own, so that it is worked on to its end also when the client has hung up: impatience frees no register.
    let looked_up = tokio::spawn(async move { desk.look_up(&question).await }).await;
    match looked_up {
        Ok(Ok(answer)) => json(&answer),
        Ok(Err(no_answer)) => refusal(no_answer),
        Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "internal error\n"),
    }
}

fn refusal(no_answer: NoAnswer) -> Answer {
    let later = |status, why, retry_after_s: u64| {
        let mut refusal = text(status, why);
        refusal.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after_s));
        refusal
    };
    match no_answer {
        NoAnswer::Busy { retry_after_s } => later(StatusCode::SERVICE_UNAVAILABLE, "busy\n", retry_after_s),
        NoAnswer::Quota { retry_after_s } => {
            later(StatusCode::TOO_MANY_REQUESTS, "quota spent\n", retry_after_s)
        }
        NoAnswer::Error => text(StatusCode::SERVICE_UNAVAILABLE, "unavailable\n"),
        NoAnswer::HangUp => {
            let mut nothing = text(StatusCode::SERVICE_UNAVAILABLE, "");
            nothing.extensions_mut().insert(HangUp);
            nothing
        }
    }
}

pub(crate) fn json<T: Serialize>(body: &T) -> Answer {
    let body = serde_json::to_vec(body).expect("answers have string keys and no failing serialiser");
    whole(StatusCode::OK, JSON, body)
}

pub(crate) fn text(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    whole(status, "text/plain; charset=utf-8", body)
}

fn whole(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}
