//! `POST /captchas`: a challenge with its picture. Not only registrations ask for one: whoever has forgotten their password does, also
//! when the window has closed.

use super::answer::{self, ApiError};
use crate::app::App;
use domain::Failure;
use domain::wire::CaptchaChallenge;
use hyper::StatusCode;
use server::Answer;

pub(super) fn issue(app: &App) -> Result<Answer, ApiError> {
    Ok(answer::json(StatusCode::CREATED, &challenge(app)?))
}

/// A challenge for whoever may have one now.
pub(crate) fn challenge(app: &App) -> Result<CaptchaChallenge, ApiError> {
    check(app)?;
    Ok(app.captchas.issue(app.clock.now())?)
}

/// Whether there are challenges now.
pub(crate) fn check(app: &App) -> Result<(), ApiError> {
    check_time(app)?;
    if app.faults.as_ref().is_some_and(|faults| faults.now().captcha_unavailable) {
        return Err(ApiError::inside(Failure::CaptchaUnavailable, &"switched off by an operator"));
    }
    Ok(())
}

/// Before the opening there is nothing yet that a captcha is for, and a crowd that waits.
fn check_time(app: &App) -> Result<(), Failure> {
    match app.gate.check(app.clock.now()) {
        Err(failure @ (Failure::NotOpen | Failure::Maintenance)) => Err(failure),
        _ => Ok(()),
    }
}
