//! So many look-ups at a time, so many in the queue, the rest refused at once; and an end in order.

use crate::support::{Standin, about, population};
use domain::wire::RegistryAnswer;
use hyper::StatusCode;

/// A look-up that outlasts every test.
const ENDLESS: &str = "latency = { law = \"constant\", ms = 600000 }\n";

/// Short enough to wait for.
const SHORT: &str = "latency = { law = \"constant\", ms = 100 }\n";

/// Long enough to be seen under way, also on a busy machine.
const SEEN: &str = "latency = { law = \"constant\", ms = 1000 }\n";

#[tokio::test]
async fn over_the_queue_it_refuses_at_once() {
    let standin = Standin::start(&format!("{ENDLESS}concurrency_max = 2\nqueue_max = 3")).await;
    let question = about(&population().person(1));
    let mut pending = Vec::new();
    for _ in 0..5 {
        let (mut client, question) = (standin.client().await, question.clone());
        pending.push(tokio::spawn(async move { client.ask(&question).await.status }));
    }
    standin.until(&["dukcapil_in_flight 2", "dukcapil_waiting 3", "dukcapil_concurrency_max 2"]).await;
    let heard = standin.client().await.ask(&question).await;
    assert_eq!((heard.status, heard.text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "busy\n"));
    // Three in the queue of two clerks that take ten minutes each.
    assert_eq!(heard.headers["retry-after"], "900");
    standin.until(&["dukcapil_requests_total{outcome=\"refused\"} 1", "dukcapil_in_flight 2"]).await;
    assert_eq!(standin.client().await.get("/healthz").await.status, StatusCode::OK);
    assert!(pending.iter().all(|asked| !asked.is_finished()));
}

#[tokio::test]
async fn the_queue_is_worked_off() {
    let standin = Standin::start(&format!("{SHORT}concurrency_max = 1\nqueue_max = 2")).await;
    let mut pending = Vec::new();
    for index in 0..3 {
        let (mut client, question) = (standin.client().await, about(&population().person(index)));
        pending.push(tokio::spawn(async move { client.ask(&question).await.answer() }));
    }
    let agrees = RegistryAnswer { found: true, kk_agrees: true, name_agrees: true, birth_date_agrees: true };
    for asked in pending {
        assert_eq!(asked.await.unwrap(), agrees);
    }
    let metrics = standin.client().await.get("/metrics").await.text;
    let busy = metrics.lines().find_map(|line| line.strip_prefix("dukcapil_busy_seconds_total ")).unwrap();
    let busy: f64 = busy.parse().unwrap();
    assert!(busy >= 0.3, "three look-ups of 0.1 s took {busy} s");
    standin
        .until(&[
            "dukcapil_requests_total{outcome=\"agrees\"} 3",
            "dukcapil_in_flight 0",
            "dukcapil_waiting 0",
        ])
        .await;
}

/// A register does not notice that its client has lost patience: the work goes on, and counts.
#[tokio::test]
async fn who_hangs_up_is_worked_for_all_the_same() {
    let standin = Standin::start(SEEN).await;
    let (mut client, question) = (standin.client().await, about(&population().person(1)));
    let connection = client.connection();
    let asked = tokio::spawn(async move { client.ask(&question).await.status });
    standin.until(&["dukcapil_in_flight 1"]).await;
    asked.abort();
    connection.abort();
    standin.until(&["dukcapil_requests_total{outcome=\"agrees\"} 1", "dukcapil_in_flight 0"]).await;
}

#[tokio::test]
async fn it_ends_when_what_is_under_way_has_ended() {
    let standin = Standin::start(SEEN).await;
    let (mut client, question) = (standin.client().await, about(&population().person(1)));
    let asked = tokio::spawn(async move { client.ask(&question).await.status });
    standin.until(&["dukcapil_in_flight 1"]).await;
    let running = standin.stop();
    assert_eq!(asked.await.unwrap(), StatusCode::OK);
    running.await.unwrap().unwrap();
}

/// With the clock of a test, ten seconds of draining pass at once.
#[tokio::test]
async fn what_does_not_end_is_cut_off() {
    let standin = Standin::start(ENDLESS).await;
    let (mut client, question) = (standin.client().await, about(&population().person(1)));
    tokio::spawn(async move { client.ask(&question).await.status });
    standin.until(&["dukcapil_in_flight 1"]).await;
    tokio::time::pause();
    let error = standin.stop().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
}
