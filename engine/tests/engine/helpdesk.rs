//! Tickets: asked by applicants, bounded, masked, answered by operators.

use crate::flow::check_refused;
use crate::support::{Answer, Client, Engine, NOON, nik};
use domain::Failure;
use domain::schedule::Schedule;
use domain::ticket::TicketNumber;
use domain::wire::{GateChange, paths};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn open(client: &mut Client, person: u32, change: impl FnOnce(&mut Value)) -> Answer {
    let mut form = json!({
        "nik": nik(person), "kk": "9902020102150003", "category": "data-mismatch",
        "description": "Tanggal lahir saya di Dukcapil salah. NIK saya 9901011705000010."
    });
    change(&mut form);
    client.call(Method::POST, paths::TICKETS, form.to_string()).await
}

async fn opened(client: &mut Client, person: u32) -> String {
    let answer = open(client, person, |_| ()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.json()["number"].as_str().unwrap().to_owned()
}

async fn show(client: &mut Client, number: &str) -> Answer {
    client.call(Method::GET, &format!("{}/{number}", paths::TICKETS), "").await
}

/// What the helpdesk sees: a ticket a line.
async fn listed(engine: &Engine) -> Vec<Value> {
    let answer = engine.operate(Method::GET, paths::HELPDESK, "").await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_ticket_is_taken_looked_at_and_answered() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let taken = open(&mut client, 1, |_| ()).await.json();
    assert_eq!(taken["contact"], "dukcapil", "what the register has wrong, only Dukcapil can mend");
    let number = taken["number"].as_str().unwrap().to_owned();
    let shown = show(&mut client, &number).await;
    let masked = format!("{}**********10", &nik(1)[..4]);
    let mut expect = json!({
        "nik_masked": masked, "category": "data-mismatch", "title": "Data Tidak Sesuai", "contact": "dukcapil",
        "state": "open", "opened_at": NOON, "answered_at": null, "answer": null
    });
    assert_eq!(shown.json(), expect);
    // As people type it from paper.
    assert_eq!(show(&mut client, &number.replace('-', "").to_lowercase()).await.json(), expect);

    let ticket = listed(&engine).await.remove(0);
    assert_eq!((&ticket["nik"], &ticket["state"]), (&json!(nik(1)), &json!("open")));
    let later = NOON.plus(DAY);
    engine.set_clock(later);
    let id = ticket["id"].as_str().unwrap();
    let answer = json!({"state": "answered", "answer": " Silakan ke Dukcapil setempat. "}).to_string();
    let put = engine.operate(Method::PUT, &paths::helpdesk(id), answer).await;
    assert_eq!(put.status, StatusCode::OK, "{put:?}");
    expect["state"] = json!("answered");
    expect["answer"] = json!("Silakan ke Dukcapil setempat.");
    expect["answered_at"] = json!(later);
    assert_eq!(show(&mut client, &number).await.json(), expect);
    // The helpdesk's name for it opens nothing for applicants.
    assert_eq!(show(&mut client, id).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn numbers_are_not_to_be_guessed() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let (first, second) = (opened(&mut client, 1).await, opened(&mut client, 1).await);
    assert!(TicketNumber::parse(&first).is_some() && first[..4] != second[..4], "{first} {second}");
    let mut other = first.clone().into_bytes();
    other[0] = if other[0] == b'0' { b'1' } else { b'0' };
    for number in [String::from_utf8(other).unwrap().as_str(), "1", "", "%20", "7KQF-2M9D-XH4T-PV3A/x"] {
        assert_eq!(show(&mut client, number).await.status, StatusCode::NOT_FOUND, "{number}");
    }
}

#[tokio::test]
async fn forms_that_are_none() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    check_refused(&open(&mut client, 1, |form| form["nik"] = json!("1")).await, Failure::NikMalformed);
    check_refused(&open(&mut client, 1, |form| form["kk"] = json!("１２３")).await, Failure::KkMalformed);
    for (key, value) in [
        ("category", json!("complaint")),
        ("description", json!(" ")),
        ("description", json!("a".repeat(1_001))),
        ("description", json!(null)),
        ("password", json!("kuda-laut-47")),
    ] {
        check_refused(&open(&mut client, 1, |form| form[key] = value).await, Failure::FormOutdated);
    }
    assert_eq!(listed(&engine).await, Vec::<Value>::new());
    // The longest text goes through, also where a client escapes each of its characters by twelve bytes.
    let longest = format!(
        r#"{{"nik": "{}", "kk": "9902020102150003", "category": "data-mismatch", "description": "{}"}}"#,
        nik(2),
        "\\ud83d\\ude00".repeat(1_000)
    );
    let taken = client.call(Method::POST, paths::TICKETS, longest).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{taken:?}");
    // A number of no known district is what people come here with.
    let unknown = open(&mut client, 1, |form| form["nik"] = json!("0000000000000000")).await;
    assert_eq!(unknown.status, StatusCode::CREATED);
}

#[tokio::test]
async fn one_nik_has_so_many_a_day() {
    let engine = Engine::start("tickets_per_nik_max = 2").await;
    let mut client = engine.client().await;
    opened(&mut client, 1).await;
    engine.set_clock(NOON.plus(Duration::from_secs(60)));
    opened(&mut client, 1).await;
    check_refused(&open(&mut client, 1, |_| ()).await, Failure::TooManyRequests);
    opened(&mut client, 2).await;
    engine.set_clock(NOON.plus(DAY));
    opened(&mut client, 1).await;
    check_refused(&open(&mut client, 1, |_| ()).await, Failure::TooManyRequests);
    assert_eq!(listed(&engine).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bounds_hold_for_many_at_once_and_across_a_start() {
    let engine = Engine::start("tickets_per_nik_max = 3\ntickets_max = 5").await;
    let mut asking = tokio::task::JoinSet::new();
    for at in 0..32 {
        let mut client = engine.client().await;
        asking.spawn(async move { open(&mut client, at % 2, |_| ()).await.status.as_u16() });
    }
    let statuses = asking.join_all().await;
    let count = |status: u16| statuses.iter().filter(|&&found| found == status).count();
    assert_eq!((count(201), count(429) + count(503)), (5, 27), "{statuses:?}");
    let folder = engine.stop().await;
    let engine = Engine::start_in(folder, "tickets_per_nik_max = 3\ntickets_max = 5").await;
    assert_eq!(listed(&engine).await.len(), 5);
    check_refused(&open(&mut engine.client().await, 7, |_| ()).await, Failure::Busy);
}

#[tokio::test]
async fn tickets_and_answers_outlive_the_engine() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let number = opened(&mut client, 1).await;
    let id = listed(&engine).await[0]["id"].as_str().unwrap().to_owned();
    let answer = json!({"state": "closed", "answer": null}).to_string();
    assert_eq!(engine.operate(Method::PUT, &paths::helpdesk(&id), answer).await.status, StatusCode::OK);
    let before = show(&mut client, &number).await.text;
    drop(client);
    let engine = Engine::start_in(engine.stop().await, "").await;
    assert_eq!(show(&mut engine.client().await, &number).await.text, before);
}

#[tokio::test]
async fn the_helpdesk_is_open_when_the_gate_is_shut_but_for_maintenance() {
    let engine = Engine::start(&format!("closes_at = {:?}", String::from(NOON))).await;
    let mut client = engine.client().await;
    let number = opened(&mut client, 1).await;
    let schedule = Schedule { maintenance: true, ..Schedule::default() };
    let change = GateChange { schedule, by: None, revision: None };
    engine.operate(Method::PUT, paths::GATE, serde_json::to_vec(&change).unwrap()).await;
    check_refused(&open(&mut client, 1, |_| ()).await, Failure::Maintenance);
    assert_eq!(show(&mut client, &number).await.status, StatusCode::OK);
}

#[tokio::test]
async fn operators_have_the_key_and_are_told_what_they_get_wrong() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    opened(&mut client, 1).await;
    let id = listed(&engine).await[0]["id"].as_str().unwrap().to_owned();
    let fine = json!({"state": "open", "answer": "ok"}).to_string();
    let mut stranger = Client::connect(engine.operations).await;
    assert_eq!(stranger.call(Method::GET, paths::HELPDESK, "").await.status, StatusCode::NOT_FOUND);
    for path in [paths::helpdesk(&id), paths::helpdesk("x"), paths::helpdesk(&"0".repeat(32))] {
        assert_eq!(stranger.call(Method::PUT, &path, fine.clone()).await.status, StatusCode::NOT_FOUND);
        let status = engine.operate(Method::PUT, &path, fine.clone()).await.status;
        assert_eq!(status == StatusCode::OK, path.ends_with(&id), "{path}: {status}");
    }
    for (body, status) in [
        ("{}".to_owned(), StatusCode::BAD_REQUEST),
        (json!({"state": "lost", "answer": null}).to_string(), StatusCode::BAD_REQUEST),
        (json!({"state": "closed", "answer": " "}).to_string(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = engine.operate(Method::PUT, &paths::helpdesk(&id), body).await;
        assert_eq!((answer.status, answer.json()["problems"].is_array()), (status, true), "{answer:?}");
    }
    assert_eq!(listed(&engine).await[0]["answer"], "ok");
}
