//! `GET` and `PUT /gate`: how operators see and move the schedule.

use super::{internal, json, read_json};
use crate::app::App;
use crate::gate::ChangeError;
use domain::wire::{GateChange, GateRefusal};
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use server::Answer;
use std::sync::Arc;

pub(super) async fn answer(app: Arc<App>, request: Request<Incoming>) -> Answer {
    if request.method() == Method::GET {
        return json(StatusCode::OK, &app.gate.book(app.clock.now()));
    }
    let change: GateChange = match read_json(request.into_body()).await {
        Ok(change) => change,
        Err(refusal) => return refusal,
    };
    let now = app.clock.now();
    // It waits for the disk.
    match tokio::task::spawn_blocking(move || app.gate.change(change, now)).await {
        Ok(Ok(book)) => json(StatusCode::OK, &book),
        Ok(Err(error)) => refuse(error),
        Err(_) => internal(),
    }
}

fn refuse(error: ChangeError) -> Answer {
    let status = match &error {
        ChangeError::Faults(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ChangeError::Revision(_) => StatusCode::CONFLICT,
        ChangeError::Io(_) => {
            tracing::error!(%error, "the schedule stays as it was");
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    let problems = match error {
        ChangeError::Faults(faults) => faults,
        other => vec![other.to_string()],
    };
    json(status, &GateRefusal { problems })
}
