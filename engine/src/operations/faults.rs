//! `GET` and `PUT /faults`: how operators break things, where the settings allow it.

use super::{json, read_json, text};
use crate::app::App;
use domain::wire::Faults;
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use server::Answer;

pub(super) async fn answer(app: &App, request: Request<Incoming>) -> Answer {
    let Some(switches) = &app.faults else { return text(StatusCode::NOT_FOUND, "text/plain", "not found\n") };
    if request.method() == Method::PUT {
        match read_json::<Faults>(request.into_body()).await {
            Ok(faults) => switches.set(faults),
            Err(refusal) => return refusal,
        }
    }
    json(StatusCode::OK, &switches.shown())
}
