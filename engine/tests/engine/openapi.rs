//! Every answer that any of these tests gets is held against the engine's own description of itself, and so is every form that it
//! took.

use crate::support::{Answer, Engine};
use domain::Failure;
use domain::document::DocumentKind;
use domain::ticket::TicketCategory;
use domain::wire::paths;
use hyper::{Method, StatusCode};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../openapi.json")).unwrap());

/// What `method` and `path` were answered with is what the document says. Paths of operators are none of its business.
pub(crate) fn check(method: &Method, path: &str, form: &[u8], answer: &Answer) {
    if !path.starts_with(paths::BASE) {
        return;
    }
    let Some(item) = find_path(path) else {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path} is not in openapi.json");
        return;
    };
    let name = method.as_str().to_lowercase();
    let Some(operation) = item.get(&name) else {
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path} is not in openapi.json");
        return;
    };
    check_answer(operation, &format!("{method} {path}"), answer);
    if answer.status.is_success()
        && let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema")
    {
        check_against(
            schema,
            &serde_json::from_slice(form).unwrap(),
            &format!("the form of {method} {path}"),
        );
    }
}

fn check_answer(operation: &'static Value, what: &str, answer: &Answer) {
    let status = answer.status.as_str();
    let documented = &operation["responses"][status];
    assert!(documented.is_object(), "{what}: {status} is not in openapi.json: {answer:?}");
    let documented = follow(documented);
    for (header, rules) in documented["headers"].as_object().into_iter().flatten() {
        let there = answer.headers.contains_key(header.to_lowercase());
        assert!(there || rules["required"] != json!(true), "{what}: {status} without {header}");
    }
    let Some(contents) = documented.get("content") else {
        assert_eq!(answer.text, "", "{what}: {status} has a body");
        return;
    };
    let media_type = answer.headers["content-type"].to_str().unwrap().split(';').next().unwrap();
    let content = contents.get(media_type).unwrap_or_else(|| panic!("{what}: {status} as {media_type}"));
    if media_type.ends_with("json") {
        let body = answer.json();
        check_against(&content["schema"], &body, &format!("{what}: {status}"));
        if let Some(code) = body.get("code").filter(|_| media_type == domain::wire::Problem::MEDIA_TYPE) {
            assert!(codes(operation).contains(code), "{what}: {code} is not among its x-codes");
        }
    }
}

fn codes(operation: &Value) -> &Vec<Value> {
    operation["x-codes"].as_array().unwrap()
}

/// The item whose template fits; one without parameters wins over one with.
fn find_path(path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let fits = |template: &str| {
        let (template, path) = (template.split('/'), path.split('/'));
        let same = |(template, part): (&str, &str)| {
            template == part || (template.starts_with('{') && !part.is_empty())
        };
        template.clone().count() == path.clone().count() && template.zip(path).all(same)
    };
    paths.get(path).or_else(|| paths.iter().find(|(template, _)| fits(template)).map(|(_, item)| item))
}

fn follow(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(place) => DOCUMENT.pointer(place.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

fn check_against(schema: &Value, body: &Value, what: &str) {
    static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let validator = {
        let mut validators = VALIDATORS.lock().unwrap();
        Arc::clone(validators.entry(schema.to_string()).or_insert_with(|| Arc::new(validator(schema))))
    };
    let faults: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{what} is not as in openapi.json: {faults:#?}\n{body:#}");
}

/// Clients have to bear further keys in an answer; here one that isn't documented is a fault.
fn validator(schema: &Value) -> Validator {
    let mut whole = schema.clone();
    whole["components"] = DOCUMENT["components"].clone();
    forbid_further_keys(&mut whole);
    jsonschema::options().should_validate_formats(true).build(&whole).unwrap()
}

fn forbid_further_keys(value: &mut Value) {
    match value {
        Value::Object(keys) => {
            if keys.get("properties").is_some_and(Value::is_object)
                && !keys.contains_key("additionalProperties")
            {
                keys.insert("additionalProperties".to_owned(), json!(false));
            }
            keys.values_mut().for_each(forbid_further_keys);
        }
        Value::Array(values) => values.iter_mut().for_each(forbid_further_keys),
        _ => {}
    }
}

/// Each operation with its method and path.
fn operations() -> impl Iterator<Item = (String, &'static Value)> {
    DOCUMENT["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter().filter(|(method, _)| *method != "parameters");
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

#[tokio::test]
async fn the_engine_serves_it() {
    let engine = Engine::start("").await;
    let answer = engine.client().await.call(Method::GET, paths::OPENAPI, "").await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, DOCUMENT.clone()));
}

/// The statuses of an operation are those of its successes and of its codes, no more and no less.
#[test]
fn statuses_follow_from_codes() {
    for (name, operation) in operations() {
        let codes: BTreeSet<Failure> =
            codes(operation).iter().map(|code| serde_json::from_value(code.clone()).unwrap()).collect();
        assert_eq!(codes.len(), self::codes(operation).len(), "{name} has a code twice");
        let mut expect: BTreeSet<String> = codes.iter().map(|code| code.status().to_string()).collect();
        let documented = operation["responses"].as_object().unwrap();
        // What isn't a refusal of the catalogue: successes, 304, and 404 for what has no code.
        expect.extend(documented.keys().filter(|status| status.starts_with(['2', '3'])).cloned());
        expect.extend(documented.keys().filter(|status| *status == "404").cloned());
        assert_eq!(documented.keys().cloned().collect::<BTreeSet<_>>(), expect, "{name}");
        for &code in &codes {
            let place = format!("#/components/responses/Refused{}", code.status());
            assert_eq!(documented[&code.status().to_string()]["$ref"], place.as_str(), "{name}");
        }
    }
}

#[test]
fn names_are_those_of_the_program() {
    let check = |schema: &str, expect: Vec<Value>| {
        assert_eq!(DOCUMENT["components"]["schemas"][schema]["enum"], json!(expect), "{schema}");
    };
    check("Code", Failure::ALL.iter().map(|code| json!(code)).collect());
    check("DocumentKind", DocumentKind::ALL.iter().map(|kind| json!(kind)).collect());
    check("TicketCategory", TicketCategory::ALL.iter().map(|category| json!(category)).collect());
}

/// Every schema can be used, every reference leads somewhere, and nothing is left over.
#[test]
fn references_lead_somewhere_and_nothing_is_left_over() {
    let text = DOCUMENT.to_string();
    for kind in ["schemas", "responses"] {
        for name in DOCUMENT["components"][kind].as_object().unwrap().keys() {
            let place = format!("\"#/components/{kind}/{name}\"");
            assert!(text.contains(&place), "nobody uses {place}");
        }
    }
    for place in text.split("\"$ref\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(DOCUMENT.pointer(place.trim_start_matches('#')).is_some(), "{place} is nowhere");
    }
    for name in DOCUMENT["components"]["schemas"].as_object().unwrap().keys() {
        validator(&json!({"$ref": format!("#/components/schemas/{name}")}));
    }
}

/// This check itself finds what it is to find.
#[test]
fn what_differs_is_noticed() {
    let answer = |status: u16, media_type: &'static str, text: &str| Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: [("content-type", media_type), ("retry-after", "1")]
            .into_iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect(),
        text: text.to_owned(),
    };
    let opened =
        r#"{"number":"7KQF-2M9D-XH4T-PV3A","opened_at":"2026-11-21T00:00:00.000Z","contact":"dukcapil"}"#;
    let problem = |code: &str| {
        let failure = Failure::from_code(code).unwrap();
        serde_json::to_string(&domain::wire::Problem::of(failure)).unwrap()
    };
    let form =
        r#"{"nik":"9901011705000010","kk":"9902020102150003","category":"data-mismatch","description":"a"}"#;
    let passes = |method: Method, path: &str, form: &str, answer: &Answer| {
        std::panic::catch_unwind(|| check(&method, path, form.as_bytes(), answer)).is_ok()
    };
    let post = |form: &str, answer: &Answer| passes(Method::POST, paths::TICKETS, form, answer);
    let json = domain::wire::JSON;
    let problem_json = domain::wire::Problem::MEDIA_TYPE;
    assert!(post(form, &answer(201, json, opened)));
    assert!(post("", &answer(429, problem_json, &problem("too-many-requests"))));
    for (form, wrong) in [
        (form, answer(200, json, opened)),
        (form, answer(201, "text/html", opened)),
        (form, answer(201, json, &opened.replace("2026-11-21T", "2026-13-21T"))),
        (form, answer(201, json, &opened.replace("}", ",\"nik\":\"9901011705000010\"}"))),
        (form, answer(201, json, &opened.replace("\"contact\":\"dukcapil\"", "\"contact\":\"bkn\""))),
        ("{}", answer(201, json, opened)),
        ("", answer(429, json, &problem("too-many-requests"))),
        ("", answer(410, problem_json, &problem("draft-expired"))),
        ("", answer(422, problem_json, &problem("photo-blurred"))),
    ] {
        assert!(!post(form, &wrong), "{wrong:?}");
    }
    assert!(!passes(Method::PUT, paths::TICKETS, form, &answer(201, json, opened)));
    assert!(!passes(Method::GET, "/api/v1/secrets", "", &answer(200, json, "{}")));
}
