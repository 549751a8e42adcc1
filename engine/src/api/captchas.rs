//! `POST /captchas`: a challenge with its picture.

use super::answer::{self, ApiError};
use super::check_gate;
use crate::app::App;
use hyper::StatusCode;
use server::Answer;

pub(super) fn issue(app: &App) -> Result<Answer, ApiError> {
    check_gate(app)?;
    let challenge = app.captchas.issue(app.clock.now())?;
    Ok(answer::json(StatusCode::CREATED, &challenge))
}
