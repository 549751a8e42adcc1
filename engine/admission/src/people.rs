//! Who may come at all: the first stage of a gate. One rule, one file.

pub(crate) mod budgets;
pub(crate) mod cohort;
mod generations;
pub(crate) mod odd_even;
pub(crate) mod room;

use crate::gate::Arrival;
use crate::key::Key;
use crate::moment::Moment;
use crate::policy::Policy;
use budgets::Budgets;
use cohort::Cohort;
use odd_even::OddEven;
use room::Room;
use room::token::TokenError;
use std::time::Duration;

/// The rule for people at work.
#[derive(Clone, Debug)]
pub(crate) enum People {
    Everybody,
    Budgets(Box<Budgets>),
    Room(Box<Room>),
    OddEven(OddEven),
    Cohort(Cohort),
}

/// What the rule says of an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opinion {
    /// It goes on to the work.
    Pass,
    /// It is told its place in the waiting room; none is known before the opening.
    Wait { place: Option<u64>, estimate: Duration, ask_again_after: Duration },
    /// It is turned away.
    Shed { why: crate::Why, retry_after: Duration },
    /// The waiting room has no space left.
    Full,
    /// Its token is not one of this person.
    Refuse(TokenError),
}

impl People {
    pub(crate) fn new(policy: Policy, key: &Key) -> People {
        match policy {
            Policy::None | Policy::ConcurrencyLimit { .. } | Policy::Codel(_) | Policy::Deadline(_) => {
                People::Everybody
            }
            Policy::Budgets(settings, _) => People::Budgets(Box::new(Budgets::new(settings))),
            Policy::WaitingRoom(settings, _) => People::Room(Box::new(Room::new(settings, key.clone()))),
            Policy::OddEven(settings, _) => People::OddEven(OddEven::new(settings, key.clone())),
            Policy::Cohort(settings, _) => People::Cohort(Cohort::new(settings, key.clone())),
        }
    }

    /// Judges an arrival. Rules that tell people apart let requests pass that name nobody; budgets count them
    /// to their address.
    pub(crate) fn judge(&mut self, arrival: &Arrival<'_>, now: Moment) -> Opinion {
        match self {
            People::Everybody => Opinion::Pass,
            People::Budgets(budgets) => budgets.judge(arrival.person, arrival.address, now),
            People::Room(room) => match arrival.person {
                Some(person) => room.judge(person, arrival.token, arrival.address, now),
                None => Opinion::Pass,
            },
            People::OddEven(hours) => hours.judge(arrival, now),
            People::Cohort(cohort) => cohort.judge(arrival, now),
        }
    }
}
