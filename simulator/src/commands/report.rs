//! `lonjakan report`: the pages of a run again, from its record; or the schema of a kind of record.

use super::{print, stdout};
use crate::cli::{RecordFormat, ReportArgs};
use crate::exit::{CommandError, Exit};
use crate::pages;
use record::{ReadError, RunFolder};

/// Runs the command.
///
/// # Errors
/// A folder that is no run, or that cannot be written to.
pub(crate) fn run(args: &ReportArgs) -> Result<Exit, CommandError> {
    let Some(path) = &args.run else {
        let schema = match args.schema {
            Some(RecordFormat::Capacity) => record::capacity_schema(),
            Some(RecordFormat::Run) | None => record::schema(),
        };
        let json =
            serde_json::to_string_pretty(&schema).map_err(|error| CommandError::defect(error.to_string()))?;
        print(&mut stdout()?, &format!("{json}\n"))?;
        return Ok(Exit::Good);
    };
    let run = record::read(path).map_err(|error: ReadError| CommandError::Usage(error.to_string()))?;
    let folder = RunFolder::create(path).map_err(|error| CommandError::Usage(error.to_string()))?;
    let page = pages::write(&folder, &run, args.lang.into())?;
    let mut results = stdout()?;
    let text = reports::verdict_text(&run.record, Some(&page), results.are_coloured());
    print(&mut results, &text)?;
    Ok(Exit::Good)
}
