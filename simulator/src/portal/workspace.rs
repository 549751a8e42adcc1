//! The private folder of a run's services. One that is left, because surge and engine were killed together, is removed at the next
//! start in the same run folder: nobody holds its lock any more.

use crate::exit::CommandError;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Where the services keep what is not for others: settings with keys, and the store. On the same disk as the
/// run folder, so that a flush there is a flush.
#[derive(Debug)]
pub(crate) enum Workspace {
    /// Removed with everything in it when this is dropped; the lock is held until then.
    Passing { folder: TempDir, _lock: File },
    /// Left for whoever asked for it.
    Kept(PathBuf),
}

/// Where settings and store stay if they are to be kept.
const KEPT: &str = "engine";

/// Begins the name of a folder that does not stay.
const PASSING: &str = ".engine-";

/// Locked as long as the surge lives.
const LOCK: &str = "lock";

impl Workspace {
    /// A private folder inside the run folder.
    ///
    /// # Errors
    /// When the system refuses, or a store was kept there before.
    pub(crate) fn create(folder: &Path, keep: bool) -> Result<Workspace, CommandError> {
        let refused =
            |error: io::Error| CommandError::Usage(format!("cannot write to {}: {error}", folder.display()));
        let folder = std::path::absolute(folder).map_err(refused)?;
        remove_leftovers(&folder).map_err(refused)?;
        if !keep {
            return Workspace::passing_in(&folder).map_err(refused);
        }
        let kept = folder.join(KEPT);
        if kept.exists() {
            let path = kept.display();
            return Err(CommandError::Usage(format!(
                "{path} holds the store of another run: remove it, or choose another --out"
            )));
        }
        DirBuilder::new().mode(0o700).create(&kept).map_err(refused)?;
        Ok(Workspace::Kept(kept))
    }

    fn passing_in(folder: &Path) -> io::Result<Workspace> {
        let private = Permissions::from_mode(0o700);
        let made = tempfile::Builder::new().prefix(PASSING).permissions(private).tempdir_in(folder)?;
        let lock = File::create(made.path().join(LOCK))?;
        lock.lock()?;
        Ok(Workspace::Passing { folder: made, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Workspace::Passing { folder, .. } => folder.path(),
            Workspace::Kept(folder) => folder,
        }
    }

    /// The folder, where it is to be removed.
    pub(super) fn passing(&self) -> Option<&Path> {
        match self {
            Workspace::Passing { folder, .. } => Some(folder.path()),
            Workspace::Kept(_) => None,
        }
    }

    pub(super) fn store(&self) -> PathBuf {
        self.path().join("store")
    }
}

fn remove_leftovers(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with(PASSING) && is_abandoned(&path) {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

/// Whether its lock could be had. One without a lock is being made at this moment, or is none of ours.
fn is_abandoned(path: &Path) -> bool {
    File::open(path.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workspaces_are_private_and_pass_or_stay() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let passing = Workspace::create(folder.path(), false).unwrap();
        let path = passing.path().to_owned();
        assert_eq!(mode(&path), 0o700);
        drop(passing);
        assert!(!path.exists());
        let kept = Workspace::create(folder.path(), true).unwrap();
        let path = kept.path().to_owned();
        assert_eq!(mode(&path), 0o700);
        drop(kept);
        assert!(path.exists());
        let again = Workspace::create(folder.path(), true).unwrap_err().to_string();
        assert!(
            again.ends_with("holds the store of another run: remove it, or choose another --out"),
            "{again}"
        );
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_a_living_one_holds_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let living = Workspace::create(folder.path(), false).unwrap();
        // As kill -9 leaves it: the folder stands, and nobody holds the lock.
        let left = folder.path().join(".engine-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("engine.toml"), "").unwrap();
        let other = folder.path().join(".engine-of-somebody");
        fs::create_dir(&other).unwrap();
        let next = Workspace::create(folder.path(), false).unwrap();
        assert!(!left.exists());
        assert!(living.path().exists() && next.path().exists() && other.exists());
    }
}
