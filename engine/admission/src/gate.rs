//! The gate: a policy at work. Every request goes through one; the caller tells it what happens, and asks it
//! who is next.
//!
//! After each call of [`Gate::arrived`], [`Gate::finished`] and [`Gate::gone`], and when [`Gate::wake_at`]
//! has come, the caller takes [`Gate::next`] until it says `None`: these are the requests that leave the
//! line, to be begun or to be answered.

use crate::counts::Counts;
use crate::hashing::Map;
use crate::key::{Address, Key, Person};
use crate::moment::{Moment, us};
use crate::people::room::token::TokenError;
use crate::people::room::{RoomCounters, Standing};
use crate::people::{Opinion, People};
use crate::policy::Policy;
use crate::retry::Retry;
use crate::work::{Desk, How, Leave, Offer};
use std::time::Duration;

/// A policy at work, with what it has counted.
#[derive(Clone, Debug)]
pub struct Gate {
    people: People,
    desk: Desk,
    running: Map<Id, Running>,
    /// The people of requests in line; empty unless the policy has a line.
    parked: Map<Id, Option<Person>>,
    last_id: u64,
    counts: Counts,
    retry: Retry,
}

/// A request, numbered by the gate in order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u64);

/// A request that comes. `Arrival::default()` knows nothing of its sender.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arrival<'a> {
    /// Who sends it. Requests that name nobody pass every rule for people.
    pub person: Option<Person>,
    /// Where it comes from.
    pub address: Option<Address>,
    /// The instant until which its client waits, where that is known.
    pub until: Option<Moment>,
    /// The waiting room's token that came with it.
    pub token: Option<&'a str>,
    /// Whether the person has done steps already that would be lost: their requests come before those of
    /// newcomers.
    pub begun: bool,
}

/// What becomes of an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is begun now; [`Gate::finished`] is told when it is done.
    Admit(Id),
    /// It stands in line, its connection held; [`Gate::next`] tells when it leaves.
    Park(Id),
    /// It is answered with a place in the waiting room; [`Gate::token`] gives the token that keeps the place.
    Wait {
        /// Place in line, counted from 1; none is known before the opening.
        place: Option<u64>,
        /// Time until the turn.
        estimate: Duration,
        /// When the page should ask again: that is the sign of life.
        ask_again_after: Duration,
    },
    /// It is turned away.
    Shed {
        /// By which rule.
        why: Why,
        /// When coming back has a chance.
        retry_after: Duration,
    },
    /// It is turned away for good: the token is not one of this person.
    Refuse(TokenError),
}

/// Which rule turned a request away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// No room: the failure `busy`.
    Full,
    /// Stood in line for too long: `busy`.
    Overdue,
    /// The client has gone, or would have before the work is done: `busy`, if anybody still reads it.
    Expired,
    /// The person asks too often: `too-many-requests`.
    PersonBudget,
    /// The address brings too many new people: `too-many-requests`.
    AddressBudget,
    /// The other half of the people have this hour: `busy`.
    NotYourHour,
    /// The person's draw lies above the level of this period: `busy`.
    NotDrawn,
}

/// A request that leaves the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is begun now; [`Gate::finished`] is told when it is done.
    Start {
        /// Which.
        id: Id,
        /// Time in the line.
        stood: Duration,
    },
    /// It is turned away.
    Drop {
        /// Which.
        id: Id,
        /// [`Why::Overdue`] or [`Why::Expired`].
        why: Why,
        /// When coming back has a chance.
        retry_after: Duration,
    },
}

#[derive(Clone, Copy, Debug)]
struct Running {
    since: Moment,
    person: Option<Person>,
    gone: bool,
}

impl Gate {
    /// A gate with nothing under way. The key makes hashes of people, draws and tokens: keep it over
    /// restarts.
    pub fn new(policy: Policy, key: &Key) -> Gate {
        Gate {
            people: People::new(policy, key),
            desk: Desk::new(policy.work()),
            running: Map::default(),
            parked: Map::default(),
            last_id: 0,
            counts: Counts::default(),
            retry: Retry::new(),
        }
    }

    /// A request has come.
    pub fn arrived(&mut self, arrival: &Arrival<'_>, now: Moment) -> Verdict {
        self.counts.offered += 1;
        self.retry.offered(now);
        self.last_id += 1;
        let id = Id(self.last_id);
        match self.people.judge(arrival, now) {
            Opinion::Pass => self.offer(id, arrival, now),
            Opinion::Wait { place, estimate, ask_again_after } => {
                self.counts.deferred += 1;
                Verdict::Wait { place, estimate, ask_again_after }
            }
            Opinion::Full => self.full(id),
            Opinion::Shed { why, retry_after } => {
                self.counts.shed += 1;
                Verdict::Shed { why, retry_after }
            }
            Opinion::Refuse(error) => {
                self.counts.refused += 1;
                Verdict::Refuse(error)
            }
        }
    }

    /// A request that was begun is done. `useful` where its answer reaches a client, whatever the answer;
    /// work for a client that had gone is wasted. A second time, or for a request that was never begun, it
    /// does nothing.
    pub fn finished(&mut self, id: Id, useful: bool, now: Moment) {
        let Some(running) = self.running.remove(&id) else { return };
        let took = now.since(running.since);
        self.desk.finished(took);
        if let (People::Room(room), Some(person)) = (&mut self.people, running.person) {
            room.seen(person, now);
        }
        if useful && !running.gone {
            self.counts.useful += 1;
        } else {
            self.counts.wasted += 1;
            self.counts.wasted_us = self.counts.wasted_us.saturating_add(us(took));
        }
    }

    /// The client of a request has gone. Out of the line it goes at once; work that was begun is wasted, and
    /// stays under way until [`Gate::finished`].
    pub fn gone(&mut self, id: Id, now: Moment) {
        if let Some(running) = self.running.get_mut(&id) {
            running.gone = true;
        } else if let Some(stood) = self.desk.gone(id, now) {
            self.parked.remove(&id);
            self.counts.expired += 1;
            self.counts.line.add(stood);
        }
    }

    /// The next request that leaves the line at `now`, if any.
    pub fn next(&mut self, now: Moment) -> Option<Turn> {
        let Leave { id, how, stood } = self.desk.next(self.running.len(), now)?;
        let person = self.parked.remove(&id).flatten();
        self.counts.line.add(stood);
        let why = match how {
            How::Start => {
                self.start(id, person, stood, now);
                return Some(Turn::Start { id, stood });
            }
            How::Overdue => {
                self.counts.dropped += 1;
                Why::Overdue
            }
            How::Expired => {
                self.counts.expired += 1;
                Why::Expired
            }
        };
        self.overflowed();
        Some(Turn::Drop { id, why, retry_after: self.retry.after(id.0) })
    }

    /// When [`Gate::next`] has something to say even if nothing happens until then.
    pub fn wake_at(&self) -> Option<Moment> {
        self.desk.wake_at()
    }

    /// A request that was let in had to wait for `delay` elsewhere, as at a second gate before a pool. `point` numbers such
    /// places, below 4; where a pool has a line, those begun at once are told too, with no delay. It moves the level of a
    /// cohort. The gate's own line, at point 0, tells by itself.
    pub fn delayed(&mut self, point: usize, delay: Duration) {
        if let People::Cohort(cohort) = &mut self.people {
            cohort.delayed(point, delay);
        }
    }

    /// A request that was let in was turned away elsewhere for lack of room. It moves the level of a cohort.
    pub fn overflowed(&mut self) {
        if let People::Cohort(cohort) = &mut self.people {
            cohort.overflowed();
        }
    }

    /// The person is through: their place in the waiting room is free, and tokens given out until now are
    /// used up.
    pub fn departed(&mut self, person: Person, now: Moment) {
        if let People::Room(room) = &mut self.people {
            room.departed(person, now);
        }
    }

    /// Binds the place that `guest` has in the waiting room to `holder`, unless somebody else began with it;
    /// whether it is theirs. Without a waiting room it always is.
    pub fn bind(&mut self, guest: Person, holder: Person) -> bool {
        let People::Room(room) = &mut self.people else { return true };
        room.bind(guest, holder)
    }

    /// Whether `holder` could begin with the place of `guest`.
    pub fn is_free_for(&self, guest: Person, holder: Person) -> bool {
        let People::Room(room) = &self.people else { return true };
        room.is_free_for(guest, holder)
    }

    /// Where `person` is in the waiting room, without counting as a sign of life.
    pub fn standing(&self, person: Person, now: Moment) -> Option<Standing> {
        let People::Room(room) = &self.people else { return None };
        room.standing(person, now)
    }

    /// A token that keeps the place of a person in the waiting room, or inside, over reloads and restarts.
    pub fn token(&self, person: Person, now: Moment) -> Option<String> {
        let People::Room(room) = &self.people else { return None };
        room.token(person, now)
    }

    /// Moves the opening of the waiting room, unless it has opened already.
    pub fn set_opens_at(&mut self, opens_at: Option<Moment>) {
        if let People::Room(room) = &mut self.people {
            room.set_opens_at(opens_at);
        }
    }

    /// What the caller keeps of the waiting room over a restart.
    pub fn room_counters(&self) -> Option<RoomCounters> {
        let People::Room(room) = &self.people else { return None };
        Some(room.counters())
    }

    /// Goes on after a restart, before the first request. Where the numbers were lost, the default and the
    /// tokens still keep the order.
    pub fn restore(&mut self, counters: RoomCounters, now: Moment) {
        if let People::Room(room) = &mut self.people {
            room.restore(counters, now);
        }
    }

    /// People inside the waiting room's bound, and people in its line.
    pub fn room_people(&self) -> Option<(usize, usize)> {
        let People::Room(room) = &self.people else { return None };
        Some(room.people())
    }

    /// Whether the waiting room has opened, and what somebody would be told who came at this moment.
    pub fn room_newcomer(&self, now: Moment) -> Option<(bool, Standing)> {
        let People::Room(room) = &self.people else { return None };
        Some(room.newcomer(now))
    }

    /// Whose turn it is under odd and even, 0 for even and 1 for odd, and how long it still lasts.
    pub fn odd_even_turn(&self, now: Moment) -> Option<(u64, Duration)> {
        let People::OddEven(hours) = &self.people else { return None };
        Some(hours.turn(now))
    }

    /// The share of people that a cohort lets pass, 0 to 1.
    pub fn cohort_level(&self) -> Option<f64> {
        let People::Cohort(cohort) = &self.people else { return None };
        Some(cohort.level())
    }

    /// Requests under way.
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// Requests in line.
    pub fn parked(&self) -> usize {
        self.desk.parked()
    }

    /// What was decided so far, and what came of it.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn offer(&mut self, id: Id, arrival: &Arrival<'_>, now: Moment) -> Verdict {
        match self.desk.offer(id, arrival.until, self.running.len(), now) {
            Offer::Start => {
                self.start(id, arrival.person, Duration::ZERO, now);
                Verdict::Admit(id)
            }
            Offer::Park => {
                self.parked.insert(id, arrival.person);
                Verdict::Park(id)
            }
            Offer::Shed => {
                self.overflowed();
                self.full(id)
            }
        }
    }

    fn start(&mut self, id: Id, person: Option<Person>, stood: Duration, now: Moment) {
        self.counts.admitted += 1;
        self.retry.admitted();
        self.running.insert(id, Running { since: now, person, gone: false });
        if self.desk.has_line() {
            self.delayed(0, stood);
        }
    }

    fn full(&mut self, id: Id) -> Verdict {
        self.counts.shed += 1;
        Verdict::Shed { why: Why::Full, retry_after: self.retry.after(id.0) }
    }
}

impl Id {
    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }

    #[cfg(test)]
    pub(crate) const fn new(number: u64) -> Id {
        Id(number)
    }
}
