//! `GET /tickets` and `PUT /tickets/{id}`: how the helpdesk sees tickets and answers them.

use super::{internal, json, read_json, text};
use crate::app::App;
use crate::helpdesk::AnswerError;
use crate::store::{StoreError, Ticket, TicketId};
use domain::wire::{GateRefusal, TicketAnswer};
use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use server::Answer;
use std::sync::Arc;

/// One ticket a line, read on a thread that may wait for the disk.
pub(super) async fn list(app: Arc<App>) -> Answer {
    match tokio::task::spawn_blocking(move || lines(&app)).await {
        Ok(Ok(lines)) => text(StatusCode::OK, "application/x-ndjson", lines),
        Ok(Err(error)) => {
            tracing::error!(%error, "tickets cannot be listed");
            text(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "the register cannot be read\n")
        }
        Err(_) => internal(),
    }
}

/// An answer that the applicant reads under the ticket's number.
pub(super) async fn put(app: Arc<App>, id: TicketId, request: Request<Incoming>) -> Answer {
    let given: TicketAnswer = match read_json(request.into_body()).await {
        Ok(given) => given,
        Err(refusal) => return refusal,
    };
    let now = app.clock.now();
    match app.helpdesk.answer(id, given, now) {
        Ok(ticket) => settle(&app, &ticket).await,
        Err(AnswerError::Absent) => text(StatusCode::NOT_FOUND, "text/plain", "not found\n"),
        Err(error @ AnswerError::Text) => {
            json(StatusCode::UNPROCESSABLE_ENTITY, &GateRefusal { problems: vec![error.to_string()] })
        }
        Err(AnswerError::Store(error)) => {
            tracing::error!(%error, "an answer to a ticket was not kept");
            text(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "the register cannot be written\n")
        }
    }
}

/// The answer is on disk before the operator hears so.
async fn settle(app: &App, ticket: &Ticket) -> Answer {
    match app.committer.settle().await {
        Ok(()) => json(StatusCode::OK, &ticket.exported()),
        Err(error) => {
            tracing::error!(%error, "an answer to a ticket may not have been kept");
            text(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "the register cannot be written\n")
        }
    }
}

fn lines(app: &App) -> Result<Vec<u8>, StoreError> {
    let mut lines = Vec::new();
    for ticket in app.store.tickets() {
        serde_json::to_writer(&mut lines, &ticket?.exported())
            .expect("an exported ticket has no failing serialiser");
        lines.push(b'\n');
    }
    Ok(lines)
}
