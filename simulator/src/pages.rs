//! The pages of a run folder.

use crate::exit::CommandError;
use record::{OUTCOMES_CSV, Run, RunFolder, WriteError};
use reports::Lang;
use std::path::PathBuf;

const REPORT_HTML: &str = "report.html";
const JUNIT_XML: &str = "junit.xml";

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
    let usage = |error: WriteError| CommandError::Usage(error.to_string());
    folder.write_text(REPORT_HTML, &reports::page(run, lang)).map_err(usage)?;
    folder.write_text(JUNIT_XML, &reports::junit(&run.record)).map_err(usage)?;
    Ok(folder.path().join(REPORT_HTML))
}
