//! kill -9 of the engine under load, round after round on the same store. Whoever was told of an account has it, once; whoever said
//! "Iya" and heard nothing has either no account or a whole one, and hears of it by saying so again.
//!
//! CI runs a few rounds; `just crash` runs 200 and prints what came of them.

mod clients;

use crate::harness::{Desk, Running};
use crate::services::{EXPORT_KEY, engine, get, registry};
use clients::{Alarm, Book, Client, Event, World, register_until_gone};
use domain::Limits;
use domain::draft::AccountNumber;
use domain::wire::ExportedAccount;
use people::{Album, Crowd, Population, Shares};
use rustix::process::Signal;
use simulator::today;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

const SEED: u64 = 21;
const POPULATION: u64 = 100_000;
const CLIENTS: usize = 8;
const ROUNDS_IN_CI: u64 = 6;
const ROUNDS_VARIABLE: &str = "LONJAKAN_CRASH_ROUNDS";

/// What came of all rounds.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    rounds: u64,
    acknowledged: usize,
    /// Said "Iya" and heard nothing, because the engine was killed.
    in_doubt: usize,
    /// Of those, the ones whose account was on disk.
    in_doubt_stored: usize,
    /// Acknowledged and not there, or there under another number.
    lost: usize,
    /// Accounts too many of a NIK.
    doubled: usize,
    /// Repeats that heard anything but 200 for a stored account and 201 for one that wasn't, or whose account isn't whole.
    answered_wrongly: Vec<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_accounts_survive() {
    let rounds = std::env::var(ROUNDS_VARIABLE).map_or(ROUNDS_IN_CI, |rounds| rounds.parse().unwrap());
    let desk = Desk::new();
    let store = desk.path("store");
    let (_registry, registry_address) = registry(&desk, SEED, POPULATION);
    let world = Arc::new(world());
    let mut tally = Tally::default();
    let (mut running, mut addresses) = engine(&desk, &store, registry_address);
    while tally.rounds < rounds {
        load_and_kill(&world, running, addresses.listen, tally.rounds).await;
        (running, addresses) = engine(&desk, &store, registry_address);
        audit(&world, addresses.listen, addresses.operations, &mut tally).await;
        tally.rounds += 1;
        if tally.rounds.is_multiple_of(50) {
            println!("{tally:?}");
        }
    }
    println!("in the end: {tally:?}");
    assert!(tally.acknowledged as u64 > rounds, "hardly anybody was acknowledged: {tally:?}");
    assert_eq!((tally.lost, tally.doubled), (0, 0), "{tally:?}");
    assert_eq!(tally.answered_wrongly, Vec::<String>::new(), "{tally:?}");
}

fn world() -> World {
    let population = Population::new(SEED, POPULATION, today()).unwrap();
    World {
        crowd: Crowd::new(population, Shares::default(), Limits::default()),
        album: Album::new(SEED, &Limits::default()),
        next_arrival: AtomicU64::new(0),
        book: Mutex::new(Book::default()),
    }
}

/// Everybody registers as fast as they can; after so many answers or confirmations, another number in each round, the engine is killed.
async fn load_and_kill(world: &Arc<World>, engine: Running, address: SocketAddr, round: u64) {
    // 37 has no divisor in common with 200 or 50: the rounds go through all counts before one comes again.
    let alarm = Arc::new(match round % 2 {
        0 => Alarm::after(1 + round * 37 % 200, Event::Answer),
        _ => Alarm::after(1 + round * 37 % 50, Event::Confirming),
    });
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (world, alarm) = (Arc::clone(world), Arc::clone(&alarm));
            tokio::spawn(async move { register_until_gone(&world, address, &alarm).await })
        })
        .collect();
    alarm.rung.notified().await;
    engine.signal(Signal::KILL);
    let ended = tokio::task::spawn_blocking(move || engine.end().code);
    assert_eq!(ended.await.unwrap(), None, "it was killed, and did not end by itself");
    for client in clients {
        client.await.unwrap();
    }
}

/// Compares what is stored with what was told, and lets those in doubt repeat.
async fn audit(world: &World, address: SocketAddr, operations: SocketAddr, tally: &mut Tally) {
    let before = stored(operations).await;
    let in_doubt = std::mem::take(&mut world.book.lock().unwrap().in_doubt);
    let (alarm, mut repeated) = (Alarm::after(0, Event::Answer), BTreeMap::new());
    let mut client = Client::new(address, &alarm);
    for (&arrival, token) in &in_doubt {
        let applicant = world.crowd.applicant(arrival);
        let there = before.get(&applicant.form.nik).map(|numbers| numbers[0]);
        let heard = client.confirm(token).await.expect("the engine was started again");
        let right = match (heard, there) {
            ((200, Some(number)), Some(there)) => number == there,
            ((201, Some(_)), None) => true,
            _ => false,
        };
        let whole = match heard.1 {
            Some(number) => client.is_whole(token, &applicant, number).await,
            None => false,
        };
        if !right || !whole {
            let what = format!("arrival {arrival}, stored {there:?}, heard {heard:?}, whole {whole}");
            tally.answered_wrongly.push(what);
        }
        tally.in_doubt_stored += usize::from(there.is_some());
        repeated.extend(heard.1.map(|number| (arrival, number)));
    }
    tally.in_doubt += in_doubt.len();
    let after = stored(operations).await;
    let mut book = world.book.lock().unwrap();
    book.acknowledged.extend(repeated);
    tally.acknowledged = book.acknowledged.len();
    for (&arrival, number) in &book.acknowledged {
        let numbers = after.get(&world.crowd.applicant(arrival).form.nik);
        tally.lost += usize::from(numbers.is_none_or(|numbers| !numbers.contains(number)));
    }
    tally.doubled += after.values().map(|numbers| numbers.len() - 1).sum::<usize>();
}

/// Every account by its NIK.
async fn stored(operations: SocketAddr) -> BTreeMap<String, Vec<AccountNumber>> {
    let export = get(operations, "/export/accounts", Some(&format!("Bearer {EXPORT_KEY}"))).await;
    let mut stored: BTreeMap<String, Vec<AccountNumber>> = BTreeMap::new();
    for line in export.body.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let account: ExportedAccount = serde_json::from_slice(line).unwrap();
        stored.entry(account.nik.expose()).or_default().push(account.account_number);
    }
    stored
}
