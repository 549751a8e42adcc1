//! What the stand-in counts, for Prometheus.

use crate::conditions::{Conditions, Refused};
use domain::wire::RegistryAnswer;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry as Names;
use std::sync::atomic::AtomicU64;
use tokio::time::Instant;

/// Every metric of the stand-in.
pub(crate) struct Metrics {
    names: Names,
    requests: Family<Labels, Counter>,
    in_flight: Gauge,
    waiting: Gauge,
    busy: Counter<f64, AtomicU64>,
    waited: Counter<f64, AtomicU64>,
    up: Gauge,
    quota_used: Gauge<u64, AtomicU64>,
    quota_per_day: Gauge<f64, AtomicU64>,
    rate_per_s: Gauge<f64, AtomicU64>,
    link_bits_per_s: Gauge<f64, AtomicU64>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    outcome: &'static str,
}

/// How a request for a look-up ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Found, and everything agrees.
    Agrees,
    /// Found, and something differs.
    Differs,
    /// Nobody has the NIK.
    Unknown,
    /// The queue was full.
    Refused,
    /// Over the rate, where such are refused.
    OverRate,
    /// The day's quota was spent.
    Quota,
    /// It was out.
    Outage,
    /// It was no question.
    Malformed,
}

impl Outcome {
    pub(crate) fn of(answer: RegistryAnswer) -> Outcome {
        match answer {
            RegistryAnswer { found: false, .. } => Outcome::Unknown,
            RegistryAnswer { kk_agrees: true, name_agrees: true, birth_date_agrees: true, .. } => {
                Outcome::Agrees
            }
            RegistryAnswer { .. } => Outcome::Differs,
        }
    }

    pub(crate) const fn of_refused(refused: Refused) -> Outcome {
        match refused {
            Refused::Full => Outcome::Refused,
            Refused::OverRate { .. } => Outcome::OverRate,
            Refused::Quota { .. } => Outcome::Quota,
            Refused::Outage(_) => Outcome::Outage,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Outcome::Agrees => "agrees",
            Outcome::Differs => "differs",
            Outcome::Unknown => "unknown",
            Outcome::Refused => "refused",
            Outcome::OverRate => "over_rate",
            Outcome::Quota => "quota",
            Outcome::Outage => "outage",
            Outcome::Malformed => "malformed",
        }
    }
}

impl Metrics {
    pub(crate) fn new(concurrency_max: usize) -> Metrics {
        let mut metrics = Metrics {
            names: Names::with_prefix("dukcapil"),
            requests: Family::default(),
            in_flight: Gauge::default(),
            waiting: Gauge::default(),
            busy: Counter::default(),
            waited: Counter::default(),
            up: Gauge::default(),
            quota_used: Gauge::default(),
            quota_per_day: Gauge::default(),
            rate_per_s: Gauge::default(),
            link_bits_per_s: Gauge::default(),
        };
        let limit: Gauge = Gauge::default();
        limit.set(i64::try_from(concurrency_max).unwrap_or(i64::MAX));
        let names = &mut metrics.names;
        names.register("requests", "Requests for a look-up, by outcome", metrics.requests.clone());
        names.register("in_flight", "Look-ups being worked on", metrics.in_flight.clone());
        names.register("waiting", "Look-ups that wait for their turn", metrics.waiting.clone());
        names.register("concurrency_max", "Look-ups that can be worked on at a time", limit);
        names.register("busy_seconds", "Time of look-ups, without waiting, summed", metrics.busy.clone());
        names.register(
            "waited_seconds",
            "Time that look-ups waited for their turn, summed",
            metrics.waited.clone(),
        );
        names.register("up", "1 while look-ups are answered, 0 in an outage", metrics.up.clone());
        names.register("quota_used", "Look-ups taken today", metrics.quota_used.clone());
        names.register(
            "quota_per_day",
            "Look-ups a day, +Inf without a limit",
            metrics.quota_per_day.clone(),
        );
        names.register(
            "rate_per_second",
            "Look-ups a second, +Inf without a limit",
            metrics.rate_per_s.clone(),
        );
        let link = "Bandwidth of the link in bits a second, +Inf without a limit";
        names.register("link_bits_per_second", link, metrics.link_bits_per_s.clone());
        metrics
    }

    pub(crate) fn count(&self, outcome: Outcome) {
        self.requests.get_or_create(&Labels { outcome: outcome.name() }).inc();
    }

    /// Takes over what is in force.
    pub(crate) fn set_conditions(&self, now: &Conditions) {
        self.up.set(i64::from(now.outage.is_none()));
        self.quota_used.set(now.quota_used);
        self.quota_per_day.set(now.quota_per_day.map_or(f64::INFINITY, |per_day| per_day as f64));
        self.rate_per_s.set(now.rate_per_s.unwrap_or(f64::INFINITY));
        self.link_bits_per_s.set(now.link_bits_per_s.unwrap_or(f64::INFINITY));
    }

    /// A look-up waits until this is dropped.
    pub(crate) fn wait(&self) -> Held<'_> {
        self.waiting.inc();
        Held { gauge: &self.waiting, sum: &self.waited, since: Instant::now() }
    }

    /// A look-up is worked on until this is dropped.
    pub(crate) fn work(&self) -> Held<'_> {
        self.in_flight.inc();
        Held { gauge: &self.in_flight, sum: &self.busy, since: Instant::now() }
    }

    /// Everything, in the OpenMetrics text format.
    pub(crate) fn encode(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.names)
            .expect("writing into a string does not fail");
        text
    }
}

/// A look-up that stands in a gauge, and whose time is added up.
pub(crate) struct Held<'a> {
    gauge: &'a Gauge,
    sum: &'a Counter<f64, AtomicU64>,
    since: Instant,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.gauge.dec();
        self.sum.inc_by(self.since.elapsed().as_secs_f64());
    }
}
