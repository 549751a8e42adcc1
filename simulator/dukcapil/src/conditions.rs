//! What the registry can bear at a moment, and how that changes: by a schedule, or by an operator.
//!
//! A pure state. Time is a duration since the process began, the wall clock a timestamp; both are passed in.

use crate::latency::LatencyLaw;
use crate::outage::{Outage, OutageKind};
use crate::pacer::{Limiter, Pacer};
use crate::quota::Quota;
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Settings that may change while it runs. What is absent stays as it was; a large number lifts a limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Look-ups a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_per_s: Option<f64>,
    /// Look-ups a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_per_day: Option<u64>,
    /// Look-ups that count as taken today; 0 is a new day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_used: Option<u64>,
    /// Bandwidth of the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_bits_per_s: Option<f64>,
    /// How long look-ups take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<LatencyLaw>,
    /// An outage by hand, until it is `none` again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outage: Option<OutageByHand>,
}

/// An outage that an operator makes or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutageByHand {
    /// There is none.
    None,
    /// See [`OutageKind::Error`].
    Error,
    /// See [`OutageKind::Reset`].
    Reset,
    /// See [`OutageKind::Silent`].
    Silent,
}

/// A change that comes by itself, so many seconds after the schedule's zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimedChange {
    /// When.
    pub at_s: f64,
    /// What.
    pub set: Change,
}

/// What is in force, as operators read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conditions {
    /// What happens to look-ups now, by hand or by schedule; `null`: they are answered.
    pub outage: Option<OutageKind>,
    /// `null`: no limit.
    pub rate_per_s: Option<f64>,
    /// `null`: no limit.
    pub quota_per_day: Option<u64>,
    /// Look-ups taken today.
    pub quota_used: u64,
    /// `null`: no limit.
    pub link_bits_per_s: Option<f64>,
    /// How long look-ups take.
    pub latency: LatencyLaw,
    /// Since the schedule's zero, in seconds; `null`: it waits to be told when that is.
    pub schedule_s: Option<f64>,
}

/// What is done with a look-up over the rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverRate {
    /// It waits for its turn.
    Queue,
    /// It is refused.
    Refuse,
}

/// Why a look-up isn't taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// As many wait as may.
    Full,
    /// Over the rate.
    OverRate { retry_after_s: u64 },
    /// The day's quota is spent.
    Quota { retry_after_s: u64 },
    /// It is out.
    Outage(OutageKind),
}

/// Everything that changes.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) latency: LatencyLaw,
    pub(crate) rate_per_s: Option<f64>,
    pub(crate) over_rate: OverRate,
    pub(crate) link_bits_per_s: Option<f64>,
    pub(crate) link_bits_per_look_up: f64,
    pub(crate) quota: Quota,
    pub(crate) outages: Vec<Outage>,
    /// By their time, the latest first.
    pub(crate) changes: Vec<TimedChange>,
    /// The schedule's, since the process began; `None`: not told yet.
    pub(crate) zero: Option<Duration>,
    pub(crate) rate: Pacer,
    pub(crate) limiter: Limiter,
    pub(crate) link: Pacer,
    pub(crate) by_hand: Option<OutageKind>,
}

impl State {
    /// Takes a look-up's part of rate and quota at `at`.
    ///
    /// # Errors
    /// Where there is none; then nothing is taken.
    pub(crate) fn take(&mut self, at: Duration, wall: Timestamp) -> Result<(), Refused> {
        let before = self.limiter;
        if let (Some(gap), OverRate::Refuse) = (self.rate_gap(), self.over_rate) {
            let refused = |over: Duration| Refused::OverRate { retry_after_s: over.as_secs() + 1 };
            self.limiter.pass(at, gap).map_err(refused)?;
        }
        self.quota.take(wall).map_err(|spent| {
            self.limiter = before;
            Refused::Quota { retry_after_s: spent.retry_after_s }
        })
    }

    /// What happens to look-ups at `at`, if they aren't answered: by hand, or else by schedule.
    pub(crate) fn outage(&self, at: Duration) -> Option<OutageKind> {
        let scheduled = || {
            let at_s = self.schedule_s(at)?;
            self.outages.iter().find(|outage| outage.holds(at_s)).map(|outage| outage.kind)
        };
        self.by_hand.or_else(scheduled)
    }

    /// Makes the changes whose time has come.
    pub(crate) fn advance(&mut self, at: Duration) {
        let Some(at_s) = self.schedule_s(at) else { return };
        while self.changes.last().is_some_and(|change| change.at_s <= at_s) {
            let due = self.changes.pop().expect("there is a last one");
            self.apply(due.set);
        }
    }

    /// Makes a change.
    pub(crate) fn apply(&mut self, change: Change) {
        let Change { rate_per_s, quota_per_day, quota_used, link_bits_per_s, latency, outage } = change;
        self.rate_per_s = rate_per_s.or(self.rate_per_s);
        self.quota.per_day = quota_per_day.or(self.quota.per_day);
        self.link_bits_per_s = link_bits_per_s.or(self.link_bits_per_s);
        if let Some(used) = quota_used {
            self.quota.set_used(used);
        }
        if let Some(latency) = latency {
            self.latency = latency;
        }
        match outage {
            None => {}
            Some(OutageByHand::None) => self.by_hand = None,
            Some(OutageByHand::Error) => self.by_hand = Some(OutageKind::Error),
            Some(OutageByHand::Reset) => self.by_hand = Some(OutageKind::Reset),
            Some(OutageByHand::Silent) => self.by_hand = Some(OutageKind::Silent),
        }
    }

    /// What is in force at `at`.
    pub(crate) fn conditions(&mut self, at: Duration, wall: Timestamp) -> Conditions {
        self.advance(at);
        Conditions {
            outage: self.outage(at),
            rate_per_s: self.rate_per_s,
            quota_per_day: self.quota.per_day,
            quota_used: self.quota.used(wall),
            link_bits_per_s: self.link_bits_per_s,
            latency: self.latency.clone(),
            schedule_s: self.schedule_s(at),
        }
    }

    /// Time between two look-ups that pass at the rate.
    pub(crate) fn rate_gap(&self) -> Option<Duration> {
        self.rate_per_s.map(|per_s| Duration::from_secs_f64(per_s.recip()))
    }

    /// The same, where look-ups over the rate wait in line.
    pub(crate) fn queued_rate_gap(&self) -> Option<Duration> {
        self.rate_gap().filter(|_| self.over_rate == OverRate::Queue)
    }

    /// Time that a look-up's bytes take on the link.
    pub(crate) fn link_gap(&self) -> Option<Duration> {
        self.link_bits_per_s
            .map(|bits_per_s| Duration::from_secs_f64(self.link_bits_per_look_up / bits_per_s))
    }

    /// Since the schedule's zero; before it, negative.
    fn schedule_s(&self, at: Duration) -> Option<f64> {
        self.zero.map(|zero| at.as_secs_f64() - zero.as_secs_f64())
    }
}

impl Change {
    /// Everything that is wrong with its values.
    pub(crate) fn problems(&self) -> Vec<String> {
        let positive = |key: &str, value: Option<f64>| {
            let wrong = value.filter(|value| !(0.001..=1e12).contains(value));
            wrong.map(|value| format!("{key} = {value} is out of range: 0.001 to 1e12"))
        };
        let numbers =
            [positive("rate_per_s", self.rate_per_s), positive("link_bits_per_s", self.link_bits_per_s)];
        let latency = self.latency.as_ref().and_then(LatencyLaw::problem);
        numbers.into_iter().flatten().chain(latency).collect()
    }
}

#[cfg(test)]
mod tests;
