//! A portal that stands still for a while: the response says what people felt, the service alone hides it.

use crate::applicant::{crowd, world};
use crate::many::ONE_AT_A_TIME;
use crate::portal::{Act, Portal};
use domain::Failure;
use record::{Histograms, Kind, Quantiles, WHOLE};
use scenario::{Arrivals, Connections, Shape, Spacing};
use simulator::browsers::Browsers;
use simulator::driver::{Load, drive};
use simulator::observe::steps;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A constant rate, and a freeze in the middle of it.
#[derive(Clone, Copy)]
struct Case {
    per_s: f64,
    duration_s: f64,
    /// From the first request to the freeze.
    before_s: f64,
    freeze_s: f64,
}

/// As a generator with so many connections would. Two, so that what has piled up is gone soon.
const USERS: usize = 2;

/// Brings one request per applicant.
async fn measure(case: Case) -> (Quantiles, Quantiles) {
    let _alone = ONE_AT_A_TIME.lock().await;
    let first = OnceLock::new();
    let portal = Portal::open(move |_, _| {
        let now = Instant::now();
        let from = *first.get_or_init(|| now) + Duration::from_secs_f64(case.before_s);
        let to = from + Duration::from_secs_f64(case.freeze_s);
        let frozen = if (from..to).contains(&now) { to - now } else { Duration::ZERO };
        Act::ProblemAfter(frozen, Failure::Closed)
    })
    .await;
    let mut world = world(&portal, watch::channel(None).1);
    world.browsers = Browsers::new(portal.address, Connections::Pooled);
    world.behaviour.patience_s = 10.0 * case.freeze_s;
    world.behaviour.step_timeout_s = 10.0 * case.freeze_s;
    let shape = Shape::Constant { per_s: case.per_s };
    let arrivals = Arrivals::new(shape, Spacing::Even, case.duration_s);
    let lead = Duration::from_millis(20);
    let load =
        Arc::new(Load { world, crowd: crowd(None), schedule: arrivals.schedule(5), users: USERS, lead });
    drive(Arc::clone(&load), watch::channel(None).0).await.unwrap();
    let mut histograms = Histograms::new(&steps());
    for interval in load.world.observer.recorder().take_all() {
        histograms.add(&interval.histograms);
    }
    (histograms.quantiles(WHOLE, Kind::Response), histograms.quantiles(WHOLE, Kind::Service))
}

/// Responses by arithmetic, in microseconds and in order: who comes in the freeze waits for its end, nobody else waits.
fn expected_us(case: Case) -> Vec<f64> {
    let count = case.per_s * case.duration_s;
    let from = 0.5 / case.per_s + case.before_s;
    let wait = |k: f64| {
        let at = (k + 0.5) / case.per_s;
        if at < from { 0.0 } else { (from + case.freeze_s - at).max(0.0) }
    };
    let mut waits: Vec<f64> =
        (0_u32..).map(f64::from).take_while(|k| *k < count).map(|k| wait(k) * 1e6).collect();
    waits.sort_by(f64::total_cmp);
    waits
}

async fn check(case: Case) {
    let (response, service) = measure(case).await;
    let expected = expected_us(case);
    assert_eq!(response.count, expected.len() as u64);
    // The value at or under which `share` of all are, as histograms have it.
    let at = |hundredths: usize| expected[(expected.len() * hundredths).div_ceil(100) - 1];
    let found = [response.p50, response.p90, response.p99, response.max];
    for (found, hundredths) in found.into_iter().zip([50, 90, 99, 100]) {
        let (found, expect) = (found as f64, at(hundredths));
        println!(
            "{hundredths:>3} of 100: response {:.3} s, by arithmetic {:.3} s",
            found / 1e6,
            expect / 1e6
        );
        assert!((found - expect).abs() <= 0.05 * expect, "{hundredths}: {found} for {expect}: {response:?}");
    }
    println!("service alone: p50 {} us, p90 {} us, max {} us", service.p50, service.p90, service.max);
    assert!((service.p90 as f64) < 0.05 * at(90), "{service:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn response_has_what_arithmetic_says() {
    check(Case { per_s: 20.0, duration_s: 2.2, before_s: 0.1, freeze_s: 2.0 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "thirteen seconds, for the figures of a report: `cargo test -p simulator --test load -- --ignored --nocapture freeze`"]
async fn the_same_over_ten_seconds() {
    check(Case { per_s: 20.0, duration_s: 12.5, before_s: 1.25, freeze_s: 10.0 }).await;
}
