//! Messages as files in the form of RFC 5322: each appears whole, under a name of its own.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder of messages.
pub(crate) struct Files(Arc<PathBuf>);

impl Files {
    pub(super) fn within(folder: PathBuf) -> Files {
        Files(Arc::new(folder))
    }

    /// Brings `letter` to disk as `name`.eml.
    pub(super) async fn write(&self, name: String, letter: Vec<u8>) -> io::Result<()> {
        let folder = Arc::clone(&self.0);
        let written = tokio::task::spawn_blocking(move || write_whole(&folder, &name, &letter));
        written.await.map_err(io::Error::other)?
    }
}

fn write_whole(folder: &Path, name: &str, letter: &[u8]) -> io::Result<()> {
    let (part, whole) = (folder.join(format!(".{name}.part")), folder.join(format!("{name}.eml")));
    let mut file = File::create(&part)?;
    file.write_all(letter)?;
    file.sync_data()?;
    fs::rename(part, whole)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_message_is_there_whole_and_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        let files = Files::within(folder.path().join("a/b"));
        for _ in 0..2 {
            files.write("1-2".to_owned(), b"text".to_vec()).await.unwrap();
        }
        let names: Vec<_> = fs::read_dir(folder.path().join("a/b"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["1-2.eml"]);
        assert_eq!(fs::read(folder.path().join("a/b/1-2.eml")).unwrap(), b"text");
        fs::remove_dir_all(folder.path().join("a")).unwrap();
        assert!(files.write("1-2".to_owned(), b"text".to_vec()).await.is_err());
    }
}
