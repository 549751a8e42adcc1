//! The window, and what else keeps the gate shut.

use super::Told;
use crate::support::{Engine, NOON};
use domain::Timestamp;
use domain::wire::paths;
use hyper::Method;
use std::time::Duration;

fn after_noon(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

/// The opening is put back from ten seconds to five minutes hence, while somebody waits for it.
pub(super) async fn not_open() -> Told {
    let engine = Engine::start(&format!("opens_at = {:?}", String::from(after_noon(10)))).await;
    let mut client = engine.client().await;
    let before = client.call(Method::POST, paths::CAPTCHAS, "").await;
    assert_eq!(before.headers["retry-after"], "10");
    let mut change = engine.operate(Method::GET, paths::GATE, "").await.json();
    change["schedule"]["opens_at"] = String::from(after_noon(300)).into();
    let change = serde_json::json!({"schedule": change["schedule"]});
    let moved = engine.operate(Method::PUT, paths::GATE, change.to_string()).await;
    assert!(moved.status.is_success(), "{moved:?}");
    engine.set_clock(after_noon(10));
    let answer = client.call(Method::POST, paths::DRAFTS, "{}").await;
    Told::new(engine, answer).again_after_s(290..=290)
}

pub(super) async fn awaiting_formations() -> Told {
    let engine = Engine::start("formations_ready = false").await;
    let answer = engine.client().await.call(Method::POST, paths::DRAFTS, "{}").await;
    Told::new(engine, answer).again_after_s(60..=119)
}

/// The deadline comes between the last step and the confirmation.
pub(super) async fn closed() -> Told {
    let engine = Engine::start(&format!("closes_at = {:?}", String::from(after_noon(60)))).await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    engine.set_clock(after_noon(60));
    let answer = client.confirm(&token).await;
    Told::new(engine, answer)
}

/// Switched on while somebody is in the middle of it; by the clock of these tests it is 18.06.40 in Jakarta.
pub(super) async fn maintenance() -> Told {
    let engine = Engine::start("maintenance_hours = \"18:08-18:10\"").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    engine.set_clock(after_noon(120));
    let answer = client.profile(&token, |_| ()).await;
    Told::new(engine, answer).again_after_s(80..=80)
}
