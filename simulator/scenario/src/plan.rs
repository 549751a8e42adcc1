//! The checked plan of a run: what a scenario file becomes. Whoever holds a [`Plan`] need not validate anything again.
//!
//! Numbers carry their unit in their name, as the keys of the file do; shares are parts of a whole, 0 to 1.

use crate::arrivals::Arrivals;
use crate::behaviour::Behaviour;
use crate::faults::Faults;
use crate::objective::Objective;
use domain::limits::Blurred;
use domain::{Date, Limits, LimitsProfile};
use people::{Census, Regions, Shares};
use std::time::Duration;

/// A scenario, parsed and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Lower-case letters, digits, hyphens: fit for a folder's name.
    pub name: String,
    /// The file's leading comment, without its `#`: which real day is re-enacted.
    pub description: String,
    /// The whole file, for the record.
    pub text: String,
    /// Same seed: same people, same defects, same instants, same thinking times.
    pub seed: u64,
    /// When applicants come, and how many.
    pub arrivals: Arrivals,
    /// Who they are, and what they get wrong.
    pub people: PeoplePlan,
    /// How they type, think and wait.
    pub behaviour: Behaviour,
    /// What goes wrong meanwhile.
    pub faults: Faults,
    /// Settings of the engine that the run starts.
    pub engine: EnginePlan,
    /// Settings of the population registry's stand-in, and of the engine's patience with it.
    pub registry: RegistryPlan,
    /// What operators do with the gate, in the order of time.
    pub gate: Vec<GateMove>,
    /// Bounds of the load generator, and when it is unfit to judge.
    pub generator: GeneratorPlan,
    /// Which cores they may use.
    pub cores: Cores,
    /// What the run has to show; in the order of the file.
    pub objectives: Vec<Objective>,
}

/// The population, and the share of applicants with each defect.
#[derive(Clone, Debug, PartialEq)]
pub struct PeoplePlan {
    /// People in the registry, at least as many as applicants.
    pub population: u64,
    /// The day on which ages are reckoned; `None`: the day of the run.
    pub reference_date: Option<Date>,
    /// Where they are registered.
    pub regions: Regions,
    /// The share of them whose NIK has a withdrawn code, 0 to 1.
    pub withdrawn_share: f64,
    /// The share of them whose NIK has another date than their birth, 0 to 1.
    pub nik_date_differs_share: f64,
    /// The share of each defect among applicants; the rest is faultless.
    pub shares: Shares,
}

impl PeoplePlan {
    /// What their population follows from; `today` is their reference date where the plan has none.
    pub fn census(&self, seed: u64, today: Date) -> Census {
        Census {
            seed,
            size: self.population,
            reference: self.reference_date.unwrap_or(today),
            regions: self.regions,
            withdrawn_share: self.withdrawn_share,
            date_differs_share: self.nik_date_differs_share,
        }
    }
}

/// Settings of the engine under test.
#[derive(Clone, Debug, PartialEq)]
pub struct EnginePlan {
    /// The year whose limits hold.
    pub limits_profile: LimitsProfile,
    /// Bytes of a "KB": 1,000 or 1,024.
    pub kilobyte_bytes: u32,
    /// Memory of one argon2id hash, in KiB; OWASP's minimum is 19,456 with two passes.
    pub password_memory_kib: u32,
    /// Passes of one argon2id hash over its memory. One lane always.
    pub password_passes: u32,
    /// Threads that hash passwords.
    pub password_threads: usize,
    /// Passwords that may wait for a thread; more are turned away with `busy`.
    pub password_queue_max: usize,
    /// Threads that open photos.
    pub photo_threads: usize,
    /// Photos that may wait for a thread; more are turned away with `busy`.
    pub photo_queue_max: usize,
    /// What happens when more comes than can be done.
    pub admission: AdmissionPlan,
    /// What becomes of photos that aren't sharp; `None`: what the year says.
    pub blurred: Option<Blurred>,
    /// How long a captcha can be answered.
    pub captcha_seconds: u32,
    /// What the policy takes a password to cost until it was measured, in milliseconds.
    pub admission_service_ms: u64,
    /// How long the policy believes that people wait for an answer, in milliseconds.
    pub admission_patience_ms: u64,
    /// How long a draft lives.
    pub draft_minutes: u32,
    /// Threads of the async runtime.
    pub worker_threads: usize,
}

impl EnginePlan {
    /// The limits that follow: people, album and engine share them.
    pub fn limits(&self) -> Limits {
        let limits = self.limits_profile.limits(self.kilobyte_bytes);
        Limits { blurred: self.blurred.unwrap_or(limits.blurred), ..limits }
    }
}

/// The engine's policy under overload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AdmissionPlan {
    /// Everything is let in.
    None,
    /// Over so many requests at once, the rest is turned away with `busy`.
    ConcurrencyLimit {
        /// Requests being served at the same time.
        in_flight_max: usize,
    },
    /// Lines before the pools that may not stand for long.
    Codel,
    /// Lines before the pools in which only those stay who can be served in time.
    Deadline,
    /// So often for a person, so many new people for an address.
    Budgets {
        /// For each person.
        person: BudgetPlan,
        /// For each address.
        address: BudgetPlan,
    },
    /// A fair line of people before the portal.
    WaitingRoom {
        /// People let in a second, where that isn't left to the engine.
        calls_per_s: Option<f64>,
        /// People inside at a time; likewise.
        active_max: Option<usize>,
        /// Silence after which somebody who waits has left, in seconds.
        heartbeat_s: u64,
        /// Silence after which somebody inside has left, in seconds.
        idle_s: u64,
    },
    /// Odd and even NIKs take turns.
    OddEven {
        /// Length of a turn, in seconds.
        turn_s: u64,
    },
    /// The same part of the people at every step.
    Cohort {
        /// After this everybody draws anew, in seconds.
        period_s: u64,
    },
}

impl AdmissionPlan {
    /// Its name, as scenario files and the engine's settings have it.
    pub const fn name(&self) -> &'static str {
        match self {
            AdmissionPlan::None => "none",
            AdmissionPlan::ConcurrencyLimit { .. } => "concurrency-limit",
            AdmissionPlan::Codel => "codel",
            AdmissionPlan::Deadline => "deadline",
            AdmissionPlan::Budgets { .. } => "budgets",
            AdmissionPlan::WaitingRoom { .. } => "waiting-room",
            AdmissionPlan::OddEven { .. } => "odd-even",
            AdmissionPlan::Cohort { .. } => "cohort",
        }
    }

    /// Whether people may be told to wait for a turn, for as long as they have patience.
    pub const fn makes_people_wait(&self) -> bool {
        matches!(self, AdmissionPlan::WaitingRoom { .. } | AdmissionPlan::OddEven { .. })
    }
}

/// So many at once, and so many a second after that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetPlan {
    /// At once.
    pub burst: u64,
    /// A second.
    pub per_s: f64,
}

/// Settings of the registry's stand-in, and of the engine as its client.
#[derive(Clone, Debug, PartialEq)]
pub struct RegistryPlan {
    /// How long one answer takes, without waiting.
    pub latency: LatencyLaw,
    /// Look-ups worked on at the same time.
    pub concurrency_max: usize,
    /// Look-ups that may wait for their turn; more are refused.
    pub queue_max: usize,
    /// The engine's patience with one look-up, in milliseconds; then `registry-slow`.
    pub timeout_ms: u64,
    /// Connections that the engine opens to the registry at most.
    pub engine_connections_max: usize,
    /// Look-ups a second that it takes at most.
    pub rate_per_s: Option<f64>,
    /// What it does with those over that.
    pub over_rate: OverRate,
    /// Look-ups that it answers a day, until midnight in Jakarta.
    pub quota_per_day: Option<u64>,
    /// Of those, taken before the run.
    pub quota_used: u64,
    /// Bandwidth of the link that all look-ups share, in bits a second.
    pub link_bits_per_s: Option<f64>,
    /// Bytes of a question with its answer.
    pub link_bytes_per_look_up: u64,
    /// Share of the population whose local office hasn't sent them: not found.
    pub unsynchronised_share: f64,
    /// Share of whom it holds an older family card.
    pub stale_share: f64,
    /// Share under whose NIK another's record stands.
    pub wrong_person_share: f64,
    /// When it does not answer.
    pub outages: Vec<OutagePlan>,
    /// How its limits change.
    pub changes: Vec<RegistryChange>,
}

/// What the registry does with look-ups over its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverRate {
    /// They wait for their turn.
    Queue,
    /// They are refused.
    Refuse,
}

/// What a registry that is out does with look-ups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutageKind {
    /// It answers 503 at once.
    Error,
    /// It hangs up.
    Reset,
    /// It says nothing.
    Silent,
}

/// One outage; times in seconds, from the first arrival's instant on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutagePlan {
    /// Its beginning.
    pub at_s: f64,
    /// Its length.
    pub for_s: f64,
    /// What happens.
    pub kind: OutageKind,
    /// Out for the first, back for the second, again and again; `None`: out all the time.
    pub flapping_s: Option<(f64, f64)>,
}

/// Limits of the registry that change; `None` stays as it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegistryChange {
    /// When, in seconds since the schedule's zero.
    pub at_s: f64,
    /// As in [`RegistryPlan`].
    pub rate_per_s: Option<f64>,
    /// As in [`RegistryPlan`].
    pub quota_per_day: Option<u64>,
    /// Look-ups that count as taken today: 0 is a new day.
    pub quota_used: Option<u64>,
    /// As in [`RegistryPlan`].
    pub link_bits_per_s: Option<f64>,
    /// From now on each look-up takes exactly so long, in milliseconds.
    pub latency_ms: Option<f64>,
}

/// What operators change of the gate's schedule at one moment; `None` stays as it was. Times in seconds since the schedule's zero.
#[derive(Clone, Debug, PartialEq)]
pub struct GateMove {
    /// When they do it; at 0 it is done before anybody comes.
    pub at_s: f64,
    /// From then on registrations are taken.
    pub opens_at_s: Option<f64>,
    /// From then on they are not.
    pub closes_at_s: Option<f64>,
    /// Whether the agencies have verified their formations.
    pub formations_ready: Option<bool>,
    /// Whether there is maintenance.
    pub maintenance: Option<bool>,
    /// What is announced at that moment, for applicants to read.
    pub announcement: Option<String>,
}

impl RegistryPlan {
    /// The engine's patience with one look-up.
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

/// How long the registry takes for an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum LatencyLaw {
    /// Always the same, in milliseconds.
    Constant {
        /// The latency.
        ms: f64,
    },
    /// Lognormal.
    Lognormal {
        /// The median, in milliseconds.
        ms_median: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Pareto between two bounds: a heavy tail.
    Pareto {
        /// The shortest, in milliseconds.
        ms_min: f64,
        /// How fast the tail falls.
        alpha: f64,
        /// The longest, in milliseconds.
        ms_max: f64,
    },
    /// One of these at a time, as measured elsewhere.
    Sample {
        /// In milliseconds.
        ms: Vec<f64>,
        /// The file that they come from.
        file: String,
    },
}

/// Bounds of the load generator.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneratorPlan {
    /// Applicants under way at the same time: goose's users. By default from Little's law, see
    /// [`in_flight_by_littles_law`](crate::in_flight_by_littles_law).
    pub applicants_in_flight_max: usize,
    /// Over this lateness at p99 the generator is unfit, in milliseconds.
    pub lateness_ms_p99_max: f64,
    /// Over this share of one core the generator is unfit; 1.5 is one core and a half.
    pub cpu_share_max: f64,
    /// Over this share of arrivals that could not be sent the generator is unfit.
    pub not_sent_share_max: f64,
    /// Whose connections applicants use.
    pub connections: Connections,
    /// What it does while nobody is due.
    pub idle: Idle,
    /// The most memory that it may need, in MiB; `None`: what is available.
    pub memory_mib_max: Option<u64>,
}

/// Cores that each process of a run may use; none: any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cores {
    /// Of the load generator.
    pub generator: Vec<usize>,
    /// Of the engine.
    pub engine: Vec<usize>,
    /// Of the registry's stand-in.
    pub registry: Vec<usize>,
}

impl Cores {
    /// Whether the generator has cores, and none that is said to be another's.
    #[must_use]
    pub fn are_generators_own(&self) -> bool {
        let Cores { generator, engine, registry } = self;
        !generator.is_empty()
            && !generator.iter().any(|core| engine.contains(core) || registry.contains(core))
    }
}

/// What the generator does while nobody is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Idle {
    /// Sleeps, and is woken up to a quarter of a millisecond after somebody's instant.
    #[default]
    Sleep,
    /// Asks the clock again and again, on cores of its own.
    BusyPoll,
}

/// Whose connections applicants use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connections {
    /// Their own, as browsers do: kept alive through the steps, a new one for the next person.
    Own,
    /// Those that others have left open, as many as there are applicants under way.
    Pooled,
}
