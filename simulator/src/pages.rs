//! The pages of a run's folder, and of a search's.

use crate::exit::CommandError;
use record::{CapacityRecord, OUTCOMES_CSV, Run, RunFolder, WriteError};
use reports::Lang;
use std::path::PathBuf;

const REPORT_HTML: &str = "report.html";
const JUNIT_XML: &str = "junit.xml";
const CAPACITY_HTML: &str = "capacity.html";

/// Removes what an earlier run left in the folder: pages of another record would mislead.
///
/// # Errors
/// When the folder refuses.
pub(crate) fn withdraw(folder: &RunFolder) -> Result<(), WriteError> {
    [REPORT_HTML, JUNIT_XML, OUTCOMES_CSV].into_iter().try_for_each(|name| folder.remove(name))
}

/// Writes page and JUnit report, and says where the page is.
///
/// # Errors
/// When the folder refuses.
pub(crate) fn write(folder: &RunFolder, run: &Run, lang: Lang) -> Result<PathBuf, CommandError> {
    put(folder, JUNIT_XML, &reports::junit(&run.record))?;
    put(folder, REPORT_HTML, &reports::page(run, lang))
}

/// Writes the page of a search for capacity, and says where it is.
///
/// # Errors
/// When the folder refuses.
pub(crate) fn write_capacity(
    folder: &RunFolder,
    record: &CapacityRecord,
    lang: Lang,
) -> Result<PathBuf, CommandError> {
    put(folder, CAPACITY_HTML, &reports::capacity_page(record, lang))
}

fn put(folder: &RunFolder, name: &str, text: &str) -> Result<PathBuf, CommandError> {
    folder.write_text(name, text).map_err(|error| CommandError::Usage(error.to_string()))?;
    Ok(folder.path().join(name))
}
