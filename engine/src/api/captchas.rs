//! `POST /captchas`: a challenge with its picture.

use super::answer::{self, ApiError};
use super::check_gate;
use crate::app::App;
use domain::Failure;
use hyper::StatusCode;
use server::Answer;

pub(super) fn issue(app: &App) -> Result<Answer, ApiError> {
    check_gate(app)?;
    if app.faults.as_ref().is_some_and(|faults| faults.now().captcha_unavailable) {
        return Err(ApiError::inside(Failure::CaptchaUnavailable, &"switched off by an operator"));
    }
    let challenge = app.captchas.issue(app.clock.now())?;
    Ok(answer::json(StatusCode::CREATED, &challenge))
}
