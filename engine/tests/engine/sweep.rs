//! What is removed in the background: drafts past their time, and files that a crash has left.

use crate::flow::check_refused;
use crate::support::{Engine, NOON, until};
use domain::Failure;
use domain::wire::paths;
use hyper::{Method, StatusCode};
use std::fs;
use std::time::Duration;

const DRAFT_LIFE: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn drafts_go_with_their_photos_and_accounts_stay() {
    let engine = Engine::start("sweep_ms = 10\nactivation = \"off\"").await;
    let mut client = engine.client().await;
    let kept = client.complete(1).await;
    assert_eq!(client.confirm(&kept).await.status, StatusCode::CREATED);
    let abandoned = client.complete(2).await;
    engine.set_clock(NOON.plus(DRAFT_LIFE - Duration::from_secs(1)));
    let later = client.complete(3).await;
    assert_eq!(engine.files(), 6);
    engine.set_clock(NOON.plus(DRAFT_LIFE));
    until("the sweep", || engine.files() == 4).await;
    check_refused(&client.call(Method::GET, &paths::draft(&abandoned), "").await, Failure::DraftExpired);
    assert_eq!(client.confirm(&later).await.status, StatusCode::CREATED);
    assert_eq!(client.confirm(&kept).await.status, StatusCode::OK);
    // Gone for good: moving the clock back doesn't bring it back.
    engine.set_clock(NOON);
    check_refused(&client.confirm(&abandoned).await, Failure::DraftExpired);
}

#[tokio::test]
async fn more_than_one_look_finds_is_removed_all_the_same() {
    const DRAFTS: u32 = 300;
    let engine = Engine::start("sweep_ms = 10").await;
    let mut client = engine.client().await;
    for person in 0..DRAFTS {
        client.opened(person).await;
    }
    let token = client.complete(DRAFTS).await;
    engine.set_clock(NOON.plus(DRAFT_LIFE));
    until("the last photo", || engine.files() == 0).await;
    check_refused(&client.confirm(&token).await, Failure::DraftExpired);
    let mut operator = crate::support::Client::connect(engine.operations).await;
    let told = format!("engine_removed_total{{what=\"draft\"}} {}", DRAFTS + 1);
    loop {
        let metrics = operator.call(Method::GET, "/metrics", "").await.text;
        if metrics.lines().any(|line| line == told) {
            break;
        }
        assert!(metrics.contains("engine_removed_total"), "{metrics}");
    }
}

#[tokio::test]
async fn files_that_nothing_refers_to_go_at_the_next_start() {
    let engine = Engine::start("activation = \"off\"").await;
    let mut client = engine.client().await;
    let (account, draft) = (client.complete(1).await, client.complete(2).await);
    assert_eq!(client.confirm(&account).await.status, StatusCode::CREATED);
    drop(client);
    let folder = engine.stop().await;
    let shelf = folder.path().join("store/documents/ab");
    for orphan in ["abababababababababababababababab-ktp-1", "abababababababababababababababab-swafoto-2"] {
        fs::write(shelf.join(orphan), b"left behind").unwrap();
    }
    fs::write(shelf.join("notes.txt"), b"somebody's").unwrap();

    let engine = Engine::start_in(folder, "activation = \"off\"\nsweep_ms = 10").await;
    assert!(engine.files() >= 5);
    until("the orphans to go", || engine.files() == 5).await;
    assert!(engine.folder().join("store/documents/ab/notes.txt").exists());
    let mut client = engine.client().await;
    assert_eq!(client.confirm(&draft).await.status, StatusCode::CREATED);
}
