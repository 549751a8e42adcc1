//! What does the engine spend on a request of each step that needs neither password nor photo?
//!
//! Floor: hyper alone, which reads the same request and gives an answer of the same length. Engine and hyper have one thread on the
//! first core, their client is on the second. The figure is processor time for each request, read from the system, so that a client
//! that is slower than the service doesn't count.

use crate::client::{Ask, Client, load};
use crate::flow;
use crate::process::Service;
use crate::table::{Goal, Row, Unit};
use domain::wire::{Review, ValidationForm, paths};
use hyper::Method;
use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

const CONNECTIONS: usize = 64;
const TIME: Duration = Duration::from_millis(1_200);

/// Requests that each need a captcha of their own are made beforehand, so many.
const MADE: usize = 12_000;

/// Measures every step; the registry is at `registry`.
///
/// # Errors
/// Where a service cannot be started.
pub async fn measure(registry: SocketAddr) -> Result<Vec<Row>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let settings =
        crate::serving::settings(&folder.path().display().to_string(), registry, "worker_threads = 1");
    let engine = Service::start(&["engine", "0", &settings])?;
    let mut client = Client::connect(engine.address).await;
    let token = flow::open(&mut client, 0).await;
    client.ask(&flow::profile(&token)).await;
    let review: Review = serde_json::from_slice(&client.ask(&Ask::get(&paths::draft(&token))).await)?;
    let form = ValidationForm {
        nik: Some(review.nik),
        kk: Some(review.kk),
        full_name: Some(review.full_name),
        birth_place: Some(review.birth_place),
        birth_date: Some(review.birth_date),
        phone: Some(review.phone),
        email: Some(review.email),
    };
    let mut rows = Vec::new();
    let same = [
        ("status", Ask::get(paths::STATUS)),
        ("validation", Ask::send(Method::POST, paths::VALIDATIONS, serde_json::to_vec(&form)?)),
        ("captcha", Ask::send(Method::POST, paths::CAPTCHAS, "")),
        ("profile", flow::profile(&token)),
        ("review", Ask::get(&paths::draft(&token))),
    ];
    for (step, ask) in same {
        rows.push(compare(&engine, step, client.ask(&ask).await.len(), move |_| Some(ask.clone())).await?);
    }
    let identities: Vec<Ask> = (1..=MADE).map(flow::identity).collect();
    let answer_bytes = client.ask(&flow::identity(MADE + 1)).await.len();
    rows.push(compare(&engine, "identity", answer_bytes, move |at| identities.get(at).cloned()).await?);
    Ok(rows)
}

async fn compare(
    engine: &Service,
    step: &'static str,
    answer_bytes: usize,
    asks: impl Fn(usize) -> Option<Ask> + Clone + Send + Sync + 'static,
) -> Result<Row, Box<dyn Error>> {
    let ours = cpu_for_each(engine, asks.clone()).await;
    let echo = Service::start(&["echo", "0", &answer_bytes.to_string()])?;
    let floor = cpu_for_each(&echo, asks).await;
    // Requests a second of one core are the other way round: 0.6 of hyper's are 1 / 0.6 of its time.
    let goal = Goal::TimesFloor(1.0 / 0.6);
    Ok(Row::new("request", step, Unit::Nanoseconds, ours).over("hyper echo", floor).within(goal))
}

/// Processor time of a request, in nanoseconds.
async fn cpu_for_each(service: &Service, asks: impl Fn(usize) -> Option<Ask> + Send + Sync + 'static) -> f64 {
    let before = service.cpu();
    let load = load(service.address, CONNECTIONS, TIME, asks).await;
    (service.cpu() - before).as_nanos() as f64 / load.answers.max(1) as f64
}
