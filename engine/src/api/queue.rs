//! `POST /queue` takes a place in the waiting room, `GET /queue` asks for it, `DELETE /queue` gives it up.
//!
//! A place is a number drawn for the visitor, and the ticket that the waiting room gave for it. Programs show both in a header, browsers
//! as a cookie that no script can read. Without a waiting room there is nothing to wait for, and the answer says so.

use super::answer::{self, ApiError};
use crate::app::App;
use crate::cookies::{self, Cookie, SameSite};
use crate::overload::{Queued, Reason, Rule, TurnedAway, seconds_up};
use admission::Address;
use domain::Failure;
use domain::wire::{QUEUE_COOKIE, QUEUE_TOKEN, QueuePlace, QueueState};
use hyper::StatusCode;
use hyper::header::{HeaderMap, HeaderValue, SET_COOKIE};
use hyper::http::request::Parts;
use server::{Answer, Peer};
use std::time::Duration;

const VISITOR_BYTES: usize = 16;

/// A browser forgets a place after this time; the waiting room takes its token no longer either.
const COOKIE_LIFE: Duration = Duration::from_secs(24 * 3_600);

/// A place as a request shows it. Whether it counts is for the waiting room to say.
pub(super) struct Shown<'a> {
    pub(super) visitor: [u8; VISITOR_BYTES],
    pub(super) ticket: &'a str,
    is_cookie: bool,
}

/// Who asks: what they show, and where they are, by the word of a trusted proxy if there is one.
#[derive(Clone, Copy)]
pub(crate) struct Sender<'a> {
    headers: &'a HeaderMap,
    peer: Option<Peer>,
}

impl<'a> Sender<'a> {
    pub(crate) fn of(head: &'a Parts) -> Sender<'a> {
        Sender { headers: &head.headers, peer: head.extensions.get().copied() }
    }

    fn address(self, app: &App) -> Option<Address> {
        self.peer.map(|peer| app.overload.door.key().address(peer.0.ip()))
    }
}

/// A place as somebody is told of it.
pub(crate) struct Told {
    status: StatusCode,
    pub(crate) place: QueuePlace,
    /// Keeps it in a browser.
    pub(crate) cookie: HeaderValue,
}

/// The place that a request shows, if it has the form of one.
pub(super) fn shown(headers: &HeaderMap) -> Option<Shown<'_>> {
    let (token, is_cookie) = match headers.get(QUEUE_TOKEN) {
        Some(value) => (value.to_str().ok()?, false),
        None => (cookies::read(headers, QUEUE_COOKIE)?, true),
    };
    let (visitor_hex, ticket) = token.split_once('.')?;
    let mut visitor = [0; VISITOR_BYTES];
    hex::decode_to_slice(visitor_hex, &mut visitor).ok()?;
    Some(Shown { visitor, ticket, is_cookie })
}

/// A page that is loaded again keeps its place. A cookie that counts no longer is a place that somebody had before: they get a new
/// one. A program that shows a token means that one.
pub(super) fn take(app: &App, from: Sender<'_>) -> Result<Answer, ApiError> {
    Ok(answer_of(place(app, from)?))
}

/// The place that somebody has, or a new one; `None` where there is no waiting room.
pub(crate) fn place(app: &App, from: Sender<'_>) -> Result<Option<Told>, ApiError> {
    match app.gate.check(app.clock.now()) {
        // Who comes before the opening waits for it; so does who comes while formations are checked.
        Ok(()) | Err(Failure::NotOpen | Failure::AwaitingFormations) => {}
        Err(shut) => return Err(ApiError::from(shut)),
    }
    if app.overload.door.rule() != Rule::Room {
        return Ok(None);
    }
    if let Some(place) = shown(from.headers) {
        match queued(app, place.visitor, Some(place.ticket), from) {
            Err(turned) if place.is_cookie && turned.why == Reason::NoPlace => {}
            kept => return Ok(Some(told(app, StatusCode::OK, place.visitor, &kept?))),
        }
    } else if from.headers.contains_key(QUEUE_TOKEN) {
        return Err(ApiError::from(Failure::QueueTokenInvalid));
    }
    let mut visitor = [0; VISITOR_BYTES];
    getrandom::fill(&mut visitor).map_err(|error| ApiError::inside(Failure::Internal, &error))?;
    let queued = queued(app, visitor, None, from)?;
    Ok(Some(told(app, StatusCode::CREATED, visitor, &queued)))
}

pub(super) fn ask(app: &App, from: Sender<'_>) -> Result<Answer, ApiError> {
    if app.overload.door.rule() != Rule::Room {
        return Ok(answer::no_content());
    }
    let place = shown(from.headers).ok_or(Failure::QueueTokenInvalid)?;
    let queued = queued(app, place.visitor, Some(place.ticket), from)?;
    Ok(answer_of(Some(told(app, StatusCode::OK, place.visitor, &queued))))
}

pub(super) fn leave(app: &App, from: Sender<'_>) -> Result<Answer, ApiError> {
    let mut answer = answer::no_content();
    answer.headers_mut().insert(SET_COOKIE, give_up(app, from)?);
    Ok(answer)
}

/// Takes the cookie of a place away.
pub(crate) fn forgotten(app: &App) -> HeaderValue {
    cookie(app, "", Duration::ZERO)
}

/// Gives the place up that a request shows; the cookie that is given back takes its own away.
pub(crate) fn give_up(app: &App, from: Sender<'_>) -> Result<HeaderValue, ApiError> {
    if app.overload.door.rule() == Rule::Room {
        let place = shown(from.headers).ok_or(Failure::QueueTokenInvalid)?;
        // Only whoever holds the ticket can give it up.
        queued(app, place.visitor, Some(place.ticket), from)?;
        app.overload.door.departed(app.overload.door.key().visitor(&place.visitor));
    }
    Ok(forgotten(app))
}

fn queued(
    app: &App,
    visitor: [u8; VISITOR_BYTES],
    ticket: Option<&str>,
    from: Sender<'_>,
) -> Result<Queued, TurnedAway> {
    let door = &app.overload.door;
    let address = from.address(app);
    door.queue(door.key().visitor(&visitor), ticket, address, app.gate.schedule().opens_at)
}

fn told(app: &App, status: StatusCode, visitor: [u8; VISITOR_BYTES], queued: &Queued) -> Told {
    let now = app.clock.now();
    let token = format!("{}.{}", hex::encode(visitor), queued.ticket);
    let cookie = cookie(app, &token, COOKIE_LIFE);
    let place = QueuePlace {
        state: if queued.is_admitted { QueueState::Admitted } else { QueueState::Waiting },
        token,
        place: queued.place,
        estimate_s: seconds_up(queued.estimate),
        ask_again_s: u32::try_from(queued.ask_again_after.as_secs()).unwrap_or(u32::MAX),
        opens_at: app.gate.schedule().opens_at.filter(|&opens_at| now < opens_at),
    };
    Told { status, place, cookie }
}

fn answer_of(told: Option<Told>) -> Answer {
    let Some(Told { status, place, cookie }) = told else { return answer::no_content() };
    let mut answer = answer::json(status, &place);
    answer.headers_mut().insert(SET_COOKIE, cookie);
    answer
}

fn cookie(app: &App, token: &str, life: Duration) -> HeaderValue {
    cookies::set(app, Cookie { name: QUEUE_COOKIE, value: token, path: "/", life, site: SameSite::Strict })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_places_stand() {
        let visitor = "00112233445566778899aabbccddeeff";
        let check = |headers: &[(&'static str, String)], expect: Option<(&str, bool)>| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, HeaderValue::from_str(value).unwrap());
            }
            let found = shown(&map).map(|shown| (shown.ticket.to_owned(), shown.is_cookie));
            assert_eq!(
                found,
                expect.map(|(ticket, is_cookie)| (ticket.to_owned(), is_cookie)),
                "{headers:?}"
            );
        };
        let cookie = |value: &str| ("cookie", format!("a=b; {QUEUE_COOKIE}={value}"));
        let header = |value: &str| (QUEUE_TOKEN, value.to_owned());
        check(&[], None);
        check(&[header(&format!("{visitor}.ab"))], Some(("ab", false)));
        check(&[cookie(&format!("{visitor}.ab"))], Some(("ab", true)));
        check(&[header(&format!("{visitor}.ab")), cookie(&format!("{visitor}.cd"))], Some(("ab", false)));
        check(&[header("x"), cookie(&format!("{visitor}.cd"))], None);
        for none in ["", ".", "ab", "ab.cd", &format!("{visitor}00.ab"), &format!("{}.ab", &visitor[2..])] {
            check(&[header(none)], None);
        }
    }
}
