//! What is wrong with the portal itself, or with what it depends on.

use super::{SOON, Told};
use crate::support::{Engine, NOON, Registry};
use domain::wire::{Faults, StoreFault, paths};
use hyper::{Method, StatusCode};
use serde_json::json;
use std::time::Duration;

async fn broken(faults: Faults) -> Engine {
    let engine = Engine::start("faults = true").await;
    break_by(&engine, faults).await;
    engine
}

async fn break_by(engine: &Engine, faults: Faults) {
    let answer = engine.operate(Method::PUT, paths::FAULTS, serde_json::to_vec(&faults).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
}

pub(super) async fn captcha_unavailable() -> Told {
    let engine = broken(Faults { captcha_unavailable: true, ..Faults::default() }).await;
    let answer = engine.client().await.call(Method::POST, paths::CAPTCHAS, "").await;
    Told::new(engine, answer).again_after_s(SOON)
}

/// One NIK opens tickets until it has had its share.
pub(super) async fn too_many_requests() -> Told {
    let engine = Engine::start("tickets_per_nik_max = 2").await;
    let mut client = engine.client().await;
    let form = json!({
        "nik": crate::support::nik(1), "kk": "9902020102150003", "category": "password-reset",
        "description": "Saya lupa kata sandi."
    });
    for _ in 0..2 {
        let answer = client.post(paths::TICKETS, form.clone()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    }
    let answer = client.post(paths::TICKETS, form).await;
    Told::new(engine, answer).at("nik").again_after_s(SOON)
}

/// One place, and somebody has it.
pub(super) async fn busy() -> Told {
    let settings =
        "admission = \"concurrency-limit\"\nadmission_in_flight_max = 1\nregistry_timeout_ms = 60000";
    let engine = Engine::start(settings).await;
    engine.registry(Registry::Silent);
    let mut held = engine.client().await;
    let form = serde_json::to_vec(&crate::support::form(1, held.captcha().await)).unwrap();
    let held = tokio::spawn(async move { held.call(Method::POST, paths::DRAFTS, form).await });
    while engine.lookups() == 0 {
        tokio::task::yield_now().await;
    }
    let answer = engine.client().await.call(Method::POST, paths::CAPTCHAS, "").await;
    held.abort();
    Told::new(engine, answer).again_after_s(1..=60)
}

/// Somebody begins without a place where there is a waiting room; forged, foreign and used tokens are in `queue`.
pub(super) async fn queue_token_invalid() -> Told {
    let engine = Engine::start("admission = \"waiting-room\"").await;
    let answer = engine.client().await.call(Method::POST, paths::CAPTCHAS, "").await;
    Told::new(engine, answer)
}

pub(super) async fn registry_slow() -> Told {
    registry("registry_timeout_ms = 50", Registry::Silent).await.again_after_s(SOON)
}

/// Spent until midnight in Jakarta, which is nine minutes ahead.
pub(super) async fn registry_quota() -> Told {
    let engine = Engine::start("").await;
    engine.registry(Registry::Status(429));
    let before_midnight = NOON.until_midnight_wib().checked_sub(Duration::from_secs(540)).unwrap();
    engine.set_clock(NOON.plus(before_midnight));
    let answer = engine.client().await.open(1, |_| ()).await;
    Told::new(engine, answer).again_after_s(540..=540)
}

/// It answers, with the inside of something else.
pub(super) async fn registry_down() -> Told {
    registry("", Registry::Status(502)).await.again_after_s(SOON)
}

async fn registry(settings: &str, does: Registry) -> Told {
    let engine = Engine::start(settings).await;
    engine.registry(does);
    let answer = engine.client().await.open(1, |_| ()).await;
    assert_eq!(engine.lookups(), 1, "one look-up, no repeat: repeats spend quota");
    Told::new(engine, answer)
}

/// A full disk at the confirmation, and again with room.
pub(super) async fn storage_unavailable() -> Told {
    let engine = Engine::start("faults = true").await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    break_by(&engine, Faults { store: StoreFault::Full, ..Faults::default() }).await;
    let answer = client.confirm(&token).await;
    assert_eq!(engine.exported().await.len(), 0);
    break_by(&engine, Faults::default()).await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
    Told::new(engine, answer).again_after_s(SOON).beside_an_account()
}

/// A row that isn't what was written.
pub(super) async fn internal() -> Told {
    let engine = Engine::start("faults = true").await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    break_by(&engine, Faults { store: StoreFault::Damaged, ..Faults::default() }).await;
    let answer = client.call(Method::GET, &paths::draft(&token), "").await;
    break_by(&engine, Faults::default()).await;
    Told::new(engine, answer).again_after_s(SOON)
}
