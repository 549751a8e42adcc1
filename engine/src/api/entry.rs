//! Who a request is from, as far as the policy under overload has to know, and whether it may come.
//!
//! The waiting room knows people by the token that it gave them, and the place is that of the first NIK that begins with it; budgets by draft and address, and by NIK once a form has named one;
//! odd and even turns by the NIK of step 1 alone, since who has begun may finish; a cohort by the NIK at every step, so that the same
//! people get through all of them.

use super::answer::ApiError;
use super::queue::{self, Shown};
use super::route::Route;
use crate::app::App;
use crate::overload::{Pass, Place, Reason, Rule, TurnedAway};
use crate::store::DraftId;
use admission::{Arrival, Person};
use domain::Nik;
use hyper::Request;
use server::Peer;
use std::time::Duration;

/// A request that may be worked on, until this is dropped.
pub(super) struct Entry {
    _place: Place,
    _pass: Option<Pass>,
    /// Who holds the place in the waiting room that it came with.
    guest: Option<Person>,
}

/// Who holds the place in the waiting room that a request came with, where there is one.
#[derive(Clone, Copy)]
pub(crate) struct Guest(Option<Person>);

/// Lets a request in before anything of its body is read.
///
/// # Errors
/// Whom the policy turns away, and why.
pub(super) fn enter<B>(app: &App, route: Route, request: &Request<B>) -> Result<Entry, ApiError> {
    let place = app.overload.limit.enter()?;
    let mut guest = None;
    let door = &app.overload.door;
    let pass = match door.rule() {
        Rule::Everybody | Rule::Turns => None,
        Rule::Budgets => {
            let draft = route.draft();
            let person = draft.map(|id| door.key().visitor(&id.0));
            let peer = request.extensions().get::<Peer>();
            let address = peer.map(|peer| door.key().address(peer.0.ip()));
            judge(app, &Arrival { person, address, begun: draft.is_some(), ..Arrival::default() })?
        }
        Rule::Room if !route.is_in_flow() => None,
        Rule::Room => {
            let admitted = pass_room(app, request, &mut guest);
            match admitted {
                Err(_) if has_account(app, route) => None,
                admitted => {
                    let pass = admitted?;
                    let holder = route.draft().and_then(|id| holder(app, id));
                    if let (Some(guest), Some(holder)) = (guest, holder) {
                        door.bind(guest, holder)?;
                    }
                    pass
                }
            }
        }
        Rule::Cohort => match route.draft().and_then(|id| holder(app, id)) {
            Some(person) => judge(app, &Arrival { person: Some(person), begun: true, ..Arrival::default() })?,
            None => None,
        },
    };
    Ok(Entry { _place: place, _pass: pass, guest })
}

/// Lets somebody in whom a form names. A NIK that is none is left to the rules of the form.
///
/// # Errors
/// Whom the policy turns away, and why.
pub(super) fn enter_named(app: &App, nik: &str) -> Result<Option<Pass>, ApiError> {
    let door = &app.overload.door;
    if !matches!(door.rule(), Rule::Budgets | Rule::Turns | Rule::Cohort) {
        return Ok(None);
    }
    let Ok(nik) = Nik::parse(nik, app.config.regions) else { return Ok(None) };
    let person = Some(door.key().person(&nik.expose()));
    judge(app, &Arrival { person, ..Arrival::default() })
}

impl Guest {
    /// A place with which somebody else has begun is not this person's. A NIK that is none is left to the rules of the form.
    ///
    /// # Errors
    /// What somebody without a place is told.
    pub(super) fn check_holder(&self, app: &App, nik: &str) -> Result<(), ApiError> {
        let door = &app.overload.door;
        let Some(guest) = self.0 else { return Ok(()) };
        let Ok(nik) = Nik::parse(nik, app.config.regions) else { return Ok(()) };
        Ok(door.check_holder(guest, door.key().person(&nik.expose()))?)
    }

    /// Somebody begins: the place is theirs from now on, and nobody else's.
    ///
    /// # Errors
    /// As for [`Guest::check_holder`]: of two who begin at once with the same place, the second.
    pub(super) fn bind(&self, app: &App, nik: Nik) -> Result<(), ApiError> {
        let door = &app.overload.door;
        let Some(guest) = self.0 else { return Ok(()) };
        Ok(door.bind(guest, door.key().person(&nik.expose()))?)
    }
}

impl Entry {
    /// Who is in.
    pub(super) fn guest(&self) -> Guest {
        Guest(self.guest)
    }

    /// The account is made: the place in the waiting room is free for the next.
    pub(super) fn is_through(&self, app: &App) {
        if let Some(person) = self.guest {
            app.overload.door.departed(person);
        }
    }
}

fn judge(app: &App, arrival: &Arrival<'_>) -> Result<Option<Pass>, ApiError> {
    let opens_at = app.gate.schedule().opens_at;
    app.overload.door.judge(arrival, opens_at).map_err(|turned| ApiError::turned_away(app, turned))
}

fn pass_room<B>(
    app: &App,
    request: &Request<B>,
    guest: &mut Option<Person>,
) -> Result<Option<Pass>, ApiError> {
    let no_place = || ApiError::from(TurnedAway::new(Reason::NoPlace, Duration::ZERO));
    let Shown { visitor, ticket, .. } = queue::shown(request.headers()).ok_or_else(no_place)?;
    let person = app.overload.door.key().visitor(&visitor);
    *guest = Some(person);
    judge(app, &Arrival { person: Some(person), token: Some(ticket), ..Arrival::default() })
}

/// Whoever was registered already gets the first answer again, without a place: it was given back when the account was made.
fn has_account(app: &App, route: Route) -> bool {
    let (Route::Confirmation(id) | Route::Draft(id)) = route else { return false };
    matches!(app.store.draft(id), Ok(Some(draft)) if draft.account.is_some())
}

/// Whose draft it is. What cannot be read now is told by the endpoint, in its own words.
fn holder(app: &App, id: DraftId) -> Option<Person> {
    let draft = app.store.draft(id).ok().flatten()?;
    Some(app.overload.door.key().person(&draft.identity.nik.expose()))
}
