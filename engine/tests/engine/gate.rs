//! The gate: a schedule that operators move while applicants come.

use crate::flow::check_refused;
use crate::support::{Answer, Client, Engine, KEY, NOON, PHOTO, nik};
use domain::captcha::CaptchaKey;
use domain::document::DocumentKind;
use domain::schedule::{Announcement, Schedule};
use domain::wire::{CaptchaAnswer, GateBook, GateChange, paths};
use domain::{Failure, Timestamp};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

fn noon_plus(ms: u64) -> Timestamp {
    NOON.plus(Duration::from_millis(ms))
}

async fn put(engine: &Engine, schedule: Schedule) -> Answer {
    let change = GateChange { schedule, by: Some("Rina".to_owned()), revision: None };
    engine.operate(Method::PUT, paths::GATE, serde_json::to_vec(&change).unwrap()).await
}

async fn moved(engine: &Engine, schedule: Schedule) -> GateBook {
    let answer = put(engine, schedule).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    serde_json::from_value(answer.json()).unwrap()
}

async fn gate(client: &mut Client) -> Value {
    client.call(Method::GET, paths::STATUS, "").await.json()["gate"].clone()
}

async fn captcha_refused(client: &mut Client, failure: Failure) -> Option<u64> {
    let answer = client.call(Method::POST, paths::CAPTCHAS, "").await;
    check_refused(&answer, failure);
    answer.json()["retry_after_s"].as_u64()
}

#[tokio::test]
async fn status_tells_everything() {
    let settings = "opens_at = \"2026-11-19T08:00:00+07:00\"\ncloses_at = \"2026-12-01T23:59:59+07:00\"\n\
                    limits_profile = \"2021\"\nkilobyte_bytes = 1024";
    let engine = Engine::start(settings).await;
    let mut client = engine.client().await;
    let entry = |at, text: &str| Announcement { at, text: text.to_owned() };
    let announcements = vec![
        entry(noon_plus(0), "Pendaftaran dibuka sampai 1 Desember 2026."),
        entry(noon_plus(1), "Belum waktunya."),
    ];
    let book: GateBook =
        serde_json::from_value(engine.operate(Method::GET, paths::GATE, "").await.json()).unwrap();
    moved(&engine, Schedule { announcements, ..book.schedule }).await;
    insta::assert_json_snapshot!(client.call(Method::GET, paths::STATUS, "").await.json());
}

#[tokio::test]
async fn the_opening_is_moved_while_people_wait() {
    let engine = Engine::start(&format!("opens_at = {:?}", String::from(noon_plus(10_000)))).await;
    let mut client = engine.client().await;
    let opening = |ms| Schedule { opens_at: Some(noon_plus(ms)), ..Schedule::default() };
    assert_eq!(captcha_refused(&mut client, Failure::NotOpen).await, Some(10));
    engine.set_clock(noon_plus(9_999));
    assert_eq!(captcha_refused(&mut client, Failure::NotOpen).await, Some(1));

    // Put back: who comes at the first hour hears of the second.
    moved(&engine, opening(70_001)).await;
    engine.set_clock(noon_plus(10_000));
    assert_eq!(gate(&mut client).await, "before-opening");
    assert_eq!(captcha_refused(&mut client, Failure::NotOpen).await, Some(61));
    // By days: nobody is told to sleep for so long, since it may be put forward again.
    moved(&engine, opening(3 * 24 * 3_600_000)).await;
    let wait = captcha_refused(&mut client, Failure::NotOpen).await.unwrap();
    assert!((480..600).contains(&wait), "{wait}");
    moved(&engine, opening(10_001)).await;
    captcha_refused(&mut client, Failure::NotOpen).await;
    engine.set_clock(noon_plus(10_001));
    assert_eq!(gate(&mut client).await, "open");
    let token = client.complete(1).await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn formations_have_a_switch_of_their_own() {
    let engine = Engine::start("formations_ready = false").await;
    let mut client = engine.client().await;
    assert_eq!(gate(&mut client).await, "awaiting-formations");
    check_refused(&client.call(Method::POST, paths::DRAFTS, "{}").await, Failure::AwaitingFormations);
    moved(&engine, Schedule::default()).await;
    let token = client.complete(1).await;
    // Taken back in the middle: what was entered stays.
    moved(&engine, Schedule { formations_ready: false, ..Schedule::default() }).await;
    check_refused(&client.profile(&token, |_| ()).await, Failure::AwaitingFormations);
    check_refused(&client.confirm(&token).await, Failure::AwaitingFormations);
    moved(&engine, Schedule::default()).await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn an_extension_lets_those_finish_who_were_cut_off() {
    let engine = Engine::start(&format!("closes_at = {:?}", String::from(noon_plus(10_000)))).await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    client.fill(&token, "pk").await;
    engine.set_clock(noon_plus(10_000));
    check_refused(&client.document(&token, DocumentKind::Swafoto, "").await, Failure::Closed);
    let answer = client.call(Method::POST, paths::DRAFTS, "{}").await;
    check_refused(&answer, Failure::Closed);
    assert!(!answer.headers.contains_key("retry-after"), "waiting doesn't help");
    moved(&engine, Schedule { closes_at: Some(noon_plus(60_000)), ..Schedule::default() }).await;
    client.fill(&token, "sc").await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
    assert_eq!(engine.exported().await, [nik(1)]);
}

#[tokio::test]
async fn every_night_there_is_maintenance() {
    let engine = Engine::start("maintenance_hours = \"00:01-05:00\"").await;
    let mut client = engine.client().await;
    let night = Timestamp::try_from("2026-11-21T04:59:30+07:00".to_owned()).unwrap();
    engine.set_clock(night);
    assert_eq!(captcha_refused(&mut client, Failure::Maintenance).await, Some(30));
    engine.set_clock(night.plus(Duration::from_secs(30)));
    assert_eq!(gate(&mut client).await, "open");
}

/// Registers people one after the other until told to stop. Whatever is refused for maintenance is repeated until it
/// goes through; any other refusal fails.
async fn register_people(mut client: Client, first: usize, run: Arc<Run>) -> usize {
    let mut registered = 0;
    while !run.stop.load(Ordering::SeqCst) {
        let refused = &run.refused[first];
        let person = u32::try_from(first + PEOPLE * registered).unwrap();
        let token = complete_in_spite_of_maintenance(&mut client, person, refused).await;
        let confirmed = repeated(refused, async || client.confirm(&token).await).await;
        assert_eq!(confirmed.status, StatusCode::CREATED, "{confirmed:?}");
        run.accounts.fetch_add(1, Ordering::SeqCst);
        registered += 1;
    }
    registered
}

/// Those who register at a time.
const PEOPLE: usize = 8;

#[derive(Default)]
struct Run {
    stop: AtomicBool,
    accounts: AtomicU32,
    /// How often each was told of maintenance.
    refused: [AtomicU32; PEOPLE],
}

impl Run {
    /// Waits until each has been told `times` more: then nothing is under way any longer that had begun before.
    async fn wait_for_refusals(&self, times: u32) {
        let before: Vec<u32> = self.refused.iter().map(|refused| refused.load(Ordering::SeqCst)).collect();
        for (refused, before) in self.refused.iter().zip(before) {
            while refused.load(Ordering::SeqCst) < before + times {
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Asks until the answer isn't maintenance.
async fn repeated(refused: &AtomicU32, mut ask: impl AsyncFnMut() -> Answer) -> Answer {
    loop {
        let answer = ask().await;
        if answer.status.is_success() {
            return answer;
        }
        check_refused(&answer, Failure::Maintenance);
        refused.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
}

async fn complete_in_spite_of_maintenance(client: &mut Client, person: u32, refused: &AtomicU32) -> String {
    let opened = repeated(refused, async || match captcha(client).await {
        Ok(captcha) => {
            let form = crate::support::form(person, captcha);
            client.call(Method::POST, paths::DRAFTS, serde_json::to_vec(&form).unwrap()).await
        }
        Err(answer) => answer,
    });
    let token = opened.await.json()["token"].as_str().unwrap().to_owned();
    repeated(refused, async || client.profile(&token, |_| ()).await).await;
    for kind in [DocumentKind::Ktp, DocumentKind::Swafoto] {
        repeated(refused, async || client.document(&token, kind, PHOTO.clone()).await).await;
    }
    repeated(refused, async || match captcha(client).await {
        Ok(captcha) => {
            let question = |question: &str| json!({"question": question, "answer": "Kucing"});
            let form = json!({
                "password": "kuda-laut-47", "password_repetition": "kuda-laut-47",
                "questions": [question("Hewan pertama?"), question("Hewan kedua?")], "captcha": captcha
            });
            client.call(Method::PUT, &paths::credentials(&token), form.to_string()).await
        }
        Err(answer) => answer,
    })
    .await;
    token
}

/// An answer to a challenge, or why there is none: [`Client::captcha`] insists on getting one.
async fn captcha(client: &mut Client) -> Result<CaptchaAnswer, Answer> {
    let issued = client.call(Method::POST, paths::CAPTCHAS, "").await;
    if !issued.status.is_success() {
        return Err(issued);
    }
    let id = issued.json()["id"].as_str().unwrap().to_owned();
    let answer = CaptchaKey::new(KEY).answer(&id, 4);
    Ok(CaptchaAnswer { id, answer })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn maintenance_is_switched_on_under_load() {
    // Closures that wait cannot go from thread to thread yet; the engine has threads of its own all the same.
    tokio::task::LocalSet::new().run_until(switch_maintenance_under_load()).await;
}

async fn switch_maintenance_under_load() {
    let engine = Engine::start("").await;
    let run = Arc::new(Run::default());
    let mut people = tokio::task::JoinSet::new();
    for first in 0..PEOPLE {
        let client = engine.client().await;
        people.spawn_local(register_people(client, first, Arc::clone(&run)));
    }
    let watched = switch_three_times(&engine, &run);
    tokio::select! {
        () = watched => {}
        ended = people.join_next() => panic!("{:?}", ended.unwrap().map(drop)),
    }
    run.stop.store(true, Ordering::SeqCst);
    let registered: usize = people.join_all().await.into_iter().sum();
    assert_eq!(engine.exported().await.len(), registered);
}

async fn switch_three_times(engine: &Engine, run: &Run) {
    for round in 1..=3 {
        let accounts = run.accounts.load(Ordering::SeqCst);
        while run.accounts.load(Ordering::SeqCst) < accounts + 8 {
            tokio::task::yield_now().await;
        }
        moved(engine, Schedule { maintenance: true, ..Schedule::default() }).await;
        assert_eq!(gate(&mut engine.client().await).await, "maintenance");
        run.wait_for_refusals(1).await;
        let made = engine.exported().await;
        run.wait_for_refusals(10).await;
        assert_eq!(engine.exported().await, made, "round {round}");
        moved(engine, Schedule::default()).await;
    }
}

#[tokio::test]
async fn the_schedule_and_its_history_outlive_the_engine() {
    let settings = format!("opens_at = {:?}", String::from(noon_plus(10_000)));
    let engine = Engine::start(&settings).await;
    let opening = |ms| Schedule { opens_at: Some(noon_plus(ms)), ..Schedule::default() };
    moved(&engine, opening(20_000)).await;
    engine.set_clock(noon_plus(1));
    let book = moved(&engine, Schedule { maintenance: true, ..opening(20_000) }).await;
    insta::assert_json_snapshot!(book);
    let folder = engine.stop().await;

    let engine = Engine::start_in(Arc::clone(&folder), &settings).await;
    let kept = engine.operate(Method::GET, paths::GATE, "").await;
    assert_eq!(serde_json::from_value::<GateBook>(kept.json()).unwrap(), book);
    let folder = engine.stop().await;

    // Whoever edits the settings afterwards was the last to say what they want.
    let engine = Engine::start_in(folder, "").await;
    assert_eq!(gate(&mut engine.client().await).await, "open");
    let kept = engine.operate(Method::GET, paths::GATE, "").await.json();
    assert_eq!((&kept["revision"], &kept["history"][0]["by"]), (&json!(3), &json!("settings")));
}

#[tokio::test]
async fn what_an_operator_gets_wrong_is_told_and_changes_nothing() {
    let engine = Engine::start("").await;
    let before = engine.operate(Method::GET, paths::GATE, "").await.text;
    let whole = json!({"schedule": Schedule::default()});
    let check = async |change: &dyn Fn(&mut Value), status: StatusCode, problem: &str| {
        let mut body = whole.clone();
        change(&mut body);
        let answer = engine.operate(Method::PUT, paths::GATE, body.to_string()).await;
        assert_eq!(answer.status, status, "{answer:?}");
        let told = answer.json()["problems"][0].as_str().unwrap().to_owned();
        assert!(told.contains(problem), "{told}");
    };
    let (bad, unprocessable) = (StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY);
    check(&|body| *body = json!([]), bad, "invalid").await;
    check(&|body| body["opens_at"] = json!(null), bad, "unknown field `opens_at`").await;
    check(&|body| drop(body["schedule"].as_object_mut().unwrap().remove("opens_at")), bad, "opens_at").await;
    check(&|body| body["schedule"]["opens_at"] = json!("tomorrow"), bad, "").await;
    check(&|body| body["schedule"]["maintenance_hours"] = json!("0-5"), bad, "00:01-05:00").await;
    check(&|body| body["by"] = json!(""), unprocessable, "by").await;
    check(&|body| body["revision"] = json!(7), StatusCode::CONFLICT, "revision 0").await;
    check(
        &|body| {
            body["schedule"]["opens_at"] = json!(NOON);
            body["schedule"]["closes_at"] = json!(NOON);
        },
        unprocessable,
        "closes_at is not after opens_at",
    )
    .await;
    let text = json!({"at": NOON, "text": " "});
    check(&|body| body["schedule"]["announcements"] = json!([text]), unprocessable, "announcements[0]").await;
    assert_eq!(engine.operate(Method::GET, paths::GATE, "").await.text, before);
}

#[tokio::test]
async fn only_operators_move_it() {
    let engine = Engine::start("").await;
    let change = GateChange { schedule: Schedule::default(), by: None, revision: None };
    let body = serde_json::to_vec(&change).unwrap();
    let mut stranger = Client::connect(engine.operations).await;
    for method in [Method::GET, Method::PUT] {
        assert_eq!(
            stranger.call(method.clone(), paths::GATE, body.clone()).await.status,
            StatusCode::NOT_FOUND
        );
        let applicant = engine.client().await.call(method, paths::GATE, body.clone()).await;
        assert_eq!(applicant.status, StatusCode::NOT_FOUND);
    }
    let answer = engine.operate(Method::DELETE, paths::GATE, "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}
