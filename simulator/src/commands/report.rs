//! `lonjakan report`: the pages of a run or of a search for capacity again, from its record; or the schema of a kind of record.

use super::{capacity, print, stdout};
use crate::cli::{RecordFormat, ReportArgs};
use crate::exit::{CommandError, Exit};
use crate::pages;
use record::{CAPACITY_JSON, ReadError, RunFolder, read_capacity};

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
    let unreadable = |error: ReadError| CommandError::Usage(error.to_string());
    let folder = || RunFolder::create(path).map_err(|error| CommandError::Usage(error.to_string()));
    let mut results = stdout()?;
    // The folder of a search has the runs of its trials in folders of their own.
    let text = if path.join(CAPACITY_JSON).exists() {
        let record = read_capacity(path).map_err(unreadable)?;
        capacity::text(&record, &pages::write_capacity(&folder()?, &record, args.lang.into())?)
    } else {
        let run = record::read(path).map_err(unreadable)?;
        let page = pages::write(&folder()?, &run, args.lang.into())?;
        reports::verdict_text(&run.record, Some(&page), results.are_coloured())
    };
    print(&mut results, &text)?;
    Ok(Exit::Good)
}
