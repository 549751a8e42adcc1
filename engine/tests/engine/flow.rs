//! The flow from captcha to confirmation over sockets, and each way in which it says no.

use crate::support::{AGREES, Answer, Client, Engine, NOON, PHOTO, Registry, nik, photo};
use domain::Failure;
use domain::document::DocumentKind;
use domain::wire::{Problem, RegistryAnswer, paths};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// The answer is the catalogue's row for `failure`, whole, and nothing else: `Problem` refuses further keys.
pub(crate) fn check_refused(answer: &Answer, failure: Failure) {
    assert_eq!(answer.code(), failure.code(), "{answer:?}");
    let problem: Problem = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(answer.status.as_u16(), failure.status(), "{answer:?}");
    assert_eq!(answer.headers["content-type"], Problem::MEDIA_TYPE);
    assert_eq!((problem.status, problem.title.as_str()), (failure.status(), failure.title()));
    assert_eq!((problem.contact, problem.kind), (failure.contact(), format!("/bantuan#{failure}")));
    let retry_after = answer.headers.get("retry-after").map(|value| value.to_str().unwrap().parse().unwrap());
    assert_eq!(retry_after, problem.retry_after_s);
    assert_eq!(retry_after.is_some(), failure.is_transient() || failure == Failure::NotOpen);
    for inside in ["127.0.0.1", "10.0.0.7", "sled", "hyper", "/tmp", "panick", "store", "os error"] {
        assert!(!answer.text.contains(inside), "{inside} in {answer:?}");
    }
}

#[tokio::test]
async fn a_registration_from_captcha_to_confirmation() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let status = client.call(Method::GET, paths::STATUS, "").await.json();
    assert_eq!((status["gate"].as_str(), status["captcha_length"].as_u64()), (Some("open"), Some(4)));
    let token = client.complete(1).await;
    let review = client.call(Method::GET, &paths::draft(&token), "").await.json();
    assert_eq!(review["nik"], nik(1));
    assert_eq!(review["profile"]["sex"], "female");
    assert_eq!(
        review["documents"][0],
        json!({"kind": "ktp", "bytes": PHOTO.len(), "dimensions": {"width": 160, "height": 200}, "blurred": false})
    );
    assert_eq!((&review["has_credentials"], &review["account_number"]), (&json!(true), &Value::Null));
    assert!(!review.to_string().contains("argon2"));

    let first = client.confirm(&token).await;
    assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
    assert_eq!(first.json()["account_number"], 1);
    assert_eq!(first.json()["nik_masked"], format!("{}**********10", &nik(1)[..4]));
    let repeat = client.confirm(&token).await;
    assert_eq!((repeat.status, repeat.text), (StatusCode::OK, first.text));
    let review = client.call(Method::GET, &paths::draft(&token), "").await.json();
    assert_eq!(review["account_number"], 1);
    assert_eq!(engine.exported().await, [nik(1)]);
}

#[tokio::test]
async fn step_1_refuses() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
    let lookups = engine.lookups();

    check_refused(&client.open(2, |form| form.nik.push('0')).await, Failure::NikMalformed);
    check_refused(&client.open(2, |form| form.nik.replace_range(6..10, "7202")).await, Failure::NikInvalid);
    check_refused(&client.open(2, |form| form.kk.truncate(15)).await, Failure::KkMalformed);
    check_refused(&client.open(2, |form| form.full_name.push_str(", S.Kom.")).await, Failure::NameHasTitle);
    check_refused(
        &client.open(2, |form| form.birth_date = "2010-05-17".parse().unwrap()).await,
        Failure::AgeIneligible,
    );
    check_refused(&client.open(2, |form| form.phone.clear()).await, Failure::ContactInvalid);
    check_refused(&client.open(1, |_| ()).await, Failure::NikRegistered);
    check_refused(
        &client.open(2, |form| form.email = "SITI1+cpns@contoh.example".to_owned()).await,
        Failure::ContactInUse,
    );
    check_refused(
        &client.open(2, |form| form.phone = "+62 812-0000-0001".to_owned()).await,
        Failure::ContactInUse,
    );
    check_refused(
        &client.open(2, |form| form.captcha.answer = "----".to_owned()).await,
        Failure::CaptchaWrong,
    );
    check_refused(&client.call(Method::POST, paths::DRAFTS, "{\"nik\": 1}").await, Failure::FormOutdated);
    check_refused(
        &client.call(Method::POST, paths::DRAFTS, vec![b' '; 16 * 1024 + 1]).await,
        Failure::FileTooLarge,
    );
    assert_eq!(engine.lookups(), lookups, "none of these may cost a look-up");

    let several = client.open(2, |form| (form.nik, form.phone) = ("1".to_owned(), "2".to_owned())).await;
    let fields: Vec<_> =
        several.json()["fields"].as_array().unwrap().iter().map(|field| field["field"].clone()).collect();
    assert_eq!(fields, ["nik", "phone"]);
}

#[tokio::test]
async fn a_captcha_counts_once_and_in_its_time() {
    let engine = Engine::start("captcha_seconds = 60").await;
    let mut client = engine.client().await;
    let captcha = client.captcha().await;
    let used = captcha.clone();
    check_refused(
        &client.open(1, |form| (form.captcha, form.nik) = (captcha, String::new())).await,
        Failure::NikMalformed,
    );
    check_refused(&client.open(1, |form| form.captcha = used).await, Failure::CaptchaWrong);
    let late = client.captcha().await;
    engine.set_clock(NOON.plus(Duration::from_secs(60)));
    check_refused(&client.open(1, |form| form.captcha = late).await, Failure::CaptchaWrong);
    assert_eq!(client.open(1, |_| ()).await.code(), "ok");
}

#[tokio::test]
async fn what_the_registry_says_is_told() {
    let engine = Engine::start("registry_timeout_ms = 50").await;
    let mut client = engine.client().await;
    for (does, failure) in [
        (Registry::Says(RegistryAnswer::UNKNOWN), Failure::NikNotFound),
        (Registry::Says(RegistryAnswer { kk_agrees: false, ..AGREES }), Failure::NikKkMismatch),
        (Registry::Says(RegistryAnswer { name_agrees: false, ..AGREES }), Failure::IdentityMismatch),
        (Registry::Says(RegistryAnswer { birth_date_agrees: false, ..AGREES }), Failure::IdentityMismatch),
        (Registry::Status(500), Failure::RegistryDown),
        (Registry::Status(503), Failure::RegistryDown),
        (Registry::Status(404), Failure::RegistryDown),
        (Registry::Babbles, Failure::RegistryDown),
        (Registry::Silent, Failure::RegistrySlow),
        (Registry::Status(429), Failure::RegistryQuota),
    ] {
        engine.registry(does);
        let lookups = engine.lookups();
        check_refused(&client.open(1, |_| ()).await, failure);
        assert_eq!(engine.lookups(), lookups + 1, "one look-up, no repeat: repeats spend quota");
    }
    engine.registry(Registry::Says(AGREES));
    let lookups = engine.lookups();
    check_refused(&client.open(1, |_| ()).await, Failure::RegistryQuota);
    assert_eq!(engine.lookups(), lookups, "a spent quota is believed for a while");
    engine.set_clock(NOON.plus(Duration::from_secs(10)));
    assert_eq!(client.open(1, |_| ()).await.code(), "ok");
}

#[tokio::test]
async fn a_registry_that_does_not_answer_is_left_alone_for_a_while() {
    let engine = Engine::start("registry_failures_max = 2\nregistry_pause_ms = 1000").await;
    let mut client = engine.client().await;
    let open = client.opened(1).await;
    engine.registry(Registry::Status(500));
    for lookups in [2, 3, 3, 3] {
        check_refused(&client.open(2, |_| ()).await, Failure::RegistryDown);
        assert_eq!(engine.lookups(), lookups);
    }
    client.fill(&open, "pksc").await;
    engine.registry(Registry::Says(AGREES));
    check_refused(&client.open(2, |_| ()).await, Failure::RegistryDown);
    engine.set_clock(NOON.plus(Duration::from_secs(1)));
    assert_eq!(client.open(2, |_| ()).await.code(), "ok");
    assert_eq!(engine.lookups(), 4);
}

#[tokio::test]
async fn steps_that_need_no_registry_go_on_without_it() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    engine.registry(Registry::Status(500));
    client.fill(&token, "pksc").await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn later_steps_refuse() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    check_refused(&client.confirm(&token).await, Failure::StepOutOfOrder);
    check_refused(&client.document(&token, DocumentKind::Ktp, PHOTO.clone()).await, Failure::StepOutOfOrder);
    check_refused(&client.credentials(&token, |_| ()).await, Failure::StepOutOfOrder);
    check_refused(
        &client.profile(&token, |form| form["birth_regency"] = json!("0000")).await,
        Failure::BirthplaceUnknown,
    );
    check_refused(
        &client.profile(&token, |form| form["certificate_name"] = json!("Drs. Siti")).await,
        Failure::NameHasTitle,
    );
    check_refused(&client.profile(&token, |form| form["sex"] = json!("")).await, Failure::FormOutdated);
    client.fill(&token, "p").await;
    check_refused(
        &client.credentials(&token, |form| form["password"] = json!("123")).await,
        Failure::PasswordWeak,
    );
    check_refused(
        &client.credentials(&token, |form| form["password_repetition"] = json!("123")).await,
        Failure::PasswordMismatch,
    );
    check_refused(
        &client.credentials(&token, |form| form["captcha"]["answer"] = json!("----")).await,
        Failure::CaptchaWrong,
    );
    check_refused(&client.confirm(&token).await, Failure::StepOutOfOrder);
    client.fill(&token, "kc").await;
    check_refused(&client.confirm(&token).await, Failure::CameraMissing);
    client.fill(&token, "s").await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn files_are_refused_by_size_and_type() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    client.fill(&token, "p").await;
    let padded =
        |bytes: usize| [&PHOTO[..PHOTO.len() - 2], &vec![0; bytes - PHOTO.len()], &[0xff, 0xd9]].concat();
    for (file, failure) in [
        (padded(200_001), Failure::FileTooLarge),
        (padded(3_000_000), Failure::FileTooLarge),
        (b"\x89PNG\r\n\x1a\n and more".to_vec(), Failure::FileType),
        (vec![b'x'; 150_000], Failure::FileType),
        (PHOTO[..PHOTO.len() / 2].to_vec(), Failure::FileType),
        ([&PHOTO[..], b"PK\x03\x04"].concat(), Failure::FileType),
        (Vec::new(), Failure::FileType),
    ] {
        check_refused(&client.document(&token, DocumentKind::Ktp, file).await, failure);
    }
    assert_eq!(engine.files(), 0, "what is refused leaves no file");
    let answer = client.document(&token, DocumentKind::Ktp, padded(200_000)).await;
    assert_eq!(answer.json()["bytes"], 200_000);
    client.fill(&token, "kk").await;
    assert_eq!(engine.files(), 1, "the last upload wins, and the others are gone");
}

#[tokio::test]
async fn a_photo_without_anything_in_focus_is_flagged() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    client.fill(&token, "p").await;
    let fog = photo(|x, _| x / 2 + 60);
    assert_eq!(client.document(&token, DocumentKind::Swafoto, fog).await.json()["blurred"], true);
    assert_eq!(client.document(&token, DocumentKind::Swafoto, PHOTO.clone()).await.json()["blurred"], false);
}

#[tokio::test]
async fn after_confirmation_nothing_changes() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
    let before = client.call(Method::GET, &paths::draft(&token), "").await.text;
    check_refused(&client.profile(&token, |_| ()).await, Failure::AlreadyFinal);
    check_refused(&client.document(&token, DocumentKind::Ktp, PHOTO.clone()).await, Failure::AlreadyFinal);
    check_refused(&client.credentials(&token, |_| ()).await, Failure::AlreadyFinal);
    assert_eq!(client.call(Method::GET, &paths::draft(&token), "").await.text, before);
    assert_eq!(engine.files(), 2);
}

#[tokio::test]
async fn drafts_end_and_others_are_not_to_be_had() {
    let engine = Engine::start("draft_minutes = 10").await;
    let mut client = engine.client().await;
    let token = client.complete(1).await;
    check_refused(
        &client.call(Method::GET, &paths::draft("0123456789abcdef"), "").await,
        Failure::DraftExpired,
    );
    check_refused(&client.confirm("0123456789abcdef").await, Failure::DraftExpired);
    engine.set_clock(NOON.plus(Duration::from_secs(600)));
    check_refused(&client.call(Method::GET, &paths::draft(&token), "").await, Failure::DraftExpired);
    check_refused(&client.confirm(&token).await, Failure::DraftExpired);
    engine.set_clock(NOON.plus(Duration::from_secs(599)));
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn the_window() {
    let (opens_at, closes_at) = (NOON.plus(Duration::from_secs(10)), NOON.plus(Duration::from_secs(20)));
    let settings =
        format!("opens_at = {:?}\ncloses_at = {:?}", String::from(opens_at), String::from(closes_at));
    let engine = Engine::start(&settings).await;
    let mut client = engine.client().await;
    for ms in [0, 9_999] {
        engine.set_clock(NOON.plus(Duration::from_millis(ms)));
        check_refused(&client.call(Method::POST, paths::CAPTCHAS, "").await, Failure::NotOpen);
        check_refused(&client.call(Method::POST, paths::DRAFTS, "").await, Failure::NotOpen);
    }
    engine.set_clock(opens_at);
    let (token, late) = (client.complete(1).await, client.complete(2).await);
    let first = client.confirm(&token).await;
    assert_eq!(first.status, StatusCode::CREATED);
    engine.set_clock(closes_at);
    assert_eq!(client.call(Method::GET, paths::STATUS, "").await.json()["gate"], "closed");
    check_refused(&client.confirm(&late).await, Failure::Closed);
    check_refused(&client.profile(&late, |_| ()).await, Failure::Closed);
    // Whoever was registered in time hears so again, also afterwards.
    assert_eq!(client.confirm(&token).await.text, first.text);
}

#[tokio::test]
async fn more_than_there_is_room_for_is_told_at_once() {
    let engine = Engine::start(
        "admission = \"concurrency-limit\"\nadmission_in_flight_max = 1\nregistry_timeout_ms = 300",
    )
    .await;
    engine.registry(Registry::Silent);
    let (mut held, mut shed) = (engine.client().await, engine.client().await);
    let captcha = held.captcha().await;
    let form = serde_json::to_vec(&crate::support::form(1, captcha)).unwrap();
    let waiting = tokio::spawn(async move { held.call(Method::POST, paths::DRAFTS, form).await });
    while engine.lookups() == 0 {
        tokio::task::yield_now().await;
    }
    check_refused(&shed.call(Method::GET, paths::STATUS, "").await, Failure::Busy);
    check_refused(&waiting.await.unwrap(), Failure::RegistrySlow);
    assert_eq!(shed.call(Method::GET, paths::STATUS, "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn paths_and_methods_that_are_none() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let answer = client.call(Method::GET, "/none", "").await;
    assert_eq!((answer.status, answer.json()["status"].as_u64()), (StatusCode::NOT_FOUND, Some(404)));
    let answer = client.call(Method::DELETE, paths::STATUS, "").await;
    assert_eq!(
        (answer.status, answer.headers["allow"].as_bytes()),
        (StatusCode::METHOD_NOT_ALLOWED, &b"GET"[..])
    );
}

#[tokio::test]
async fn operators_have_their_own_port() {
    let engine = Engine::start("").await;
    let mut operator = Client::connect(engine.operations).await;
    for (path, expect) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = operator.call(Method::GET, path, "").await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, expect));
    }
    engine.client().await.opened(1).await;
    let metrics = operator.call(Method::GET, "/metrics", "").await.text;
    assert!(metrics.contains("engine_requests_total{step=\"identity\",code=\"ok\"} 1"), "{metrics}");
    assert!(!metrics.contains(&nik(1)));
    assert_eq!(operator.call(Method::GET, paths::EXPORT, "").await.status, StatusCode::NOT_FOUND);
    let mut applicant = engine.client().await;
    for path in ["/metrics", "/healthz", paths::EXPORT] {
        assert_eq!(applicant.call(Method::GET, path, "").await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn drafts_and_accounts_outlive_the_engine() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let (made, open) = (client.complete(1).await, client.complete(2).await);
    let first = client.confirm(&made).await;
    drop(client);
    let folder = engine.stop().await;

    let engine = Engine::start_in(folder, "").await;
    let mut client = engine.client().await;
    let repeat = client.confirm(&made).await;
    assert_eq!((repeat.status, repeat.text), (StatusCode::OK, first.text));
    let second = client.confirm(&open).await;
    assert_eq!((second.status, &second.json()["account_number"]), (StatusCode::CREATED, &json!(2)));
    assert_eq!(engine.exported().await, [nik(1), nik(2)]);
}
