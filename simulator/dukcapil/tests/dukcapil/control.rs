//! Who may change what is in force, and how the schedule's zero is told.

use crate::support::{Client, KEY, Standin};
use dukcapil::{CONTROL_PATH, CONTROL_ZERO_PATH, Change, Conditions, LatencyLaw, OutageKind};
use hyper::{Method, StatusCode};

/// A request with this key, and the status of its answer.
async fn check(
    client: &mut Client,
    method: Method,
    path: &str,
    key: Option<&str>,
    body: &str,
    expect: u16,
) -> String {
    let heard = client.try_send(method, path, key, body.to_owned()).await.unwrap();
    assert_eq!(heard.status, StatusCode::from_u16(expect).unwrap(), "{path} {key:?} {body}: {}", heard.text);
    heard.text
}

#[tokio::test]
async fn without_the_key_there_is_nothing() {
    let closed = Standin::start("").await;
    let client = &mut closed.client().await;
    check(client, Method::GET, CONTROL_PATH, Some(KEY), "", 404).await;
    let open = Standin::start(&format!("control_key = \"{KEY}\"")).await;
    let client = &mut open.client().await;
    let wrong = format!("{KEY}x");
    for key in [None, Some(""), Some(&KEY[1..]), Some(wrong.as_str())] {
        for path in [CONTROL_PATH, CONTROL_ZERO_PATH] {
            let text = check(client, Method::GET, path, key, "", 404).await;
            assert_eq!(text, "not found\n");
        }
    }
    check(client, Method::GET, CONTROL_PATH, Some(KEY), "", 200).await;
    check(client, Method::POST, CONTROL_PATH, Some(KEY), "", 405).await;
    check(client, Method::GET, CONTROL_ZERO_PATH, Some(KEY), "", 405).await;
}

#[tokio::test]
async fn changes_hold_at_once_and_wrong_ones_change_nothing() {
    let standin = Standin::start(&format!("control_key = \"{KEY}\"\nquota_per_day = 5")).await;
    let client = &mut standin.client().await;
    let latency = LatencyLaw::Pareto { ms_min: 1.0, alpha: 2.0, ms_max: 10.0 };
    let change = Change {
        rate_per_s: Some(23.1),
        quota_used: Some(4),
        link_bits_per_s: Some(512_000.0),
        latency: Some(latency.clone()),
        ..Change::default()
    };
    let expect = Conditions {
        outage: None,
        rate_per_s: Some(23.1),
        quota_per_day: Some(5),
        quota_used: 4,
        link_bits_per_s: Some(512_000.0),
        latency,
        schedule_s: None,
    };
    let without_time = |conditions: Conditions| Conditions { schedule_s: None, ..conditions };
    assert_eq!(without_time(client.change(&change).await), expect);
    for (body, status) in [
        ("{", 400),
        ("7", 400),
        (r#"{"rate": 1}"#, 400),
        (r#"{"outage": "sleeping"}"#, 400),
        (r#"{"quota_used": 0, "rate_per_s": 0}"#, 422),
    ] {
        check(client, Method::PATCH, CONTROL_PATH, Some(KEY), body, status).await;
    }
    assert_eq!(without_time(client.change(&Change::default()).await), expect);
}

#[tokio::test]
async fn the_schedule_begins_when_told() {
    let settings = format!(
        "control_key = \"{KEY}\"\nschedule_starts = \"when-told\"\n\
         outages = [{{ at_s = 0, for_s = 3600, kind = \"reset\" }}]\n\
         changes = [{{ at_s = 0, set = {{ rate_per_s = 7 }} }}]\n"
    );
    let standin = Standin::start(&settings).await;
    let client = &mut standin.client().await;
    let before = client.change(&Change::default()).await;
    assert_eq!((before.outage, before.rate_per_s, before.schedule_s), (None, None, None));
    let after = check(client, Method::PUT, CONTROL_ZERO_PATH, Some(KEY), r#"{"in_ms": 0}"#, 200).await;
    let after: Conditions = serde_json::from_str(&after).unwrap();
    assert_eq!((after.outage, after.rate_per_s), (Some(OutageKind::Reset), Some(7.0)));
    let later = check(client, Method::PUT, CONTROL_ZERO_PATH, Some(KEY), r#"{"in_ms": 60000}"#, 200).await;
    let later: Conditions = serde_json::from_str(&later).unwrap();
    assert_eq!(later.outage, None);
    assert!(later.schedule_s.is_some_and(|s| (-60.0..-1.0).contains(&s)), "{later:?}");
}
