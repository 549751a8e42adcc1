//! What does somebody cost who only waits: an idle connection, a draft under way? And how soon does the engine answer after its start?

use crate::client::Client;
use crate::flow;
use crate::process::Service;
use crate::table::{Row, Unit};
use std::error::Error;
use std::net::SocketAddr;
use std::time::Instant;

const CONNECTIONS: usize = 2_000;
const DRAFTS: usize = 4_000;

/// Measures all of it on one engine.
///
/// # Errors
/// Where it cannot be started.
pub async fn measure(registry: SocketAddr) -> Result<Vec<Row>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let settings =
        crate::serving::settings(&folder.path().display().to_string(), registry, "worker_threads = 1");
    let started = Instant::now();
    let engine = Service::start(&["engine", "0", &settings])?;
    let start = started.elapsed();
    let mut client = Client::connect(engine.address).await;
    // What is made once, at the first request, isn't each one's.
    flow::open(&mut client, 0).await;
    let before = engine.rss_bytes();
    for number in 1..=DRAFTS {
        flow::open(&mut client, number).await;
    }
    // Drafts first: they would fit into what connections leave behind.
    let opened = engine.rss_bytes();
    let mut idle = Vec::new();
    for number in 0..CONNECTIONS {
        let mut client = Client::connect(engine.address).await;
        client.ask(&crate::client::Ask::get(domain::wire::paths::STATUS)).await;
        idle.push((number, client));
    }
    let connected = engine.rss_bytes();
    let each = |bytes: u64, count: usize| bytes as f64 / count as f64;
    Ok(vec![
        Row::new(
            "memory",
            "idle connection",
            Unit::Bytes,
            each(connected.saturating_sub(opened), CONNECTIONS),
        ),
        Row::new("memory", "draft under way", Unit::Bytes, each(opened.saturating_sub(before), DRAFTS)),
        Row::new("start", "empty register", Unit::Nanoseconds, start.as_nanos() as f64),
    ])
}
