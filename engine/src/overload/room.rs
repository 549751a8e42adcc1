//! What the waiting room keeps over a restart, in a file beside the register: its number, and three counters. The places themselves
//! are in the tokens that people hold.

use crate::files;
use admission::RoomCounters;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::{fs, io};

const FILE: &str = "room.json";
const FORMAT: u32 = 1;

/// The file, and what stands in it.
pub(super) struct RoomFile {
    path: PathBuf,
    kept: Kept,
    is_new: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: u32,
    /// Drawn once for a register: tokens of another one mean nothing here.
    room: u64,
    early: Option<u64>,
    issued: u64,
    serving: u64,
}

impl RoomFile {
    /// Reads the file in `folder`, or begins one.
    ///
    /// # Errors
    /// Where it cannot be read or written, or is damaged.
    pub(super) fn open(folder: &Path) -> io::Result<RoomFile> {
        let path = folder.join(FILE);
        let (kept, is_new) = match fs::read(&path) {
            Ok(bytes) => (read(&bytes)?, false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut room = [0; 8];
                getrandom::fill(&mut room).map_err(io::Error::other)?;
                let kept = Kept {
                    format: FORMAT,
                    room: u64::from_be_bytes(room),
                    early: None,
                    issued: 0,
                    serving: 0,
                };
                write(&path, kept)?;
                (kept, true)
            }
            Err(error) => return Err(error),
        };
        Ok(RoomFile { path, kept, is_new })
    }

    /// The room's number.
    pub(super) fn room(&self) -> u64 {
        self.kept.room
    }

    /// As an engine kept them that ran before, if one did: then people may come back who had a place.
    pub(super) fn counters(&self) -> Option<RoomCounters> {
        let Kept { early, issued, serving, .. } = self.kept;
        (!self.is_new).then_some(RoomCounters { early, issued, serving })
    }

    /// Keeps `counters`, unless they are as they were; when this returns they are on disk.
    ///
    /// # Errors
    /// Where they cannot be kept; the file is as it was.
    pub(super) fn keep(&mut self, counters: RoomCounters) -> io::Result<()> {
        let RoomCounters { early, issued, serving } = counters;
        let kept = Kept { early, issued, serving, ..self.kept };
        if kept != self.kept {
            write(&self.path, kept)?;
            self.kept = kept;
        }
        Ok(())
    }
}

fn read(bytes: &[u8]) -> io::Result<Kept> {
    let damaged = |cause: String| io::Error::other(format!("{FILE} is damaged: {cause}"));
    let kept: Kept = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    if kept.format == FORMAT {
        Ok(kept)
    } else {
        Err(damaged(format!("format {} instead of {FORMAT}", kept.format)))
    }
}

fn write(path: &Path, kept: Kept) -> io::Result<()> {
    files::replace(path, &serde_json::to_vec(&kept).map_err(io::Error::other)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = RoomFile::open(folder.path()).unwrap();
        assert_eq!(file.counters(), None);
        let counters = RoomCounters { early: Some(7), issued: 12, serving: 3 };
        file.keep(counters).unwrap();
        let again = RoomFile::open(folder.path()).unwrap();
        assert_eq!((again.room(), again.counters()), (file.room(), Some(counters)));
        let other = tempfile::tempdir().unwrap();
        assert_ne!(RoomFile::open(other.path()).unwrap().room(), file.room());
        for text in ["", "{}", r#"{"format":2,"room":1,"early":null,"issued":0,"serving":0}"#] {
            fs::write(folder.path().join(FILE), text).unwrap();
            let error = RoomFile::open(folder.path()).err().unwrap().to_string();
            assert!(error.starts_with("room.json is damaged: "), "{error}");
        }
    }
}
