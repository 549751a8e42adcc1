//! The services by themselves.

use crate::harness::{Addresses, Desk, Running};
use rustix::process::Signal;
use simulator::client::{Browser, Heard, Outgoing};
use simulator::today;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// The keys of every engine in these tests.
pub(crate) const CAPTCHA_KEY: [u8; 32] = [0xab; 32];
pub(crate) const EXPORT_KEY: &str = "open sesame";

/// Registry and engine as a person would start them, but for `--announce`.
pub(crate) struct Services {
    pub(crate) registry: Running,
    pub(crate) engine: Running,
    pub(crate) addresses: Addresses,
}

/// A register of people who have the age for a post today: the engine goes by the clock of this machine.
pub(crate) fn registry(desk: &Desk, seed: u64, population: u64) -> (Running, SocketAddr) {
    let date = today();
    let settings = desk.file(
        "dukcapil.toml",
        &format!(
            "listen = \"127.0.0.1:0\"\nseed = {seed}\npopulation = {population}\n\
             reference_date = \"{date}\"\n\
             latency = {{ law = \"constant\", ms = 1 }}\n"
        ),
    );
    let mut registry = Running::start(&[
        "dukcapil",
        "--config",
        settings.to_str().unwrap(),
        "--announce",
        "--end-with-stdin",
    ]);
    let listen = registry.announces().listen;
    (registry, listen)
}

pub(crate) fn engine(desk: &Desk, store: &Path, registry: SocketAddr) -> (Running, Addresses) {
    let settings = desk.file(
        "engine.toml",
        &format!(
            "listen = \"127.0.0.1:0\"\noperations_listen = \"127.0.0.1:0\"\nstore = \"{}\"\n\
             registry_url = \"http://{registry}\"\nsynthetic_regions = true\ncaptcha_key = \"{}\"\n\
             export_key = \"{EXPORT_KEY}\"\npassword_memory_kib = 64\n\
             password_passes = 1\n",
            store.display(),
            "ab".repeat(CAPTCHA_KEY.len()),
        ),
    );
    let mut engine =
        Running::start(&["serve", "--config", settings.to_str().unwrap(), "--announce", "--end-with-stdin"]);
    let addresses = engine.announces();
    (engine, addresses)
}

pub(crate) fn services(desk: &Desk, seed: u64, population: u64) -> Services {
    let (registry, registry_address) = registry(desk, seed, population);
    let (engine, addresses) = engine(desk, &desk.path("store"), registry_address);
    Services { registry, engine, addresses }
}

/// A request to a service.
pub(crate) async fn get(address: SocketAddr, path: &str, authorization: Option<&str>) -> Heard {
    let mut outgoing = Outgoing::new(hyper::Method::GET, path);
    outgoing.authorization = authorization.map(str::to_owned);
    let deadline = Instant::now() + Duration::from_secs(60);
    Browser::new(address, 100_000_000).send(&outgoing, deadline).await.unwrap()
}

#[tokio::test]
async fn they_answer_and_end_with_their_stdin() {
    let desk = Desk::new();
    let Services { mut registry, mut engine, addresses } = services(&desk, 1, 100);
    assert_eq!(get(addresses.operations, "/healthz", None).await.status, 200);
    assert_eq!(get(addresses.listen, "/api/v1/status", None).await.status, 200);
    assert_eq!(get(addresses.operations, "/export/accounts", None).await.status, 404);
    let authorization = format!("Bearer {EXPORT_KEY}");
    let export = get(addresses.operations, "/export/accounts", Some(&authorization)).await;
    assert_eq!((export.status.as_u16(), export.body.len()), (200, 0));
    engine.close_stdin();
    registry.close_stdin();
    for ended in [engine.end(), registry.end()] {
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
}

#[test]
fn they_end_on_signals() {
    let desk = Desk::new();
    let Services { registry, engine, .. } = services(&desk, 1, 100);
    engine.signal(Signal::INT);
    registry.signal(Signal::TERM);
    for ended in [engine.end(), registry.end()] {
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
}
