//! `GET /status`: whether registrations are taken, and by which rules.

use super::answer;
use crate::app::App;
use domain::wire::{DocumentRule, FORM_VERSION, Status};
use domain::zone::LocalTimes;
use hyper::StatusCode;
use server::Answer;

pub(super) fn show(app: &App) -> Answer {
    let (now, schedule, limits) = (app.clock.now(), app.gate.schedule(), &app.config.limits);
    let status = Status {
        gate: schedule.gate(now),
        now,
        opens_at: schedule.opens_at,
        opens_at_local: schedule.opens_at.map(LocalTimes::of),
        closes_at: schedule.closes_at,
        closes_at_local: schedule.closes_at.map(LocalTimes::of),
        form_version: FORM_VERSION,
        limits_profile: limits.profile.name().to_owned(),
        kilobyte_bytes: limits.kilobyte_bytes,
        captcha_length: limits.captcha_length,
        documents: DocumentRule::of_all(limits),
        announcements: schedule.announced(now),
        waiting_room: app.overload.door.waiting_room(schedule.opens_at),
        turn: app.overload.door.turn(),
    };
    answer::json(StatusCode::OK, &status)
}
