//! Reads a run folder back: the one place that does.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::error::ReadError;
use crate::format::{FORMAT, RunRecord};
use crate::histograms::{Histograms, Steps};
use crate::hlog::sum_into;
use crate::timeline::Timeline;
use crate::write::{LATENCY_HLOG, RUN_JSON, TIMELINE_CSV};

/// Everything that a run folder says; what every report is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// `run.json`.
    pub record: RunRecord,
    /// `timeline.csv`.
    pub timeline: Timeline,
    /// `latency.hlog`, all seconds added up.
    pub histograms: Histograms,
}

/// Reads a run folder.
///
/// # Errors
/// When a file is missing, of another format version, or broken; the message names the file and, where there is
/// one, the line.
pub fn read(folder: impl AsRef<Path>) -> Result<Run, ReadError> {
    let folder = folder.as_ref();
    let record = read_record(&folder.join(RUN_JSON))?;
    let timeline = read_timeline(&folder.join(TIMELINE_CSV))?;
    let histograms = read_latency(&folder.join(LATENCY_HLOG), &record)?;
    Ok(Run { record, timeline, histograms })
}

fn read_record(path: &Path) -> Result<RunRecord, ReadError> {
    let text = fs::read_to_string(path).map_err(ReadError::io(path))?;
    let broken = |reason| ReadError::Json { path: path.to_owned(), reason };
    // The version is looked at before the rest, which another version may have laid out differently.
    let versioned: Versioned = serde_json::from_str(&text).map_err(broken)?;
    if versioned.format != FORMAT {
        return Err(ReadError::Format { path: path.to_owned(), found: versioned.format });
    }
    serde_json::from_str(&text).map_err(broken)
}

#[derive(Deserialize)]
struct Versioned {
    format: String,
}

fn read_timeline(path: &Path) -> Result<Timeline, ReadError> {
    let text = fs::read_to_string(path).map_err(ReadError::io(path))?;
    Timeline::from_csv(&text).map_err(|reason| ReadError::Csv { path: path.to_owned(), reason })
}

fn read_latency(path: &Path, record: &RunRecord) -> Result<Histograms, ReadError> {
    let log = fs::read(path).map_err(ReadError::io(path))?;
    let mut totals = Histograms::new(&Steps::new(record.latency.keys().map(String::as_str)));
    sum_into(&mut totals, &log).map_err(|(line, reason)| ReadError::Latency {
        path: path.to_owned(),
        line,
        reason,
    })?;
    // The log has no place for it: a clamped value looks there like any of one hour.
    totals.set_clamped(record.latency_clamped);
    Ok(totals)
}
