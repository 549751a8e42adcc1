//! `capacity.json`: the record of a search for capacity, format `lonjakan-capacity/1`.
//!
//! It is written anew after every trial, so that a search that was interrupted can go on from it. The rules of `run.json` hold:
//! keys are only added, and units stand last in their names. Rates are arrivals a second, on average over a trial's schedule.

use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{ReadError, WriteError};
use crate::format::{Environment, Resource, Scenario};
use crate::write::RunFolder;

/// The format that this crate writes and reads.
pub const CAPACITY_FORMAT: &str = "lonjakan-capacity/1";

/// The record of a search.
pub const CAPACITY_JSON: &str = "capacity.json";

/// A search for the highest arrival rate at which a scenario's objectives are met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CapacityRecord {
    /// Always [`CAPACITY_FORMAT`].
    pub format: String,
    /// What was re-enacted in every trial.
    pub scenario: Scenario,
    /// Seed of the first trial; each next one has the next seed.
    pub seed: u64,
    /// The machine.
    pub environment: Environment,
    /// The command line that repeats the search.
    pub command: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When this record was written.
    pub written_at: DateTime<Utc>,
    /// What was asked for.
    pub goal: CapacityGoal,
    /// Every trial, in order.
    pub trials: Vec<CapacityTrial>,
    /// How the search ended; absent while it is under way.
    pub ending: Option<CapacityEnding>,
    /// Where the capacity lies; absent where it could not be told.
    pub capacity: Option<CapacityInterval>,
    /// Whether the rate at the interval's lower end was confirmed by a sequential test.
    #[serde(default)]
    pub confirmed: bool,
    /// Whether that rate is held also out of an overload; no is the mark of a metastable system. Absent: not tried.
    #[serde(default)]
    pub recovers: Option<bool>,
    /// The resource that was busiest in the trials that missed an objective nearest to the capacity.
    #[serde(default)]
    pub saturated: Option<Resource>,
    /// The rate that the planner asked about.
    #[serde(default)]
    pub asked_per_s: Option<f64>,
    /// The capacity's lower end over the rate asked about: over 1 is headroom.
    #[serde(default)]
    pub headroom: Option<f64>,
    /// The exit code of the command.
    pub exit_code: u8,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CapacityGoal {
    /// The rate of the first trial.
    pub start_per_s: f64,
    /// The highest rate that may be tried.
    pub max_per_s: f64,
    /// Width of the interval over its median at which it is narrow enough.
    pub precision: f64,
    /// Trials at most.
    pub trials_max: usize,
}

/// One trial: a surge with every rate of the scenario multiplied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CapacityTrial {
    /// From 1.
    pub number: usize,
    /// Its rate.
    pub rate_per_s: f64,
    /// What the scenario's rates were multiplied by.
    pub rate_factor: f64,
    /// Its seed.
    pub seed: u64,
    /// How it came to its rate.
    pub approach: CapacityApproach,
    /// What came of it.
    pub verdict: CapacityVerdict,
    /// Objectives that were missed, as the scenario states them.
    pub missed: Vec<String>,
    /// Why the generator was not simply valid.
    pub reason: Option<String>,
    /// Registrations completed over the length of the load, a second.
    pub goodput_per_s: f64,
    /// Registrations completed over the last third of the arrivals, a second.
    pub goodput_late_per_s: f64,
    /// Applicants who failed, gave up or were not sent, over those who arrived.
    pub unserved_share: f64,
    /// Response of a whole registration, in microseconds: 50th and 99th percentile.
    pub response_us_p50: u64,
    /// The 99th.
    pub response_us_p99: u64,
    /// Response of the slowest step at its 99th percentile, in microseconds.
    pub step_response_us_p99_max: u64,
    /// How busy each resource was.
    pub resources: Vec<Resource>,
    /// The trial's own run folder, inside the search's folder.
    pub folder: String,
}

/// How a trial comes to its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CapacityApproach {
    /// From rest.
    Below,
    /// Out of an overload.
    Above,
}

/// What came of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CapacityVerdict {
    /// Every objective was met; from above: goodput came back.
    Met,
    /// One was missed; from above: goodput did not come back.
    Missed,
    /// The generator was not fit to judge.
    Unfit,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CapacityEnding {
    /// With an interval as narrow as asked.
    Found,
    /// With a wider one: the trials were used up, or the generator was the limit in the end.
    FoundRoughly,
    /// Without: the generator was the limit before the portal was.
    GeneratorWasTheLimit,
    /// Without: objectives were missed at every rate.
    NothingIsHeld,
    /// Without: objectives were met at the highest rate that may be tried.
    NeverMissed,
    /// Without: a trial's audit found a lost, duplicated or wrongly answered registration.
    AuditViolated,
}

/// Where the capacity lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CapacityInterval {
    /// Above this with a probability of 97.5 %.
    pub low_per_s: f64,
    /// As likely above as below.
    pub median_per_s: f64,
    /// Below this with a probability of 97.5 %.
    pub high_per_s: f64,
}

/// The JSON Schema (draft 2020-12) of [`CapacityRecord`].
#[must_use]
pub fn capacity_schema() -> Value {
    let mut schema = schemars::schema_for!(CapacityRecord);
    schema.insert("title".to_owned(), json!(format!("Capacity record of Lonjakan, {CAPACITY_FORMAT}")));
    let format = schema.pointer_mut("/properties/format").and_then(Value::as_object_mut);
    format.expect("the record has a format").insert("const".to_owned(), json!(CAPACITY_FORMAT));
    schema.to_value()
}

/// Reads the record of a search's folder.
///
/// # Errors
/// When there is none, or it is of another format.
pub fn read_capacity(folder: &Path) -> Result<CapacityRecord, ReadError> {
    let path = folder.join(CAPACITY_JSON);
    let text = fs::read_to_string(&path).map_err(ReadError::io(&path))?;
    let record: CapacityRecord =
        serde_json::from_str(&text).map_err(|reason| ReadError::Json { path: path.clone(), reason })?;
    if record.format == CAPACITY_FORMAT {
        Ok(record)
    } else {
        Err(ReadError::Format { path, found: record.format })
    }
}

impl RunFolder {
    /// Writes `capacity.json`.
    ///
    /// # Errors
    /// When the system refuses, or a number is not finite.
    pub fn write_capacity(&self, record: &CapacityRecord) -> Result<(), WriteError> {
        let unreadable = |reason| WriteError::Unreadable { path: self.path().join(CAPACITY_JSON), reason };
        let mut text = serde_json::to_string_pretty(record).map_err(unreadable)?;
        text.push('\n');
        serde_json::from_str::<CapacityRecord>(&text).map_err(unreadable)?;
        self.write_text(CAPACITY_JSON, &text)
    }
}
