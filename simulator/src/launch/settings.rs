//! The settings files of the two services, written from the plan. They hold keys: nobody else may read them.

use crate::exit::CommandError;
use crate::keys::Keys;
use domain::Date;
use domain::limits::Blurred;
use scenario::{
    AdmissionPlan, EnginePlan, LatencyLaw, OutageKind, OutagePlan, OverRate, Plan, RegistryChange,
};
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// What the settings follow from.
pub(crate) struct Settings<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) seed: u64,
    pub(crate) reference_date: Date,
    pub(crate) keys: &'a Keys,
}

/// Descriptors aside, the engine takes so many connections more than there are applicants under way: those
/// that are closing.
const CONNECTIONS_SPARE: usize = 1_000;

/// Connections to the stand-in that aren't the engine's: whoever reads its metrics, and those that are
/// closing.
const SCRAPERS_MAX: usize = 64;

const FREE_PORT: &str = "127.0.0.1:0";

/// Where the engine is to listen.
pub(crate) struct EngineAddresses {
    pub(crate) listen: String,
    pub(crate) operations: String,
}

impl EngineAddresses {
    /// Wherever there is room.
    pub(crate) fn any() -> EngineAddresses {
        EngineAddresses { listen: FREE_PORT.to_owned(), operations: FREE_PORT.to_owned() }
    }
}

#[derive(Serialize)]
struct EngineSettings<'a> {
    listen: &'a str,
    operations_listen: &'a str,
    store: &'a Path,
    registry_url: String,
    registry_timeout_ms: u64,
    registry_connections_max: usize,
    limits_profile: &'a str,
    kilobyte_bytes: u32,
    synthetic_regions: bool,
    captcha_key: &'a str,
    export_key: Option<&'a str>,
    blurred_photos: &'a str,
    captcha_seconds: u32,
    draft_minutes: u32,
    password_memory_kib: u32,
    password_passes: u32,
    password_threads: usize,
    password_queue_max: usize,
    photo_threads: usize,
    photo_queue_max: usize,
    worker_threads: usize,
    connections_max: usize,
    body_timeout_ms: u64,
    admission: &'a str,
    #[serde(flatten)]
    admission_numbers: AdmissionNumbers,
}

/// What goes with one policy or another.
#[derive(Default, Serialize)]
struct AdmissionNumbers {
    admission_service_ms: u64,
    admission_patience_ms: u64,
    admission_in_flight_max: Option<usize>,
    admission_calls_per_s: Option<f64>,
    admission_active_max: Option<usize>,
    admission_heartbeat_s: Option<u64>,
    admission_idle_s: Option<u64>,
    admission_turn_s: Option<u64>,
    admission_period_s: Option<u64>,
    admission_person_burst: Option<u64>,
    admission_person_per_s: Option<f64>,
    admission_address_burst: Option<u64>,
    admission_address_per_s: Option<f64>,
}

impl AdmissionNumbers {
    fn of(engine: &EnginePlan) -> AdmissionNumbers {
        let (service_ms, patience_ms) = (engine.admission_service_ms, engine.admission_patience_ms);
        let common = AdmissionNumbers {
            admission_service_ms: service_ms,
            admission_patience_ms: patience_ms,
            ..AdmissionNumbers::default()
        };
        match engine.admission {
            AdmissionPlan::None | AdmissionPlan::Codel | AdmissionPlan::Deadline => common,
            AdmissionPlan::ConcurrencyLimit { in_flight_max } => {
                AdmissionNumbers { admission_in_flight_max: Some(in_flight_max), ..common }
            }
            AdmissionPlan::Budgets { person, address } => AdmissionNumbers {
                admission_person_burst: Some(person.burst),
                admission_person_per_s: Some(person.per_s),
                admission_address_burst: Some(address.burst),
                admission_address_per_s: Some(address.per_s),
                ..common
            },
            AdmissionPlan::WaitingRoom { calls_per_s, active_max, heartbeat_s, idle_s } => AdmissionNumbers {
                admission_calls_per_s: calls_per_s,
                admission_active_max: active_max,
                admission_heartbeat_s: Some(heartbeat_s),
                admission_idle_s: Some(idle_s),
                ..common
            },
            AdmissionPlan::OddEven { turn_s } => {
                AdmissionNumbers { admission_turn_s: Some(turn_s), ..common }
            }
            AdmissionPlan::Cohort { period_s } => {
                AdmissionNumbers { admission_period_s: Some(period_s), ..common }
            }
        }
    }
}

#[derive(Serialize)]
struct RegistrySettings<'a> {
    listen: &'a str,
    connections_max: usize,
    seed: u64,
    population: u64,
    reference_date: String,
    regions: &'a str,
    withdrawn_share: f64,
    nik_date_differs_share: f64,
    concurrency_max: usize,
    queue_max: usize,
    rate_per_s: Option<f64>,
    over_rate: dukcapil::OverRate,
    quota_per_day: Option<u64>,
    quota_used: u64,
    link_bits_per_s: Option<f64>,
    link_bytes_per_look_up: u64,
    unsynchronised_share: f64,
    stale_share: f64,
    wrong_person_share: f64,
    schedule_starts: &'a str,
    control_key: Option<&'a str>,
    latency: dukcapil::LatencyLaw,
    outages: Vec<dukcapil::Outage>,
    changes: Vec<dukcapil::TimedChange>,
}

impl Settings<'_> {
    /// Of the engine, whose store is at `store` and whose registry at `registry`.
    pub(crate) fn engine(&self, store: &Path, registry: SocketAddr, on: &EngineAddresses) -> String {
        let (plan, engine) = (self.plan, &self.plan.engine);
        to_toml(&EngineSettings {
            listen: &on.listen,
            operations_listen: &on.operations,
            store,
            registry_url: format!("http://{registry}"),
            registry_timeout_ms: plan.registry.timeout_ms,
            registry_connections_max: plan.registry.engine_connections_max,
            limits_profile: engine.limits_profile.name(),
            kilobyte_bytes: engine.kilobyte_bytes,
            synthetic_regions: true,
            captcha_key: &self.keys.captcha,
            export_key: self.keys.export.as_deref(),
            blurred_photos: match engine.blurred {
                None => "profile",
                Some(Blurred::Flag) => "flag",
                Some(Blurred::Refuse) => "refuse",
            },
            captcha_seconds: engine.captcha_seconds,
            draft_minutes: engine.draft_minutes,
            password_memory_kib: engine.password_memory_kib,
            password_passes: engine.password_passes,
            password_threads: engine.password_threads,
            password_queue_max: engine.password_queue_max,
            photo_threads: engine.photo_threads,
            photo_queue_max: engine.photo_queue_max,
            worker_threads: engine.worker_threads,
            connections_max: plan.generator.applicants_in_flight_max
                + plan.faults.slow_clients
                + plan.faults.half_open_clients
                + CONNECTIONS_SPARE,
            // The engine is not to lose patience with an upload before the applicant does.
            body_timeout_ms: milliseconds(plan.behaviour.step_timeout()).clamp(10, 1_800_000),
            admission: engine.admission.name(),
            admission_numbers: AdmissionNumbers::of(engine),
        })
    }

    /// Of the registry's stand-in.
    pub(crate) fn registry(&self) -> String {
        let registry = &self.plan.registry;
        to_toml(&RegistrySettings {
            listen: FREE_PORT,
            connections_max: registry.engine_connections_max + SCRAPERS_MAX,
            seed: self.seed,
            population: self.plan.people.population,
            reference_date: self.reference_date.to_string(),
            regions: self.plan.people.regions.name(),
            withdrawn_share: self.plan.people.withdrawn_share,
            nik_date_differs_share: self.plan.people.nik_date_differs_share,
            concurrency_max: registry.concurrency_max,
            queue_max: registry.queue_max,
            rate_per_s: registry.rate_per_s,
            over_rate: match registry.over_rate {
                OverRate::Queue => dukcapil::OverRate::Queue,
                OverRate::Refuse => dukcapil::OverRate::Refuse,
            },
            quota_per_day: registry.quota_per_day,
            quota_used: registry.quota_used,
            link_bits_per_s: registry.link_bits_per_s,
            link_bytes_per_look_up: registry.link_bytes_per_look_up,
            unsynchronised_share: registry.unsynchronised_share,
            stale_share: registry.stale_share,
            wrong_person_share: registry.wrong_person_share,
            schedule_starts: "when-told",
            control_key: self.keys.control.as_deref(),
            latency: latency(&registry.latency),
            outages: registry.outages.iter().map(outage).collect(),
            changes: registry.changes.iter().map(change).collect(),
        })
    }
}

fn latency(law: &LatencyLaw) -> dukcapil::LatencyLaw {
    match law.clone() {
        LatencyLaw::Constant { ms } => dukcapil::LatencyLaw::Constant { ms },
        LatencyLaw::Lognormal { ms_median, sigma } => dukcapil::LatencyLaw::Lognormal { ms_median, sigma },
        LatencyLaw::Pareto { ms_min, alpha, ms_max } => {
            dukcapil::LatencyLaw::Pareto { ms_min, alpha, ms_max }
        }
        LatencyLaw::Sample { ms, .. } => dukcapil::LatencyLaw::Sample { ms },
    }
}

fn outage(plan: &OutagePlan) -> dukcapil::Outage {
    let (down_s, up_s) = plan.flapping_s.unzip();
    let kind = match plan.kind {
        OutageKind::Error => dukcapil::OutageKind::Error,
        OutageKind::Reset => dukcapil::OutageKind::Reset,
        OutageKind::Silent => dukcapil::OutageKind::Silent,
    };
    dukcapil::Outage { at_s: plan.at_s, for_s: plan.for_s, kind, down_s, up_s }
}

fn change(plan: &RegistryChange) -> dukcapil::TimedChange {
    let set = dukcapil::Change {
        rate_per_s: plan.rate_per_s,
        quota_per_day: plan.quota_per_day,
        quota_used: plan.quota_used,
        link_bits_per_s: plan.link_bits_per_s,
        latency: plan.latency_ms.map(|ms| dukcapil::LatencyLaw::Constant { ms }),
        outage: None,
    };
    dukcapil::TimedChange { at_s: plan.at_s, set }
}

/// Writes a settings file that only its owner may read.
///
/// # Errors
/// When the system refuses.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| CommandError::Usage(format!("cannot write {}: {error}", path.display())))
}

fn to_toml<T: Serialize>(settings: &T) -> String {
    toml::to_string(settings).expect("numbers and strings have a place in TOML")
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
