//! The head of a request: whether its sender may come at all, by the policy's rule for people.
//!
//! It keeps the engine's own time, as a test may set it. Where everybody may come, nothing is locked.

use super::room::RoomFile;
use super::{Reason, TurnedAway};
use crate::clock::Clock;
use admission::{Address, Arrival, Gate, Id, Key, Moment, Person, Policy, Standing, Verdict};
use domain::Timestamp;
use domain::wire::{NikTurn, Parity, WaitingRoom};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The rule for people, at work.
pub(crate) struct Door {
    rule: Rule,
    key: Key,
    clock: Clock,
    state: Mutex<State>,
    room: Option<Mutex<RoomFile>>,
}

/// Which rule it is, and so what has to be known of a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Nothing.
    Everybody,
    /// The address, and as soon as they are known the draft or the NIK.
    Budgets,
    /// The place in the waiting room.
    Room,
    /// The NIK, once.
    Turns,
    /// The NIK, at every step.
    Cohort,
}

struct State {
    gate: Gate,
    opens_at: Option<Timestamp>,
}

/// A request that was let in. The rule hears of its end when this is dropped.
pub(crate) struct Pass {
    door: Arc<Door>,
    id: Id,
}

/// A place in the waiting room, or inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Queued {
    pub(crate) is_admitted: bool,
    pub(crate) ticket: String,
    pub(crate) place: Option<u64>,
    pub(crate) estimate: Duration,
    pub(crate) ask_again_after: Duration,
}

impl Door {
    /// # Errors
    /// Where what the waiting room keeps in `folder` cannot be read or made.
    pub(crate) fn open(policy: Policy, key: Key, clock: Clock, folder: &Path) -> io::Result<Door> {
        let (rule, room, policy) = match policy {
            Policy::Budgets(..) => (Rule::Budgets, None, policy),
            Policy::OddEven(..) => (Rule::Turns, None, policy),
            Policy::Cohort(..) => (Rule::Cohort, None, policy),
            Policy::WaitingRoom(settings, work) => {
                let file = RoomFile::open(folder)?;
                let settings = admission::RoomSettings { room: file.room(), ..settings };
                (Rule::Room, Some(file), Policy::WaitingRoom(settings, work))
            }
            other => (Rule::Everybody, None, other),
        };
        let mut gate = Gate::new(policy, &key);
        if let Some(counters) = room.as_ref().and_then(RoomFile::counters) {
            gate.restore(counters, moment(clock.now()));
        }
        let state = Mutex::new(State { gate, opens_at: None });
        Ok(Door { rule, key, clock, state, room: room.map(Mutex::new) })
    }

    pub(crate) fn rule(&self) -> Rule {
        self.rule
    }

    /// Makes hashes of people and addresses.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// Whether a sender may come. `opens_at` is when the waiting room opens.
    ///
    /// # Errors
    /// [`TurnedAway`].
    pub(crate) fn judge(
        self: &Arc<Door>,
        arrival: &Arrival<'_>,
        opens_at: Option<Timestamp>,
    ) -> Result<Option<Pass>, TurnedAway> {
        if self.rule == Rule::Everybody {
            return Ok(None);
        }
        let mut state = self.state();
        state.follow(opens_at);
        match state.gate.arrived(arrival, self.now()) {
            Verdict::Admit(id) | Verdict::Park(id) => Ok(Some(Pass { door: Arc::clone(self), id })),
            Verdict::Wait { ask_again_after, .. } => Err(TurnedAway::new(Reason::NotCalled, ask_again_after)),
            Verdict::Shed { why, retry_after } => Err(TurnedAway::new(why.into(), retry_after)),
            Verdict::Refuse(_) => Err(TurnedAway::new(Reason::NoPlace, Duration::ZERO)),
        }
    }

    /// A place in the waiting room for `person`: a new one, or with their `ticket` the one that they have.
    ///
    /// # Errors
    /// [`TurnedAway`] where the room is full or the ticket doesn't count.
    pub(crate) fn queue(
        &self,
        person: Person,
        ticket: Option<&str>,
        address: Option<Address>,
        opens_at: Option<Timestamp>,
    ) -> Result<Queued, TurnedAway> {
        let mut state = self.state();
        state.follow(opens_at);
        let now = self.now();
        let arrival = Arrival { person: Some(person), token: ticket, address, ..Arrival::default() };
        let (is_admitted, place, estimate, ask_again_after) = match state.gate.arrived(&arrival, now) {
            Verdict::Admit(id) | Verdict::Park(id) => {
                state.gate.finished(id, true, now);
                (true, None, Duration::ZERO, Duration::ZERO)
            }
            Verdict::Wait { place, estimate, ask_again_after } => (false, place, estimate, ask_again_after),
            Verdict::Shed { why, retry_after } => return Err(TurnedAway::new(why.into(), retry_after)),
            Verdict::Refuse(_) => return Err(TurnedAway::new(Reason::NoPlace, Duration::ZERO)),
        };
        let ticket = state.gate.token(person, now).unwrap_or_default();
        Ok(Queued { is_admitted, ticket, place, estimate, ask_again_after })
    }

    /// Binds the place of `guest` in the waiting room to `holder`, the first who begins with it.
    ///
    /// # Errors
    /// [`TurnedAway`] where somebody else did.
    pub(crate) fn bind(&self, guest: Person, holder: Person) -> Result<(), TurnedAway> {
        own_place(self.state().gate.bind(guest, holder))
    }

    /// The same, before anything is done for `holder` and without binding it.
    ///
    /// # Errors
    /// [`TurnedAway`] where somebody else began with it.
    pub(crate) fn check_holder(&self, guest: Person, holder: Person) -> Result<(), TurnedAway> {
        own_place(self.state().gate.is_free_for(guest, holder))
    }

    /// The person is through, or doesn't want any more: the place is free, and every ticket given out for it until now is used up.
    pub(crate) fn departed(&self, person: Person) {
        self.state().gate.departed(person, self.now());
    }

    /// The waiting room as everybody may know it.
    pub(crate) fn waiting_room(&self, opens_at: Option<Timestamp>) -> Option<WaitingRoom> {
        if self.rule != Rule::Room {
            return None;
        }
        let mut state = self.state();
        state.follow(opens_at);
        let (active, waiting) = state.gate.room_people()?;
        let (is_open, standing) = state.gate.room_newcomer(self.now())?;
        let estimate = match standing {
            Standing::Active => Duration::ZERO,
            Standing::Waiting { estimate, .. } => estimate,
        };
        let count = |people| u64::try_from(people).unwrap_or(u64::MAX);
        Some(WaitingRoom {
            is_open,
            waiting_count: count(waiting),
            active_count: count(active),
            estimate_s: seconds_up(estimate),
        })
    }

    /// Whose turn it is under odd and even.
    pub(crate) fn turn(&self) -> Option<NikTurn> {
        if self.rule != Rule::Turns {
            return None;
        }
        let now = self.clock.now();
        let (parity, left) = self.state().gate.odd_even_turn(moment(now))?;
        let parity = if parity == 0 { Parity::Even } else { Parity::Odd };
        Some(NikTurn { parity, until: now.plus(left) })
    }

    /// People inside the waiting room and in its line, and the share of people that a cohort lets pass.
    pub(crate) fn gauges(&self) -> (Option<(usize, usize)>, Option<f64>) {
        if self.rule == Rule::Everybody {
            return (None, None);
        }
        let state = self.state();
        (state.gate.room_people(), state.gate.cohort_level())
    }

    /// Somebody who was let in stood before pool `point` for so long.
    pub(super) fn delayed(&self, point: usize, stood: Duration) {
        if self.rule == Rule::Cohort {
            self.state().gate.delayed(point, stood);
        }
    }

    /// Somebody who was let in was turned away before a pool.
    pub(super) fn overflowed(&self) {
        if self.rule == Rule::Cohort {
            self.state().gate.overflowed();
        }
    }

    /// Brings the waiting room's counters to disk, if there is one and they have moved. It waits for the disk.
    ///
    /// # Errors
    /// Where they cannot be kept.
    pub(crate) fn keep_room(&self) -> io::Result<()> {
        let Some(room) = &self.room else { return Ok(()) };
        let mut room = room.lock().expect("nothing panics while it is held");
        let counters = self.state().gate.room_counters();
        counters.map_or(Ok(()), |counters| room.keep(counters))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it is held")
    }

    fn now(&self) -> Moment {
        moment(self.clock.now())
    }
}

impl State {
    /// Operators may move the opening; it holds until the room has opened.
    fn follow(&mut self, opens_at: Option<Timestamp>) {
        if self.opens_at != opens_at {
            self.opens_at = opens_at;
            self.gate.set_opens_at(opens_at.map(moment));
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let now = self.door.now();
        self.door.state().gate.finished(self.id, true, now);
    }
}

fn own_place(is_theirs: bool) -> Result<(), TurnedAway> {
    if is_theirs { Ok(()) } else { Err(TurnedAway::new(Reason::NoPlace, Duration::ZERO)) }
}

/// Whole seconds, and one for a part of one.
pub(crate) fn seconds_up(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

fn moment(at: Timestamp) -> Moment {
    Moment::from_us(u64::try_from(at.as_ms()).unwrap_or(0).saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use admission::{Sizing, Why};
    use std::sync::atomic::{AtomicI64, Ordering};

    /// A door under `policy`, and the clock that it goes by, in milliseconds.
    fn door(policy: &str) -> (Arc<Door>, Arc<AtomicI64>) {
        let sizing = Sizing {
            slots: 1,
            service_mean: Duration::from_millis(30),
            patience: Duration::from_secs(8),
            requests_per_person: 1,
            journey: Duration::from_secs(300),
            opens_at: None,
        };
        let now_ms = Arc::new(AtomicI64::new(1_795_000_000_000));
        let clock = {
            let now_ms = Arc::clone(&now_ms);
            Clock::new(move || Timestamp::from_ms(now_ms.load(Ordering::SeqCst)))
        };
        let policy = Policy::sized(policy, &sizing).unwrap().split().0;
        let folder = tempfile::tempdir().unwrap();
        let door = Door::open(policy, Key::new(&[7; 32]), clock, folder.path()).unwrap();
        (Arc::new(door), now_ms)
    }

    /// Lines before the pools that overflow take the level of a cohort down; then it is always the same people who pass, and those
    /// who have begun more easily.
    #[test]
    fn a_cohort_hears_of_the_pools() {
        let (door, now_ms) = door("cohort");
        let judge = |person: u32, begun: bool| {
            let person = Some(door.key().person(&format!("99010101019{person:05}")));
            door.judge(&Arrival { person, begun, ..Arrival::default() }, None).map(drop)
        };
        let passing =
            |begun: bool| (0..500).filter(|&person| judge(person, begun).is_ok()).collect::<Vec<u32>>();
        assert_eq!(passing(false).len(), 500);
        for _ in 0..7 {
            door.overflowed();
            now_ms.fetch_add(1_000, Ordering::SeqCst);
            judge(0, false).ok();
        }
        let (newcomers, begun) = (passing(false), passing(true));
        assert!((180..300).contains(&newcomers.len()), "0.9 to the power of 7 is 0.48: {}", newcomers.len());
        assert_eq!(passing(false), newcomers);
        assert!(begun.len() > newcomers.len() && newcomers.iter().all(|person| begun.contains(person)));
        let turned = (0..500).find_map(|person| judge(person, false).err()).unwrap();
        assert_eq!((turned.why, turned.retry_after.is_zero()), (Why::NotDrawn.into(), false));
        assert!(door.gauges().1.unwrap() < 0.5);
        // A line that stands does the same, until it gets shorter.
        let level = || door.gauges().1.unwrap();
        let before = level();
        door.delayed(1, Duration::from_secs(2));
        now_ms.fetch_add(1_000, Ordering::SeqCst);
        judge(0, false).ok();
        assert!(level() < before);
    }

    #[test]
    fn where_everybody_may_come_nothing_is_counted() {
        let (door, _) = door("codel");
        assert!(door.judge(&Arrival::default(), None).unwrap().is_none());
        assert_eq!((door.rule(), door.gauges(), door.turn()), (Rule::Everybody, (None, None), None));
        assert_eq!(door.waiting_room(None), None);
        door.keep_room().unwrap();
    }
}
