//! Requests that stand in line, in the order in which they came; each can leave from the middle.

use crate::gate::Id;
use crate::moment::Moment;
use std::collections::BTreeMap;
use std::time::Duration;

/// A line. Ids count up with arrivals, so their order is the order of arrival.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(BTreeMap<Id, Parked>);

/// A request in line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parked {
    pub(crate) id: Id,
    pub(crate) since: Moment,
    /// The instant until which its client waits.
    pub(crate) until: Option<Moment>,
}

impl Line {
    pub(crate) fn push(&mut self, parked: Parked) {
        self.0.insert(parked.id, parked);
    }

    pub(crate) fn oldest(&self) -> Option<Parked> {
        self.0.first_key_value().map(|(_, parked)| *parked)
    }

    pub(crate) fn newest(&self) -> Option<Parked> {
        self.0.last_key_value().map(|(_, parked)| *parked)
    }

    /// How long `id` stood at `now`; `None` where it is not here.
    pub(crate) fn remove(&mut self, id: Id, now: Moment) -> Option<Duration> {
        self.0.remove(&id).map(|parked| now.since(parked.since))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
