//! The run record: what a surge leaves behind, and the only bridge from a run to its reports.
//!
//! A run folder holds `run.json` ([`RunRecord`]), `timeline.csv` ([`Timeline`], a row a second) and `latency.hlog`
//! (HdrHistogram interval log V2). [`RunFolder`] writes them, [`read`] reads them; nothing else does either.
//! [`CapacityRecord`] is what a search for capacity leaves behind, beside the run folders of its trials.
//! [`Recorder`] gathers the latencies while the run goes on. No clock is read here: every instant is passed in.

mod applicants;
mod capacity;
mod error;
mod format;
mod histograms;
mod hlog;
mod merge;
mod read;
mod recorder;
mod schema;
mod summary;
mod timeline;
mod verdict;
mod write;

pub use applicants::ApplicantRow;
pub use capacity::{
    CAPACITY_FORMAT, CAPACITY_JSON, CapacityApproach, CapacityEnding, CapacityGoal, CapacityInterval,
    CapacityRecord, CapacityTrial, CapacityVerdict, capacity_schema, read_capacity,
};
pub use error::{ReadError, WriteError};
pub use format::{
    Applicants, ArrivalGroup, Arrivals, Audit, Engine, Environment, Evidence, FORMAT, FailureSeen, Fairness,
    FunnelStep, Generator, Objective, Outcome, Recovery, RegionGroup, Requests, Resource, RunRecord,
    Scenario, Served, Shard, Unit,
};
pub use histograms::{HIGHEST_US, Histograms, Kind, REGISTERED, Steps, TURNED_AWAY, WHOLE};
pub use hlog::LatencyLog;
pub use merge::{MergeError, Part, merge};
pub use read::{Run, read, read_seconds};
pub use recorder::{Interval, Recorder, Sample};
pub use schema::schema;
pub use summary::{Quantiles, StepLatency};
pub use timeline::{Timeline, TimelineLog, TimelineRow};
pub use verdict::{AuditVerdict, GeneratorVerdict, ObjectivesVerdict, Verdict};
pub use write::{LATENCY_HLOG, OUTCOMES_CSV, RUN_JSON, RunFolder, TIMELINE_CSV};
