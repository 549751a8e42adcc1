//! The waiting room with a crowd: fair before the opening, first come first served after it, whole over a
//! restart, and its estimates hold.

use crate::world::START;
use admission::{Arrival, Budget, Gate, Key, Moment, Person, Policy, RoomSettings, Standing, Verdict, Work};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::Duration;

const EARLY: usize = 600;
const LATE: usize = 400;
const TICK: Duration = Duration::from_millis(100);

/// What differs between two crowds.
#[derive(Clone, Copy, Debug)]
struct Crowd {
    seed: u64,
    active_max: usize,
    /// Of a hundred people, those who close the page after some time in line.
    leaving_percent: u32,
    restart_after: Option<Duration>,
}

/// One person at the page.
struct Guest {
    person: Person,
    came_at: Moment,
    /// When the page is closed.
    leaves_at: Option<Moment>,
    asks_at: Moment,
    token: Option<String>,
    /// What the page said at the first question after the opening, and when.
    told: Option<(Moment, Duration)>,
    called_at: Option<Moment>,
    departs_at: Option<Moment>,
}

impl Guest {
    /// Whether the page is still open before a call.
    fn waits(&self, now: Moment) -> bool {
        self.called_at.is_none() && self.leaves_at.is_none_or(|at| now < at)
    }
}

struct Hall {
    gate: Gate,
    guests: Vec<Guest>,
    rng: ChaCha8Rng,
}

fn opening() -> Moment {
    START.plus(Duration::from_secs(600))
}

fn policy(crowd: Crowd) -> Policy {
    let room = RoomSettings {
        places_per_address_max: usize::MAX,
        room: 2026,
        opens_at: Some(opening()),
        active_max: crowd.active_max,
        calls: Budget { burst: 2, every: Duration::from_millis(200) },
        heartbeat_within: Duration::from_secs(30),
        idle_within: Duration::from_secs(60),
        waiting_max: 10_000,
        token_life: Duration::from_secs(86_400),
    };
    Policy::WaitingRoom(room, Work::Unlimited)
}

impl Hall {
    /// The early come any time in the ten minutes before the opening, the late in the two minutes after it,
    /// in order of their index.
    fn new(crowd: Crowd, key: &Key) -> Hall {
        let mut rng = ChaCha8Rng::seed_from_u64(crowd.seed);
        let mut came: Vec<u64> = (0..EARLY).map(|_| rng.random_range(0..599_000)).collect();
        came.extend((0..LATE).map(|_| rng.random_range(600_000..720_000)));
        came.sort_unstable();
        let guests = came.iter().enumerate().map(|(index, &ms)| {
            let came_at = START.plus(Duration::from_millis(ms));
            let stays = Duration::from_millis(rng.random_range(0..600_000));
            Guest {
                person: key.person(&format!("99{index:014}")),
                came_at,
                leaves_at: (rng.random_range(0..100) < crowd.leaving_percent).then(|| came_at.plus(stays)),
                asks_at: came_at,
                token: None,
                told: None,
                called_at: None,
                departs_at: None,
            }
        });
        Hall { gate: Gate::new(policy(crowd), key), guests: guests.collect(), rng }
    }

    fn run(crowd: Crowd) -> Vec<Guest> {
        let key = Key::new(&[4; 32]);
        let mut hall = Hall::new(crowd, &key);
        let mut restart_at = crowd.restart_after.map(|after| opening().plus(after));
        let mut now = START;
        while now < opening().plus(Duration::from_secs(1_500))
            && hall.guests.iter().any(|guest| guest.waits(now))
        {
            if restart_at.is_some_and(|at| at <= now) {
                let counters = hall.gate.room_counters().expect("a room has counters");
                hall.gate = Gate::new(policy(crowd), &key);
                hall.gate.restore(counters, now);
                restart_at = None;
            }
            hall.tick(now);
            now = now.plus(TICK);
        }
        hall.guests
    }

    fn tick(&mut self, now: Moment) {
        for index in 0..self.guests.len() {
            let guest = &self.guests[index];
            if guest.departs_at.is_some_and(|at| at <= now) {
                self.gate.departed(guest.person, now);
                self.guests[index].departs_at = None;
                self.guests[index].asks_at = Moment::from_us(u64::MAX);
            } else if guest.asks_at <= now && (guest.waits(now) || guest.called_at.is_some()) {
                self.ask(index, now);
            }
        }
        for guest in self.guests.iter_mut().filter(|guest| guest.called_at.is_none() && guest.came_at <= now)
        {
            if now >= opening() && self.gate.standing(guest.person, now) == Some(Standing::Active) {
                guest.called_at = Some(now);
            }
        }
    }

    fn ask(&mut self, index: usize, now: Moment) {
        let guest = &mut self.guests[index];
        let arrival =
            Arrival { person: Some(guest.person), token: guest.token.as_deref(), ..Arrival::default() };
        match self.gate.arrived(&arrival, now) {
            Verdict::Wait { place, estimate, ask_again_after } => {
                assert_eq!(place.is_some(), now >= opening());
                guest.asks_at = now.plus(ask_again_after);
                if place.is_some() && guest.told.is_none() {
                    guest.told = Some((now, estimate));
                }
            }
            Verdict::Admit(id) => {
                self.gate.finished(id, true, now);
                guest.asks_at = now.plus(Duration::from_secs(3));
                // Six seconds to register, from 1 to 11.
                let stays = Duration::from_millis(self.rng.random_range(1_000..11_000));
                guest.departs_at = guest.departs_at.or(Some(now.plus(stays)));
            }
            other => panic!("{other:?}"),
        }
        guest.token = self.gate.token(guest.person, now);
    }
}

/// Where each of `numbers` would stand if they were sorted.
fn ranks(numbers: &[u64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by_key(|&index| numbers[index]);
    let mut ranks = vec![0.0; numbers.len()];
    for (rank, index) in (0_u32..).zip(order) {
        ranks[index] = f64::from(rank);
    }
    ranks
}

/// Spearman's correlation of two orders: 1 where they are the same, 0 where one says nothing of the other.
fn correlation(a: &[u64], b: &[u64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (f64::from(u32::try_from(a.len()).unwrap()) - 1.0) / 2.0;
    let product =
        |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum() };
    product(&a, &b) / product(&a, &a)
}

fn check(crowd: Crowd) {
    let guests = Hall::run(crowd);
    let stayed: Vec<&Guest> = guests.iter().filter(|guest| guest.leaves_at.is_none()).collect();
    let called_us =
        |guest: &Guest| guest.called_at.unwrap_or_else(|| panic!("not called: {crowd:?}")).as_us();
    let (early, late): (Vec<&Guest>, Vec<&Guest>) =
        stayed.iter().partition(|guest| guest.came_at < opening());
    let of = |guests: &[&Guest]| -> (Vec<u64>, Vec<u64>) {
        guests.iter().map(|guest| (guest.came_at.as_us(), called_us(guest))).unzip()
    };

    // Fair before: coming early is worth nothing. With n people chance stays within 3 / root(n).
    let (came, called) = of(&early);
    let bound = 3.0 / f64::from(u32::try_from(early.len()).unwrap()).sqrt();
    assert!(correlation(&came, &called).abs() < bound, "{crowd:?}: {}", correlation(&came, &called));
    assert!(called.iter().all(|&at| at >= opening().as_us()));

    // First come first served after, and behind all who were there before.
    let (_, called_late) = of(&late);
    assert!(called_late.is_sorted(), "{crowd:?}");
    assert!(called.iter().max() <= called_late.iter().min(), "{crowd:?}");
}

const CROWD: Crowd = Crowd { seed: 1, active_max: 1_000, leaving_percent: 0, restart_after: None };

#[test]
fn fair_before_the_opening_and_in_order_after_it() {
    for seed in 1..4 {
        // The rate binds, then the cap.
        check(Crowd { seed, ..CROWD });
        check(Crowd { seed, active_max: 15, ..CROWD });
        check(Crowd { seed, leaving_percent: 30, ..CROWD });
    }
}

#[test]
fn a_restart_changes_no_order() {
    for seconds in [5, 60, 150] {
        check(Crowd { restart_after: Some(Duration::from_secs(seconds)), ..CROWD });
        check(Crowd { active_max: 15, restart_after: Some(Duration::from_secs(seconds)), ..CROWD });
    }
}

#[test]
fn the_bounds_hold_and_are_used() {
    let span = |crowd| {
        let guests = Hall::run(crowd);
        let called = guests.iter().filter_map(|guest| guest.called_at).map(Moment::as_us);
        let (first, last) = (called.clone().min().unwrap(), called.clone().max().unwrap());
        (Duration::from_micros(last - first).as_secs(), called.count())
    };
    let check = |crowd, seconds: std::ops::Range<u64>| {
        let (found, called) = span(crowd);
        assert!(seconds.contains(&found), "{crowd:?}: {found} s for {called}");
    };
    // Five calls a second: 1,000 people in 200 s.
    check(CROWD, 195..206);
    // Fifteen inside for 6 s each, and half a second until the page knows: less than five a second.
    check(Crowd { active_max: 15, ..CROWD }, 400..520);
    // Who has left holds nobody up.
    check(Crowd { leaving_percent: 30, ..CROWD }, 130..206);
}

#[test]
fn estimates_hold() {
    for crowd in [CROWD, Crowd { active_max: 15, ..CROWD }] {
        let guests = Hall::run(crowd);
        let (mut good, mut all) = (0, 0);
        for guest in &guests {
            let (Some((asked_at, estimate)), Some(called_at)) = (guest.told, guest.called_at) else {
                continue;
            };
            let waited = called_at.since(asked_at);
            // Before the line has moved for a while nobody can know that the cap will bind.
            if waited > Duration::from_secs(20) && asked_at > opening().plus(Duration::from_secs(60)) {
                let ratio = estimate.as_secs_f64() / waited.as_secs_f64();
                all += 1;
                good += u32::from((0.75..1.33).contains(&ratio));
            }
        }
        assert!(all > 100 && good * 10 >= all * 9, "{crowd:?}: {good} of {all}");
    }
}
