//! The pages of a run folder.

use crate::exit::CommandError;
use record::{Run, RunFolder, WriteError};
use reports::Lang;
use std::path::PathBuf;

const REPORT_HTML: &str = "report.html";
const JUNIT_XML: &str = "junit.xml";

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
