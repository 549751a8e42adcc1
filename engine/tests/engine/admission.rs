//! Policies that know people by their NIK: turns of odd and even, budgets; and who may begin. Those of work are tested where the lines are.

use crate::support::{Answer, Client, Engine, NOON, nik};
use domain::Failure;
use domain::wire::{NikTurn, Parity, paths};
use hyper::{Method, StatusCode};
use serde_json::Value;
use std::time::Duration;

fn refused(answer: &Answer, failure: Failure) -> u64 {
    assert_eq!(
        (answer.code().as_str(), answer.status.as_u16()),
        (failure.code(), failure.status()),
        "{answer:?}"
    );
    let seconds = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(answer.json()["retry_after_s"], seconds);
    seconds
}

async fn turn(client: &mut Client) -> Option<NikTurn> {
    let status = client.call(Method::GET, paths::STATUS, "").await.json();
    serde_json::from_value(status["turn"].clone()).unwrap()
}

/// At noon of the tests it is 18.06.40 in Jakarta, an even hour, and every NIK of theirs ends in 0.
#[tokio::test]
async fn odd_and_even_take_turns_and_who_has_begun_goes_on() {
    let engine = Engine::start("admission = \"odd-even\"").await;
    let mut client = engine.client().await;
    let at_seven = NOON.plus(Duration::from_secs(3_200));
    assert!(nik(1).ends_with('0') && nik(2).ends_with('0'));
    assert_eq!(turn(&mut client).await, Some(NikTurn { parity: Parity::Even, until: at_seven }));
    let token = client.opened(1).await;

    engine.set_clock(at_seven);
    let parity = turn(&mut client).await.unwrap().parity;
    assert_eq!(parity, Parity::Odd);
    let lookups = engine.lookups();
    let away = client.open(2, |_| ()).await;
    // Until the next full hour, and up to a sixth of it later.
    let seconds = refused(&away, Failure::Busy);
    assert!((3_600..=4_200).contains(&seconds), "{seconds}");
    let detail = away.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("giliran NIK dengan angka terakhir ganjil"), "{detail}");
    assert!(detail.ends_with("mulai 18 November 2026 pukul 20.00 WIB."), "{detail}");
    assert_eq!(engine.lookups(), lookups, "nobody was asked about somebody who was sent away");
    client.fill(&token, "pksc").await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
    // What is wrong with a form is told at any hour.
    let answer = client.open(2, |form| form.nik = "12".to_owned()).await;
    assert_eq!(answer.code(), "nik-malformed");

    engine.set_clock(NOON.plus(Duration::from_secs(6_800)));
    client.opened(2).await;
}

/// Whoever was sent away can use the captcha that they have solved when they come back soon.
#[tokio::test]
async fn who_was_sent_away_keeps_the_captcha() {
    let engine = Engine::start("admission = \"odd-even\"\nadmission_turn_s = 10").await;
    let mut client = engine.client().await;
    let captcha = client.captcha().await;
    let form = serde_json::to_vec(&crate::support::form(1, captcha)).unwrap();
    if turn(&mut client).await.unwrap().parity == Parity::Even {
        engine.set_clock(NOON.plus(Duration::from_secs(10)));
    }
    assert!(refused(&client.call(Method::POST, paths::DRAFTS, form.clone()).await, Failure::Busy) <= 12);
    engine.set_clock(turn(&mut client).await.unwrap().until);
    assert_eq!(client.call(Method::POST, paths::DRAFTS, form).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn one_nik_spends_its_own_budget_and_nobody_elses() {
    let engine =
        Engine::start("admission = \"budgets\"\nadmission_person_burst = 2\nadmission_person_per_s = 0.1")
            .await;
    let mut client = engine.client().await;
    let first = client.opened(1).await;
    client.opened(1).await;
    assert_eq!(refused(&client.open(1, |_| ()).await, Failure::TooManyRequests), 10);
    // Others behind the same address are served, and so is the draft that was opened.
    client.opened(2).await;
    client.fill(&first, "pk").await;
    refused(&client.profile(&first, |_| ()).await, Failure::TooManyRequests);
    engine.set_clock(NOON.plus(Duration::from_secs(10)));
    client.opened(1).await;
}

#[tokio::test]
async fn an_address_that_invents_people_meets_its_budget() {
    let engine =
        Engine::start("admission = \"budgets\"\nadmission_address_burst = 3\nadmission_address_per_s = 0.5")
            .await;
    let mut client = engine.client().await;
    for _ in 0..3 {
        assert_eq!(client.call(Method::GET, paths::STATUS, "").await.status, StatusCode::OK);
    }
    assert_eq!(refused(&client.call(Method::GET, paths::STATUS, "").await, Failure::TooManyRequests), 2);
}

/// Passwords that are said to take a minute: one person a minute is brought through, and four may come at once. Whoever has begun goes on.
#[tokio::test]
async fn no_more_begin_than_are_brought_through() {
    let slow = "admission = \"codel\"\nadmission_service_ms = 60000\npassword_threads = 1";
    let engine = Engine::start(slow).await;
    let mut client = engine.client().await;
    // Those who are refused for their own fault take nobody's place.
    for _ in 0..5 {
        assert_eq!(client.open(1, |form| form.nik = "12".to_owned()).await.code(), "nik-malformed");
    }
    let mut tokens = Vec::new();
    for person in 1..=4 {
        tokens.push(client.opened(person).await);
    }
    let lookups = engine.lookups();
    refused(&client.open(5, |_| ()).await, Failure::Busy);
    assert_eq!(engine.lookups(), lookups, "nobody was asked about somebody who was sent away");
    for token in &tokens {
        client.fill(token, "pksc").await;
        assert_eq!(client.confirm(token).await.status, StatusCode::CREATED);
    }
    let metrics = engine.operate(Method::GET, "/metrics", "").await.text;
    let sample = "engine_admission_shed_total{policy=\"codel\",why=\"newcomer\"} 1";
    assert!(metrics.lines().any(|line| line == sample), "{metrics}");

    let unbounded = Engine::start(&format!("{slow}\nadmission_newcomers_bounded = false")).await;
    let mut client = unbounded.client().await;
    for person in 1..=8 {
        client.opened(person).await;
    }
}

/// What was offered is what was let in and what was turned away, and each is named by its rule.
#[tokio::test]
async fn metrics_add_up() {
    let engine = Engine::start("admission = \"odd-even\"").await;
    let mut client = engine.client().await;
    client.register(1).await;
    engine.set_clock(NOON.plus(Duration::from_secs(3_200)));
    refused(&client.open(2, |_| ()).await, Failure::Busy);
    let metrics = engine.operate(Method::GET, "/metrics", "").await.text;
    let value = |sample: &str| -> u64 {
        let line = metrics.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{sample} is not in\n{metrics}")).parse().unwrap()
    };
    let shed = value("engine_admission_shed_total{policy=\"odd-even\",why=\"not-your-turn\"}");
    assert_eq!(shed, 1);
    let offered = value("engine_admission_offered_total{policy=\"odd-even\"}");
    assert_eq!(offered, value("engine_admission_admitted_total{policy=\"odd-even\"}") + shed);
    assert_eq!(value("engine_pool_useful_total{pool=\"password\"}"), 1);
    assert_eq!(value("engine_pool_useful_total{pool=\"photo\"}"), 2);
    assert_eq!(value("engine_pool_wasted_total{pool=\"photo\"}"), 0);
    assert_eq!(value("engine_requests_wasted_total"), 0);
    assert_eq!(value("engine_admission_wait_seconds_count{policy=\"odd-even\",pool=\"photo\"}"), 2);
    let status: Value = client.call(Method::GET, paths::STATUS, "").await.json();
    assert_eq!(status["waiting_room"], Value::Null);
}
