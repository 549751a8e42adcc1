//! kill -9 of the engine in the middle of a load, and again from the same store: whoever was told of an
//! account has it.

use crate::harness::{Desk, Running};
use crate::services::{CAPTCHA_KEY, EXPORT_KEY, engine, get, registry};
use domain::Limits;
use domain::captcha::CaptchaKey;
use domain::wire::ExportedAccount;
use people::{Album, Crowd, Population, Shares};
use rustix::process::Signal;
use scenario::{Arrivals, Behaviour, Shape, Spacing};
use simulator::driver::{Load, drive};
use simulator::journey::{CaptchaKeyHeld, World};
use simulator::observe::Observer;
use simulator::told::Told;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

const SEED: u64 = 21;
const DATE: &str = "2026-11-21";
/// So many accounts are acknowledged before the engine is killed.
const ACKNOWLEDGED_BEFORE: u64 = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_accounts_survive() {
    let desk = Desk::new();
    let store = desk.path("store");
    let (_registry, registry_address) = registry(&desk, SEED, 10_000, DATE);
    let (running, addresses) = engine(&desk, &store, registry_address);

    let load = Arc::new(load(addresses.listen));
    let (started, _start) = watch::channel(None);
    let driving = tokio::spawn(drive(Arc::clone(&load), started));
    let killed = tokio::task::spawn_blocking({
        let load = Arc::clone(&load);
        move || kill_after(&load.world.observer, running)
    });
    killed.await.unwrap();
    driving.await.unwrap().unwrap();
    let acknowledged: Vec<_> = (0u64..)
        .zip(load.world.observer.totals(load.schedule.len()).told)
        .filter_map(|(arrival, told)| match told {
            Some(Told::Registered(number)) => Some((load.crowd.applicant(arrival).person.nik, number)),
            _ => None,
        })
        .collect();
    assert!(
        acknowledged.len() as u64 >= ACKNOWLEDGED_BEFORE && acknowledged.len() < 200,
        "{}",
        acknowledged.len()
    );

    let (_engine, addresses) = engine(&desk, &store, registry_address);
    let export = get(addresses.operations, "/export/accounts", Some(&format!("Bearer {EXPORT_KEY}"))).await;
    let lines = export.body.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let mut stored: Vec<_> = lines
        .map(|line| serde_json::from_slice::<ExportedAccount>(line).unwrap())
        .map(|account| (account.nik, account.account_number))
        .collect();
    for account in &acknowledged {
        assert!(stored.contains(account), "{account:?} was acknowledged and is gone");
    }
    stored.sort_unstable();
    assert!(stored.windows(2).all(|pair| pair[0].0 != pair[1].0), "a NIK is stored twice");
}

/// Waits until enough were told of their account.
fn kill_after(observer: &Observer, engine: Running) {
    while observer.counts().registered < ACKNOWLEDGED_BEFORE {
        std::thread::yield_now();
    }
    engine.signal(Signal::KILL);
    assert_eq!(engine.end().code, None);
}

/// Far more than the engine can do: whenever it is killed, confirmations are under way.
fn load(address: SocketAddr) -> Load {
    let population = Population::new(SEED, 10_000, DATE.parse().unwrap()).unwrap();
    let arrivals = Arrivals::new(Shape::Constant { per_s: 200.0 }, Spacing::Even, 1.0);
    let behaviour = Behaviour {
        reading_s_median: 0.0,
        identity_s_median: 0.0,
        profile_s_median: 0.0,
        photo_s_median: 0.0,
        credentials_s_median: 0.0,
        review_s_median: 0.0,
        think_sigma: 0.0,
        captcha_s_median: 0.0,
        captcha_sigma: 0.0,
        time_compression: 1.0,
        step_timeout_s: 10.0,
        patience_s: 60.0,
    };
    let (_stop, stop) = watch::channel(None);
    Load {
        world: World {
            address,
            captcha_key: CaptchaKeyHeld(CaptchaKey::new(CAPTCHA_KEY)),
            seed: SEED,
            behaviour,
            repeats_max: 0,
            album: Album::new(SEED, &Limits::default()),
            observer: Observer::new(),
            stop,
        },
        crowd: Crowd::new(population, Shares::default(), Limits::default()),
        schedule: arrivals.schedule(SEED),
        users: 64,
        lead: Duration::from_millis(20),
    }
}
