//! What the run costs: processor time, memory and descriptors of generator, engine and stand-in from `/proc`,
//! and how long the engine's pools, its flushes and its registry connections were busy, from the services'
//! own metrics.

mod metrics;
mod usage;

use crate::client::{Browser, Outgoing};
use crate::environment::cores;
use hyper::Method;
use metrics::Metrics;
use record::Resource;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;
use usage::{Machine, Usage, machine, usage};

/// What is looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subjects {
    /// The engine's process, which may be another after a kill, and its port for operators.
    pub(crate) engine: Option<(Arc<AtomicI32>, SocketAddr)>,
    /// The stand-in's process and port.
    pub(crate) registry: Option<(Arc<AtomicI32>, SocketAddr)>,
    /// Look-ups that the stand-in works on at a time.
    pub(crate) registry_concurrency_max: usize,
}

/// Everything at one moment; times are sums since each process began.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    at: Instant,
    /// The same moment on the wall.
    wall: SystemTime,
    machine: Option<Machine>,
    own: Option<Usage>,
    engine: Option<Usage>,
    registry: Option<Usage>,
    engine_metrics: Option<Metrics>,
    registry_metrics: Option<Metrics>,
}

/// Readings of a run, a second apart.
#[derive(Debug, Default)]
pub(crate) struct Readings(Vec<Reading>);

/// What a process used over the run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Consumption {
    pub(crate) cpu_seconds: f64,
    pub(crate) rss_bytes_max: u64,
    /// Share of one core in the busiest second.
    pub(crate) cpu_share_max: f64,
    pub(crate) descriptors_max: u64,
    /// Cores that its threads waited for in the worst second.
    pub(crate) waiting_share_max: f64,
}

/// Longest wait for a service's metrics: a second without them is better than one without anything.
const METRICS_TIMEOUT: Duration = Duration::from_millis(800);

/// Over less than this a share says more about the system's clock tick than about use.
const SHARE_TIME_MIN: Duration = Duration::from_millis(500);

const METRICS_BYTES_MAX: usize = 4 * 1024 * 1024;

impl Subjects {
    /// Looks at everything now. What the generator has `polled_in_vain` counts as use of a processor nowhere.
    pub(crate) async fn read(&self, polled_in_vain: impl Fn() -> Duration) -> Reading {
        let port = |subject: &Option<(_, SocketAddr)>| subject.as_ref().map(|&(_, port)| port);
        let pid = |subject: &Option<(Arc<AtomicI32>, _)>| subject.as_ref().map(|(pid, _)| pid.load(Relaxed));
        let engine_metrics = scrape(port(&self.engine)).await;
        let registry_metrics = scrape(port(&self.registry)).await;
        let (engine, registry) = (pid(&self.engine), pid(&self.registry));
        let polled_s = polled_in_vain().as_secs_f64();
        // With thousands of descriptors /proc takes milliseconds, which no applicant's task is to wait for.
        let from_proc = tokio::task::spawn_blocking(move || Reading {
            at: Instant::now(),
            wall: SystemTime::now(),
            machine: machine().map(|machine| Machine { busy_s: machine.busy_s - polled_s, ..machine }),
            own: usage(i32::try_from(std::process::id()).ok())
                .map(|usage| Usage { cpu_s: usage.cpu_s - polled_s, ..usage }),
            engine: usage(engine),
            registry: usage(registry),
            engine_metrics,
            registry_metrics,
        });
        from_proc.await.expect("reading /proc does not panic")
    }
}

async fn scrape(port: Option<SocketAddr>) -> Option<Metrics> {
    let mut browser = Browser::new(port?, METRICS_BYTES_MAX);
    let deadline = Instant::now() + METRICS_TIMEOUT;
    let heard = browser.send(&Outgoing::new(Method::GET, "/metrics"), deadline).await.ok()?;
    heard.status.is_success().then(|| Metrics::parse(&String::from_utf8_lossy(&heard.body)))
}

/// What was used how much between the last two readings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InUse {
    pub(crate) name: &'static str,
    /// Of `capacity`, 0 to 1.
    pub(crate) share: f64,
    pub(crate) capacity: String,
}

/// What the engine said at the last reading of the requests that it has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct EngineRequests {
    /// Being worked on.
    pub(crate) under_way: f64,
    /// Waiting for a turn before a pool.
    pub(crate) in_line: f64,
    /// People who wait outside, where there is a waiting room.
    pub(crate) waiting_room: f64,
}

type BusySeconds = Box<dyn Fn(&Reading) -> Option<f64>>;

/// One of the things whose use is known at two moments: seconds of use, out of `capacity` a second.
struct Gauge {
    name: &'static str,
    capacity: String,
    busy_s: BusySeconds,
    per_s: f64,
}

impl Readings {
    pub(crate) fn push(&mut self, reading: Reading) {
        self.0.push(reading);
    }

    /// CPU of generator and engine between the last two readings, in cores.
    pub(crate) fn latest_cpu_shares(&self) -> (Option<f64>, Option<f64>) {
        let [.., before, now] = self.0.as_slice() else { return (None, None) };
        (
            share(before, now, |reading| cpu_s(reading.own)),
            share(before, now, |reading| cpu_s(reading.engine)),
        )
    }

    /// How busy everything was between the last two readings, the machine's processor first.
    pub(crate) fn in_use(&self, subjects: &Subjects) -> Vec<InUse> {
        let [.., before, now] = self.0.as_slice() else { return Vec::new() };
        let one = |gauge: Gauge| {
            let share = share(before, now, &gauge.busy_s)? / gauge.per_s;
            Some(InUse { name: gauge.name, share: share.clamp(0.0, 1.0), capacity: gauge.capacity })
        };
        gauges(Some(now), subjects).into_iter().filter_map(one).collect()
    }

    /// The engine's requests at the last reading; `None` where its metrics are unknown.
    pub(crate) fn engine_requests(&self) -> Option<EngineRequests> {
        let metrics = self.0.last()?.engine_metrics.as_ref()?;
        let of = |name| metrics.get(name).unwrap_or(0.0);
        Some(EngineRequests {
            under_way: of("engine_requests_under_way"),
            in_line: of("engine_requests_in_line"),
            waiting_room: of("engine_waiting_room_people{state=\"waiting\"}"),
        })
    }

    /// What the generator used from the first reading to the last.
    pub(crate) fn generator(&self) -> Consumption {
        self.consumption(|reading| reading.own)
    }

    /// What the engine used.
    pub(crate) fn engine(&self) -> Consumption {
        self.consumption(|reading| reading.engine)
    }

    /// Share of the machine's processor time over the run that the host of a virtual machine gave to others.
    pub(crate) fn share_stolen(&self) -> Option<f64> {
        let (first, last) = (self.0.first()?, self.0.last()?);
        Some(share(first, last, |reading| Some(reading.machine?.stolen_s))? / cores() as f64)
    }

    /// Share of the machine's processor time over the run that went to programs other than generator, engine
    /// and stand-in; `None` where one of the three cannot be looked at, and so counts among the others.
    pub(crate) fn share_of_others(&self) -> Option<f64> {
        let (first, last) = (self.0.first()?, self.0.last()?);
        let ours_s =
            |reading: &Reading| Some(cpu_s(reading.own)? + cpu_s(reading.engine)? + cpu_s(reading.registry)?);
        let others_s = |reading: &Reading| {
            let Machine { busy_s, stolen_s } = reading.machine?;
            Some(busy_s - stolen_s - ours_s(reading)?)
        };
        Some(share(first, last, others_s)? / cores() as f64)
    }

    /// The largest step of the wall's clock against the one that never steps, between two readings.
    pub(crate) fn clock_step(&self) -> Duration {
        let steps = self.0.windows(2).map(|pair| {
            let steady = pair[1].at.saturating_duration_since(pair[0].at);
            match pair[1].wall.duration_since(pair[0].wall) {
                Ok(wall) => wall.abs_diff(steady),
                Err(backwards) => backwards.duration() + steady,
            }
        });
        steps.max().unwrap_or_default()
    }

    fn consumption(&self, of: impl Fn(&Reading) -> Option<Usage>) -> Consumption {
        let usages = || self.0.iter().filter_map(&of);
        Consumption {
            cpu_seconds: used_s(usages().map(|usage| usage.cpu_s)),
            rss_bytes_max: usages().map(|usage| usage.rss_bytes).max().unwrap_or(0),
            cpu_share_max: self.shares(&|reading| cpu_s(of(reading))).fold(0.0, f64::max),
            descriptors_max: usages().map(|usage| usage.descriptors).max().unwrap_or(0),
            waiting_share_max: self
                .shares(&|reading| of(reading).map(|usage| usage.waited_s))
                .fold(0.0, f64::max),
        }
    }

    /// How busy each resource was, the busiest first. Those that could not be measured are left out.
    pub(crate) fn resources(&self, subjects: &Subjects) -> Vec<Resource> {
        let mut resources: Vec<_> =
            gauges(self.0.last(), subjects).iter().filter_map(|gauge| self.resource(gauge)).collect();
        resources.sort_by(|one, other| other.busy_share_mean.total_cmp(&one.busy_share_mean));
        resources
    }

    fn resource(&self, gauge: &Gauge) -> Option<Resource> {
        let (first, last) = (self.0.first()?, self.0.last()?);
        let passed_s = last.at.saturating_duration_since(first.at).as_secs_f64();
        let known = || self.0.iter().filter_map(&gauge.busy_s);
        if known().count() < 2 || passed_s == 0.0 {
            return None;
        }
        let mean = used_s(known()) / passed_s / gauge.per_s;
        let max = self.shares(&gauge.busy_s).fold(0.0, f64::max) / gauge.per_s;
        Some(Resource {
            name: gauge.name.to_owned(),
            busy_share_mean: mean.clamp(0.0, 1.0),
            busy_share_max: max.clamp(0.0, 1.0),
            capacity: gauge.capacity.clone(),
        })
    }

    fn shares<'a>(&'a self, busy_s: &'a dyn Fn(&Reading) -> Option<f64>) -> impl Iterator<Item = f64> + 'a {
        let pairs = self
            .0
            .windows(2)
            .filter(|pair| pair[1].at.saturating_duration_since(pair[0].at) >= SHARE_TIME_MIN);
        pairs.filter_map(move |pair| share(&pair[0], &pair[1], busy_s))
    }
}

/// Use over a run of sums that each process began anew.
fn used_s(sums: impl Iterator<Item = f64>) -> f64 {
    let (mut used_s, mut before) = (0.0, None);
    for now in sums {
        // A sum that has fallen is that of a process started since.
        used_s += before.map_or(0.0, |before| if now < before { now } else { now - before });
        before = Some(now);
    }
    used_s
}

/// Use between two readings, per second of time.
fn share(before: &Reading, now: &Reading, busy_s: impl Fn(&Reading) -> Option<f64>) -> Option<f64> {
    let passed_s = now.at.saturating_duration_since(before.at).as_secs_f64();
    let used_s = busy_s(now)? - busy_s(before)?;
    (passed_s > 0.0).then(|| (used_s / passed_s).max(0.0))
}

fn cpu_s(usage: Option<Usage>) -> Option<f64> {
    usage.map(|usage| usage.cpu_s)
}

fn gauges(last: Option<&Reading>, subjects: &Subjects) -> Vec<Gauge> {
    let cores = cores();
    let processor = |name, busy_s: BusySeconds| Gauge {
        name,
        capacity: plural(cores, "core"),
        busy_s,
        per_s: cores as f64,
    };
    let mut gauges = vec![
        processor("machine cpu", Box::new(|reading| Some(reading.machine?.busy_s))),
        processor("engine cpu", Box::new(|reading| cpu_s(reading.engine))),
        processor("generator cpu", Box::new(|reading| cpu_s(reading.own))),
        processor("registry cpu", Box::new(|reading| cpu_s(reading.registry))),
    ];
    let Some(last) = last else { return gauges };
    let metric = |name: &'static str| last.engine_metrics.as_ref().and_then(|metrics| metrics.get(name));
    for (name, pool) in [("engine password pool", "password"), ("engine photo pool", "photo")] {
        let threads = last
            .engine_metrics
            .as_ref()
            .and_then(|metrics| metrics.get(&pool_metric("engine_pool_threads", pool)));
        let Some(threads) = threads.filter(|&threads| threads > 0.0) else { continue };
        gauges.push(Gauge {
            name,
            capacity: plural(whole(threads), "thread"),
            busy_s: from_engine(pool_metric("engine_pool_busy_seconds_total", pool)),
            per_s: threads,
        });
    }
    let flushes = metric("engine_store_flushes_total").unwrap_or(0.0);
    gauges.push(Gauge {
        name: "store flush",
        capacity: format!("1 committer, {} flushes", whole(flushes)),
        busy_s: from_engine("engine_store_flush_seconds_total".to_owned()),
        per_s: 1.0,
    });
    if let Some(connections) =
        metric("engine_registry_connections_max").filter(|&connections| connections > 0.0)
    {
        gauges.push(Gauge {
            name: "engine registry connections",
            capacity: plural(whole(connections), "connection"),
            busy_s: from_engine("engine_registry_busy_seconds_total".to_owned()),
            per_s: connections,
        });
    }
    gauges.push(Gauge {
        name: "registry stand-in",
        capacity: format!("{} at a time", plural(subjects.registry_concurrency_max, "look-up")),
        busy_s: Box::new(|reading| reading.registry_metrics.as_ref()?.get("dukcapil_busy_seconds_total")),
        per_s: subjects.registry_concurrency_max.max(1) as f64,
    });
    gauges
}

fn from_engine(name: String) -> BusySeconds {
    Box::new(move |reading| reading.engine_metrics.as_ref()?.get(&name))
}

fn pool_metric(name: &str, pool: &str) -> String {
    format!("{name}{{pool=\"{pool}\"}}")
}

fn plural(count: usize, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small whole numbers that metrics hold as floats"
)]
fn whole(value: f64) -> usize {
    value.round() as usize
}

#[cfg(test)]
mod tests;
