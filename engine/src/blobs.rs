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
    /// The first number of this run.
    start: u64,
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
        Ok(Blobs { folder, next: AtomicU64::new(start), start })
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

    /// Removes a file that nothing refers to any longer. One that is gone already is no trouble.
    pub(crate) fn remove(&self, name: &str) {
        match fs::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a document that nothing refers to cannot be removed");
            }
            _ => {}
        }
    }

    /// Names on `shelf` that earlier runs have written and `is_kept` doesn't know. Files of other names are left alone.
    ///
    /// # Errors
    /// Where the shelf cannot be read; what cannot be judged counts as kept.
    pub(crate) fn orphans<E>(
        &self,
        shelf: u8,
        is_kept: impl Fn(DraftId, &str) -> Result<bool, E>,
    ) -> io::Result<Vec<String>> {
        let shelf = format!("{shelf:02x}");
        let mut orphans = Vec::new();
        for entry in fs::read_dir(self.folder.join(&shelf))? {
            let Ok(file) = entry?.file_name().into_string() else { continue };
            let Some((draft, number)) = read_name(&file) else { continue };
            let name = format!("{shelf}/{file}");
            if number < self.start && matches!(is_kept(draft, &name), Ok(false)) {
                orphans.push(name);
            }
        }
        Ok(orphans)
    }
}

/// The draft and the number in a file's name, see [`Blobs::put`].
fn read_name(file: &str) -> Option<(DraftId, u64)> {
    let (draft, rest) = file.split_once('-')?;
    let (_, number) = rest.rsplit_once('-')?;
    Some((draft.parse().ok()?, u64::from_str_radix(number, 16).ok()?))
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
    fn what_earlier_runs_left_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let id = DraftId([0xab; 16]);
        let earlier = Blobs::open(folder.path().to_owned(), 7).unwrap();
        let kept = earlier.put(id, DocumentKind::Ktp, b"one").unwrap();
        let orphan = earlier.put(id, DocumentKind::Swafoto, b"two").unwrap();
        fs::write(folder.path().join("ab/notes.txt"), b"somebody's").unwrap();
        let now = Blobs::open(folder.path().to_owned(), 100).unwrap();
        now.put(id, DocumentKind::Ktp, b"three").unwrap();
        let orphans = |shelf| now.orphans(shelf, |draft, name| Ok::<_, ()>(draft == id && name == kept));
        assert_eq!(orphans(0xab).unwrap(), [orphan]);
        assert_eq!(orphans(0xac).unwrap(), [""; 0]);
        // Where the register cannot be read, everything stays.
        assert_eq!(now.orphans(0xab, |_, _| Err(())).unwrap(), [""; 0]);
        fs::remove_dir(folder.path().join("ac")).unwrap();
        assert!(orphans(0xac).is_err());
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
