//! The one setting: which policy, and its numbers. Each has a name, and numbers that follow from the size of
//! the service.

use crate::moment::{Moment, us};
use crate::people::budgets::{Budget, BudgetSettings};
use crate::people::cohort::CohortSettings;
use crate::people::odd_even::OddEvenSettings;
use crate::people::room::RoomSettings;
use crate::work::Work;
use crate::work::codel::{Away, CodelSettings, Order};
use crate::work::deadline::DeadlineSettings;
use std::time::Duration;

/// Who gets in when more comes than can be done. The rules for people carry the rule for the work that those
/// who pass come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Everybody, at once.
    None,
    /// At most so many at a time; whoever comes on top is turned away at once.
    ConcurrencyLimit {
        /// Requests under way at a time.
        in_flight_max: usize,
    },
    /// A line that may not stand for long, turned round while it does.
    Codel(CodelSettings),
    /// A line in which only those stay who can be served while their client waits.
    Deadline(DeadlineSettings),
    /// So often for a person, so many new people for an address.
    Budgets(BudgetSettings, Work),
    /// A fair line of people, so many of them inside at a time.
    WaitingRoom(RoomSettings, Work),
    /// Half of the people in one hour, the others in the next.
    OddEven(OddEvenSettings, Work),
    /// The same part of the people at every step, as large as the load allows.
    Cohort(CohortSettings, Work),
}

/// What a service can do, from which the numbers of every policy follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizing {
    /// Requests that are really worked on at a time: the cores of the dearest pool.
    pub slots: usize,
    /// Mean time of work for a request.
    pub service_mean: Duration,
    /// How long a client waits for an answer.
    pub patience: Duration,
    /// Requests that a person makes from first to last.
    pub requests_per_person: u32,
    /// Time that a person takes from first to last when there is no load.
    pub journey: Duration,
    /// When the waiting room opens; it is open from the start without.
    pub opens_at: Option<Moment>,
}

impl Policy {
    /// Every name that [`Policy::sized`] knows.
    pub const NAMES: [&str; 8] =
        ["none", "concurrency-limit", "codel", "deadline", "budgets", "waiting-room", "odd-even", "cohort"];

    /// The policy `name` with numbers that suit a service of this size. `None` where no policy is called so.
    pub fn sized(name: &str, sizing: &Sizing) -> Option<Policy> {
        let in_flight_max = sizing.slots.saturating_mul(SLOTS_AHEAD);
        let limit = Work::ConcurrencyLimit { in_flight_max };
        Some(match name {
            "none" => Policy::None,
            "concurrency-limit" => Policy::ConcurrencyLimit { in_flight_max },
            "codel" => Policy::Codel(sizing.codel()),
            "deadline" => Policy::Deadline(sizing.deadline()),
            "budgets" => Policy::Budgets(sizing.budgets(), limit),
            "waiting-room" => Policy::WaitingRoom(sizing.room(), Work::Deadline(sizing.deadline())),
            "odd-even" => Policy::OddEven(OddEvenSettings { turn: 60 * MINUTE, spread: 10 * MINUTE }, limit),
            "cohort" => Policy::Cohort(sizing.cohort(), Work::Deadline(sizing.deadline())),
            _ => return None,
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let at = match self {
            Policy::None => 0,
            Policy::ConcurrencyLimit { .. } => 1,
            Policy::Codel(_) => 2,
            Policy::Deadline(_) => 3,
            Policy::Budgets(..) => 4,
            Policy::WaitingRoom(..) => 5,
            Policy::OddEven(..) => 6,
            Policy::Cohort(..) => 7,
        };
        Policy::NAMES[at]
    }

    /// The rule for the work.
    pub fn work(self) -> Work {
        match self {
            Policy::None => Work::Unlimited,
            Policy::ConcurrencyLimit { in_flight_max } => Work::ConcurrencyLimit { in_flight_max },
            Policy::Codel(settings) => Work::Codel(settings),
            Policy::Deadline(settings) => Work::Deadline(settings),
            Policy::Budgets(_, work)
            | Policy::WaitingRoom(_, work)
            | Policy::OddEven(_, work)
            | Policy::Cohort(_, work) => work,
        }
    }

    /// The same where no more people begin than can be brought through ([`crate::Newcomers`]). A line that stands is a chance there,
    /// and soon over: CoDel gives it ten times as long to become a standing one, and shuts it then instead of emptying it.
    pub fn with_newcomers_bounded(self) -> Policy {
        match self {
            Policy::Codel(codel) => Policy::Codel(CodelSettings {
                interval: codel.interval * 10,
                relief: Duration::ZERO,
                order: Order::Fifo,
                away: Away::Newest,
                ..codel
            }),
            other => other,
        }
    }

    /// The two stages apart, for two gates: one that asks who may come, before anything is read, and one
    /// before the pool where the work is done, so that a slow upload holds no slot. The first is told what
    /// the second does by [`crate::Gate::delayed`] and [`crate::Gate::overflowed`].
    pub fn split(self) -> (Policy, Policy) {
        let people = match self {
            Policy::Budgets(settings, _) => Policy::Budgets(settings, Work::Unlimited),
            Policy::WaitingRoom(settings, _) => Policy::WaitingRoom(settings, Work::Unlimited),
            Policy::OddEven(settings, _) => Policy::OddEven(settings, Work::Unlimited),
            Policy::Cohort(settings, _) => Policy::Cohort(settings, Work::Unlimited),
            Policy::None | Policy::ConcurrencyLimit { .. } | Policy::Codel(_) | Policy::Deadline(_) => {
                Policy::None
            }
        };
        let work = match self.work() {
            Work::Unlimited => Policy::None,
            Work::ConcurrencyLimit { in_flight_max } => Policy::ConcurrencyLimit { in_flight_max },
            Work::Codel(settings) => Policy::Codel(settings),
            Work::Deadline(settings) => Policy::Deadline(settings),
        };
        (people, work)
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// Requests under way for each slot with a concurrency limit. Those on top of the slots keep them busy
/// between two arrivals.
const SLOTS_AHEAD: usize = 6;

/// A bound on memory: some hundred bytes for each request, apart from its connection.
const QUEUE_MAX: usize = 100_000;

/// A bound on memory: some hundred bytes for each person.
const PEOPLE_MAX: usize = 2_000_000;

/// A city's mobile network exit at an opening has thousands behind one address.
const PLACES_PER_ADDRESS_MAX: usize = 10_000;

impl Sizing {
    /// Time between two slots that become free under full load.
    fn turn(&self) -> Duration {
        self.service_mean / u32::try_from(self.slots.max(1)).unwrap_or(u32::MAX)
    }

    /// In a standing line nobody stays for longer than it takes six slots to become free, so that a slot
    /// hardly ever finds it empty; with slow work less, since those turned away must hear of it within 50 ms.
    /// Ten times that makes a line a standing one.
    fn codel(&self) -> CodelSettings {
        let soon = Duration::from_millis(40);
        let target = (self.turn() * 6).min(soon).max(Duration::from_millis(5));
        CodelSettings {
            slots: self.slots,
            target,
            interval: target * 10,
            relief: target * 10,
            queue_max: QUEUE_MAX,
            order: Order::AdaptiveLifo,
            away: Away::Oldest,
        }
    }

    fn deadline(&self) -> DeadlineSettings {
        DeadlineSettings {
            slots: self.slots,
            patience: self.patience,
            service_guess: self.service_mean,
            queue_max: QUEUE_MAX,
        }
    }

    /// Twice the requests of a whole journey at once, and a request a second: nobody who fills in forms gets
    /// there. A thousand new people at once behind one address, and twenty a second: a school, or a mobile
    /// network's exit.
    fn budgets(&self) -> BudgetSettings {
        BudgetSettings {
            person: Budget {
                burst: self.requests_per_person.saturating_mul(2).max(10),
                every: Duration::from_secs(1),
            },
            address: Budget { burst: 1_000, every: Duration::from_millis(50) },
            known_for: 10 * MINUTE,
            remembered_max: PEOPLE_MAX,
        }
    }

    /// As many calls as fill nineteen slots of twenty, and by Little's law as many inside as those calls keep
    /// there, half as many again for those who are slow.
    fn room(&self) -> RoomSettings {
        let every = self.turn().saturating_mul(self.requests_per_person).mul_f64(1.0 / 0.95);
        let inside = us(self.journey).saturating_mul(3) / us(every).max(1) / 2;
        RoomSettings {
            room: 0,
            opens_at: self.opens_at,
            active_max: usize::try_from(inside).unwrap_or(usize::MAX).max(self.slots.saturating_mul(2)),
            calls: RoomSettings::calls(every, self.slots),
            heartbeat_within: MINUTE,
            idle_within: 10 * MINUTE,
            waiting_max: PEOPLE_MAX,
            places_per_address_max: PLACES_PER_ADDRESS_MAX,
            token_life: 24 * 60 * MINUTE,
        }
    }

    fn cohort(&self) -> CohortSettings {
        CohortSettings {
            period: 30 * MINUTE,
            target: (self.service_mean * 4).max(Duration::from_millis(20)),
            adjust_every: Duration::from_secs(1),
            increase_permille: 10,
            decrease_permille: 900,
            begun_permille: 1_250,
            retry_after: Duration::from_secs(30),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZING: Sizing = Sizing {
        slots: 2,
        service_mean: Duration::from_millis(30),
        patience: Duration::from_secs(6),
        requests_per_person: 10,
        journey: Duration::from_secs(300),
        opens_at: None,
    };

    #[test]
    fn names() {
        for name in Policy::NAMES {
            assert_eq!(Policy::sized(name, &SIZING).map(Policy::name), Some(name));
        }
        assert_eq!(Policy::sized("all", &SIZING), None);
    }

    #[test]
    fn two_stages() {
        let check = |name, people, work| {
            let (first, second) = Policy::sized(name, &SIZING).unwrap().split();
            assert_eq!(
                (first.name(), first.work(), second.name()),
                (people, Work::Unlimited, work),
                "{name}"
            );
        };
        check("none", "none", "none");
        check("codel", "none", "codel");
        check("budgets", "budgets", "concurrency-limit");
        check("waiting-room", "waiting-room", "deadline");
        check("odd-even", "odd-even", "concurrency-limit");
        check("cohort", "cohort", "deadline");
    }

    /// 2 slots at 30 ms do 66.7 requests a second, 6.67 people: 95 % of that are 6.33 calls a second, one
    /// each 157.9 ms. They keep 1,900 people inside for 300 s each, and half as many again are let in.
    #[test]
    fn numbers_of_a_room() {
        let Some(Policy::WaitingRoom(room, Work::Deadline(_))) = Policy::sized("waiting-room", &SIZING)
        else {
            panic!("another policy")
        };
        assert_eq!(room.calls.every.as_micros(), 157_894);
        assert_eq!(room.active_max, 2_850);
    }
}
