//! The verdict for the terminal: some fifteen aligned lines.

use std::path::Path;

use record::RunRecord;

/// The verdict as text that ends with a line break; `page` is where the report was written, if it was.
#[must_use]
pub fn verdict_text(record: &RunRecord, page: Option<&Path>, color: bool) -> String {
    let _ = (page, color);
    format!("{}\n", record.scenario.name)
}
