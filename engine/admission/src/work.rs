//! What is worked on now, of the requests that may come: the second stage of a gate. One rule, one file.

pub(crate) mod codel;
pub(crate) mod deadline;
mod line;

use crate::gate::Id;
use crate::moment::Moment;
use codel::{Codel, CodelSettings};
use deadline::{Deadline, DeadlineSettings};
use std::time::Duration;

/// The rule for requests, whoever sends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Everything is begun as it comes.
    Unlimited,
    /// At most so many at a time; whoever comes on top is turned away at once.
    ConcurrencyLimit {
        /// Requests under way at a time.
        in_flight_max: usize,
    },
    /// A line that may not stand for long.
    Codel(CodelSettings),
    /// A line in which only those stay who can be served while their client waits.
    Deadline(DeadlineSettings),
}

impl Work {
    /// People who may begin for each whom the pools bring through. CoDel turns away, midway, whoever stood in a standing line for
    /// long: with one in twenty fewer, lines hardly come to stand.
    pub const fn newcomers_share(self) -> f64 {
        match self {
            Work::Codel(_) => 0.95,
            Work::Unlimited | Work::ConcurrencyLimit { .. } | Work::Deadline(_) => 1.0,
        }
    }
}

/// [`Work`] at work.
#[derive(Clone, Debug)]
pub(crate) enum Desk {
    Unlimited,
    ConcurrencyLimit { in_flight_max: usize },
    Codel(Codel),
    Deadline(Deadline),
}

/// What becomes of a request on arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    Start,
    Park,
    Shed,
}

/// A request that leaves the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leave {
    pub(crate) id: Id,
    pub(crate) how: How,
    pub(crate) stood: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It is begun.
    Start,
    /// It stood too long; its client still waits.
    Overdue,
    /// Its client has gone, or would have before the work is done.
    Expired,
}

impl Desk {
    pub(crate) fn new(work: Work) -> Desk {
        match work {
            Work::Unlimited => Desk::Unlimited,
            Work::ConcurrencyLimit { in_flight_max } => Desk::ConcurrencyLimit { in_flight_max },
            Work::Codel(settings) => Desk::Codel(Codel::new(settings)),
            Work::Deadline(settings) => Desk::Deadline(Deadline::new(settings)),
        }
    }

    /// A request has come while `running` are worked on.
    pub(crate) fn offer(&mut self, id: Id, deadline: Option<Moment>, running: usize, now: Moment) -> Offer {
        match self {
            Desk::Unlimited => Offer::Start,
            Desk::ConcurrencyLimit { in_flight_max } if running < *in_flight_max => Offer::Start,
            Desk::ConcurrencyLimit { .. } => Offer::Shed,
            Desk::Codel(codel) => codel.offer(id, deadline, running, now),
            Desk::Deadline(line) => line.offer(id, deadline, running, now),
        }
    }

    /// The next request to leave the line at `now`, if any.
    pub(crate) fn next(&mut self, running: usize, now: Moment) -> Option<Leave> {
        match self {
            Desk::Unlimited | Desk::ConcurrencyLimit { .. } => None,
            Desk::Codel(codel) => codel.next(running, now),
            Desk::Deadline(line) => line.next(running, now),
        }
    }

    /// Takes a request out of the line whose client has gone. How long it stood; `None` where it is in no
    /// line.
    pub(crate) fn gone(&mut self, id: Id, now: Moment) -> Option<Duration> {
        match self {
            Desk::Unlimited | Desk::ConcurrencyLimit { .. } => None,
            Desk::Codel(codel) => codel.gone(id, now),
            Desk::Deadline(line) => line.gone(id, now),
        }
    }

    /// Work that was begun here is done.
    pub(crate) fn finished(&mut self, took: Duration) {
        if let Desk::Deadline(line) = self {
            line.finished(took);
        }
    }

    /// When [`Desk::next`] has something to say even if nothing happens until then.
    pub(crate) fn wake_at(&self) -> Option<Moment> {
        match self {
            Desk::Unlimited | Desk::ConcurrencyLimit { .. } => None,
            Desk::Codel(codel) => codel.wake_at(),
            Desk::Deadline(line) => line.wake_at(),
        }
    }

    /// Whether requests may have to stand in a line here.
    pub(crate) fn has_line(&self) -> bool {
        matches!(self, Desk::Codel(_) | Desk::Deadline(_))
    }

    /// Requests in the line.
    pub(crate) fn parked(&self) -> usize {
        match self {
            Desk::Unlimited | Desk::ConcurrencyLimit { .. } => 0,
            Desk::Codel(codel) => codel.parked(),
            Desk::Deadline(line) => line.parked(),
        }
    }
}

/// Runs a desk through events, each with its time in milliseconds: `+7 park` request 7 comes and this becomes
/// of it (`+7@50` its client waits until 50 ms), `-7` it is done (`-7/200` after 200 ms), `x7` its client
/// goes, `? start 8` who leaves the line next, `?` nobody does, `!20` it wants to be asked after 20 ms,
/// `!never` it doesn't.
#[cfg(test)]
fn check(mut desk: Desk, events: &str) {
    let at = |ms: &str| Moment::from_us(ms.parse::<u64>().unwrap() * 1_000);
    let mut running = 0;
    for event in events.split(';').map(str::trim).filter(|event| !event.is_empty()) {
        let mut words = event.split(' ').filter(|word| !word.is_empty());
        let (now, what) = (at(words.next().unwrap()), words.next().unwrap());
        let number = |text: &str| Id::new(text.parse().unwrap());
        match what.split_at(1) {
            ("+", request) => {
                let (id, until) =
                    request.split_once('@').map_or((request, None), |(id, ms)| (id, Some(at(ms))));
                let offer = desk.offer(number(id), until, running, now);
                running += usize::from(offer == Offer::Start);
                assert_eq!(format!("{offer:?}").to_lowercase(), words.next().unwrap(), "{event} in {events}");
            }
            ("-", request) => {
                running -= 1;
                let took_ms = request.split_once('/').map_or(10, |(_, ms)| ms.parse().unwrap());
                desk.finished(Duration::from_millis(took_ms));
            }
            ("x", id) => drop(desk.gone(number(id), now)),
            ("?", _) => {
                let leave = desk.next(running, now);
                running += usize::from(leave.is_some_and(|leave| leave.how == How::Start));
                let found = leave.map(|leave| (format!("{:?}", leave.how).to_lowercase(), leave.id));
                let expect = words.next().map(|how| (how.to_owned(), number(words.next().unwrap())));
                assert_eq!(found, expect, "{event} in {events}");
            }
            (_, ms) => {
                let expect = (ms != "never").then(|| at(ms).plus(Duration::from_micros(1)));
                assert_eq!(desk.wake_at(), expect, "{event} in {events}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_without_a_line() {
        let limit = |in_flight_max| Desk::new(Work::ConcurrencyLimit { in_flight_max });
        check(Desk::new(Work::Unlimited), "0 +1 start; 0 +2 start; 0 +3 start; 0 ?; 0 !never");
        check(limit(2), "0 +1 start; 0 +2 start; 0 +3 shed; 0 -1; 0 ?; 0 +4 start; 0 +5 shed; 0 !never");
        check(limit(0), "0 +1 shed; 0 x1");
    }
}
