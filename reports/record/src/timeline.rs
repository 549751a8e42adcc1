//! `timeline.csv`: the run second by second.

use std::io::Write as _;

use serde::{Deserialize, Serialize};

use crate::error::WriteError;
use crate::histograms::{Histograms, Kind};
use crate::summary::Quantiles;
use crate::write::GrowingFile;

/// The header, written also where there is no row.
const COLUMNS: [&str; 16] = [
    "second",
    "arrivals_intended",
    "arrivals_started",
    "completed",
    "refused",
    "failed",
    "in_flight",
    "requests",
    "response_us_p50",
    "response_us_p99",
    "service_us_p50",
    "service_us_p99",
    "lateness_us_p99",
    "engine_cpu_share",
    "generator_cpu_share",
    "abandoned",
];

/// All seconds of a run, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timeline {
    /// A row a second; seconds in which nothing happened may be absent.
    pub rows: Vec<TimelineRow>,
}

impl Timeline {
    /// The file's text, with a header line.
    pub(crate) fn to_csv(&self) -> Result<String, csv::Error> {
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        writer.write_record(COLUMNS)?;
        for row in &self.rows {
            writer.serialize(row)?;
        }
        let bytes = writer.into_inner().map_err(|failed| failed.into_error())?;
        Ok(String::from_utf8(bytes).expect("numbers and commas are ASCII"))
    }

    /// Columns are matched by name, so that files with columns of a later release are read too.
    pub(crate) fn from_csv(text: &[u8]) -> Result<Timeline, csv::Error> {
        let rows = csv::Reader::from_reader(text).deserialize().collect::<Result<_, _>>()?;
        Ok(Timeline { rows })
    }
}

/// `timeline.csv` while the run goes on. What its rows say may still change: the whole file is written anew at the end.
#[derive(Debug)]
pub struct TimelineLog {
    file: GrowingFile,
}

impl TimelineLog {
    pub(crate) fn begin(mut file: GrowingFile) -> Result<TimelineLog, WriteError> {
        let head = Timeline::default().to_csv().expect("a header is text");
        file.append(|file| file.write_all(head.as_bytes()))?;
        Ok(TimelineLog { file })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn push(&mut self, row: &TimelineRow) -> Result<(), WriteError> {
        self.file.append(|file| {
            let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(file);
            writer.serialize(row)?;
            writer.flush()
        })
    }
}

/// One second. Latencies are absent where nothing was measured, shares where they could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct TimelineRow {
    /// Seconds since the schedule's zero.
    pub second: u32,
    /// Applicants whose instant lies in this second, by arithmetic.
    pub arrivals_intended: u64,
    /// Applicants who were sent on their way in this second.
    pub arrivals_started: u64,
    /// Registrations completed.
    pub completed: u64,
    /// Applicants refused for a reason of their own.
    pub refused: u64,
    /// Applicants who could not be served, gave up, or were not sent.
    pub failed: u64,
    /// Applicants under way at the end of the second.
    pub in_flight: u64,
    /// Requests answered, failed or timed out.
    pub requests: u64,
    /// Response of the requests of this second, median.
    pub response_us_p50: Option<u64>,
    /// The same, 99th percentile.
    pub response_us_p99: Option<u64>,
    /// Service of the requests of this second, median.
    pub service_us_p50: Option<u64>,
    /// The same, 99th percentile.
    pub service_us_p99: Option<u64>,
    /// Lateness of the generator, 99th percentile.
    pub lateness_us_p99: Option<u64>,
    /// CPU of the engine, in cores.
    pub engine_cpu_share: Option<f64>,
    /// CPU of the generator, in cores.
    pub generator_cpu_share: Option<f64>,
    /// Of `failed`: who gave up.
    #[serde(default)]
    pub abandoned: u64,
}

impl TimelineRow {
    /// Fills in the five latency columns from what the second's requests measured.
    pub fn set_latency(&mut self, second: &Histograms) {
        let of = |kind| Some(Quantiles::of(&second.requests(kind))).filter(|quantiles| quantiles.count > 0);
        let (response, service, lateness) = (of(Kind::Response), of(Kind::Service), of(Kind::Lateness));
        self.response_us_p50 = response.map(|quantiles| quantiles.p50);
        self.response_us_p99 = response.map(|quantiles| quantiles.p99);
        self.service_us_p50 = service.map(|quantiles| quantiles.p50);
        self.service_us_p99 = service.map(|quantiles| quantiles.p99);
        self.lateness_us_p99 = lateness.map(|quantiles| quantiles.p99);
    }
}
