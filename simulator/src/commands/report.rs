//! `lonjakan report`: the pages of a run again, from its record.

use super::{print, stdout};
use crate::cli::{Language, ReportArgs};
use crate::exit::{CommandError, Exit};
use crate::pages;
use record::{ReadError, RunFolder};
use reports::Lang;

/// Runs the command.
///
/// # Errors
/// A folder that is no run, or that cannot be written to.
pub(crate) fn run(args: &ReportArgs) -> Result<Exit, CommandError> {
    let run = record::read(&args.run).map_err(|error: ReadError| CommandError::Usage(error.to_string()))?;
    let folder = RunFolder::create(&args.run).map_err(|error| CommandError::Usage(error.to_string()))?;
    let lang = match args.lang {
        Language::En => Lang::En,
        Language::Id => Lang::Id,
    };
    let page = pages::write(&folder, &run, lang)?;
    let mut results = stdout()?;
    let text = reports::verdict_text(&run.record, Some(&page), results.are_coloured());
    print(&mut results, &text)?;
    Ok(Exit::Good)
}
