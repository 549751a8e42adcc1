//! Documents as files beside the register: a photo of 150 KB costs 2.55 times its bytes in sled, and once here.
//!
//! A file is on disk, with its name, before the upload is answered; a later upload has another name, so nothing is ever overwritten.

use crate::store::DraftId;
use domain::document::DocumentKind;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The folder of documents.
pub(crate) struct Blobs {
    folder: PathBuf,
    /// Told apart from names of earlier runs by the process's start, see [`Blobs::open`].
    next: AtomicU64,
}

impl Blobs {
    /// Opens `folder`, or makes it. Names of this run begin at `start`, which must be higher than any earlier: the time will do.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub(crate) fn open(folder: PathBuf, start: u64) -> io::Result<Blobs> {
        for shelf in 0..=u8::MAX {
            fs::create_dir_all(folder.join(format!("{shelf:02x}")))?;
        }
        Ok(Blobs { folder, next: AtomicU64::new(start) })
    }

    /// Keeps `bytes` and gives the name under which they are found.
    ///
    /// # Errors
    /// Where they could not be brought to disk; then no file is left.
    pub(crate) fn put(&self, draft: DraftId, kind: DocumentKind, bytes: &[u8]) -> io::Result<String> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let shelf = format!("{:02x}", draft.0[0]);
        let name = format!("{shelf}/{draft}-{kind}-{number:x}");
        let path = self.folder.join(&name);
        let written =
            write_to_disk(&path, bytes).and_then(|()| File::open(self.folder.join(shelf))?.sync_all());
        if let Err(error) = written {
            fs::remove_file(&path).ok();
            return Err(error);
        }
        Ok(name)
    }

    /// Removes a file that nothing refers to any longer.
    pub(crate) fn remove(&self, name: &str) {
        if let Err(error) = fs::remove_file(self.folder.join(name)) {
            tracing::warn!(%error, "a document that was replaced cannot be removed");
        }
    }
}

fn write_to_disk(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_apart_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().to_owned(), 7).unwrap();
        let id = DraftId([0xab; 16]);
        let first = blobs.put(id, DocumentKind::Ktp, b"one").unwrap();
        let second = blobs.put(id, DocumentKind::Ktp, b"two").unwrap();
        assert_eq!(fs::read(folder.path().join(&first)).unwrap(), b"one");
        assert_eq!(fs::read(folder.path().join(&second)).unwrap(), b"two");
        blobs.remove(&first);
        assert!(!folder.path().join(&first).exists());
        assert!(first.starts_with("ab/") && second.starts_with("ab/"));
    }

    #[test]
    fn a_failed_write_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().to_owned(), 7).unwrap();
        let shelf = folder.path().join("ab");
        fs::remove_dir(&shelf).unwrap();
        assert!(blobs.put(DraftId([0xab; 16]), DocumentKind::Ktp, b"one").is_err());
        assert!(!shelf.exists());
    }
}
