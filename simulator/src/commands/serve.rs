//! `lonjakan serve`: the engine by itself.

use super::{print, read_text, stdout};
use crate::cli::ServeArgs;
use crate::exit::{CommandError, Exit};
use crate::launch;

/// Runs the command until it is told to end.
///
/// # Errors
/// Wrong settings, a used port, a store that cannot be opened.
pub(crate) fn run(args: &ServeArgs) -> Result<Exit, CommandError> {
    let Some(config) = &args.config else {
        print(&mut stdout()?, launch::ENGINE_REFERENCE)?;
        return Ok(Exit::Good);
    };
    launch::serve(&config.display().to_string(), &read_text(config)?, &args.child)?;
    Ok(Exit::Good)
}
