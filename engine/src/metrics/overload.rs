//! What is counted of the policy under overload. At any moment, for requests: `offered = admitted + shed + gone + under way`.

use crate::overload::Reason;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry as Names;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// Upper bounds of times in line, in seconds: from what nobody notices to what nobody waits for.
const WAIT_BUCKETS_S: [f64; 12] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Every family, each by policy.
pub(super) struct OverloadFamilies {
    offered: Family<PolicyLabels, Counter>,
    admitted: Family<PolicyLabels, Counter>,
    shed: Family<ShedLabels, Counter>,
    gone: Family<PolicyLabels, Counter>,
    expired: Family<LineLabels, Counter>,
    wait: Family<LineLabels, Histogram>,
    room: Family<RoomLabels, Gauge>,
    cohort_level: Gauge<f64, AtomicU64>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PolicyLabels {
    policy: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ShedLabels {
    policy: &'static str,
    why: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LineLabels {
    policy: &'static str,
    pool: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RoomLabels {
    state: &'static str,
}

/// Counters of requests. They are looked up once: a request only adds to them.
#[derive(Clone)]
pub(crate) struct RequestMetrics {
    offered: Counter,
    admitted: Counter,
    shed: [Counter; Reason::ALL.len()],
    gone: Counter,
}

/// Counters of one line.
#[derive(Clone)]
pub(crate) struct LineMetrics {
    expired: Counter,
    wait: Histogram,
}

impl OverloadFamilies {
    pub(super) fn new() -> OverloadFamilies {
        OverloadFamilies {
            offered: Family::default(),
            admitted: Family::default(),
            shed: Family::default(),
            gone: Family::default(),
            expired: Family::default(),
            wait: Family::new_with_constructor(|| Histogram::new(WAIT_BUCKETS_S)),
            room: Family::default(),
            cohort_level: Gauge::default(),
        }
    }

    pub(super) fn name(&self, names: &mut Names) {
        names.register("admission_offered", "Requests that came", self.offered.clone());
        names.register("admission_admitted", "Requests that no rule turned away", self.admitted.clone());
        names.register("admission_shed", "Requests that a rule turned away, by rule", self.shed.clone());
        names.register("admission_gone", "Requests whose client went before the answer", self.gone.clone());
        names.register(
            "admission_expired",
            "Requests that left a line because their client had gone, or would have before the work was done",
            self.expired.clone(),
        );
        names.register("admission_wait_seconds", "Time in the line before a pool", self.wait.clone());
        names.register(
            "waiting_room_people",
            "People inside the waiting room's bound and in its line",
            self.room.clone(),
        );
        names.register(
            "cohort_level_ratio",
            "Share of people whom the cohort lets pass; 1 under other policies",
            self.cohort_level.clone(),
        );
        self.cohort_level.set(1.0);
    }

    pub(super) fn requests(&self, policy: &'static str) -> RequestMetrics {
        let labels = PolicyLabels { policy };
        RequestMetrics {
            offered: self.offered.get_or_create_owned(&labels),
            admitted: self.admitted.get_or_create_owned(&labels),
            shed: Reason::ALL
                .map(|why| self.shed.get_or_create_owned(&ShedLabels { policy, why: why.name() })),
            gone: self.gone.get_or_create_owned(&labels),
        }
    }

    pub(super) fn line(&self, policy: &'static str, pool: &'static str) -> LineMetrics {
        let labels = LineLabels { policy, pool };
        LineMetrics {
            expired: self.expired.get_or_create_owned(&labels),
            wait: self.wait.get_or_create_owned(&labels),
        }
    }

    pub(super) fn set(&self, room: Option<(usize, usize)>, cohort_level: Option<f64>) {
        if let Some((active, waiting)) = room {
            for (state, people) in [("active", active), ("waiting", waiting)] {
                let people = i64::try_from(people).unwrap_or(i64::MAX);
                self.room.get_or_create(&RoomLabels { state }).set(people);
            }
        }
        self.cohort_level.set(cohort_level.unwrap_or(1.0));
    }
}

impl RequestMetrics {
    /// A request came. It counts as gone, unless it is said how it ended.
    pub(crate) fn offered(&self) -> Offered<'_> {
        self.offered.inc();
        Offered(Some(self))
    }
}

/// A request on its way through.
pub(crate) struct Offered<'a>(Option<&'a RequestMetrics>);

impl Offered<'_> {
    /// It was answered: turned away, or not.
    pub(crate) fn answered(mut self, turned_away: Option<Reason>) {
        let Some(metrics) = self.0.take() else { return };
        match turned_away {
            None => metrics.admitted.inc(),
            Some(why) => metrics.shed[why as usize].inc(),
        };
    }
}

impl Drop for Offered<'_> {
    fn drop(&mut self) {
        if let Some(metrics) = self.0 {
            metrics.gone.inc();
        }
    }
}

impl LineMetrics {
    /// Somebody's turn came after so long.
    pub(crate) fn stood(&self, time: Duration) {
        self.wait.observe(time.as_secs_f64());
    }

    /// Somebody left without their turn.
    pub(crate) fn expired(&self) {
        self.expired.inc();
    }
}

#[cfg(test)]
mod tests {
    use super::super::Metrics;
    use super::*;

    #[test]
    fn every_request_ends_once() {
        let metrics = Metrics::new();
        let requests = metrics.requests("codel");
        requests.offered().answered(None);
        requests.offered().answered(Some(Reason::NotCalled));
        requests.offered().answered(Some(Reason::Full));
        drop(requests.offered());
        let text = metrics.encode();
        for line in [
            "engine_admission_offered_total{policy=\"codel\"} 4",
            "engine_admission_admitted_total{policy=\"codel\"} 1",
            "engine_admission_gone_total{policy=\"codel\"} 1",
            "engine_admission_shed_total{policy=\"codel\",why=\"not-called\"} 1",
            "engine_admission_shed_total{policy=\"codel\",why=\"full\"} 1",
            "engine_admission_shed_total{policy=\"codel\",why=\"overdue\"} 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn reasons_are_numbered_in_their_order() {
        for (at, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, at, "{reason:?}");
        }
    }
}
