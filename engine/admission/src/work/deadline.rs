//! A line in which only those stay who can be served while their client waits.
//!
//! Every request carries the instant until which its client waits. It is turned away at once where the line
//! ahead may be longer than that, and dropped when its turn comes where the work would outlast it. How long
//! work takes is measured. Without that reserve a long line serves those who are just about to leave, and
//! nearly all work is wasted.

use super::line::{Line, Parked};
use super::{How, Leave, Offer};
use crate::gate::Id;
use crate::moment::Moment;
use crate::pace::Pace;
use std::time::Duration;

/// How long clients wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadlineSettings {
    /// Requests worked on at a time.
    pub slots: usize,
    /// How long a client waits that doesn't say.
    pub patience: Duration,
    /// How long work takes, until it was measured.
    pub service_guess: Duration,
    /// Most requests in the line, a bound on memory.
    pub queue_max: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Deadline {
    settings: DeadlineSettings,
    line: Line,
    pace: Pace,
}

impl Deadline {
    pub(crate) fn new(settings: DeadlineSettings) -> Deadline {
        Deadline { settings, line: Line::default(), pace: Pace::new(settings.service_guess) }
    }

    pub(crate) fn offer(&mut self, id: Id, until: Option<Moment>, running: usize, now: Moment) -> Offer {
        let until = until.unwrap_or_else(|| now.plus(self.settings.patience));
        if self.line.is_empty() && running < self.settings.slots {
            return Offer::Start;
        }
        let turn_at = now.plus(self.pace.most_of(self.line.len() + 1, self.settings.slots));
        if self.line.len() >= self.settings.queue_max || self.is_too_late(until, turn_at) {
            return Offer::Shed;
        }
        self.line.push(Parked { id, since: now, until: Some(until) });
        Offer::Park
    }

    pub(crate) fn next(&mut self, running: usize, now: Moment) -> Option<Leave> {
        let oldest = self.line.oldest()?;
        let late = oldest.until.is_some_and(|until| self.is_too_late(until, now));
        if !late && running >= self.settings.slots {
            return None;
        }
        let stood = self.line.remove(oldest.id, now)?;
        Some(Leave { id: oldest.id, how: if late { How::Expired } else { How::Start }, stood })
    }

    pub(crate) fn gone(&mut self, id: Id, now: Moment) -> Option<Duration> {
        self.line.remove(id, now)
    }

    pub(crate) fn finished(&mut self, took: Duration) {
        self.pace.took(took);
    }

    /// When the first in line has waited in vain.
    pub(crate) fn wake_at(&self) -> Option<Moment> {
        let until = self.line.oldest()?.until?;
        let reserve = self.pace.most();
        Some(Moment::default().plus(until.since(Moment::default()).saturating_sub(reserve)).plus(A_MOMENT))
    }

    pub(crate) fn parked(&self) -> usize {
        self.line.len()
    }

    /// Whether work that begins at `start_at` would most likely outlast the client.
    fn is_too_late(&self, until: Moment, start_at: Moment) -> bool {
        start_at.plus(self.pace.most()) > until
    }
}

const A_MOMENT: Duration = Duration::from_micros(1);

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;
    use crate::work::{Desk, Work};

    /// Work is guessed at 10 ms, so nearly all of it ends within 30 ms.
    fn deadline(patience_ms: u64) -> Desk {
        let ms = Duration::from_millis;
        let settings =
            DeadlineSettings { slots: 1, patience: ms(patience_ms), service_guess: ms(10), queue_max: 4 };
        Desk::new(Work::Deadline(settings))
    }

    #[test]
    fn in_order_while_there_is_time() {
        check(
            deadline(1_000),
            "0 +1 start; 0 +2 park; 0 +3 park; 10 -1; 10 ? start 2; 10 ?; 20 -2; 20 ? start 3; 20 ?",
        );
    }

    #[test]
    fn who_cannot_be_served_in_time_is_turned_away_at_once() {
        // The turn of the first in line comes within 30 ms, that of the second within 20 + 4 root(2) 5 = 48.3
        // ms, that of the third within 64.6 ms; the work then needs up to 30 ms.
        check(
            deadline(65),
            "0 +1 start; 0 +2@59 shed; 0 +3 park; 0 +4 shed; 0 +5@79 park; 0 +6@94 shed; 0 +7@95 park",
        );
        check(deadline(1), "0 +1 start; 0 +2 shed");
        check(deadline(9_999), "0 +1 start; 0 +2 park; 0 +3 park; 0 +4 park; 0 +5 park; 0 +6 shed");
    }

    #[test]
    fn work_for_a_client_who_will_have_gone_is_not_begun() {
        let events = "0 +1 start; 0 +2@100 park; 0 +3@300 park; 73 -1; 73 ? expired 2; 73 ? start 3; 73 ?";
        check(deadline(1_000), events);
        // Also while every slot is taken, so that the client hears of it.
        check(deadline(1_000), "0 +1 start; 0 +2@100 park; 0 !70; 70 ?; 71 ? expired 2; 71 !never; 80 x2");
    }

    #[test]
    fn the_reserve_follows_the_work() {
        let mut events = String::from("0 +1 start; 0 -1;");
        for id in 2..200 {
            events += &format!("0 +{id} start; 0 -{id}/200;");
        }
        check(deadline(1_000), &format!("{events} 0 +200 start; 0 +201@300 shed; 0 +202@900 park"));
    }
}
