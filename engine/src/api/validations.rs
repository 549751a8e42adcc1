//! `POST /validations`: the rules of step 1 for whichever fields a page has so far. It keeps nothing.
//!
//! It looks at what was sent and at nothing else. The registry isn't asked, since each look-up costs quota; and nobody is told here
//! whether a NIK, an address or a phone number has an account: without a captcha and without an end, that would let anybody find out
//! who has registered.

use super::answer::{self, ApiError};
use super::read_form;
use crate::app::App;
use domain::identity::{self, Fields, Rules};
use domain::wire::{Validated, ValidationForm};
use hyper::StatusCode;
use hyper::body::Incoming;
use server::Answer;

pub(super) async fn check(app: &App, body: Incoming) -> Result<Answer, ApiError> {
    let form: ValidationForm = read_form(app, body).await?;
    let today = app.clock.now().date_wib();
    let rules = Rules { regions: app.config.regions, limits: &app.config.limits, today };
    let checked = identity::check_fields(Fields::from(&form), &rules);
    Ok(answer::json(StatusCode::OK, &Validated::of(&checked.faults, &checked.warnings)))
}
