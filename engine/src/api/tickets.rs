//! `POST /tickets` and `GET /tickets/{number}`: the helpdesk. It stays open before the opening and after the end, when most people
//! have something to ask; only maintenance shuts it.

use super::answer::{self, ApiError};
use super::{check_maintenance, read_form};
use crate::app::App;
use crate::helpdesk::OpenError;
use crate::store::{Ticket, TicketId};
use domain::Failure;
use domain::ticket::{self, TICKET_NUMBER_BYTES, TicketNumber, TicketState};
use domain::wire::{TicketForm, TicketOpened, TicketShown};
use hyper::StatusCode;
use hyper::body::Incoming;
use server::Answer;

pub(super) async fn open(app: &App, body: Incoming) -> Result<Answer, ApiError> {
    check_maintenance(app)?;
    let form: TicketForm = read_form(app, body).await?;
    Ok(answer::json(StatusCode::CREATED, &take(app, &form).await?))
}

/// Takes a ticket; when this returns it is on disk.
pub(crate) async fn take(app: &App, form: &TicketForm) -> Result<TicketOpened, ApiError> {
    let checked = ticket::check(form).map_err(ApiError::of_faults)?;
    let (number, opened_at) = (new_number()?, app.clock.now());
    let ticket = Ticket {
        id: TicketId::of(number),
        nik: checked.nik,
        kk: checked.kk,
        category: checked.category,
        description: checked.description,
        opened_at,
        state: TicketState::Open,
        answered_at: None,
        answer: None,
    };
    app.helpdesk.open(&ticket)?;
    app.committer.settle().await?;
    Ok(TicketOpened { number, opened_at, contact: checked.category.contact() })
}

/// A number that was never given is a path that isn't there.
pub(super) fn show(app: &App, number: TicketNumber) -> Result<Answer, ApiError> {
    Ok(find(app, number)?.map_or_else(answer::not_found, |shown| answer::json(StatusCode::OK, &shown)))
}

/// The ticket `number` without personal data; `None` where it was never given.
pub(crate) fn find(app: &App, number: TicketNumber) -> Result<Option<TicketShown>, ApiError> {
    let shown = |ticket: Ticket| TicketShown {
        nik_masked: ticket.nik.masked(),
        category: ticket.category,
        title: ticket.category.title().to_owned(),
        contact: ticket.category.contact(),
        state: ticket.state,
        opened_at: ticket.opened_at,
        answered_at: ticket.answered_at,
        answer: ticket.answer,
    };
    Ok(app.store.ticket(TicketId::of(number))?.map(shown))
}

/// Eighty bits from the system's generator: whoever has the number sees the ticket, so it must not be guessable.
fn new_number() -> Result<TicketNumber, ApiError> {
    let mut bytes = [0; TICKET_NUMBER_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::inside(Failure::Internal, &error))?;
    Ok(TicketNumber::new(bytes))
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> ApiError {
        match error {
            OpenError::TooManyOfOne => ApiError::of_field("nik", Failure::TooManyRequests),
            OpenError::Full => ApiError::from(Failure::Busy),
            OpenError::Store(error) => ApiError::from(error),
        }
    }
}
