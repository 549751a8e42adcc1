//! The run folder: the one asked for, or a new one by scenario and time.

use crate::exit::CommandError;
use chrono::Utc;
use record::{RunFolder, WriteError};
use std::path::{Path, PathBuf};

const RUNS: &str = "target/runs";

/// Makes it.
///
/// # Errors
/// When the system refuses.
pub(in crate::commands) fn create(out: Option<&Path>, scenario: &str) -> Result<RunFolder, CommandError> {
    let path = match out {
        Some(path) => path.to_owned(),
        None => unused(&Path::new(RUNS).join(format!("{scenario}-{}", Utc::now().format("%Y%m%dT%H%M%SZ")))),
    };
    RunFolder::create(path).map_err(|error: WriteError| CommandError::Usage(error.to_string()))
}

/// Two runs may begin within one second.
fn unused(path: &Path) -> PathBuf {
    let numbered = |number: u32| PathBuf::from(format!("{}-{number}", path.display()));
    let candidates = std::iter::once(path.to_owned()).chain((2..).map(numbered));
    candidates.into_iter().find(|candidate| !candidate.exists()).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_of_the_same_second_gets_another_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("smoke");
        assert_eq!(unused(&path), path);
        std::fs::create_dir(&path).unwrap();
        assert_eq!(unused(&path), folder.path().join("smoke-2"));
        std::fs::create_dir(folder.path().join("smoke-2")).unwrap();
        assert_eq!(unused(&path), folder.path().join("smoke-3"));
    }
}
