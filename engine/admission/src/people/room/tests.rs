//! The waiting room by tables of events, and against a plain model.

use super::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const OPEN_S: u64 = 1_000;

fn at(s: u64) -> Moment {
    Moment::from_us(s * 1_000_000)
}

fn settings(active_max: usize, burst: u32, every_s: u64) -> RoomSettings {
    RoomSettings {
        room: 1,
        opens_at: None,
        active_max,
        calls: Budget { burst, every: Duration::from_secs(every_s) },
        heartbeat_within: Duration::from_secs(60),
        idle_within: Duration::from_secs(300),
        waiting_max: 6,
        places_per_address_max: 2,
        token_life: Duration::from_secs(3_600),
    }
}

/// A room and the browsers of its people, which keep the newest token.
struct Hall {
    key: Key,
    room: Room,
    cookies: Map<String, String>,
}

impl Hall {
    fn new(settings: RoomSettings) -> Hall {
        let key = Key::new(&[6; 32]);
        Hall { room: Room::new(settings, key.clone()), key, cookies: Map::default() }
    }

    fn ask(&mut self, name: &str, token: Option<&str>, now: Moment) -> String {
        let person = self.key.visitor(name.as_bytes());
        // `c@1` comes from address 1.
        let address = name
            .split_once('@')
            .map(|(_, house)| self.key.address(std::net::Ipv4Addr::from_bits(house.parse().unwrap()).into()));
        let opinion = self.room.judge(person, token, address, now);
        if let Some(token) = self.room.token(person, now) {
            self.cookies.insert(name.to_owned(), token);
        }
        match opinion {
            Opinion::Pass => "in".to_owned(),
            Opinion::Wait { place: Some(place), .. } => place.to_string(),
            Opinion::Wait { place: None, .. } => "early".to_owned(),
            Opinion::Full => "full".to_owned(),
            Opinion::Refuse(error) => format!("{error:?}").to_lowercase(),
            Opinion::Shed { .. } => "shed".to_owned(),
        }
    }

    /// Each event has its second, a name and what becomes of them: `in`, a place, `early`, `full`, or why a
    /// token is refused. `name!` has lost the token, `name<other` shows the other's. `name leaves`, `-
    /// restarts`, `- opens 50`.
    fn check(settings: RoomSettings, events: &str) -> Hall {
        let mut hall = Hall::new(settings);
        for event in events.split(';').map(str::trim) {
            let words: Vec<&str> = event.split(' ').collect();
            let (now, name) = (at(words[0].parse().unwrap()), words[1]);
            match words[2] {
                "leaves" => hall.room.departed(hall.key.visitor(name.as_bytes()), now),
                "restarts" => {
                    let counters = hall.room.counters();
                    hall.room = Room::new(hall.room.settings, hall.key.clone());
                    hall.room.restore(counters, now);
                }
                "opens" => hall.room.set_opens_at(Some(at(words[3].parse().unwrap()))),
                expect => {
                    let (name, shown) = name.split_once('<').unwrap_or((name, name));
                    let token = hall.cookies.get(shown).cloned();
                    let found = hall.ask(name.trim_end_matches('!'), token.as_deref(), now);
                    assert_eq!(found, expect, "{event} in {events}");
                }
            }
        }
        hall
    }
}

#[test]
fn first_come_first_served_up_to_the_cap() {
    let events = "0 a in; 0 b in; 0 c 1; 0 d 2; 1 d 2; 1 a in; \
                  2 b leaves; 2 d 1; 2 e 2; 3 c in; 3 a leaves; 3 e 1; 3 d in";
    Hall::check(settings(2, 99, 1), events);
    Hall::check(
        settings(1, 99, 1),
        "0 a in; 0 b 1; 0 c 2; 0 d 3; 0 e 4; 0 f 5; 0 g 6; 0 h full; 1 a leaves; 1 h 6; 1 b in",
    );
}

#[test]
fn an_address_has_so_many_places() {
    let events = "0 a@1 in; 0 b@1 1; 0 c@1 shed; 0 d@2 2; 0 e 3; 1 b@1 1; 1 a@1 leaves; 1 c@1 3; 1 f@1 shed";
    Hall::check(settings(1, 99, 1), events);
    // Who is silent has left, here too; and who comes back with a token has a place already.
    Hall::check(settings(1, 99, 1), "0 a in; 0 b@1 1; 0 c@1 2; 70 d@1 3; 71 b@1 1; 71 c@1 2; 71 e@1 shed");
}

#[test]
fn a_place_is_for_one() {
    let mut hall = Hall::check(settings(2, 99, 1), "0 a in; 0 b in");
    let [guest, other, ayu, budi, nobody] =
        ["a", "b", "Ayu", "Budi", "c"].map(|name| hall.key.visitor(name.as_bytes()));
    assert!(hall.room.is_free_for(guest, ayu) && hall.room.is_free_for(guest, budi));
    assert!(hall.room.bind(guest, ayu) && hall.room.bind(guest, ayu));
    assert!(!hall.room.bind(guest, budi) && !hall.room.is_free_for(guest, budi));
    assert!(hall.room.bind(other, budi), "a place of one's own");
    assert!(!hall.room.bind(nobody, ayu), "no place at all");
}

#[test]
fn so_many_calls_a_time() {
    Hall::check(settings(99, 1, 10), "0 a in; 0 b 1; 0 c 2; 9 b 1; 10 c 1; 10 b in; 19 c 1; 20 c in");
    Hall::check(
        settings(99, 2, 10),
        "0 a in; 0 b in; 0 c 1; 0 d 2; 10 c in; 10 d 1; 20 d in; 55 e in; 55 f in; 55 g 1",
    );
}

#[test]
fn a_reload_keeps_the_place_with_and_without_the_token() {
    Hall::check(settings(1, 99, 1), "0 a in; 0 b 1; 0 c 2; 1 c! 2; 1 c 2; 1 b! 1; 1 d 3");
}

#[test]
fn who_is_silent_has_left() {
    let room = settings(1, 99, 1);
    // b is silent for a minute: c is called in their place. With the token b stands first again, without it
    // last.
    Hall::check(
        room,
        "0 a in; 0 b 1; 0 c 2; 40 c 2; 61 a leaves; 61 c in; 62 d 1; 62 b 1; 63 c leaves; 63 d 1; 63 b in",
    );
    Hall::check(
        room,
        "0 a in; 0 b 1; 0 c 2; 40 c 2; 61 a leaves; 61 c in; 62 d 1; 62 b! 2; 63 c leaves; 63 b 1; 63 d in",
    );
    // Who is called and doesn't come gives way after the same time, who is inside after a longer one.
    Hall::check(room, "0 a in; 0 b 1; 0 c 2; 40 c 2; 40 b 1; 50 a leaves; 80 c 1; 139 c 1; 140 c in");
    Hall::check(
        room,
        "0 a in; 0 b 1; 50 b 1; 100 b 1; 150 b 1; 200 b 1; 250 b 1; 299 b 1; 300 b in; 300 a 1",
    );
    // Nobody is taken to have left by their own question.
    Hall::check(room, "0 a in; 0 b 1; 200 b! 1; 500 a in");
}

#[test]
fn tokens_are_bound_to_a_person_and_end() {
    let room = settings(1, 99, 1);
    Hall::check(room, "0 a in; 0 b 1; 1 c<b foreign; 1 b<a foreign; 1 b 1");
    Hall::check(room, "0 a in; 1 a leaves; 2 a usedup; 2 a! in; 3 a in");
    Hall::check(room, "0 a in; 0 b 1; 3601 b expired; 3601 b! in");
    Hall::check(room, "0 a in; 0 b 1; 3600 b in");
    let mut hall = Hall::check(room, "0 a in; 0 b 1");
    assert_eq!(hall.ask("b", Some("00"), at(1)), "forged");
    let other_room = RoomSettings { room: 2, ..room };
    let other = Hall::check(other_room, "0 a in; 0 b 1");
    assert_eq!(hall.ask("b", other.cookies.get("b").map(String::as_str), at(1)), "forged");
}

#[test]
fn a_restart_keeps_places_and_lets_those_inside_back_in() {
    // Calls are one in 10 s: none is used up for those who had one.
    let room = settings(2, 2, 10);
    let events =
        "0 a in; 0 b in; 0 c 1; 0 d 2; 0 e 3; 1 - restarts; 1 e 3; 1 a in; 1 d 2; 1 b in; 1 c 1; 1 f 4";
    Hall::check(room, events);
    // The next in line need not wait for others, those behind wait a minute for whoever may come back, also
    // for somebody who doesn't.
    let room = RoomSettings { active_max: 99, ..room };
    Hall::check(
        room,
        "0 a in; 0 b in; 0 c 1; 0 d 2; 1 - restarts; 1 z 3; 1 d 2; 2 c in; 2 d in; 2 z 1; 12 z in",
    );
    Hall::check(room, "0 a in; 0 b in; 0 c 1; 0 d 2; 1 - restarts; 1 z 3; 30 d 2; 60 z 3; 61 d in; 61 z in");
    // Without the numbers, the tokens alone still tell who was first.
    let mut hall = Hall::check(settings(1, 99, 1), "0 a in; 0 b 1; 0 c 2; 0 d 3");
    hall.room = Room::new(hall.room.settings, hall.key.clone());
    hall.room.restore(RoomCounters::default(), at(1));
    let mut ask = |name: &str, s| {
        let token = hall.cookies.get(name).cloned();
        hall.ask(name, token.as_deref(), at(s))
    };
    assert_eq!(["d", "b", "c"].map(|name| ask(name, 1)), ["4", "2", "3"]);
    assert_eq!(["d", "b", "c"].map(|name| ask(name, 31)), ["4", "2", "3"]);
    assert_eq!(["d", "b", "c"].map(|name| ask(name, 61)), ["2", "in", "1"]);
}

#[test]
fn before_the_opening_everybody_waits() {
    let room = RoomSettings { opens_at: Some(at(50)), ..settings(99, 99, 1) };
    Hall::check(room, "0 a early; 10 b early; 49 a early; 49 b early; 50 b in; 50 a in; 50 c in");
    Hall::check(room, "0 a early; 40 - opens 60; 50 a early; 59 a early; 60 a in; 61 - opens 99; 62 b in");
    Hall::check(room, "0 a early; 1 - restarts; 2 a early; 50 a in");
    let hall = Hall::check(room, "0 a early; 0 b early; 0 c early; 0 d early");
    let person = hall.key.visitor(b"a");
    let Some(Standing::Waiting { place: None, estimate }) = hall.room.standing(person, at(20)) else {
        panic!("nobody is inside before the opening")
    };
    assert_eq!(
        estimate,
        Duration::from_secs(30 + 2),
        "until the opening, and half of the four at one a second"
    );
}

/// Early people of one opening are called one by one, each showing the token of before it, as somebody does
/// whose page slept. The order is the same when the engine restarts in the middle.
#[test]
fn the_order_of_early_people_survives_a_restart() {
    let room = RoomSettings { opens_at: Some(at(OPEN_S)), waiting_max: 500, ..settings(1, 999, 1) };
    let called = |restart_after: Option<usize>| {
        let mut hall = Hall::new(room);
        let mut rest: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let asked_all = |hall: &mut Hall, rest: &[String], now| {
            let mut inside = None;
            for name in rest {
                let token = hall.cookies.get(name).cloned();
                inside = inside.or((hall.ask(name, token.as_deref(), now) == "in").then(|| name.clone()));
            }
            inside
        };
        rest.iter().for_each(|name| assert_eq!(hall.ask(name, None, at(OPEN_S - 1)), "early"));
        let (mut order, mut now) = (Vec::new(), at(OPEN_S));
        while !rest.is_empty() {
            if restart_after == Some(order.len()) {
                let counters = hall.room.counters();
                hall.room = Room::new(room, hall.key.clone());
                hall.room.restore(counters, now);
                while now < hall.room.gathered_at {
                    // Whoever is next beyond doubt may be called at once.
                    if let Some(name) = asked_all(&mut hall, &rest, now) {
                        order.push(name.clone());
                        rest.retain(|other| *other != name);
                        hall.room.departed(hall.key.visitor(name.as_bytes()), now);
                    }
                    now = now.plus(Duration::from_secs(20));
                }
            }
            // The first round calls somebody, the second meets them.
            let name = asked_all(&mut hall, &rest, now).or_else(|| asked_all(&mut hall, &rest, now));
            let name = name.expect("somebody is next");
            hall.room.departed(hall.key.visitor(name.as_bytes()), now);
            rest.retain(|other| *other != name);
            order.push(name);
        }
        order
    };
    let order = called(None);
    assert_eq!(order, called(Some(50)));
    assert!(!order.is_sorted_by_key(|name| name.parse::<u32>().unwrap()), "a random order");
}

/// The same rules on one sorted list, without any index.
struct Plain {
    settings: RoomSettings,
    guests: Vec<(Spot, u32, State, u64)>,
    counters: RoomCounters,
    calls_s: u64,
    called_at: u64,
    gathered_at: u64,
    called: Option<Spot>,
    restored_serving: u64,
}

impl Plain {
    fn judge(&mut self, person: u32, spot_of: impl Fn(&RoomCounters) -> Spot, now: u64) -> String {
        self.see(person, now);
        self.advance(now);
        if !self.guests.iter().any(|guest| guest.1 == person) {
            if self.guests.iter().filter(|guest| guest.2 == State::Waiting).count()
                >= self.settings.waiting_max
            {
                return "full".to_owned();
            }
            let spot = spot_of(&self.counters);
            if let Spot::Late { number, .. } = spot {
                self.counters.issued = self.counters.issued.max(number + 1);
            }
            self.guests.push((spot, person, State::Waiting, now));
            self.advance(now);
            self.see(person, now);
        }
        let guest = self.guests.iter().find(|guest| guest.1 == person).unwrap();
        match (guest.2, self.counters.early) {
            (State::Waiting, None) => "early".to_owned(),
            (State::Waiting, Some(early)) => {
                (number(guest.0, early).saturating_sub(self.counters.serving) + 1).to_string()
            }
            _ => "in".to_owned(),
        }
    }

    fn see(&mut self, person: u32, now: u64) {
        for guest in self.guests.iter_mut().filter(|guest| guest.1 == person) {
            guest.3 = now;
            if guest.2 == State::Called {
                guest.2 = State::Active;
            }
        }
    }

    fn advance(&mut self, now: u64) {
        let seconds = |duration: Duration| duration.as_secs();
        let (waiting, inside) = (seconds(self.settings.heartbeat_within), seconds(self.settings.idle_within));
        self.guests.retain(|guest| now < guest.3 + if guest.2 == State::Active { inside } else { waiting });
        if self.counters.early.is_none() {
            if now < OPEN_S {
                return;
            }
            self.counters.early = Some(self.guests.len() as u64);
            self.counters.issued = self.counters.issued.max(self.guests.len() as u64);
        }
        let every = seconds(self.settings.calls.every);
        self.calls_s =
            (self.calls_s + now - self.called_at).min(every * u64::from(self.settings.calls.burst));
        self.called_at = now;
        self.guests.sort_unstable_by_key(|guest| (guest.0, guest.1));
        loop {
            let active = self.guests.iter().filter(|guest| guest.2 != State::Waiting).count();
            let first = self.guests.iter_mut().find(|guest| guest.2 == State::Waiting);
            let Some(first) = first.filter(|_| active < self.settings.active_max) else { return };
            let number = number(first.0, self.counters.early.unwrap());
            if number > self.counters.serving && now < self.gathered_at {
                return;
            }
            // The counter doesn't tell which of two early people with one number was called.
            if number >= self.restored_serving && self.called.is_none_or(|last| first.0 > last) {
                if self.calls_s < every {
                    return;
                }
                self.calls_s -= every;
            }
            self.called = self.called.max(Some(first.0));
            self.counters.serving = self.counters.serving.max(number + 1);
            (first.2, first.3) = (State::Called, now);
        }
    }
}

fn number(spot: Spot, early: u64) -> u64 {
    match spot {
        Spot::Early { draw } => share_of(early, draw),
        Spot::Late { number, .. } => number,
    }
}

/// Random questions, silences, departures, lost tokens and restarts, before and after the opening.
#[test]
fn it_does_as_the_plain_model() {
    let mut seen: Map<String, u32> = Map::default();
    for seed in 0..60 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let room = RoomSettings {
            opens_at: Some(at(OPEN_S)),
            waiting_max: 12,
            token_life: Duration::from_secs(900),
            ..settings(rng.random_range(1..6), rng.random_range(1..4), rng.random_range(1..20))
        };
        let mut hall = Hall::new(room);
        let burst_s = room.calls.every.as_secs() * u64::from(room.calls.burst);
        let mut plain = Plain {
            settings: room,
            guests: Vec::new(),
            counters: RoomCounters::default(),
            calls_s: burst_s,
            called_at: 0,
            gathered_at: 0,
            called: None,
            restored_serving: 0,
        };
        let mut now = OPEN_S - 100;
        for step in 0..600 {
            now +=
                if rng.random_range(0..40) == 0 { rng.random_range(0..400) } else { rng.random_range(0..4) };
            let person: u32 = rng.random_range(0..24);
            let name = person.to_string();
            match rng.random_range(0..60) {
                0..4 => {
                    hall.room.departed(hall.key.visitor(name.as_bytes()), at(now));
                    hall.cookies.remove(&name);
                    plain.guests.retain(|guest| guest.1 != person);
                }
                4 => {
                    let counters = hall.room.counters();
                    let calls = hall.room.calls;
                    hall.room = Room::new(room, hall.key.clone());
                    hall.room.calls = calls;
                    hall.room.restore(counters, at(now));
                    plain.guests.clear();
                    (plain.called, plain.restored_serving) = (None, counters.serving);
                    plain.gathered_at = now + room.heartbeat_within.as_secs();
                }
                _ => {
                    let token = hall.cookies.get(&name).cloned().filter(|_| rng.random_range(0..4) > 0);
                    let visitor = hall.key.visitor(name.as_bytes());
                    let draw = hall.key.draw(Purpose::RoomOrder, room.room, visitor);
                    let ticket = token
                        .as_ref()
                        .map(|text| Token::read(text, visitor, &hall.key, room.room).unwrap().ticket);
                    // A token is older than its life after long silences.
                    let found = hall.ask(&name, token.as_deref(), at(now));
                    *seen.entry(found.clone()).or_default() += 1;
                    if found == "expired" {
                        hall.cookies.remove(&name);
                        continue;
                    }
                    let spot_of = |counters: &RoomCounters| match ticket {
                        Some(Ticket::Early) => Spot::Early { draw },
                        Some(Ticket::Number(number)) => Spot::Late { number, draw },
                        None if counters.early.is_none() => Spot::Early { draw },
                        None => Spot::Late { number: counters.issued, draw },
                    };
                    assert_eq!(plain.judge(person, spot_of, now), found, "seed {seed} step {step}");
                    assert_eq!(plain.counters, hall.room.counters(), "seed {seed} step {step}");
                    assert_eq!(hall.room.checks.len(), hall.room.guests.len());
                }
            }
        }
    }
    for outcome in ["in", "early", "full", "expired", "1", "5"] {
        assert!(seen.get(outcome).is_some_and(|&count| count > 20), "{outcome} in {seen:?}");
    }
}
