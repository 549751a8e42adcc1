//! What can go wrong with a run folder: each message names the path and the reason in one line.

use std::io;
use std::path::{Path, PathBuf};

use crate::format::FORMAT;

/// A run folder could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The system refused.
    #[error("cannot write {}: {}", path.display(), reason)]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        reason: io::Error,
    },
    /// The record would not be readable again, for instance because of a number that JSON cannot hold.
    #[error("cannot write {}: the record does not survive JSON: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        #[source]
        reason: serde_json::Error,
    },
}

/// A run folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused, mostly because there is no such file.
    #[error("cannot read {}: {}", path.display(), reason)]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        reason: io::Error,
    },
    /// Written by another version, or not a run record at all.
    #[error("{}: format is {found:?}, this program reads {FORMAT:?}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What its `format` key says.
        found: String,
    },
    /// Broken JSON, or a key that is missing or of the wrong type.
    #[error("{}: {reason}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        #[source]
        reason: serde_json::Error,
    },
    /// A row of the timeline that does not fit.
    #[error("{}: {reason}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line.
        #[source]
        reason: csv::Error,
    },
    /// An entry of the latency log that does not fit.
    #[error("{}:{line}: {reason}", path.display())]
    Latency {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

impl WriteError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
        move |reason| WriteError::Io { path: path.to_owned(), reason }
    }

    pub(crate) fn csv(path: &Path) -> impl FnOnce(csv::Error) -> WriteError {
        move |reason| WriteError::Io { path: path.to_owned(), reason: reason.into() }
    }
}

impl ReadError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> ReadError {
        move |reason| ReadError::Io { path: path.to_owned(), reason }
    }
}
