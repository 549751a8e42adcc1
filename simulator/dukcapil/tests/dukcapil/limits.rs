//! Rate, quota, link and outages, as a client hears them.

use crate::support::{Client, KEY, Standin, about, population};
use domain::Timestamp;
use domain::wire::paths;
use dukcapil::{Change, Clock, OutageByHand};
use hyper::{Method, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};

const FAST: &str = "latency = { law = \"constant\", ms = 0 }\n";

/// So many look-ups at once, each on a connection of its own: their statuses, and how long all of them took.
async fn rush(standin: &Standin, look_ups: u64) -> (Vec<StatusCode>, Duration) {
    let mut clients = Vec::new();
    for _ in 0..look_ups {
        clients.push(standin.client().await);
    }
    let begun = Instant::now();
    let asking = clients.into_iter().zip(0..).map(|(mut client, index)| {
        let question = about(&population().person(index));
        tokio::spawn(async move { client.ask(&question).await.status })
    });
    let mut statuses = Vec::new();
    for asked in asking.collect::<Vec<_>>() {
        statuses.push(asked.await.unwrap());
    }
    (statuses, begun.elapsed())
}

async fn ask(client: &mut Client) -> StatusCode {
    client.ask(&about(&population().person(1))).await.status
}

#[tokio::test]
async fn over_the_rate_look_ups_wait_in_line() {
    let standin = Standin::start(&format!("{FAST}rate_per_s = 50")).await;
    let (statuses, took) = rush(&standin, 11).await;
    assert!(statuses.iter().all(|&status| status == StatusCode::OK));
    // Ten gaps of 20 ms.
    assert!(took >= Duration::from_millis(200), "{took:?}");
    standin.until(&["dukcapil_rate_per_second 50.0"]).await;
}

#[tokio::test]
async fn a_rate_that_refuses_says_when_to_come_back() {
    let standin = Standin::start(&format!("{FAST}rate_per_s = 2\nover_rate = \"refuse\"")).await;
    let (statuses, _) = rush(&standin, 20).await;
    let taken = statuses.iter().filter(|&&status| status == StatusCode::OK).count();
    // Two in the first second, and what a slow machine takes longer for.
    assert!((2..20).contains(&taken), "{taken}");
    let heard = standin.client().await.ask(&about(&population().person(1))).await;
    assert_eq!((heard.status, heard.text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "busy\n"));
    assert_eq!(heard.headers["retry-after"], "1");
}

/// 2,000 bytes at 320 kbit/s: 50 ms each, one after the other.
#[tokio::test]
async fn look_ups_share_the_link() {
    let standin = Standin::start(&format!("{FAST}link_bits_per_s = 320_000")).await;
    let (statuses, took) = rush(&standin, 4).await;
    assert!(statuses.iter().all(|&status| status == StatusCode::OK));
    assert!(took >= Duration::from_millis(200), "{took:?}");
}

/// At one in a thousand seconds the second would wait for a quarter of an hour.
#[tokio::test]
async fn a_line_moves_faster_as_soon_as_the_rate_does() {
    let standin = Standin::start(&format!("{FAST}rate_per_s = 0.001\ncontrol_key = \"{KEY}\"")).await;
    let mut asking = Vec::new();
    for _ in 0..3 {
        let mut client = standin.client().await;
        asking.push(tokio::spawn(async move { ask(&mut client).await }));
    }
    standin.until(&["dukcapil_waiting 2", "dukcapil_requests_total{outcome=\"agrees\"} 1"]).await;
    let faster = Change { rate_per_s: Some(1_000.0), ..Change::default() };
    standin.client().await.change(&faster).await;
    for asked in asking {
        assert_eq!(asked.await.unwrap(), StatusCode::OK);
    }
}

#[tokio::test]
async fn the_quota_is_spent_until_midnight_in_jakarta() {
    let evening = Timestamp::try_from("2026-11-21T23:59:50+07:00".to_owned()).unwrap().as_ms();
    let wall = Arc::new(AtomicI64::new(evening));
    let clock = {
        let wall = Arc::clone(&wall);
        Clock::with_wall(move || Timestamp::from_ms(wall.load(Relaxed)))
    };
    let standin = Standin::start_by(&format!("{FAST}quota_per_day = 10\nquota_used = 7"), clock).await;
    let client = &mut standin.client().await;
    for _ in 0..3 {
        assert_eq!(ask(client).await, StatusCode::OK);
    }
    let heard = client.ask(&about(&population().person(1))).await;
    assert_eq!((heard.status, heard.text.as_str()), (StatusCode::TOO_MANY_REQUESTS, "quota spent\n"));
    assert_eq!(heard.headers["retry-after"], "10");
    standin.until(&["dukcapil_quota_used 10", "dukcapil_requests_total{outcome=\"quota\"} 1"]).await;
    wall.fetch_add(10_000, Relaxed);
    assert_eq!(ask(client).await, StatusCode::OK);
    standin.until(&["dukcapil_quota_used 1", "dukcapil_quota_per_day 10.0"]).await;
}

#[tokio::test]
async fn outages_answer_hang_up_or_keep_silent() {
    let standin = Standin::start(&format!("{FAST}control_key = \"{KEY}\"")).await;
    let client = &mut standin.client().await;
    let by_hand = |outage| Change { outage: Some(outage), ..Change::default() };
    client.change(&by_hand(OutageByHand::Error)).await;
    let heard = client.ask(&about(&population().person(1))).await;
    assert_eq!((heard.status, heard.text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable\n"));
    standin.until(&["dukcapil_up 0"]).await;

    client.change(&by_hand(OutageByHand::Reset)).await;
    let question = serde_json::to_vec(&about(&population().person(1))).unwrap();
    let mut hung_up = standin.client().await;
    let error =
        hung_up.try_send(Method::POST, paths::VERIFICATIONS, None, question.clone()).await.unwrap_err();
    assert!(error.is_incomplete_message(), "{error:?}");

    client.change(&by_hand(OutageByHand::Silent)).await;
    let mut silent = standin.client().await;
    let asked =
        tokio::spawn(
            async move { silent.try_send(Method::POST, paths::VERIFICATIONS, None, question).await },
        );
    standin.until(&["dukcapil_requests_total{outcome=\"outage\"} 3"]).await;
    assert!(!asked.is_finished());
    client.change(&by_hand(OutageByHand::None)).await;
    assert!(asked.await.unwrap().unwrap_err().is_incomplete_message());
    assert_eq!(ask(client).await, StatusCode::OK);
    standin.until(&["dukcapil_up 1"]).await;
}

/// What is under way when an outage begins is lost with it.
#[tokio::test]
async fn an_outage_takes_along_what_is_under_way() {
    let standin =
        Standin::start(&format!("latency = {{ law = \"constant\", ms = 300 }}\ncontrol_key = \"{KEY}\""))
            .await;
    let mut client = standin.client().await;
    let asked = tokio::spawn(async move { ask(&mut client).await });
    standin.until(&["dukcapil_in_flight 1"]).await;
    let change = Change { outage: Some(OutageByHand::Error), ..Change::default() };
    standin.client().await.change(&change).await;
    assert_eq!(asked.await.unwrap(), StatusCode::SERVICE_UNAVAILABLE);
}
