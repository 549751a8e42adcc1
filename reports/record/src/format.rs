//! `run.json`: the shape of a run record, format `lonjakan-run/1`.
//!
//! Within version 1 keys are only added, never renamed or removed; a reader ignores keys that it does not know,
//! and each key that was not in the first release has a default. Durations end in `_s` or `_us`, sizes in
//! `_bytes`, parts of a whole in `_share` (0 to 1; CPU shares are of one core, so 1.5 is one core and a half).

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::{Quantiles, StepLatency};
use crate::verdict::{AuditVerdict, Verdict};

/// The format that this crate writes and reads.
pub const FORMAT: &str = "lonjakan-run/1";

/// Everything that is known of one run but its course over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunRecord {
    /// Always [`FORMAT`].
    pub format: String,
    /// What was re-enacted.
    pub scenario: Scenario,
    /// Same seed, same people, same arrival instants, same defects.
    pub seed: u64,
    /// The instant of the schedule's zero.
    pub started_at: DateTime<Utc>,
    /// The instant at which the last applicant was done or given up.
    pub finished_at: DateTime<Utc>,
    /// Length of the load, from the schedule's zero to the end, in seconds.
    pub duration_s: f64,
    /// The run was cut short: its figures are of a part of the scenario.
    pub partial: bool,
    /// Written at this instant while the run was going on; absent once the run has ended in order. A record that
    /// still has it was left behind by a program that was killed: it was never audited, and is partial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfinished_at: Option<DateTime<Utc>>,
    /// The part of the arrivals that this run brought; absent where it brought all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// The command line that repeats the run.
    pub command: String,
    /// The portal under test; absent when the run started its own engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The machine.
    pub environment: Environment,
    /// The judgement.
    pub verdict: Verdict,
    /// Each objective of the scenario with what was observed.
    pub objectives: Vec<Objective>,
    /// How the applicants were meant to come.
    pub arrivals: Arrivals,
    /// What became of the applicants.
    pub applicants: Applicants,
    /// Registrations completed over the length of the load, a second.
    pub registrations_per_s_mean: f64,
    /// Registrations completed in the best second.
    pub registrations_per_s_peak: f64,
    /// The requests that they made.
    pub requests: Requests,
    /// The way through the steps, in flow order.
    pub funnel: Vec<FunnelStep>,
    /// Final answers by code of the failure catalogue (`registered` for success), expected against observed.
    pub outcomes: Vec<Outcome>,
    /// Every failure seen in any answer, expected or not, retried or final.
    pub failures_seen: Vec<FailureSeen>,
    /// Disturbances that the scenario brought about, and how long after each the portal was as before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recoveries: Vec<Recovery>,
    /// Who was served, by moment of arrival and by region; absent in records of the first release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fairness: Option<Fairness>,
    /// Latency of the whole registration (key [`WHOLE`](crate::WHOLE)) and of each step, in flow order.
    pub latency: IndexMap<String, StepLatency>,
    /// How much later than meant the generator began its requests, whichever the step, in microseconds.
    pub lateness_us: Quantiles,
    /// Latencies over the histograms' highest value, counted there at that value.
    #[serde(default)]
    pub latency_clamped: u64,
    /// The comparison of acknowledgements with the store.
    pub audit: Audit,
    /// How busy each resource was.
    pub resources: Vec<Resource>,
    /// The name of the resource that was busiest; absent where none could be measured.
    pub busiest: Option<String>,
    /// The engine's consumption; absent for a portal that is not ours.
    pub engine: Option<Engine>,
    /// The generator's consumption, and the evidence for its verdict.
    pub generator: Generator,
    /// Remarks that a reader must know to read the figures rightly, one sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// The scenario that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// Its file as given on the command line.
    pub file: String,
    /// Digest of the file's bytes, in lower-case hex.
    pub sha256: String,
    /// Its leading comment: which real day it re-enacts.
    #[serde(default)]
    pub comment: String,
    /// The whole file.
    #[serde(default)]
    pub text: String,
}

/// The machine that the run took place on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// Cores that the process may use.
    pub cpus: u32,
    /// Physical memory.
    pub memory_bytes: u64,
    /// Operating system and release.
    pub os: String,
    /// Versions by name: `lonjakan`, `engine`, `goose`, `rustc` and the like.
    pub versions: IndexMap<String, String>,
    /// The processor, where the system says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_model: Option<String>,
}

/// One objective of the scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Objective {
    /// As the scenario states it, for instance `registration.response.p99 < "3s"`.
    pub expression: String,
    /// What the left side was; absent where it could not be observed, which counts as missed.
    pub observed: Option<f64>,
    /// The unit of `observed`.
    pub unit: Unit,
    /// Whether it holds.
    pub met: bool,
}

/// Units of observed values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Microseconds.
    Us,
    /// Seconds.
    S,
    /// Part of a whole, or of one core.
    Share,
    /// A plain number.
    Count,
    /// A rate per second.
    PerS,
    /// Bytes.
    Bytes,
}

/// How the applicants were meant to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Arrivals {
    /// The shape in words, for instance `opening spike, 60/s decaying to 20/s over 45 s, Poisson`.
    pub shape: String,
    /// Applicants on the schedule.
    pub planned: u64,
}

/// What became of the applicants. `arrived` is the sum of the other six.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Applicants {
    /// Whose instant came.
    pub arrived: u64,
    /// Who was told that the account exists.
    pub registered: u64,
    /// Who was refused for a reason of their own (a defect), rightly or wrongly.
    pub refused: u64,
    /// Who gave up.
    pub abandoned: u64,
    /// Who could not be served: overload, outage, timeout, broken connection.
    pub failed: u64,
    /// Whom the generator could not send in time; counted against the generator.
    pub not_sent: u64,
    /// Who was still under way when the run ended.
    pub in_flight_at_end: u64,
}

/// A part of the arrivals: those of every `of`-th person, counted from `part`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// Which part, from 1.
    pub part: u64,
    /// How many parts there are.
    pub of: u64,
}

/// Who was served. Each list adds up to the applicants that arrived.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Fairness {
    /// By the moment at which the schedule meant them to come, in order.
    pub by_arrival: Vec<ArrivalGroup>,
    /// By the region code that their NIK begins with, in order.
    pub by_region: Vec<RegionGroup>,
}

/// Applicants who were meant to come within one span of time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ArrivalGroup {
    /// Where the span begins, in seconds from the schedule's zero.
    pub from_s: f64,
    /// Where it ends.
    pub to_s: f64,
    /// What became of them.
    #[serde(flatten)]
    pub served: Served,
}

/// Applicants of one region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct RegionGroup {
    /// Its code of two digits (province) or four (regency or city), as the NIK begins.
    pub region: String,
    /// What became of them.
    #[serde(flatten)]
    pub served: Served,
}

/// What became of a group of applicants. `arrived` is the sum of the other three and of those still under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Served {
    /// Whose instant came.
    pub arrived: u64,
    /// Who was told that the account exists.
    pub registered: u64,
    /// Who was refused for a reason of their own.
    pub refused: u64,
    /// Who failed, gave up or was not sent.
    pub unserved: u64,
}

/// Requests of all applicants.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Requests {
    /// Sent.
    pub total: u64,
    /// Requests over those that one pass without any repeat would have needed; 1 without repeats.
    pub amplification: f64,
}

/// One step of the flow. `entered` is `passed + refused + failed` and those still in it at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FunnelStep {
    /// Its name, as in `latency`.
    pub step: String,
    /// Applicants who began it.
    pub entered: u64,
    /// Who went on.
    pub passed: u64,
    /// Whom it refused for a reason of their own.
    pub refused: u64,
    /// Whom it could not serve.
    pub failed: u64,
}

/// Final answers of one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// Code of the failure catalogue, or `registered`.
    pub code: String,
    /// Applicants whose truth demands it.
    pub expected: u64,
    /// Applicants who got it.
    pub observed: u64,
}

/// A failure as applicants met it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FailureSeen {
    /// Code of the failure catalogue, or a word for what had no answer (`timeout`, `connection`).
    pub code: String,
    /// Answers that carried it.
    pub count: u64,
    /// The first, in seconds from the start.
    pub first_s: f64,
    /// The last, in seconds from the start.
    pub last_s: f64,
}

/// A disturbance, and how long after it as few people were under way as before, while others kept coming.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recovery {
    /// `registry-outage` or `engine-kill`.
    pub cause: String,
    /// When it began, in seconds from the schedule's zero.
    pub from_s: f64,
    /// When it ended.
    pub until_s: f64,
    /// The most people under way in the 15 seconds before.
    pub under_way_before: u64,
    /// The most people under way from its beginning on.
    pub under_way_max: u64,
    /// From its end until for three seconds no more people were under way than before; absent where people stopped coming first.
    pub recovered_after_s: Option<f64>,
}

/// Acknowledgements against the store. The four that need the store are absent where it could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Audit {
    /// Accounts that applicants were told to have.
    pub acknowledged: u64,
    /// Accounts in the store.
    pub stored: Option<u64>,
    /// Acknowledged, but not stored.
    pub lost: Option<u64>,
    /// Stored more than once for one NIK.
    pub duplicated: Option<u64>,
    /// Stored, but never acknowledged (allowed when the answer was lost: a repeat gets it).
    pub unacknowledged_stored: Option<u64>,
    /// Applicants who got an answer that their truth forbids; being turned away by overload is not one.
    pub unexpected_outcomes: u64,
    /// Of those: whose truth demands an account, and who were refused.
    #[serde(default)]
    pub refused_wrongly: u64,
    /// Of those: whose truth demands a refusal, and who got an account.
    #[serde(default)]
    pub registered_wrongly: u64,
    /// Why the store could not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable_because: Option<String>,
}

impl Audit {
    /// Violated when a registration was lost, doubled or wrongly answered, which holds also where the store
    /// could not be asked; unavailable when it could not; else clean.
    #[must_use]
    pub fn verdict(&self) -> AuditVerdict {
        let broken = self.lost.unwrap_or(0) + self.duplicated.unwrap_or(0) + self.unexpected_outcomes;
        match (broken, self.lost, self.duplicated) {
            (1.., _, _) => AuditVerdict::Violated,
            (0, Some(_), Some(_)) => AuditVerdict::Clean,
            (0, _, _) => AuditVerdict::Unavailable,
        }
    }
}

/// How busy something of bounded capacity was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// For instance `engine password pool`.
    pub name: String,
    /// Mean over the run, 0 to 1 of its capacity.
    pub busy_share_mean: f64,
    /// The busiest second, 0 to 1 of its capacity.
    pub busy_share_max: f64,
    /// What the capacity is, in words: `1 worker, 31 hashes/s`.
    pub capacity: String,
}

/// Consumption of the engine's processes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Engine {
    /// User and system time.
    pub cpu_seconds: f64,
    /// Largest resident size.
    pub rss_bytes_max: u64,
    /// The store on disk at the end.
    pub store_bytes: u64,
    /// Times that it was started again during the run.
    pub restarts: u64,
}

/// Consumption of the generator, and why it was judged as it was.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Generator {
    /// User and system time.
    pub cpu_seconds: f64,
    /// Largest resident size.
    pub rss_bytes_max: u64,
    /// Share of one core in its busiest second.
    pub cpu_share_max: f64,
    /// Why it was not simply valid, in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The signals that were judged.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

/// One signal of the generator's fitness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// For instance `lateness p99`.
    pub signal: String,
    /// What it was.
    pub observed: f64,
    /// What it may be at most.
    pub bound: f64,
    /// The unit of both.
    pub unit: Unit,
    /// Whether it is inside the bound.
    pub fit: bool,
}
