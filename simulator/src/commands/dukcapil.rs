//! `lonjakan dukcapil`: the stand-in of the population registry by itself.

use super::{print, read_text, stdout};
use crate::cli::{ChildArgs, DukcapilArgs};
use crate::exit::{CommandError, Exit};
use crate::interrupt::asked_to_end;
use crate::launch::{Addresses, announce, listen, own_address, runtime, take_cores};
use dukcapil::{CONFIG_REFERENCE, Config};

/// Runs the command until it is told to end.
///
/// # Errors
/// Wrong settings, or a used port.
pub(crate) fn run(args: &DukcapilArgs) -> Result<Exit, CommandError> {
    let Some(file) = &args.config else {
        print(&mut stdout()?, CONFIG_REFERENCE)?;
        return Ok(Exit::Good);
    };
    let config = Config::parse(&file.display().to_string(), &read_text(file)?)
        .map_err(|error| CommandError::Usage(error.to_string()))?;
    take_cores(&args.child)?;
    runtime(config.worker_threads)?.block_on(serve(config, &args.child))?;
    Ok(Exit::Good)
}

async fn serve(config: Config, child: &ChildArgs) -> Result<(), CommandError> {
    let listener = listen(config.listen).await?;
    let ended = asked_to_end(child.end_with_stdin)
        .map_err(|error| CommandError::Usage(format!("cannot handle signals: {error}")))?;
    let address = own_address(&listener)?;
    announce("registry stand-in", Addresses { listen: address, operations: address }, child)?;
    if let Err(error) = dukcapil::run(listener, config, dukcapil::Clock::system(), ended).await {
        tracing::warn!(%error, "ended late");
    }
    Ok(())
}
