//! Writes a run folder.
//!
//! `run.json` and pages appear whole or not at all: they are written beside their place and then renamed. What grows
//! with the run, `latency.hlog` and the rows of `timeline.csv`, is appended and handed to the system second by second,
//! so that a program that is killed leaves behind what it had measured.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use tempfile::NamedTempFile;

use crate::applicants::{self, ApplicantRow};
use crate::error::WriteError;
use crate::format::RunRecord;
use crate::histograms::Steps;
use crate::hlog::LatencyLog;
use crate::timeline::{Timeline, TimelineLog};

/// The record.
pub const RUN_JSON: &str = "run.json";
/// The run second by second.
pub const TIMELINE_CSV: &str = "timeline.csv";
/// The histograms of each second.
pub const LATENCY_HLOG: &str = "latency.hlog";

/// What became of each applicant; only where it was asked for.
pub const OUTCOMES_CSV: &str = "outcomes.csv";

/// A folder that a run is written to.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes the folder with its parents. One that exists is used as it is, and its files are replaced.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn create(path: impl Into<PathBuf>) -> Result<RunFolder, WriteError> {
        let path = path.into();
        fs::create_dir_all(&path).map_err(WriteError::io(&path))?;
        Ok(RunFolder { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins `latency.hlog` in its place; it grows with every second that is pushed.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn begin_latency(&self, steps: &Steps, started_at: DateTime<Utc>) -> Result<LatencyLog, WriteError> {
        LatencyLog::begin(GrowingFile::begin(&self.path.join(LATENCY_HLOG))?, steps, started_at)
    }

    /// Begins `timeline.csv` in its place; it grows with every row that is pushed.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn begin_timeline(&self) -> Result<TimelineLog, WriteError> {
        TimelineLog::begin(GrowingFile::begin(&self.path.join(TIMELINE_CSV))?)
    }

    /// Writes `outcomes.csv`.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn write_applicants(&self, rows: impl Iterator<Item = ApplicantRow>) -> Result<(), WriteError> {
        let mut file = GrowingFile::begin(&self.path.join(OUTCOMES_CSV))?;
        file.append(|file| applicants::write(file, rows))?;
        file.finish()
    }

    /// Removes a file of an earlier run, if there is one.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove(&self, name: &str) -> Result<(), WriteError> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(reason) if reason.kind() != io::ErrorKind::NotFound => Err(WriteError::Io { path, reason }),
            _ => Ok(()),
        }
    }

    /// Writes `run.json`.
    ///
    /// # Errors
    /// When the system refuses, or a number is not finite.
    pub fn write_record(&self, record: &RunRecord) -> Result<(), WriteError> {
        let path = self.path.join(RUN_JSON);
        let unreadable = |reason| WriteError::Unreadable { path: path.clone(), reason };
        let mut text = serde_json::to_string_pretty(record).map_err(unreadable)?;
        text.push('\n');
        // JSON has no word for NaN: serde writes null, which no reader would take for a number.
        serde_json::from_str::<RunRecord>(&text).map_err(unreadable)?;
        self.write_text(RUN_JSON, &text)
    }

    /// Writes `timeline.csv`.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn write_timeline(&self, timeline: &Timeline) -> Result<(), WriteError> {
        let path = self.path.join(TIMELINE_CSV);
        let text = timeline.to_csv().map_err(WriteError::csv(&path))?;
        self.write_text(TIMELINE_CSV, &text)
    }

    /// Writes any other file of the folder: a page, a JUnit report.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn write_text(&self, name: &str, text: &str) -> Result<(), WriteError> {
        let path = self.path.join(name);
        let mut file = PendingFile::begin(&path)?;
        file.write_all(text.as_bytes()).map_err(WriteError::io(&path))?;
        file.finish()
    }
}

/// A file that is in its place from the start, and grows.
#[derive(Debug)]
pub(crate) struct GrowingFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl GrowingFile {
    /// Empties the file, or makes it.
    pub(crate) fn begin(path: &Path) -> Result<GrowingFile, WriteError> {
        let file = File::create(path).map_err(WriteError::io(path))?;
        Ok(GrowingFile { path: path.to_owned(), file: BufWriter::new(file) })
    }

    /// Has something written, and hands it to the system: from then on it outlives this process.
    pub(crate) fn append(
        &mut self,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        write(&mut self.file).and_then(|()| self.file.flush()).map_err(WriteError::io(&self.path))
    }

    /// Brings the bytes to the disk.
    pub(crate) fn finish(self) -> Result<(), WriteError> {
        match self.file.get_ref().sync_all() {
            // A device or pipe has no disk to go to.
            Err(reason) if reason.kind() == io::ErrorKind::InvalidInput => Ok(()),
            synced => synced.map_err(WriteError::io(&self.path)),
        }
    }
}

/// A file that is not in its place yet.
#[derive(Debug)]
pub(crate) struct PendingFile {
    /// The path as the user knows it, for messages.
    path: PathBuf,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    /// Beside its place; renamed onto `target` at the end, removed if that is never reached.
    Beside { file: BufWriter<NamedTempFile>, target: PathBuf },
    /// A device or pipe, which cannot be replaced by renaming.
    InPlace(BufWriter<File>),
}

impl PendingFile {
    /// Follows a symbolic link, so that a file that is kept elsewhere stays there.
    pub(crate) fn begin(path: &Path) -> Result<PendingFile, WriteError> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let sink = open(&target).map_err(WriteError::io(path))?;
        Ok(PendingFile { path: path.to_owned(), sink })
    }

    /// Brings the bytes to the disk and the file to its place.
    pub(crate) fn finish(self) -> Result<(), WriteError> {
        let path = self.path;
        finish(self.sink).map_err(WriteError::io(&path))
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Beside { file, .. } => file.write(bytes),
            Sink::InPlace(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Beside { file, .. } => file.flush(),
            Sink::InPlace(file) => file.flush(),
        }
    }
}

fn open(target: &Path) -> io::Result<Sink> {
    if fs::metadata(target).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return Ok(Sink::InPlace(BufWriter::new(File::options().write(true).open(target)?)));
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    // Readable by all that the umask admits, as any file is; a temporary file would be for its owner only.
    let readable = fs::Permissions::from_mode(0o666);
    let file = tempfile::Builder::new().prefix(".writing-").permissions(readable).tempfile_in(folder)?;
    Ok(Sink::Beside { file: BufWriter::new(file), target: target.to_owned() })
}

fn finish(sink: Sink) -> io::Result<()> {
    match sink {
        Sink::Beside { file, target } => {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_all()?;
            file.persist(&target).map_err(|refused| refused.error)?;
            Ok(())
        }
        Sink::InPlace(mut file) => file.flush(),
    }
}
