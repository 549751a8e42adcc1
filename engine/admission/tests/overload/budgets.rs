//! Budgets on a school morning: one who hammers reload is held to their budget, and the hundreds behind the
//! same address are not.

use crate::world::START;
use admission::{Address, Arrival, Gate, Key, Moment, Person, Policy, Sizing, Verdict, Why};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

const PEOPLE: usize = 800;

/// What one sender got.
#[derive(Clone, Copy, Default, Debug)]
struct Tally {
    sent: u32,
    admitted: u32,
    person_budget: u32,
    address_budget: u32,
}

fn gate(key: &Key) -> Gate {
    let sizing = Sizing {
        slots: 1_000,
        service_mean: Duration::from_millis(5),
        patience: Duration::from_secs(2),
        requests_per_person: 12,
        journey: Duration::from_secs(300),
        opens_at: None,
    };
    Gate::new(Policy::sized("budgets", &sizing).expect("a name of the list"), key)
}

fn ask(gate: &mut Gate, person: Option<Person>, address: Address, now: Moment, tally: &mut Tally) {
    let arrival = Arrival { person, address: Some(address), ..Arrival::default() };
    tally.sent += 1;
    match gate.arrived(&arrival, now) {
        Verdict::Admit(id) => {
            gate.finished(id, true, now);
            tally.admitted += 1;
        }
        Verdict::Shed { why: Why::PersonBudget, .. } => tally.person_budget += 1,
        Verdict::Shed { why: Why::AddressBudget, .. } => tally.address_budget += 1,
        other => panic!("{other:?}"),
    }
}

/// 800 pupils behind one address register within five minutes, 12 requests each, some reloading now and then.
/// One of them sends 50 a second for a minute. Gives the hammerer's tally and that of all others.
fn school() -> (Tally, Tally) {
    let key = Key::new(&[8; 32]);
    let mut gate = gate(&key);
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let address = key.address("192.0.2.1".parse().expect("an address"));
    let mut events = BinaryHeap::new();
    for pupil in 1..PEOPLE {
        let mut at_ms = rng.random_range(0..60_000);
        for _request in 0..12 + rng.random_range(0..6) {
            events.push(Reverse((at_ms, pupil)));
            at_ms += rng.random_range(500..20_000);
        }
    }
    (0..3_000).for_each(|n| events.push(Reverse((n * 20, 0))));
    let (mut hammerer, mut others) = (Tally::default(), Tally::default());
    while let Some(Reverse((at_ms, pupil))) = events.pop() {
        let now = START.plus(Duration::from_millis(at_ms));
        let person = key.person(&format!("99{pupil:014}"));
        let tally = if pupil == 0 { &mut hammerer } else { &mut others };
        ask(&mut gate, Some(person), address, now, tally);
    }
    (hammerer, others)
}

#[test]
fn a_crowd_behind_one_address_is_not_punished_for_one_of_them() {
    let (hammerer, others) = school();
    assert!(others.sent > 9_000);
    assert_eq!(others.admitted, others.sent, "{others:?}");
    // Twice the journey of 12 at once, and one a second for the minute.
    assert_eq!(hammerer.sent, 3_000);
    assert!((80..=86).contains(&hammerer.admitted), "{hammerer:?}");
    assert_eq!(hammerer.person_budget, hammerer.sent - hammerer.admitted);
}

/// Requests that name nobody, or another invented person each, are held to the address, also from a whole
/// IPv6 network; people who are known there go on.
#[test]
fn whoever_invents_people_meets_the_budget_of_the_address() {
    for invented in [true, false] {
        let key = Key::new(&[8; 32]);
        let mut gate = gate(&key);
        let known = key.person("9901010101900010");
        let (mut attacker, mut neighbour) = (Tally::default(), Tally::default());
        for n in 0..30_000_u64 {
            let now = START.plus(Duration::from_millis(n * 2));
            let address = key.address(format!("2001:db8::{:x}", n % 9_000).parse().expect("an address"));
            if n % 1_000 == 0 {
                ask(&mut gate, Some(known), address, now, &mut neighbour);
            }
            let person = invented.then(|| key.visitor(&n.to_be_bytes()));
            ask(&mut gate, person, address, now, &mut attacker);
        }
        // A thousand at once and twenty a second for a minute.
        assert!((2_150..2_250).contains(&attacker.admitted), "{attacker:?}");
        assert_eq!(neighbour.admitted, neighbour.sent, "{neighbour:?}");
    }
}
