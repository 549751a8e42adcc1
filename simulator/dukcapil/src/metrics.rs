//! What the stand-in counts, for Prometheus.

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

    const fn name(self) -> &'static str {
        match self {
            Outcome::Agrees => "agrees",
            Outcome::Differs => "differs",
            Outcome::Unknown => "unknown",
            Outcome::Refused => "refused",
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
        };
        let limit: Gauge = Gauge::default();
        limit.set(i64::try_from(concurrency_max).unwrap_or(i64::MAX));
        let names = &mut metrics.names;
        names.register("requests", "Requests for a look-up, by outcome", metrics.requests.clone());
        names.register("in_flight", "Look-ups being worked on", metrics.in_flight.clone());
        names.register("waiting", "Look-ups that wait for their turn", metrics.waiting.clone());
        names.register("concurrency_max", "Look-ups that can be worked on at a time", limit);
        names.register("busy_seconds", "Time of look-ups, without waiting, summed", metrics.busy.clone());
        metrics
    }

    pub(crate) fn count(&self, outcome: Outcome) {
        self.requests.get_or_create(&Labels { outcome: outcome.name() }).inc();
    }

    /// A look-up waits until this is dropped.
    pub(crate) fn wait(&self) -> Held<'_> {
        self.waiting.inc();
        Held { gauge: &self.waiting, busy: None }
    }

    /// A look-up is worked on until this is dropped.
    pub(crate) fn work(&self) -> Held<'_> {
        self.in_flight.inc();
        Held { gauge: &self.in_flight, busy: Some((&self.busy, Instant::now())) }
    }

    /// Everything, in the OpenMetrics text format.
    pub(crate) fn encode(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.names)
            .expect("writing into a string does not fail");
        text
    }
}

/// A look-up that stands in a gauge, and whose time may count.
pub(crate) struct Held<'a> {
    gauge: &'a Gauge,
    busy: Option<(&'a Counter<f64, AtomicU64>, Instant)>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.gauge.dec();
        if let Some((busy, since)) = self.busy {
            busy.inc_by(since.elapsed().as_secs_f64());
        }
    }
}
