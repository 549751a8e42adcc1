//! `latency.hlog`: an HdrHistogram interval log V2, one line for each second, step and kind, tagged `step.kind`.
//!
//! The Java and Python tools read it. Times are seconds since the log's `BaseTime`, the schedule's zero; values are
//! microseconds.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{
    IntervalLogHistogram, IntervalLogIterator, IntervalLogWriterBuilder, IntervalLogWriterError, LogEntry,
    LogIteratorError, Tag,
};
use hdrhistogram::serialization::{Deserializer, V2DeflateSerializeError, V2DeflateSerializer};

use crate::error::WriteError;
use crate::histograms::{Histograms, Kind, Steps, is_taggable};
use crate::recorder::Interval;
use crate::write::GrowingFile;

const ONE_SECOND: Duration = Duration::from_secs(1);

/// `latency.hlog` while it is being written, and the sum of all that was pushed.
pub struct LatencyLog {
    file: GrowingFile,
    serializer: V2DeflateSerializer,
    totals: Histograms,
}

impl std::fmt::Debug for LatencyLog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LatencyLog").field("file", &self.file).finish_non_exhaustive()
    }
}

impl LatencyLog {
    pub(crate) fn begin(
        mut file: GrowingFile,
        steps: &Steps,
        started_at: DateTime<Utc>,
    ) -> Result<LatencyLog, WriteError> {
        let mut serializer = V2DeflateSerializer::new();
        file.append(|file| write_head(file, &mut serializer, started_at.into()))?;
        Ok(LatencyLog { file, serializer, totals: Histograms::new(steps) })
    }

    /// Adds one second to the totals, and to the log. Seconds are pushed in order.
    ///
    /// # Errors
    /// When the system refuses; the totals have the second nevertheless.
    pub fn push(&mut self, interval: &Interval) -> Result<(), WriteError> {
        self.totals.add(&interval.histograms);
        let serializer = &mut self.serializer;
        self.file.append(|file| write_interval(file, serializer, interval))
    }

    /// All seconds pushed so far, added up.
    #[must_use]
    pub fn totals(&self) -> &Histograms {
        &self.totals
    }

    /// Brings the log to the disk and hands over the totals.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn finish(self) -> Result<Histograms, WriteError> {
        self.file.finish()?;
        Ok(self.totals)
    }
}

fn write_head(
    file: &mut BufWriter<File>,
    serializer: &mut V2DeflateSerializer,
    started_at: SystemTime,
) -> io::Result<()> {
    IntervalLogWriterBuilder::new()
        .add_comment("[Histogram log format version 1.3]")
        .add_comment("[lonjakan: microseconds, a line for each second and tag step.kind]")
        .with_start_time(started_at)
        .with_base_time(started_at)
        .begin_log_with(file, serializer)
        .map(drop)
}

fn write_interval(
    file: &mut BufWriter<File>,
    serializer: &mut V2DeflateSerializer,
    interval: &Interval,
) -> io::Result<()> {
    // A builder without headers writes nothing of its own, so each second can have a writer to itself.
    let mut log = IntervalLogWriterBuilder::new().begin_log_with(file, serializer)?;
    let start = Duration::from_secs(interval.second.into());
    for (step, kind, histogram) in interval.histograms.iter() {
        let tag = format!("{step}.{}", kind.name());
        log.write_histogram(histogram, start, ONE_SECOND, Tag::new(&tag)).map_err(reason_of)?;
    }
    Ok(())
}

fn reason_of(failure: IntervalLogWriterError<V2DeflateSerializeError>) -> io::Error {
    match failure {
        IntervalLogWriterError::IoError(reason)
        | IntervalLogWriterError::SerializeError(V2DeflateSerializeError::IoError(reason)) => reason,
        IntervalLogWriterError::SerializeError(other) => io::Error::other(other.to_string()),
    }
}

/// Reads all intervals of a log, in order; an error carries the line from 1 and what is wrong with it.
pub(crate) fn intervals(steps: &Steps, log: &[u8]) -> Result<Vec<Interval>, (usize, String)> {
    let mut deserializer = Deserializer::new();
    let mut seconds: BTreeMap<u32, Histograms> = BTreeMap::new();
    for entry in IntervalLogIterator::new(log) {
        match entry {
            Ok(LogEntry::Interval(interval)) => {
                let second = u32::try_from(interval.start_timestamp().as_secs()).unwrap_or(u32::MAX);
                let histograms = seconds.entry(second).or_insert_with(|| Histograms::new(steps));
                add_interval(histograms, &mut deserializer, &interval)
                    .map_err(|reason| (line_at(log, offset_in(log, interval.encoded_histogram())), reason))?;
            }
            Ok(LogEntry::StartTime(_) | LogEntry::BaseTime(_)) => {}
            Err(LogIteratorError::ParseError { offset }) => {
                return Err((line_at(log, offset), "not an entry of an interval log".to_owned()));
            }
        }
    }
    Ok(seconds.into_iter().map(|(second, histograms)| Interval { second, histograms }).collect())
}

fn add_interval(
    totals: &mut Histograms,
    deserializer: &mut Deserializer,
    interval: &IntervalLogHistogram<'_>,
) -> Result<(), String> {
    let tag = interval.tag().ok_or("an interval without a tag")?;
    let (step, kind) =
        split_tag(tag.as_str()).ok_or_else(|| format!("tag {:?} is not step.kind", tag.as_str()))?;
    let bytes = STANDARD.decode(interval.encoded_histogram()).map_err(|broken| broken.to_string())?;
    let histogram: Histogram<u64> =
        deserializer.deserialize(&mut bytes.as_slice()).map_err(|broken| broken.to_string())?;
    totals.add_histogram(step, kind, &histogram).ok_or_else(|| "a latency over one hour".to_owned())
}

fn split_tag(tag: &str) -> Option<(&str, Kind)> {
    let (step, kind) = tag.rsplit_once('.')?;
    Some((step, Kind::from_name(kind)?)).filter(|_| is_taggable(step))
}

fn offset_in(whole: &[u8], part: &str) -> usize {
    part.as_ptr().addr() - whole.as_ptr().addr()
}

fn line_at(log: &[u8], offset: usize) -> usize {
    1 + log[..offset.min(log.len())].iter().filter(|byte| **byte == b'\n').count()
}
