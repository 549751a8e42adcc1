//! What the engine counts, for Prometheus. Names follow its conventions: base units, `_total` for what only grows.

mod overload;
mod requests;

use crate::overload::Overload;
use crate::registry::RegistryError;
use domain::Failure;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry as Names;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

pub(crate) use overload::{LineMetrics, RequestMetrics};
#[cfg(test)]
pub(crate) use requests::STEPS;

type Seconds = Counter<f64, AtomicU64>;

/// Every metric of the engine.
pub(crate) struct Metrics {
    names: Names,
    requests: requests::Answered,
    admission: Family<AdmissionLabels, Counter>,
    admitted: Counter,
    shed: Counter,
    under_way: Gauge,
    in_line: Gauge,
    overload: overload::OverloadFamilies,
    pools: PoolFamilies,
    pub(crate) store: StoreMetrics,
    pub(crate) life: LifeMetrics,
    pub(crate) registry: RegistryMetrics,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AdmissionLabels {
    decision: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PoolLabels {
    pool: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LookupLabels {
    outcome: &'static str,
}

#[derive(Default)]
struct PoolFamilies {
    busy: Family<PoolLabels, Seconds>,
    waited: Family<PoolLabels, Seconds>,
    jobs: Family<PoolLabels, Counter>,
    refused: Family<PoolLabels, Counter>,
    client_gone: Family<PoolLabels, Counter>,
    useful: Family<PoolLabels, Counter>,
    wasted: Family<PoolLabels, Counter>,
    wasted_seconds: Family<PoolLabels, Seconds>,
    requests_wasted: Counter,
    threads: Family<PoolLabels, Gauge>,
}

/// The metrics of one pool.
#[derive(Clone)]
pub(crate) struct PoolMetrics {
    busy: Seconds,
    waited: Seconds,
    jobs: Counter,
    refused: Counter,
    client_gone: Counter,
    useful: Counter,
    wasted: Counter,
    wasted_seconds: Seconds,
    requests_wasted: Counter,
    threads: Gauge,
}

/// The metrics of the store.
#[derive(Clone, Default)]
pub(crate) struct StoreMetrics {
    flush: Seconds,
    flushes: Counter,
    failures: Counter,
    accounts: Counter,
}

/// The metrics of what happens to accounts later, and of what is swept away.
#[derive(Clone, Default)]
pub(crate) struct LifeMetrics {
    removed: Family<RemovedLabels, Counter>,
    messages: Family<LookupLabels, Counter>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RemovedLabels {
    what: &'static str,
}

/// The metrics of the registry's client.
#[derive(Clone)]
pub(crate) struct RegistryMetrics {
    busy: Seconds,
    lookups: Family<LookupLabels, Counter>,
    answered: Counter,
    slow: Counter,
    quota: Counter,
    down: Counter,
    not_asked: Counter,
    connections_max: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Metrics {
        let admission = Family::<AdmissionLabels, Counter>::default();
        let decided = |decision| admission.get_or_create_owned(&AdmissionLabels { decision });
        let metrics = Metrics {
            names: Names::with_prefix("engine"),
            requests: requests::Answered::new(),
            admitted: decided("admit"),
            shed: decided("shed"),
            admission,
            under_way: Gauge::default(),
            in_line: Gauge::default(),
            overload: overload::OverloadFamilies::new(),
            pools: PoolFamilies::default(),
            store: StoreMetrics::default(),
            life: LifeMetrics::default(),
            registry: RegistryMetrics::new(),
        };
        metrics.named()
    }

    fn named(mut self) -> Metrics {
        let names = &mut self.names;
        self.requests.name(names);
        names.register("admission", "Requests by what admission decided", self.admission.clone());
        names.register("requests_under_way", "Requests that are worked on", self.under_way.clone());
        names.register("requests_in_line", "Requests that wait for their turn", self.in_line.clone());
        self.overload.name(names);
        names.register(
            "requests_wasted",
            "Requests for which a pool worked in vain: their client had gone",
            self.pools.requests_wasted.clone(),
        );
        names.register("pool_busy_seconds", "Time that threads of a pool worked", self.pools.busy.clone());
        names.register("pool_wait_seconds", "Time that jobs of a pool waited", self.pools.waited.clone());
        names.register("pool_jobs", "Jobs that a pool finished", self.pools.jobs.clone());
        names.register("pool_refused", "Jobs refused because too many waited", self.pools.refused.clone());
        names.register(
            "pool_client_gone",
            "Jobs dropped because nobody waited for them",
            self.pools.client_gone.clone(),
        );
        names.register("pool_useful", "Jobs done for somebody who still waited", self.pools.useful.clone());
        names.register("pool_wasted", "Jobs done for somebody who had gone", self.pools.wasted.clone());
        names.register("pool_wasted_seconds", "Time that those took", self.pools.wasted_seconds.clone());
        names.register("pool_threads", "Threads of a pool", self.pools.threads.clone());
        names.register(
            "store_flush_seconds",
            "Time spent in writing and flushing accounts",
            self.store.flush.clone(),
        );
        names.register(
            "store_flushes",
            "Flushes, each for all confirmations that waited",
            self.store.flushes.clone(),
        );
        names.register("store_flush_failures", "Flushes that failed", self.store.failures.clone());
        names.register("store_accounts", "Accounts made since the start", self.store.accounts.clone());
        names.register("removed", "What was removed when its time was over", self.life.removed.clone());
        names.register("messages", "Messages, by outcome", self.life.messages.clone());
        names.register(
            "registry_busy_seconds",
            "Time of look-ups, summed over connections",
            self.registry.busy.clone(),
        );
        names.register("registry_lookups", "Look-ups, by outcome", self.registry.lookups.clone());
        names.register(
            "registry_connections_max",
            "Look-ups at a time",
            self.registry.connections_max.clone(),
        );
        self
    }

    /// A request of `step` was answered: well, or with a failure.
    pub(crate) fn answered(&self, step: &'static str, failure: Option<Failure>) {
        self.requests.answered(step, failure);
    }

    /// Admission decided about a request.
    pub(crate) fn admission(&self, is_admitted: bool) {
        if is_admitted { &self.admitted } else { &self.shed }.inc();
    }

    /// The metrics of the pool `name`.
    pub(crate) fn pool(&self, name: &'static str) -> PoolMetrics {
        let labels = PoolLabels { pool: name };
        PoolMetrics {
            busy: self.pools.busy.get_or_create_owned(&labels),
            waited: self.pools.waited.get_or_create_owned(&labels),
            jobs: self.pools.jobs.get_or_create_owned(&labels),
            refused: self.pools.refused.get_or_create_owned(&labels),
            client_gone: self.pools.client_gone.get_or_create_owned(&labels),
            useful: self.pools.useful.get_or_create_owned(&labels),
            wasted: self.pools.wasted.get_or_create_owned(&labels),
            wasted_seconds: self.pools.wasted_seconds.get_or_create_owned(&labels),
            requests_wasted: self.pools.requests_wasted.clone(),
            threads: self.pools.threads.get_or_create_owned(&labels),
        }
    }

    /// Counters of requests under `policy`.
    pub(crate) fn requests(&self, policy: &'static str) -> RequestMetrics {
        self.overload.requests(policy)
    }

    /// Counters of the line before `pool` under `policy`.
    pub(crate) fn line(&self, policy: &'static str, pool: &'static str) -> LineMetrics {
        self.overload.line(policy, pool)
    }

    /// How things stand under the policy.
    pub(crate) fn set_overload(&self, overload: &Overload) {
        let gauge = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.under_way.set(gauge(overload.limit.under_way()));
        self.in_line.set(gauge(overload.in_line()));
        let (room, cohort_level) = overload.door.gauges();
        self.overload.set(room, cohort_level);
    }

    /// Everything, in the OpenMetrics text format.
    pub(crate) fn encode(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.names)
            .expect("writing into a string does not fail");
        text
    }
}

impl PoolMetrics {
    pub(crate) fn set_threads(&self, threads: usize) {
        self.threads.set(i64::try_from(threads).unwrap_or(i64::MAX));
    }

    pub(crate) fn waited(&self, time: Duration) {
        self.waited.inc_by(time.as_secs_f64());
    }

    /// A job is done, and somebody waited for it, or nobody did.
    pub(crate) fn worked(&self, time: Duration, useful: bool) {
        self.busy.inc_by(time.as_secs_f64());
        self.jobs.inc();
        if useful {
            self.useful.inc();
        } else {
            self.wasted.inc();
            self.wasted_seconds.inc_by(time.as_secs_f64());
            self.requests_wasted.inc();
        }
    }

    pub(crate) fn refused(&self) {
        self.refused.inc();
    }

    pub(crate) fn client_gone(&self) {
        self.client_gone.inc();
    }
}

impl StoreMetrics {
    pub(crate) fn flushed(&self, time: Duration, accounts: usize, stored: bool) {
        self.flush.inc_by(time.as_secs_f64());
        self.flushes.inc();
        if stored {
            self.accounts.inc_by(accounts as u64);
        } else {
            self.failures.inc();
        }
    }
}

impl LifeMetrics {
    /// Accounts were not activated in time.
    pub(crate) fn cancelled(&self, accounts: usize) {
        self.removed("account", accounts);
    }

    /// Accounts, drafts or files are gone.
    pub(crate) fn removed(&self, what: &'static str, count: usize) {
        if count > 0 {
            self.removed.get_or_create(&RemovedLabels { what }).inc_by(count as u64);
        }
    }

    /// A message was `sent`, is `stale`, was `refused` for good, or `failed` for now.
    pub(crate) fn message(&self, outcome: &'static str) {
        self.messages.get_or_create(&LookupLabels { outcome }).inc();
    }
}

impl RegistryMetrics {
    fn new() -> RegistryMetrics {
        let lookups = Family::<LookupLabels, Counter>::default();
        let counter = |outcome| lookups.get_or_create_owned(&LookupLabels { outcome });
        RegistryMetrics {
            busy: Seconds::default(),
            answered: counter("answered"),
            slow: counter("slow"),
            quota: counter("quota"),
            down: counter("down"),
            not_asked: counter("not-asked"),
            connections_max: Gauge::default(),
            lookups,
        }
    }

    pub(crate) fn set_connections_max(&self, connections: usize) {
        self.connections_max.set(i64::try_from(connections).unwrap_or(i64::MAX));
    }

    /// A connection that works until it is dropped, also by a time limit.
    pub(crate) fn connection(&self) -> BusyConnection {
        BusyConnection { busy: self.busy.clone(), since: Instant::now() }
    }

    /// A look-up that would have been in vain was not made.
    pub(crate) fn not_asked(&self) {
        self.not_asked.inc();
    }

    pub(crate) fn looked_up(&self, error: Option<&RegistryError>) {
        match error {
            None => &self.answered,
            Some(RegistryError::Slow) => &self.slow,
            Some(RegistryError::Quota) => &self.quota,
            Some(RegistryError::Down(_)) => &self.down,
        }
        .inc();
    }
}

/// A connection to the registry at work.
pub(crate) struct BusyConnection {
    busy: Seconds,
    since: Instant,
}

impl Drop for BusyConnection {
    fn drop(&mut self) {
        self.busy.inc_by(self.since.elapsed().as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_labels() {
        let metrics = Metrics::new();
        metrics.answered("identity", None);
        metrics.answered("identity", Some(Failure::NikNotFound));
        metrics.pool("password").set_threads(2);
        metrics.pool("password").worked(Duration::from_millis(30), true);
        metrics.store.flushed(Duration::from_millis(5), 3, true);
        let text = metrics.encode();
        for line in [
            "engine_requests_total{step=\"identity\",code=\"ok\"} 1",
            "engine_requests_total{step=\"identity\",code=\"nik-not-found\"} 1",
            "engine_pool_threads{pool=\"password\"} 2",
            "engine_pool_busy_seconds_total{pool=\"password\"} 0.03",
            "engine_store_accounts_total 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
