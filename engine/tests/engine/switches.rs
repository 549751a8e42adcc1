//! What operators break on purpose, what applicants hear of it, and that it is mended by the same switch.

use crate::flow::check_refused;
use crate::support::{Engine, nik, until};
use domain::Failure;
use domain::document::DocumentKind;
use domain::wire::{Faults, FaultsShown, StoreFault, paths};
use hyper::{Method, StatusCode};

async fn break_by(engine: &Engine, faults: Faults) {
    let answer = engine.operate(Method::PUT, paths::FAULTS, serde_json::to_vec(&faults).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let shown = engine.operate(Method::GET, paths::FAULTS, "").await;
    let shown: FaultsShown = serde_json::from_value(shown.json()).unwrap();
    assert_eq!(shown.faults, faults);
}

fn store(store: StoreFault) -> Faults {
    Faults { store, ..Faults::default() }
}

#[tokio::test]
async fn without_the_setting_nothing_can_be_broken() {
    let engine = Engine::start("").await;
    for method in [Method::GET, Method::PUT] {
        assert_eq!(engine.operate(method, paths::FAULTS, "{}").await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn captchas_and_the_clock() {
    let engine = Engine::start("faults = true\ndraft_minutes = 60").await;
    let mut client = engine.client().await;
    break_by(&engine, Faults { captcha_unavailable: true, ..Faults::default() }).await;
    check_refused(&client.call(Method::POST, paths::CAPTCHAS, "").await, Failure::CaptchaUnavailable);
    break_by(&engine, Faults::default()).await;
    let token = client.opened(1).await;
    break_by(&engine, Faults { clock_ahead_s: 3_600, ..Faults::default() }).await;
    check_refused(&client.profile(&token, |_| ()).await, Failure::DraftExpired);
    let unknown = engine.operate(Method::PUT, paths::FAULTS, r#"{"clock": 1}"#).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_register_that_fails_is_mended() {
    let engine = Engine::start("faults = true").await;
    let mut client = engine.client().await;
    let check = [
        (StoreFault::Full, Failure::StorageUnavailable, StatusCode::CREATED),
        (StoreFault::Unsure, Failure::StorageUnavailable, StatusCode::OK),
        (StoreFault::Damaged, Failure::Internal, StatusCode::CREATED),
    ];
    for (person, (fault, failure, repeat)) in (1..).zip(check) {
        let token = client.complete(person).await;
        break_by(&engine, store(fault)).await;
        check_refused(&client.confirm(&token).await, failure);
        break_by(&engine, Faults::default()).await;
        assert_eq!(client.confirm(&token).await.status, repeat, "{fault:?}");
    }
    assert_eq!(engine.exported().await, [nik(1), nik(2), nik(3)]);
}

/// What a confirmation has stored is there before anybody is told: the moment at which a crash is worst.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_held_back_until_the_switch() {
    let engine = Engine::start("faults = true").await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    break_by(&engine, store(StoreFault::Held)).await;
    let confirming = tokio::spawn(async move { client.confirm(&token).await });
    let held = async || engine.operate(Method::GET, paths::FAULTS, "").await.json()["held_count"] == 1;
    while !held().await {
        tokio::task::yield_now().await;
    }
    assert_eq!(engine.exported().await, [nik(1)]);
    assert!(!confirming.is_finished());
    break_by(&engine, Faults::default()).await;
    until("an answer", || confirming.is_finished()).await;
    assert_eq!(confirming.await.unwrap().status, StatusCode::CREATED);
}

#[tokio::test]
async fn blurred_photos_are_refused_where_the_settings_say_so() {
    let engine = Engine::start("blurred_photos = \"refuse\"").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    client.fill(&token, "p").await;
    let grey = crate::support::photo(|_, _| 128);
    check_refused(&client.document(&token, DocumentKind::Ktp, grey).await, Failure::PhotoBlurred);
}
