//! Applicants' requests: admission, route, endpoint, answer. One endpoint, one file.

mod answer;
mod captchas;
mod confirmation;
mod credentials;
mod documents;
mod drafts;
mod profile;
mod review;
mod route;
mod status;

use crate::app::App;
use answer::ApiError;
use domain::Failure;
use domain::wire::Gate;
use hyper::Request;
use hyper::body::Incoming;
use route::{Route, RouteError};
use server::{Answer, BodyBounds};
use std::sync::Arc;

/// Bytes of a form at most; the longest legal one has about a thousand.
const FORM_BYTES_MAX: u64 = 16 * 1024;

/// Answers an applicant.
pub(crate) async fn answer(app: Arc<App>, request: Request<Incoming>) -> Answer {
    let route = match Route::of(request.method(), request.uri().path()) {
        Ok(route) => route,
        Err(RouteError::NotFound) => return answer::not_found(),
        Err(RouteError::MethodNotAllowed(allowed)) => return answer::method_not_allowed(allowed),
    };
    let step = route.step();
    let answered = match app.admit() {
        Some(_place) => dispatch(&app, route, request).await,
        None => Err(ApiError::from(Failure::Busy)),
    };
    app.metrics.answered(step, answered.as_ref().err().map(ApiError::failure));
    answered.unwrap_or_else(|error| error.answer(step))
}

async fn dispatch(app: &App, route: Route, request: Request<Incoming>) -> Result<Answer, ApiError> {
    let body = request.into_body();
    match route {
        Route::Status => Ok(status::show(app)),
        Route::Captchas => captchas::issue(app),
        Route::Drafts => drafts::open(app, body).await,
        Route::Draft(id) => review::show(app, id),
        Route::Profile(id) => profile::put(app, id, body).await,
        Route::Document(id, kind) => documents::put(app, id, kind, body).await,
        Route::Credentials(id) => credentials::put(app, id, body).await,
        Route::Confirmation(id) => confirmation::post(app, id).await,
    }
}

/// Reads a form. What is none comes from another page than ours, most likely an old one.
async fn read_form<T: serde::de::DeserializeOwned>(app: &App, body: Incoming) -> Result<T, ApiError> {
    let bounds = BodyBounds { bytes_max: FORM_BYTES_MAX, timeout: app.config.body_timeout };
    let bytes = server::read(body, bounds, |_| Ok::<(), Failure>(())).await?;
    serde_json::from_slice(&bytes).map_err(|_| ApiError::from(Failure::FormOutdated))
}

/// Lets a step of the flow pass only while registrations are taken.
fn check_gate(app: &App) -> Result<(), Failure> {
    match app.config.gate(app.clock.now()) {
        Gate::Open => Ok(()),
        Gate::BeforeOpening => Err(Failure::NotOpen),
        Gate::AwaitingFormations => Err(Failure::AwaitingFormations),
        Gate::Closed => Err(Failure::Closed),
        Gate::Maintenance => Err(Failure::Maintenance),
    }
}
