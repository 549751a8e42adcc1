//! Programs' requests: admission, route, endpoint, answer. One endpoint, one file. What an endpoint does once it has read its form, the
//! portal's pages do as well.

pub(crate) mod activations;
pub(crate) mod answer;
pub(crate) mod captchas;
mod card;
pub(crate) mod confirmation;
pub(crate) mod credentials;
pub(crate) mod documents;
pub(crate) mod drafts;
pub(crate) mod entry;
mod failures;
mod fixed;
mod openapi;
pub(crate) mod profile;
pub(crate) mod queue;
mod receipts;
mod regencies;
pub(crate) mod resets;
mod review;
pub(crate) mod route;
pub(crate) mod sessions;
mod status;
pub(crate) mod tickets;
mod validations;

use crate::app::App;
use answer::ApiError;
use domain::nik::NikFault;
use domain::wire::{FORM_VERSION, FORM_VERSION_HEADER};
use domain::{Failure, Nik};
use entry::Guest;
use hyper::body::Incoming;
use hyper::{HeaderMap, Request};
use queue::Sender;
use route::{QueueVisit, Route, RouteError};
use server::{Answer, BodyBounds};

/// Bytes of a form at most; the longest legal one has about a thousand.
pub(crate) const FORM_BYTES_MAX: u64 = 16 * 1024;

/// Answers a program.
pub(crate) async fn answer(app: &App, request: Request<Incoming>) -> Answer {
    let route = match Route::of(request.method(), request.uri().path()) {
        Ok(route) => route,
        Err(RouteError::NotFound) => return answer::not_found(),
        Err(RouteError::MethodNotAllowed(allowed)) => return answer::method_not_allowed(allowed),
    };
    let answered =
        judged(app, route, request, async |guest, request| dispatch(app, route, guest, request).await).await;
    answered.unwrap_or_else(|error: ApiError| error.timed(app).answer(route.step()))
}

/// Has `work` answer a request for `route`, if the policy lets its sender in, and counts what becomes of it.
pub(crate) async fn judged<E>(
    app: &App,
    route: Route,
    request: Request<Incoming>,
    work: impl AsyncFnOnce(Guest, Request<Incoming>) -> Result<Answer, E>,
) -> Result<Answer, E>
where
    E: From<ApiError> + AsRef<ApiError>,
{
    let offered = app.overload.requests.offered();
    let answered = match entry::enter(app, route, &request) {
        Err(turned_away) => Err(E::from(turned_away)),
        Ok(entry) => {
            let answered = work(entry.guest(), request).await;
            if answered.is_ok() && matches!(route, Route::Confirmation(_)) {
                entry.is_through(app);
            }
            answered
        }
    };
    let error = answered.as_ref().err().map(AsRef::as_ref);
    let turned_away = error.and_then(ApiError::reason);
    offered.answered(turned_away);
    app.metrics.admission(turned_away.is_none());
    app.metrics.answered(route.step(), error.map(ApiError::failure));
    answered
}

/// Whether a request line leads to an endpoint.
pub(crate) fn has_endpoint(method: &hyper::Method, path: &str) -> bool {
    Route::of(method, path).is_ok_and(|route| !route.step().is_empty())
}

async fn dispatch(
    app: &App,
    route: Route,
    guest: Guest,
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
        Route::Queue(QueueVisit::Take) => queue::take(app, Sender::of(&head)),
        Route::Queue(QueueVisit::Ask) => queue::ask(app, Sender::of(&head)),
        Route::Queue(QueueVisit::Leave) => queue::leave(app, Sender::of(&head)),
        Route::Validations => validations::check(app, body).await,
        Route::Tickets => tickets::open(app, body).await,
        Route::Ticket(number) => tickets::show(app, number),
        Route::Captchas => captchas::issue(app),
        Route::Drafts => drafts::open(app, guest, body).await,
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
pub(crate) fn check_maintenance(app: &App) -> Result<(), Failure> {
    match app.gate.check(app.clock.now()) {
        Err(Failure::Maintenance) => Err(Failure::Maintenance),
        _ => Ok(()),
    }
}

/// Lets a step of the flow pass only while registrations are taken.
pub(crate) fn check_gate(app: &App) -> Result<(), Failure> {
    app.gate.check(app.clock.now())
}
