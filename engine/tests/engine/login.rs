//! Logging in and out, locks, sessions, and a password that is set anew by the security answers.

use crate::flow::check_refused;
use crate::support::{Answer, Client, Engine, NOON, nik};
use domain::Failure;
use domain::wire::paths;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const PASSWORD: &str = "kuda-laut-47";
const NO_ACTIVATION: &str = "activation = \"off\"";

async fn login(client: &mut Client, person: u32, password: &str) -> Answer {
    client.post(paths::SESSIONS, json!({"nik": nik(person), "password": password})).await
}

async fn logged_in(client: &mut Client, person: u32, password: &str) -> String {
    let answer = login(client, person, password).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.json()["token"].as_str().unwrap().to_owned()
}

async fn me(client: &mut Client, token: &str) -> Answer {
    client.ask(Method::GET, paths::ME, &[("authorization", &format!("Bearer {token}"))], "").await
}

async fn reset(client: &mut Client, person: u32, answers: [&str; 2], password: &str) -> Answer {
    let captcha = client.captcha().await;
    let form = json!({
        "nik": nik(person), "answers": answers, "password": password, "password_repetition": password,
        "captcha": captcha
    });
    client.post(paths::PASSWORD_RESETS, form).await
}

async fn questions(client: &mut Client, person: u32) -> Value {
    let captcha = client.captcha().await;
    let answer = client.post(paths::RESET_QUESTIONS, json!({"nik": nik(person), "captcha": captcha})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()["questions"].clone()
}

#[tokio::test]
async fn in_and_out() {
    let engine = Engine::start(NO_ACTIVATION).await;
    let mut client = engine.client().await;
    let made = client.register(1).await;
    let answer = login(&mut client, 1, PASSWORD).await;
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert_eq!(cookie, format!("sesi={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=1800"));

    let seen = me(&mut client, &token).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    let seen = seen.json();
    assert_eq!((&seen["nik"], &seen["email"]), (&json!(nik(1)), &json!("siti1@contoh.example")));
    assert_eq!(seen["receipt"], json!(made.receipt));
    let by_cookie =
        client.ask(Method::GET, paths::ME, &[("cookie", &format!("a=b; sesi={token}"))], "").await;
    assert_eq!(by_cookie.json(), seen);

    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    let out = client.ask(Method::DELETE, paths::CURRENT_SESSION, &headers, "").await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(out.headers["set-cookie"], "sesi=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    check_refused(&me(&mut client, &token).await, Failure::LoginFailed);
    check_refused(
        &client.ask(Method::DELETE, paths::CURRENT_SESSION, &headers, "").await,
        Failure::LoginFailed,
    );
}

#[tokio::test]
async fn behind_tls_cookies_take_no_other_way() {
    let engine = Engine::start(&format!("{NO_ACTIVATION}\nsecure_cookies = true")).await;
    let mut client = engine.client().await;
    client.register(1).await;
    let cookie = login(&mut client, 1, PASSWORD).await.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn whoever_fails_learns_nothing_and_costs_one_hash() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    // Person 1 waits to be activated, nobody has heard of person 2.
    client.register(1).await;
    let mut texts = Vec::new();
    for (person, password) in [(1, PASSWORD), (1, "salah-semua-9"), (2, PASSWORD)] {
        let before = hashes(&engine).await;
        let answer = login(&mut client, person, password).await;
        check_refused(&answer, Failure::LoginFailed);
        assert_eq!(hashes(&engine).await, before + 1, "{person} {password}");
        texts.push(answer.text);
    }
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
    let form = |nik: &str, password: &str| json!({"nik": nik, "password": password});
    check_refused(&client.post(paths::SESSIONS, form("1", PASSWORD)).await, Failure::NikMalformed);
    check_refused(
        &client.post(paths::SESSIONS, form("9901010000000000", PASSWORD)).await,
        Failure::NikInvalid,
    );
    check_refused(&client.post(paths::SESSIONS, form(&nik(2), &"x".repeat(129))).await, Failure::LoginFailed);
    check_refused(&client.post(paths::SESSIONS, json!({"nik": nik(2)})).await, Failure::FormOutdated);
}

#[tokio::test]
async fn a_reset_that_fails_costs_one_hash_whoever_it_is_for() {
    let engine = Engine::start(&format!("{NO_ACTIVATION}\nlogin_failures_max = 1")).await;
    let mut client = engine.client().await;
    client.register(1).await;
    let mut texts = Vec::new();
    // Wrong answers, then a lock, then somebody of whom nobody has heard.
    for person in [1, 1, 2] {
        let before = hashes(&engine).await;
        let answer = reset(&mut client, person, ["anjing", "burung"], "ikan-terbang-9").await;
        check_refused(&answer, Failure::LoginFailed);
        assert_eq!(hashes(&engine).await, before + 1, "{person}");
        texts.push(answer.text);
    }
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
}

/// Jobs of the password pool so far. A job is counted when it is done, just before its answer goes out.
async fn hashes(engine: &Engine) -> u32 {
    let mut operator = Client::connect(engine.operations).await;
    let metrics = operator.call(Method::GET, "/metrics", "").await.text;
    let line = metrics.lines().find(|line| line.starts_with("engine_pool_jobs_total{pool=\"password\"}"));
    line.unwrap().rsplit_once(' ').unwrap().1.parse().unwrap()
}

#[tokio::test]
async fn too_many_wrong_passwords_lock_for_a_while() {
    let settings = format!("{NO_ACTIVATION}\nlogin_failures_max = 3\nlogin_lock_minutes = 10");
    let engine = Engine::start(&settings).await;
    let mut client = engine.client().await;
    client.register(1).await;
    client.register(2).await;
    for _ in 0..3 {
        check_refused(&login(&mut client, 1, "salah-semua-9").await, Failure::LoginFailed);
    }
    check_refused(&login(&mut client, 1, PASSWORD).await, Failure::LoginFailed);
    logged_in(&mut client, 2, PASSWORD).await;
    drop(client);
    // It is no way out to have the engine restarted.
    let engine = Engine::start_in(engine.stop().await, &settings).await;
    let mut client = engine.client().await;
    engine.set_clock(NOON.plus(Duration::from_millis(599_999)));
    check_refused(&login(&mut client, 1, PASSWORD).await, Failure::LoginFailed);
    engine.set_clock(NOON.plus(Duration::from_secs(600)));
    logged_in(&mut client, 1, PASSWORD).await;
    // A right one starts the count anew.
    for _ in 0..3 {
        for _ in 0..2 {
            check_refused(&login(&mut client, 1, "salah-semua-9").await, Failure::LoginFailed);
        }
        logged_in(&mut client, 1, PASSWORD).await;
    }
}

#[tokio::test]
async fn sessions_are_few_and_short_and_outlive_the_engine() {
    let settings = format!("{NO_ACTIVATION}\nsessions_max = 2\nsession_minutes = 10");
    let engine = Engine::start(&settings).await;
    let mut client = engine.client().await;
    client.register(1).await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(logged_in(&mut client, 1, PASSWORD).await);
    }
    check_refused(&me(&mut client, &tokens[0]).await, Failure::LoginFailed);
    drop(client);
    let engine = Engine::start_in(engine.stop().await, &settings).await;
    let mut client = engine.client().await;
    engine.set_clock(NOON.plus(Duration::from_millis(599_999)));
    for token in &tokens[1..] {
        assert_eq!(me(&mut client, token).await.status, StatusCode::OK);
    }
    engine.set_clock(NOON.plus(Duration::from_secs(600)));
    check_refused(&me(&mut client, &tokens[2]).await, Failure::LoginFailed);
    let last = tokens[2].chars().last().unwrap();
    let forged = format!("{}{}", &tokens[2][..tokens[2].len() - 1], if last == '0' { '1' } else { '0' });
    engine.set_clock(NOON);
    assert_eq!(me(&mut client, &tokens[2]).await.status, StatusCode::OK);
    for none in [forged.as_str(), "", "x", &tokens[2].replacen("0000000001", "0000000002", 1)] {
        check_refused(&me(&mut client, none).await, Failure::LoginFailed);
    }
    check_refused(&client.call(Method::GET, paths::ME, "").await, Failure::LoginFailed);
}

#[tokio::test]
async fn the_answers_set_a_new_password() {
    let settings = format!("{NO_ACTIVATION}\nlogin_failures_max = 2");
    let engine = Engine::start(&settings).await;
    let mut client = engine.client().await;
    client.register(1).await;
    let session = logged_in(&mut client, 1, PASSWORD).await;
    for _ in 0..2 {
        login(&mut client, 1, "salah-semua-9").await;
    }
    assert_eq!(questions(&mut client, 1).await, json!(["Hewan pertama?", "Hewan kedua?"]));
    // Answers are compared without case and spaces; who is locked out of the old password may set another.
    let answer = reset(&mut client, 1, [" kucing ", "KU CING"], "bintang-laut-48").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    check_refused(&me(&mut client, &session).await, Failure::LoginFailed);
    check_refused(&login(&mut client, 1, PASSWORD).await, Failure::LoginFailed);
    logged_in(&mut client, 1, "bintang-laut-48").await;
    drop(client);
    let engine = Engine::start_in(engine.stop().await, &settings).await;
    logged_in(&mut engine.client().await, 1, "bintang-laut-48").await;
}

#[tokio::test]
async fn wrong_answers_set_none() {
    let engine = Engine::start(&format!("{NO_ACTIVATION}\nlogin_failures_max = 2")).await;
    let mut client = engine.client().await;
    client.register(1).await;
    check_refused(&reset(&mut client, 1, ["Kucing", "Kucing"], "pendek7").await, Failure::PasswordWeak);
    for answers in [["Kucing", "Anjing"], ["Anjing", "Kucing"]] {
        check_refused(&reset(&mut client, 1, answers, "bintang-laut-48").await, Failure::LoginFailed);
    }
    // Two wrong ones lock the answers, and not the password.
    let right = ["Kucing", "Kucing"];
    check_refused(&reset(&mut client, 1, right, "bintang-laut-48").await, Failure::LoginFailed);
    logged_in(&mut client, 1, PASSWORD).await;
    engine.set_clock(NOON.plus(Duration::from_secs(15 * 60)));
    assert_eq!(reset(&mut client, 1, right, "bintang-laut-48").await.status, StatusCode::NO_CONTENT);

    // Nobody's NIK has questions as well, always the same.
    let decoys = questions(&mut client, 2).await;
    assert_eq!(questions(&mut client, 2).await, decoys);
    assert_ne!(decoys[0], decoys[1]);
    check_refused(&reset(&mut client, 2, right, "bintang-laut-48").await, Failure::LoginFailed);
    let used = client.captcha().await;
    let form = json!({"nik": nik(2), "captcha": used});
    client.post(paths::RESET_QUESTIONS, form.clone()).await;
    check_refused(&client.post(paths::RESET_QUESTIONS, form).await, Failure::CaptchaWrong);
}

/// Whoever has an account goes on with it: only registrations end with the window.
#[tokio::test]
async fn a_password_can_be_set_anew_after_the_window_has_closed() {
    let closes_at = NOON.plus(Duration::from_secs(60));
    let settings = format!("{NO_ACTIVATION}\ncloses_at = {:?}", String::from(closes_at));
    let engine = Engine::start(&settings).await;
    let mut client = engine.client().await;
    client.register(1).await;
    engine.set_clock(closes_at);
    check_refused(&client.open(2, |_| ()).await, Failure::Closed);
    assert_eq!(questions(&mut client, 1).await, json!(["Hewan pertama?", "Hewan kedua?"]));
    let answer = reset(&mut client, 1, ["kucing", "Kucing"], "ikan-terbang-9").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    logged_in(&mut client, 1, "ikan-terbang-9").await;
}
