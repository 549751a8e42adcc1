//! `lonjakan compare`: runs side by side.

use super::{print, stdout};
use crate::cli::CompareArgs;
use crate::exit::{CommandError, Exit};
use record::{ReadError, read, read_seconds};
use reports::{Subject, compare, compare_page, compare_text};
use std::path::Path;

/// Runs the command. Runs that cannot be compared are no error: it is said, and the figures stand beside it.
///
/// # Errors
/// Folders that are no runs; a page that cannot be written.
pub(crate) fn run(args: &CompareArgs) -> Result<Exit, CommandError> {
    let base = subject(&args.base)?;
    let others = args.others.iter().map(|path| subject(path)).collect::<Result<Vec<_>, _>>()?;
    let comparison = compare(&base, &others, args.window);
    if let Some(path) = &args.html {
        std::fs::write(path, compare_page(&comparison, args.lang.into()))
            .map_err(|error| CommandError::Usage(format!("cannot write {}: {error}", path.display())))?;
    }
    let text = if args.json {
        let json = serde_json::to_string_pretty(&comparison)
            .map_err(|error| CommandError::defect(error.to_string()))?;
        format!("{json}\n")
    } else {
        compare_text(&comparison)
    };
    print(&mut stdout()?, &text)?;
    Ok(Exit::Good)
}

fn subject(path: &Path) -> Result<Subject, CommandError> {
    let usage = |error: ReadError| CommandError::Usage(error.to_string());
    let (run, seconds) = (read(path).map_err(usage)?, read_seconds(path).map_err(usage)?);
    Ok(Subject { name: path.display().to_string(), run, seconds })
}
