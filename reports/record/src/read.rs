//! Reads a run folder back: the one place that does.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::error::ReadError;
use crate::format::{FORMAT, RunRecord};
use crate::histograms::{Histograms, Steps};
use crate::hlog::intervals;
use crate::recorder::Interval;
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
/// Of a run that was killed it takes what is there: half a line at the end of a file that was growing is left out, and
/// latencies come from the log, which is newer than `run.json`.
///
/// # Errors
/// When a file is missing, of another format version, or broken; the message names the file and, where there is
/// one, the line.
pub fn read(folder: impl AsRef<Path>) -> Result<Run, ReadError> {
    let folder = folder.as_ref();
    let mut record = read_record(&folder.join(RUN_JSON))?;
    let timeline = read_timeline(&folder.join(TIMELINE_CSV), &record)?;
    let mut histograms = Histograms::new(&steps(&record));
    for second in read_latency(&folder.join(LATENCY_HLOG), &record)? {
        histograms.add(&second.histograms);
    }
    // The log has no place for it: a clamped value looks there like any of one hour.
    histograms.set_clamped(record.latency_clamped);
    if record.unfinished_at.is_some() {
        record.latency = histograms.latency();
        record.lateness_us = histograms.lateness();
    }
    Ok(Run { record, timeline, histograms })
}

/// Reads `latency.hlog` of a run folder second by second; for whoever looks at parts of a run.
///
/// # Errors
/// As [`read`].
pub fn read_seconds(folder: impl AsRef<Path>) -> Result<Vec<Interval>, ReadError> {
    let folder = folder.as_ref();
    let record = read_record(&folder.join(RUN_JSON))?;
    read_latency(&folder.join(LATENCY_HLOG), &record)
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

fn read_timeline(path: &Path, record: &RunRecord) -> Result<Timeline, ReadError> {
    let bytes = fs::read(path).map_err(ReadError::io(path))?;
    Timeline::from_csv(whole_lines(&bytes, record))
        .map_err(|reason| ReadError::Csv { path: path.to_owned(), reason })
}

fn read_latency(path: &Path, record: &RunRecord) -> Result<Vec<Interval>, ReadError> {
    let log = fs::read(path).map_err(ReadError::io(path))?;
    intervals(&steps(record), whole_lines(&log, record)).map_err(|(line, reason)| ReadError::Latency {
        path: path.to_owned(),
        line,
        reason,
    })
}

fn steps(record: &RunRecord) -> Steps {
    Steps::new(record.latency.keys().map(String::as_str))
}

/// All of a file that was finished; of one that was still growing, the lines that were.
fn whole_lines<'a>(bytes: &'a [u8], record: &RunRecord) -> &'a [u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if record.unfinished_at.is_some() { &bytes[..end] } else { bytes }
}
