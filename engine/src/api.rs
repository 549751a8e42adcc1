//! Applicants' requests: admission, route, endpoint, answer. One endpoint, one file.

mod activations;
mod answer;
mod captchas;
mod card;
mod confirmation;
mod credentials;
mod documents;
mod drafts;
mod entry;
mod failures;
mod fixed;
mod headers;
mod openapi;
mod profile;
mod queue;
mod receipts;
mod regencies;
mod resets;
mod review;
mod route;
mod sessions;
mod status;
mod tickets;
mod validations;

use crate::app::App;
use answer::ApiError;
use domain::nik::NikFault;
use domain::wire::{FORM_VERSION, FORM_VERSION_HEADER};
use domain::{Failure, Nik};
use entry::Entry;
use hyper::body::Incoming;
use hyper::{HeaderMap, Request};
use route::{QueueVisit, Route, RouteError};
use server::{Answer, BodyBounds};
use std::sync::Arc;

/// Bytes of a form at most; the longest legal one has about a thousand.
const FORM_BYTES_MAX: u64 = 16 * 1024;

/// Answers an applicant.
pub(crate) async fn answer(app: Arc<App>, mut request: Request<Incoming>) -> Answer {
    app.config.listening.trusted_proxies.see_through(&mut request);
    headers::secured(answer_route(app, request).await)
}

/// Whether a request line leads to an endpoint.
pub(crate) fn has_endpoint(method: &hyper::Method, path: &str) -> bool {
    Route::of(method, path).is_ok_and(|route| !route.step().is_empty())
}

async fn answer_route(app: Arc<App>, request: Request<Incoming>) -> Answer {
    let route = match Route::of(request.method(), request.uri().path()) {
        Ok(route) => route,
        Err(RouteError::NotFound) => return answer::not_found(),
        Err(RouteError::MethodNotAllowed(allowed)) => return answer::method_not_allowed(allowed),
    };
    let step = route.step();
    let offered = app.overload.requests.offered();
    let answered = enter_and_answer(&app, route, request).await;
    let turned_away = answered.as_ref().err().and_then(ApiError::reason);
    offered.answered(turned_away);
    app.metrics.admission(turned_away.is_none());
    app.metrics.answered(step, answered.as_ref().err().map(ApiError::failure));
    answered.unwrap_or_else(|error| {
        let retry_after_s = app.gate.retry_after_s(error.failure(), app.clock.now());
        error.retry_after(retry_after_s).answer(step)
    })
}

async fn enter_and_answer(app: &App, route: Route, request: Request<Incoming>) -> Result<Answer, ApiError> {
    let entry = entry::enter(app, route, &request)?;
    let answer = dispatch(app, route, &entry, request).await?;
    if matches!(route, Route::Confirmation(_)) {
        entry.is_through(app);
    }
    Ok(answer)
}

async fn dispatch(
    app: &App,
    route: Route,
    entry: &Entry,
    request: Request<Incoming>,
) -> Result<Answer, ApiError> {
    let (head, body) = request.into_parts();
    if route.takes_form() {
        check_form_version(&head.headers)?;
    }
    match route {
        Route::Status => Ok(status::show(app)),
        Route::Failures => Ok(failures::show(&head.headers)),
        Route::Regencies => Ok(regencies::show(app, &head.headers)),
        Route::OpenApi => Ok(openapi::show(&head.headers)),
        Route::Queue(QueueVisit::Take) => queue::take(app, &head),
        Route::Queue(QueueVisit::Ask) => queue::ask(app, &head),
        Route::Queue(QueueVisit::Leave) => queue::leave(app, &head),
        Route::Validations => validations::check(app, body).await,
        Route::Tickets => tickets::open(app, body).await,
        Route::Ticket(number) => tickets::show(app, number),
        Route::Captchas => captchas::issue(app),
        Route::Drafts => drafts::open(app, entry, body).await,
        Route::Draft(id) => review::show(app, id),
        Route::Profile(id) => profile::put(app, id, body).await,
        Route::Document(id, kind) => documents::put(app, id, kind, body).await,
        Route::Credentials(id) => credentials::put(app, id, body).await,
        Route::Confirmation(id) => confirmation::post(app, id).await,
        Route::Card(number) => card::show(app, number, &head),
        Route::Receipt(receipt) => receipts::check(app, receipt),
        Route::Activations => activations::activate(app, body).await,
        Route::ActivationMessages => activations::resend(app, body).await,
        Route::Sessions => sessions::open(app, body).await,
        Route::CurrentSession => sessions::close(app, &head.headers),
        Route::Me => sessions::me(app, &head.headers),
        Route::PasswordResets => resets::reset(app, body).await,
        Route::ResetQuestions => resets::ask(app, body).await,
    }
}

/// A page that says which version of the forms it has must have ours. It is asked for before anything that was filled in there is
/// judged by rules that the page doesn't know.
fn check_form_version(headers: &HeaderMap) -> Result<(), Failure> {
    let Some(version) = headers.get(FORM_VERSION_HEADER) else { return Ok(()) };
    let version = version.to_str().ok().and_then(|version| version.parse::<u32>().ok());
    if version == Some(FORM_VERSION) { Ok(()) } else { Err(Failure::FormOutdated) }
}

/// Reads a form. What is none comes from another page than ours, most likely an old one.
async fn read_form<T: serde::de::DeserializeOwned>(app: &App, body: Incoming) -> Result<T, ApiError> {
    let bounds = BodyBounds { bytes_max: FORM_BYTES_MAX, timeout: app.config.body_timeout };
    let bytes = app.overload.limit.outside(server::read(body, bounds, |_| Ok::<(), Failure>(()))).await??;
    // A form is an object. serde would take an array for one as well, its elements in the order of the fields.
    let is_object = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let form = is_object.then(|| serde_json::from_slice(&bytes).ok()).flatten();
    form.ok_or(ApiError::from(Failure::FormOutdated))
}

/// A NIK typed by somebody who has an account already, or says so. That it is possible tells nothing about whose it is.
fn parse_nik(app: &App, text: &str) -> Result<Nik, ApiError> {
    Nik::parse(text, app.config.regions).map_err(|fault| {
        let failure = match fault {
            NikFault::Malformed => Failure::NikMalformed,
            NikFault::Region | NikFault::Date | NikFault::Serial => Failure::NikInvalid,
        };
        ApiError::of_field("nik", failure)
    })
}

/// What people do after they have registered goes on when the window has closed, and rests during maintenance only.
fn check_maintenance(app: &App) -> Result<(), Failure> {
    match app.gate.check(app.clock.now()) {
        Err(Failure::Maintenance) => Err(Failure::Maintenance),
        _ => Ok(()),
    }
}

/// Lets a step of the flow pass only while registrations are taken.
fn check_gate(app: &App) -> Result<(), Failure> {
    app.gate.check(app.clock.now())
}
