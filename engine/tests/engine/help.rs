//! What clients ask before and beside the flow: the catalogue, the list of birthplaces, the field check.

use crate::flow::check_refused;
use crate::support::{Client, Engine, NOON, form};
use domain::Failure;
use domain::wire::{CaptchaAnswer, Catalogue, OpenDraft, Regencies, paths};
use http_body_util::Full;
use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

async fn check_cached(client: &mut Client, path: &str) {
    let first = client.call(Method::GET, path, "").await;
    assert_eq!(first.headers["cache-control"], "public, max-age=3600");
    let request = Request::get(path)
        .header("host", "engine")
        .header("if-none-match", &first.headers["etag"])
        .body(Full::default())
        .unwrap();
    let again = client.send(request).await;
    assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(again.headers["etag"], first.headers["etag"]);
}

#[tokio::test]
async fn the_catalogue() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let catalogue: Catalogue =
        serde_json::from_value(client.call(Method::GET, paths::FAILURES, "").await.json()).unwrap();
    assert_eq!(catalogue.failures.len() + catalogue.phenomena.len(), 47);
    for (row, failure) in catalogue.failures.iter().zip(Failure::ALL) {
        let told = (row.code, row.status, row.title.as_str(), row.contact);
        assert_eq!(told, (*failure, failure.status(), failure.title(), failure.contact()));
    }
    check_cached(&mut client, paths::FAILURES).await;
}

#[tokio::test]
async fn birthplaces() {
    for (settings, count) in [("", 592), ("synthetic_regions = false", 514)] {
        let engine = Engine::start(settings).await;
        let mut client = engine.client().await;
        let list: Regencies =
            serde_json::from_value(client.call(Method::GET, paths::REGENCIES, "").await.json()).unwrap();
        assert_eq!(list.regencies.len(), count, "{settings}");
        assert_eq!(list.regencies[0].name, "Kabupaten Aceh Selatan");
        check_cached(&mut client, paths::REGENCIES).await;
    }
}

#[tokio::test]
async fn every_code_of_the_list_is_a_birthplace() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    let list: Regencies =
        serde_json::from_value(client.call(Method::GET, paths::REGENCIES, "").await.json()).unwrap();
    for regency in list.regencies {
        let taken = client.profile(&token, |profile| profile["birth_regency"] = json!(regency.code)).await;
        assert_eq!(taken.status, StatusCode::NO_CONTENT, "{regency:?}");
    }
}

/// The fields of step 1 without its captcha, and each of them alone.
fn fields_of(form: &OpenDraft) -> serde_json::Map<String, Value> {
    let Value::Object(mut fields) = serde_json::to_value(form).unwrap() else {
        panic!("a form is an object")
    };
    fields.remove("captcha");
    fields
}

/// For each of these forms the check says what step 1 says, whole and field by field.
#[tokio::test]
async fn the_field_check_says_what_step_1_says() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let changes: [&dyn Fn(&mut OpenDraft); 12] = [
        &|_| (),
        &|form| form.nik.push('0'),
        &|form| form.nik = "9901 0157 0500 0010".to_owned(),
        &|form| form.nik.replace_range(6..10, "7202"),
        &|form| form.kk.truncate(15),
        &|form| form.kk = "0000000000000000".to_owned(),
        &|form| form.full_name.push_str(", S.Kom."),
        &|form| form.birth_place.clear(),
        &|form| form.birth_date = "2010-05-17".parse().unwrap(),
        &|form| form.birth_date = "2000-05-18".parse().unwrap(),
        &|form| (form.phone, form.email) = (String::new(), "siti".to_owned()),
        &|form| (form.nik, form.full_name) = ("x".to_owned(), "7".to_owned()),
    ];
    for (person, change) in (100..).zip(changes) {
        let step_1 = client.open(person, change).await.json();
        let mut typed = form(person, CaptchaAnswer { id: String::new(), answer: String::new() });
        change(&mut typed);
        let fields = fields_of(&typed);
        let checked = client.call(Method::POST, paths::VALIDATIONS, json!(fields).to_string()).await.json();
        assert_eq!(checked["faults"], step_1.get("fields").cloned().unwrap_or(json!([])), "{fields:?}");
        if let Some(warnings) = step_1.get("warnings") {
            let codes: Vec<_> = checked["warnings"]
                .as_array()
                .unwrap()
                .iter()
                .map(|warning| warning["code"].clone())
                .collect();
            assert_eq!(&json!(codes), warnings, "{fields:?}");
        }
        let mut alone = Vec::new();
        for (field, value) in &fields {
            let one = client.call(Method::POST, paths::VALIDATIONS, json!({field: value}).to_string()).await;
            let faults = one.json()["faults"].as_array().unwrap().clone();
            assert!(faults.iter().all(|fault| fault["field"] == json!(field)), "{one:?}");
            alone.extend(faults);
        }
        let sorted = |faults: &[Value]| {
            let mut texts: Vec<_> = faults.iter().map(Value::to_string).collect();
            texts.sort();
            texts
        };
        assert_eq!(sorted(&alone), sorted(checked["faults"].as_array().unwrap()), "{fields:?}");
    }
}

#[tokio::test]
async fn the_field_check_costs_and_betrays_nothing() {
    let engine =
        Engine::start(&format!("opens_at = {:?}", String::from(NOON.plus(Duration::from_secs(1))))).await;
    let mut client = engine.client().await;
    engine.set_clock(NOON.plus(Duration::from_secs(1)));
    let token = client.complete(1).await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
    let lookups = engine.lookups();
    // Also while the gate is shut: people prepare.
    engine.set_clock(NOON);
    let fields = fields_of(&form(1, CaptchaAnswer { id: String::new(), answer: String::new() }));
    let checked = client.call(Method::POST, paths::VALIDATIONS, json!(fields).to_string()).await;
    assert_eq!((checked.status, checked.json()), (StatusCode::OK, json!({"faults": [], "warnings": []})));
    assert_eq!(engine.lookups(), lookups);
    for body in ["", "[]", "{\"captcha\": {}}", "{\"birth_date\": \"yesterday\"}", "{\"nik\": 1}"] {
        check_refused(&client.call(Method::POST, paths::VALIDATIONS, body).await, Failure::FormOutdated);
    }
    let huge = vec![b' '; 16 * 1024 + 1];
    check_refused(&client.call(Method::POST, paths::VALIDATIONS, huge).await, Failure::FileTooLarge);
}
