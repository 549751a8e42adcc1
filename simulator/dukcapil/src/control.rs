//! How an operator, a test or a load generator changes what the registry can bear: `GET` and `PATCH` [`PATH`], and [`ZERO_PATH`].
//!
//! From this machine only, and with a key; without a key in the settings there is nothing here.

use crate::conditions::Change;
use crate::desk::Desk;
use crate::service::{json, text};
use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::{Method, Request, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use server::{Answer, BodyBounds, Peer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// `GET`: [`crate::Conditions`]; `PATCH` [`Change`]: the same, afterwards. With `Authorization: Bearer KEY`.
pub const PATH: &str = "/control";

/// `PUT` [`Zero`]: [`crate::Conditions`].
pub const ZERO_PATH: &str = "/control/zero";

/// When the schedule of outages and changes begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zero {
    /// From now, in milliseconds.
    pub in_ms: u64,
}

/// The key of [`PATH`]; it is not printed.
#[derive(Clone)]
pub(crate) struct ControlKey(pub(crate) Arc<str>);

impl std::fmt::Debug for ControlKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ControlKey(***)")
    }
}

/// A sample of latencies may be long.
const CHANGE: BodyBounds = BodyBounds { bytes_max: 16 * 1024 * 1024, timeout: Duration::from_secs(10) };

pub(crate) fn is_for(path: &str) -> bool {
    matches!(path, PATH | ZERO_PATH)
}

/// Answers an operator. Others hear that there is nothing.
pub(crate) async fn answer(desk: &Desk, key: Option<&ControlKey>, request: Request<Incoming>) -> Answer {
    if !key.is_some_and(|key| may(key, &request)) {
        return text(StatusCode::NOT_FOUND, "not found\n");
    }
    let done = match (request.method(), request.uri().path()) {
        (&Method::GET, PATH) => Ok(()),
        (&Method::PATCH, PATH) => change(desk, request.into_body()).await,
        (&Method::PUT, ZERO_PATH) => {
            read(request.into_body()).await.map(|zero: Zero| desk.set_zero(Duration::from_millis(zero.in_ms)))
        }
        _ => Err(text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n")),
    };
    done.map_or_else(|refusal| refusal, |()| json(&desk.conditions()))
}

fn may(ControlKey(key): &ControlKey, request: &Request<Incoming>) -> bool {
    let near =
        request.extensions().get::<Peer>().is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    let given = request.headers().get(AUTHORIZATION).map(|value| value.as_bytes()).unwrap_or_default();
    let right: bool = format!("Bearer {key}").as_bytes().ct_eq(given).into();
    near && right
}

async fn change(desk: &Desk, body: Incoming) -> Result<(), Answer> {
    let change: Change = read(body).await?;
    let problems = change.problems();
    if problems.is_empty() {
        desk.change(change);
        return Ok(());
    }
    Err(text(StatusCode::UNPROCESSABLE_ENTITY, format!("{}\n", problems.join("\n"))))
}

/// An operator's words; what is wrong with them is told.
async fn read<T: DeserializeOwned>(body: Incoming) -> Result<T, Answer> {
    let bytes = server::read(body, CHANGE, |_| Ok::<(), Infallible>(()))
        .await
        .map_err(|error| text(StatusCode::PAYLOAD_TOO_LARGE, format!("{error}\n")))?;
    serde_json::from_slice(&bytes).map_err(|error| text(StatusCode::BAD_REQUEST, format!("{error}\n")))
}
