//! The waiting room: so many people inside at a time, so many let in a second, and everybody else in a line
//! that is fair.
//!
//! Who comes before the opening stands in random order: by a keyed draw, so that neither speed nor reloading
//! helps. Who comes after it stands behind them, first come first served. A ticket is a number, and whoever
//! holds one below the counter `serving` was called; so a place is `ticket - serving`, and it never grows.
//!
//! A restart loses the line but not the places. The caller keeps [`RoomCounters`], three numbers; the tokens
//! that people hold bring the rest back, each with its own number (for those who came early it follows from
//! their draw and the count of early people). Who was called before is let in again without using up a call.
//! For one heartbeat after the restart nobody else is called out of turn. Where the kept numbers are a little
//! old, some numbers are given out twice, and a tie is decided by the draw.
//!
//! Whoever isn't heard of for a while has left and holds nobody up; coming back with the token, they stand at
//! their number again.
//!
//! A place is for one: it is bound to the first person who begins with it, so a token that is handed round lets
//! nobody else in. And an address has so many places at a time, for whoever takes one place after the other.

mod speed;
#[cfg(test)]
mod tests;
pub(crate) mod token;

use super::Opinion;
use super::budgets::{Bucket, Budget};
use super::generations::Generations;
use crate::Why;
use crate::hashing::{Map, share_of};
use crate::key::{Address, Key, Person, Purpose};
use crate::moment::Moment;
use speed::Speed;
use std::collections::BTreeSet;
use std::time::Duration;
use token::{Ticket, Token, TokenError};

/// Bounds and times of a waiting room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomSettings {
    /// Number of this opening. Draws and tokens of one room mean nothing in another.
    pub room: u64,
    /// Until then everybody waits; without it the room is open from the start.
    pub opens_at: Option<Moment>,
    /// People inside at a time.
    pub active_max: usize,
    /// How people are called in.
    pub calls: Budget,
    /// Who waits, or was called and has not come yet, is taken to have left after this time without a sign.
    /// The page is told to ask three times in it at least.
    pub heartbeat_within: Duration,
    /// Who is inside is taken to have left after this time without a request. Longer than the longest request
    /// and the longest thinking.
    pub idle_within: Duration,
    /// People in the line, a bound on memory; whoever comes on top is turned away.
    pub waiting_max: usize,
    /// Places that an address may have at a time, in the line and inside. Many people stand behind one: a
    /// school, or a mobile network's exit.
    pub places_per_address_max: usize,
    /// A token is good for so long after it was given out. Every answer may carry a new one.
    pub token_life: Duration,
}

impl RoomSettings {
    /// One call `every` so long, and as many at once as there are slots. Calls are given out when somebody asks: what fell due within the
    /// last fifth of a second is kept for them.
    pub fn calls(every: Duration, slots: usize) -> Budget {
        let kept = Duration::from_millis(200).as_micros() / every.as_micros().max(1);
        let burst = u32::try_from(slots.max(1)).unwrap_or(u32::MAX);
        Budget { burst: burst.max(u32::try_from(kept).unwrap_or(u32::MAX)), every }
    }
}

/// What outlives a restart: keep it, and hand it to [`crate::Gate::restore`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoomCounters {
    /// People who waited at the opening; `None` before it.
    pub early: Option<u64>,
    /// The next ticket's number.
    pub issued: u64,
    /// Every number below it was called.
    pub serving: u64,
}

/// Where a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Inside.
    Active,
    /// In line. The place counts from 1 and is an upper bound: some ahead may have left. None is known before
    /// the opening.
    Waiting {
        /// Place, if the room has opened.
        place: Option<u64>,
        /// Time until the turn, by the speed at which the line moves now.
        estimate: Duration,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Room {
    settings: RoomSettings,
    key: Key,
    guests: Map<u64, Guest>,
    line: BTreeSet<(Spot, u64)>,
    /// When to look whether a guest is still there: one entry for each, moved only when its time has come.
    checks: BTreeSet<(Moment, u64)>,
    active: usize,
    counters: RoomCounters,
    calls: Bucket,
    /// The last spot called.
    called: Option<Spot>,
    /// The counter as it came out of a restart.
    restored_serving: u64,
    speed: Speed,
    /// Until then those who stood in line before a restart are still coming back.
    gathered_at: Moment,
    /// When people were signed out.
    left: Generations<Moment>,
    /// Places of each address that has one.
    places: Map<Address, usize>,
}

#[derive(Clone, Copy, Debug)]
struct Guest {
    spot: Spot,
    state: State,
    seen_at: Moment,
    check_at: Moment,
    /// Where the place was taken.
    address: Option<Address>,
    /// Who began with it.
    holder: Option<Person>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Called,
    Active,
}

/// Where somebody stands. Early people stand before all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Early { draw: u64 },
    Late { number: u64, draw: u64 },
}

/// Nobody is asked to ask more often.
const ASK_AFTER_MIN: Duration = Duration::from_secs(1);

impl Room {
    pub(crate) fn new(settings: RoomSettings, key: Key) -> Room {
        Room {
            settings,
            key,
            guests: Map::default(),
            line: BTreeSet::new(),
            checks: BTreeSet::new(),
            active: 0,
            counters: RoomCounters::default(),
            calls: Bucket::default(),
            called: None,
            restored_serving: 0,
            speed: Speed::new(settings.calls.every),
            gathered_at: Moment::default(),
            left: Generations::new(settings.token_life, settings.waiting_max),
            places: Map::default(),
        }
    }

    /// Somebody asks, with the token they hold, if any. A place that was given out is kept wherever they ask from.
    pub(crate) fn judge(
        &mut self,
        person: Person,
        token: Option<&str>,
        address: Option<Address>,
        now: Moment,
    ) -> Opinion {
        let ticket = match token.map(|text| self.read(text, person, now)).transpose() {
            Ok(ticket) => ticket,
            Err(error) => return Opinion::Refuse(error),
        };
        // First the sign of life: nobody is taken to have left by their own question.
        self.seen(person, now);
        self.advance(now);
        if !self.guests.contains_key(&person.hash()) {
            if self.line.len() >= self.settings.waiting_max {
                return Opinion::Full;
            }
            if ticket.is_none() && self.has_its_places(address) {
                let retry_after = self.settings.heartbeat_within;
                return Opinion::Shed { why: Why::AddressBudget, retry_after };
            }
            self.join(person, ticket, address, now);
            self.advance(now);
            self.seen(person, now);
        }
        match self.standing(person, now) {
            Some(Standing::Waiting { place, estimate }) => {
                Opinion::Wait { place, estimate, ask_again_after: self.ask_again_after(estimate) }
            }
            Some(Standing::Active) | None => Opinion::Pass,
        }
    }

    /// Whoever is near their turn asks often, or many would be called long before they know it and then come
    /// all at once; whoever is far from it asks as rarely as the heartbeat allows.
    fn ask_again_after(&self, estimate: Duration) -> Duration {
        (estimate / 2).max(ASK_AFTER_MIN).min(self.settings.heartbeat_within / 3)
    }

    /// A sign of life.
    pub(crate) fn seen(&mut self, person: Person, now: Moment) {
        if let Some(guest) = self.guests.get_mut(&person.hash()) {
            guest.seen_at = now;
            if guest.state == State::Called {
                guest.state = State::Active;
            }
        }
    }

    /// Binds the place of `guest` to `holder`, the first who begins with it; whether it is theirs.
    pub(crate) fn bind(&mut self, guest: Person, holder: Person) -> bool {
        let Some(guest) = self.guests.get_mut(&guest.hash()) else { return false };
        *guest.holder.get_or_insert(holder) == holder
    }

    /// Whether `holder` could begin with the place of `guest`.
    pub(crate) fn is_free_for(&self, guest: Person, holder: Person) -> bool {
        self.guests.get(&guest.hash()).is_some_and(|guest| guest.holder.is_none_or(|bound| bound == holder))
    }

    /// The person is through, or doesn't want any more. Tokens given out until now are used up.
    pub(crate) fn departed(&mut self, person: Person, now: Moment) {
        self.remove(person.hash());
        self.left.insert(person.hash(), now, now);
    }

    /// Where `person` is; `None` where they are not known here.
    pub(crate) fn standing(&self, person: Person, now: Moment) -> Option<Standing> {
        let guest = self.guests.get(&person.hash())?;
        if guest.state != State::Waiting {
            return Some(Standing::Active);
        }
        if self.counters.early.is_some() {
            let place = self.number(guest.spot).saturating_sub(self.counters.serving).saturating_add(1);
            return Some(Standing::Waiting { place: Some(place), estimate: self.speed.until(place) });
        }
        let opening = self.settings.opens_at.map_or(Duration::ZERO, |opens_at| opens_at.since(now));
        let middle = u64::try_from(self.line.len() / 2).unwrap_or(u64::MAX);
        Some(Standing::Waiting { place: None, estimate: opening.saturating_add(self.speed.until(middle)) })
    }

    /// Whether the room has opened, and where somebody would stand who came now.
    pub(crate) fn newcomer(&self, now: Moment) -> (bool, Standing) {
        let ahead = u64::try_from(self.line.len()).unwrap_or(u64::MAX);
        let opening = self.settings.opens_at.map_or(Duration::ZERO, |opens_at| opens_at.since(now));
        if self.counters.early.is_none() && !opening.is_zero() {
            let estimate = opening.saturating_add(self.speed.until(ahead / 2));
            return (false, Standing::Waiting { place: None, estimate });
        }
        if ahead == 0 && self.active < self.settings.active_max {
            return (true, Standing::Active);
        }
        let place = self.counters.issued.saturating_sub(self.counters.serving).max(ahead).saturating_add(1);
        (true, Standing::Waiting { place: Some(place), estimate: self.speed.until(place) })
    }

    /// A token for somebody who is known here, given out now.
    pub(crate) fn token(&self, person: Person, now: Moment) -> Option<String> {
        let ticket = match self.guests.get(&person.hash())?.spot {
            Spot::Early { .. } => Ticket::Early,
            Spot::Late { number, .. } => Ticket::Number(number),
        };
        let token = Token { person: person.hash(), ticket, issued_at: now };
        Some(token.write(&self.key, self.settings.room))
    }

    /// Moves the opening, unless the room has opened already.
    pub(crate) fn set_opens_at(&mut self, opens_at: Option<Moment>) {
        self.settings.opens_at = opens_at;
    }

    pub(crate) fn counters(&self) -> RoomCounters {
        self.counters
    }

    /// Goes on after a restart. For one heartbeat only those are called before whom nobody can stand: the
    /// others have yet to come back.
    pub(crate) fn restore(&mut self, counters: RoomCounters, now: Moment) {
        self.counters = counters;
        self.restored_serving = counters.serving;
        self.gathered_at = now.plus(self.settings.heartbeat_within);
    }

    /// People inside, and people in line.
    pub(crate) fn people(&self) -> (usize, usize) {
        (self.active, self.line.len())
    }

    /// Lets time pass: who was silent leaves, the room opens, people are called.
    fn advance(&mut self, now: Moment) {
        self.expire(now);
        if self.counters.early.is_none() {
            if self.settings.opens_at.is_some_and(|opens_at| now < opens_at) {
                return;
            }
            let early = u64::try_from(self.line.len()).unwrap_or(u64::MAX);
            self.counters.early = Some(early);
            self.counters.issued = self.counters.issued.max(early);
        }
        while self.active < self.settings.active_max && self.call_first(now) {}
        if self.line.is_empty() {
            self.speed.idle(self.counters.serving, now);
        } else {
            self.speed.moved(self.counters.serving, now);
        }
    }

    /// Calls the first in line, unless nobody waits or the rate forbids it.
    fn call_first(&mut self, now: Moment) -> bool {
        let Some(&(spot, hash)) = self.line.first() else { return false };
        let number = self.number(spot);
        if number > self.counters.serving && now < self.gathered_at {
            return false;
        }
        // A call is paid for once: those called before came back after a restart or a silence.
        let called_before = number < self.restored_serving || self.called.is_some_and(|last| spot <= last);
        if !called_before && self.calls.take(self.settings.calls, now).is_err() {
            return false;
        }
        self.line.pop_first();
        self.active += 1;
        self.called = self.called.max(Some(spot));
        self.counters.serving = self.counters.serving.max(number.saturating_add(1));
        if let Some(guest) = self.guests.get_mut(&hash) {
            (guest.state, guest.seen_at) = (State::Called, now);
        }
        true
    }

    fn join(&mut self, person: Person, ticket: Option<Ticket>, address: Option<Address>, now: Moment) {
        let draw = self.key.draw(Purpose::RoomOrder, self.settings.room, person);
        let spot = match ticket {
            Some(Ticket::Early) => Spot::Early { draw },
            None if self.counters.early.is_none() => Spot::Early { draw },
            Some(Ticket::Number(number)) => Spot::Late { number, draw },
            None => Spot::Late { number: self.counters.issued, draw },
        };
        if let Spot::Late { number, .. } = spot {
            self.counters.issued = self.counters.issued.max(number.saturating_add(1));
        }
        let hash = person.hash();
        let check_at = now.plus(self.settings.heartbeat_within);
        self.line.insert((spot, hash));
        let state = State::Waiting;
        self.guests.insert(hash, Guest { spot, state, seen_at: now, check_at, address, holder: None });
        self.checks.insert((check_at, hash));
        if let Some(address) = address {
            *self.places.entry(address).or_default() += 1;
        }
    }

    fn has_its_places(&self, address: Option<Address>) -> bool {
        let places = address.and_then(|address| self.places.get(&address)).copied().unwrap_or(0);
        address.is_some() && places >= self.settings.places_per_address_max
    }

    /// The number at which a spot is called.
    fn number(&self, spot: Spot) -> u64 {
        match spot {
            Spot::Early { draw } => share_of(self.counters.early.unwrap_or(0), draw),
            Spot::Late { number, .. } => number,
        }
    }

    fn read(&mut self, text: &str, person: Person, now: Moment) -> Result<Ticket, TokenError> {
        let token = Token::read(text, person, &self.key, self.settings.room)?;
        if now.since(token.issued_at) > self.settings.token_life {
            return Err(TokenError::Expired);
        }
        let left_at = self.left.get(person.hash(), now);
        if left_at.is_some_and(|left_at| token.issued_at < *left_at) {
            return Err(TokenError::UsedUp);
        }
        Ok(token.ticket)
    }

    fn expire(&mut self, now: Moment) {
        while let Some(&(check_at, hash)) = self.checks.first() {
            if check_at > now {
                break;
            }
            self.checks.pop_first();
            let Some(guest) = self.guests.get_mut(&hash) else { continue };
            let within = match guest.state {
                State::Waiting | State::Called => self.settings.heartbeat_within,
                State::Active => self.settings.idle_within,
            };
            let left_at = guest.seen_at.plus(within);
            if left_at > now {
                guest.check_at = left_at;
                self.checks.insert((left_at, hash));
            } else {
                self.remove(hash);
            }
        }
    }

    fn remove(&mut self, hash: u64) {
        let Some(guest) = self.guests.remove(&hash) else { return };
        self.checks.remove(&(guest.check_at, hash));
        if let Some(address) = guest.address
            && let Some(places) = self.places.get_mut(&address)
        {
            *places -= 1;
            if *places == 0 {
                self.places.remove(&address);
            }
        }
        if guest.state == State::Waiting {
            self.line.remove(&(guest.spot, hash));
        } else {
            self.active -= 1;
        }
    }
}
