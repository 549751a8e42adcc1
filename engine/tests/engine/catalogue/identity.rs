//! Step 1 and the profile: what is typed, what the registry says, and who was there before.

use super::Told;
use crate::support::{AGREES, Client, Engine, Registry};
use domain::wire::{OpenDraft, RegistryAnswer, paths};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

/// Step 1 with one thing wrong, which costs no look-up.
async fn typed(field: &'static str, change: impl FnOnce(&mut OpenDraft)) -> Told {
    let engine = Engine::start("").await;
    let answer = engine.client().await.open(1, change).await;
    assert_eq!(engine.lookups(), 0);
    Told::new(engine, answer).at(field)
}

/// Step 1 without a fault, and a registry that knows better.
async fn looked_up(field: &'static str, says: RegistryAnswer) -> Told {
    let engine = Engine::start("").await;
    engine.registry(Registry::Says(says));
    let answer = engine.client().await.open(1, |_| ()).await;
    assert_eq!(engine.lookups(), 1);
    Told::new(engine, answer).at(field)
}

/// Step 2 with one thing wrong.
async fn profile(field: &'static str, change: impl FnOnce(&mut Value)) -> Told {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    let answer = client.profile(&token, change).await;
    Told::new(engine, answer).at(field)
}

/// Full-width digits, as a phone's keyboard may write them.
pub(super) async fn nik_malformed() -> Told {
    typed("nik", |form| form.nik.replace_range(..1, "９")).await
}

/// Born on 72 May: neither a man's day nor a woman's.
pub(super) async fn nik_invalid() -> Told {
    typed("nik", |form| form.nik.replace_range(6..8, "72")).await
}

/// Pasted with a no-break space at its end.
pub(super) async fn kk_malformed() -> Told {
    typed("kk", |form| form.kk.replace_range(15.., "\u{a0}")).await
}

pub(super) async fn contact_invalid() -> Told {
    typed("email", |form| form.email = "siti@".to_owned()).await
}

pub(super) async fn name_has_title() -> Told {
    typed("full_name", |form| form.full_name = "Dr. Siti Aminah".to_owned()).await
}

/// The day after she turned 35; the engine's day is 18 November 2026.
pub(super) async fn age_ineligible() -> Told {
    typed("birth_date", |form| form.birth_date = "1991-11-17".parse().unwrap()).await
}

pub(super) async fn nik_not_found() -> Told {
    looked_up("nik", RegistryAnswer::UNKNOWN).await
}

pub(super) async fn nik_kk_mismatch() -> Told {
    looked_up("kk", RegistryAnswer { kk_agrees: false, ..AGREES }).await
}

pub(super) async fn identity_mismatch() -> Told {
    looked_up("full_name", RegistryAnswer { name_agrees: false, ..AGREES }).await
}

/// An old name of a regency is not on the list.
pub(super) async fn birthplace_unknown() -> Told {
    profile("birth_regency", |form| form["birth_regency"] = json!("9999")).await
}

/// Two drafts of one NIK, both complete; the other device was quicker.
pub(super) async fn nik_registered() -> Told {
    let engine = Engine::start("").await;
    let (mut first, mut second) = (engine.client().await, engine.client().await);
    let (one, other) = (first.complete(1).await, complete_elsewhere(&mut second).await);
    assert_eq!(first.confirm(&one).await.status, StatusCode::CREATED);
    let answer = second.confirm(&other).await;
    Told::new(engine, answer).beside_an_account()
}

/// Person 1 with another phone and address.
async fn complete_elsewhere(client: &mut Client) -> String {
    let change = |form: &mut OpenDraft| {
        (form.phone, form.email) = ("081299999999".to_owned(), "lain@contoh.example".to_owned());
    };
    let token = client.open(1, change).await.json()["token"].as_str().unwrap().to_owned();
    client.fill(&token, "pksc").await;
    token
}

/// In other spellings of the same.
pub(super) async fn contact_in_use() -> Told {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    client.register(1).await;
    let answer = client.open(2, |form| form.phone = "+62 812 0000 0001".to_owned()).await;
    Told::new(engine, answer).at("phone").beside_an_account()
}

/// The right answer for the second time.
pub(super) async fn captcha_wrong() -> Told {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let used = client.captcha().await;
    let form = crate::support::form(1, used);
    let body = serde_json::to_vec(&form).unwrap();
    assert_eq!(client.call(Method::POST, paths::DRAFTS, body.clone()).await.status, StatusCode::CREATED);
    let answer = client.call(Method::POST, paths::DRAFTS, body).await;
    Told::new(engine, answer).at("captcha")
}
