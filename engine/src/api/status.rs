//! `GET /status`: whether registrations are taken, and by which rules.

use super::answer;
use crate::app::App;
use domain::wire::Status;
use hyper::StatusCode;
use server::Answer;

pub(super) fn show(app: &App) -> Answer {
    let config = &app.config;
    let status = Status {
        gate: config.gate(app.clock.now()),
        opens_at: config.opens_at,
        closes_at: config.closes_at,
        limits_profile: config.limits.profile.name().to_owned(),
        kilobyte_bytes: config.limits.kilobyte_bytes,
        captcha_length: config.limits.captcha_length,
    };
    answer::json(StatusCode::OK, &status)
}
