//! Credentials, the order of steps, and what comes after confirmation.

use super::Told;
use crate::support::{Engine, NOON, nik};
use domain::wire::{FORM_VERSION, FORM_VERSION_HEADER, paths};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// The last form with one thing wrong.
async fn credentials(field: &'static str, change: impl FnOnce(&mut Value)) -> Told {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    client.fill(&token, "p").await;
    let answer = client.credentials(&token, change).await;
    let review = client.call(Method::GET, &paths::draft(&token), "").await;
    assert_eq!(review.json()["has_credentials"], false);
    Told::new(engine, answer).at(field)
}

/// The NIK as a password, twice.
pub(super) async fn password_weak() -> Told {
    let change = |form: &mut Value| {
        (form["password"], form["password_repetition"]) = (json!(nik(1)), json!(nik(1)));
    };
    credentials("password", change).await
}

pub(super) async fn password_mismatch() -> Told {
    credentials("password_repetition", |form| form["password_repetition"] = json!("kuda-laut-48")).await
}

/// "Iya" before there is a photo.
pub(super) async fn step_out_of_order() -> Told {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    client.fill(&token, "pc").await;
    let answer = client.confirm(&token).await;
    // Which leaves the draft as it was: the rest may follow.
    client.fill(&token, "ks").await;
    Told::new(engine, answer)
}

/// Complete, and a minute late.
pub(super) async fn draft_expired() -> Told {
    let engine = Engine::start("draft_minutes = 10").await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    engine.set_clock(NOON.plus(Duration::from_secs(660)));
    let answer = client.confirm(&token).await;
    Told::new(engine, answer)
}

/// A page that was loaded before the release. Once it is loaded anew, the same form is taken.
pub(super) async fn form_outdated() -> Told {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let status = client.call(Method::GET, paths::STATUS, "").await.json();
    assert_eq!(status["form_version"], FORM_VERSION);
    let form = serde_json::to_string(&crate::support::form(1, client.captcha().await)).unwrap();
    let (old, new) = ((FORM_VERSION - 1).to_string(), FORM_VERSION.to_string());
    let answer = client.ask(Method::POST, paths::DRAFTS, &[(FORM_VERSION_HEADER, &old)], form.clone()).await;
    let again = client.ask(Method::POST, paths::DRAFTS, &[(FORM_VERSION_HEADER, &new)], form).await;
    assert_eq!(again.status, StatusCode::CREATED, "the captcha was not used up: {again:?}");
    Told::new(engine, answer)
}

pub(super) async fn already_final() -> Told {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
    let answer = client.profile(&token, |form| form["sex"] = json!("male")).await;
    let review = client.call(Method::GET, &paths::draft(&token), "").await;
    assert_eq!(review.json()["profile"]["sex"], "female");
    Told::new(engine, answer).beside_an_account()
}

/// The link is followed for the second time.
pub(super) async fn activation_expired() -> Told {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    client.register(1).await;
    let form = json!({"token": engine.message().await.token()});
    assert_eq!(client.post(paths::ACTIVATIONS, form.clone()).await.status, StatusCode::OK);
    let answer = client.post(paths::ACTIVATIONS, form).await;
    Told::new(engine, answer).at("token").beside_an_account()
}

/// Wrong up to the lock; from then on the right password is wrong too.
pub(super) async fn login_failed() -> Told {
    let engine = Engine::start("activation = \"off\"\nlogin_failures_max = 2").await;
    let mut client = engine.client().await;
    client.register(1).await;
    let form = |password: &str| json!({"nik": nik(1), "password": password});
    for _ in 0..2 {
        client.post(paths::SESSIONS, form("salah-semua-9")).await;
    }
    let answer = client.post(paths::SESSIONS, form("kuda-laut-47")).await;
    Told::new(engine, answer).beside_an_account()
}
