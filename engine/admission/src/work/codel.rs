//! A line that may not stand for long: controlled delay with adaptive LIFO.
//!
//! A burst makes a line that is worked off within an interval: it is left alone, first come first served.
//! Where nobody was begun at once for a whole interval, the line stands because more comes than can be done:
//! then nobody stays in it for longer than the target, and the newest is served first, since its client is
//! the least likely to have gone. It is so until nobody has been overdue for a while: a slot that happens
//! to be free for an instant does not end an overload. The distinction between burst and standing line is
//! that of Nichols and Jacobson, "Controlling Queue Delay" (ACM Queue 2012); for requests, which don't slow
//! down when one of them is dropped, the short target for everybody and the turned order are those of Maurer,
//! "Fail at Scale" (ACM Queue 2015).

use super::line::{Line, Parked};
use super::{How, Leave, Offer};
use crate::gate::Id;
use crate::moment::Moment;
use std::time::Duration;

/// How long a line may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodelSettings {
    /// Requests worked on at a time.
    pub slots: usize,
    /// Longest time in a standing line. A few times the time between two free slots: with less, slots wait
    /// for work.
    pub target: Duration,
    /// A line stands when nobody was begun at once for so long.
    pub interval: Duration,
    /// It stands no longer when somebody is begun at once and nobody was overdue for so long.
    pub relief: Duration,
    /// Most requests in the line, a bound on memory; whoever comes on top is turned away at once.
    pub queue_max: usize,
    /// Who is next in a standing line.
    pub order: Order,
    /// Who is turned away from one.
    pub away: Away,
}

/// Who is turned away from a standing line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// Whoever has stood in it for longer than the target.
    Oldest,
    /// Whoever comes while somebody has: they hear of it at once, however long the line is.
    Newest,
}

/// Who is next in a standing line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The oldest, as in any other line.
    Fifo,
    /// The newest.
    AdaptiveLifo,
}

#[derive(Clone, Debug)]
pub(crate) struct Codel {
    settings: CodelSettings,
    line: Line,
    /// The last instant at which somebody who came was begun at once.
    relieved_at: Moment,
    /// The last instant at which somebody had stood too long, unless that is over.
    overdue_at: Option<Moment>,
}

impl Codel {
    pub(crate) fn new(settings: CodelSettings) -> Codel {
        Codel { settings, line: Line::default(), relieved_at: Moment::default(), overdue_at: None }
    }

    pub(crate) fn offer(&mut self, id: Id, until: Option<Moment>, running: usize, now: Moment) -> Offer {
        if self.line.is_empty() && running < self.settings.slots {
            self.relieve(now);
            return Offer::Start;
        }
        let is_shut = self.settings.away == Away::Newest && self.has_overdue(now);
        if is_shut || self.line.len() >= self.settings.queue_max {
            return Offer::Shed;
        }
        self.line.push(Parked { id, since: now, until });
        Offer::Park
    }

    pub(crate) fn next(&mut self, running: usize, now: Moment) -> Option<Leave> {
        let standing = self.is_standing(now);
        let oldest = self.line.oldest()?;
        if self.settings.away == Away::Oldest && self.has_overdue(now) {
            self.overdue_at = Some(now);
            return self.leave(oldest, How::Overdue, now);
        }
        if running >= self.settings.slots {
            return None;
        }
        let next = match self.settings.order {
            Order::AdaptiveLifo if standing => self.line.newest()?,
            Order::AdaptiveLifo | Order::Fifo => oldest,
        };
        let how = if next.until.is_some_and(|until| until <= now) { How::Expired } else { How::Start };
        self.leave(next, how, now)
    }

    pub(crate) fn gone(&mut self, id: Id, now: Moment) -> Option<Duration> {
        self.line.remove(id, now)
    }

    /// When the oldest has stood too long, in a line that has become a standing one by then.
    pub(crate) fn wake_at(&self) -> Option<Moment> {
        let oldest = self.line.oldest().filter(|_| self.settings.away == Away::Oldest)?;
        let overdue_at = oldest.since.plus(self.settings.target);
        let standing_at = self.relieved_at.plus(self.settings.interval);
        let wake_at = if self.overdue_at.is_some() { overdue_at } else { overdue_at.max(standing_at) };
        Some(wake_at.plus(Duration::from_micros(1)))
    }

    pub(crate) fn parked(&self) -> usize {
        self.line.len()
    }

    fn is_standing(&self, now: Moment) -> bool {
        self.overdue_at.is_some() || now.since(self.relieved_at) > self.settings.interval
    }

    /// Whether the line stands, and somebody in it for longer than the target.
    fn has_overdue(&self, now: Moment) -> bool {
        let is_overdue = |oldest: Parked| now.since(oldest.since) > self.settings.target;
        self.is_standing(now) && self.line.oldest().is_some_and(is_overdue)
    }

    /// Somebody is begun at once.
    fn relieve(&mut self, now: Moment) {
        self.relieved_at = now;
        self.overdue_at = self.overdue_at.filter(|&last| now.since(last) <= self.settings.relief);
    }

    fn leave(&mut self, parked: Parked, how: How, now: Moment) -> Option<Leave> {
        let stood = self.line.remove(parked.id, now)?;
        Some(Leave { id: parked.id, how, stood })
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;
    use crate::work::{Desk, Work};

    fn codel(order: Order) -> Desk {
        desk(order, Duration::from_millis(100), Away::Oldest)
    }

    fn desk(order: Order, relief: Duration, away: Away) -> Desk {
        let ms = Duration::from_millis;
        let settings =
            CodelSettings { slots: 1, target: ms(20), interval: ms(100), relief, queue_max: 4, order, away };
        Desk::new(Work::Codel(settings))
    }

    #[test]
    fn a_burst_is_served_in_order() {
        let burst = "0 +1 start; 0 +2 park; 0 +3 park; 50 -1; 50 ? start 2; 50 ?; 99 -2; 99 ? start 3; 99 ?";
        check(codel(Order::AdaptiveLifo), burst);
        check(codel(Order::Fifo), burst);
    }

    #[test]
    fn a_standing_line_turns_round() {
        // Request 2 begins the line at 0 ms. At 101 ms it stands; those from before 81 ms are overdue.
        let events = "0 +1 start; 0 +2 park; 60 +3 park; 85 +4 park; 90 +5 park; \
                      101 -1; 101 ? overdue 2; 101 ? overdue 3; ";
        check(
            codel(Order::AdaptiveLifo),
            &format!("{events} 101 ? start 5; 101 ?; 103 -5; 103 ? start 4; 103 ?"),
        );
        check(codel(Order::Fifo), &format!("{events} 101 ? start 4; 101 ?; 103 -4; 103 ? start 5; 103 ?"));
    }

    #[test]
    fn relief_is_a_free_slot_and_an_interval_without_anybody_overdue() {
        let stands =
            "0 +1 start; 0 +2 park; 150 ? overdue 2; 150 ?; 160 +3 park; 160 !180; 180 ?; 181 ? overdue 3";
        check(codel(Order::AdaptiveLifo), stands);
        let soon = "190 -1; 190 ?; 195 +4 start; 195 +5 park; 195 !215; 215 ?; 216 ? overdue 5";
        check(codel(Order::AdaptiveLifo), &format!("{stands}; {soon}"));
        let late = "190 -1; 190 ?; 282 +4 start; 282 +5 park; 282 !382; 382 ?; 382 -4; 382 ? start 5";
        check(codel(Order::AdaptiveLifo), &format!("{stands}; {late}"));
    }

    #[test]
    fn without_a_relief_a_free_slot_is_enough() {
        let desk = desk(Order::AdaptiveLifo, Duration::ZERO, Away::Oldest);
        let stands = "0 +1 start; 0 +2 park; 150 ? overdue 2; 150 ?; 160 -1; 160 ?";
        check(desk, &format!("{stands}; 195 +4 start; 195 +5 park; 195 !295; 216 ?; 216 -4; 216 ? start 5"));
    }

    /// Who comes to a line that stands hears of it at once; who is in it is served, and once it is short enough others may come.
    #[test]
    fn a_standing_line_may_turn_away_whoever_comes() {
        let desk = desk(Order::Fifo, Duration::ZERO, Away::Newest);
        let stands = "0 +1 start; 0 +2 park; 90 +3 park; 101 +4 shed; 101 ?; 101 !never";
        check(
            desk,
            &format!("{stands}; 101 -1; 101 ? start 2; 105 +5 park; 115 +6 shed; 116 -2; 116 ? start 3"),
        );
    }

    #[test]
    fn full_gone_and_expired() {
        check(
            codel(Order::Fifo),
            "0 +1 start; 0 +2 park; 0 +3 park; 0 +4 park; 0 +5 park; 0 +6 shed; 0 x4; 0 +7 park",
        );
        check(
            codel(Order::Fifo),
            "0 +1 start; 0 +2@30 park; 0 +3 park; 30 -1; 30 ? expired 2; 30 ? start 3; 30 ?",
        );
    }

    #[test]
    fn it_says_when_it_wants_to_be_asked() {
        check(
            codel(Order::Fifo),
            "0 +1 start; 0 !never; 0 +2 park; 0 !100; 100 ?; 101 ? overdue 2; 101 !never",
        );
        check(
            codel(Order::Fifo),
            "0 +1 start; 0 +2 park; 95 +3 park; 96 x2; 96 !115; 115 ?; 116 ? overdue 3",
        );
    }
}
