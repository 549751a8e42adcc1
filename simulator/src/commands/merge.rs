//! `lonjakan merge`: the parts of one run, brought by several machines, as one run folder.

use super::{print, stdout};
use crate::cli::MergeArgs;
use crate::exit::{CommandError, Exit};
use crate::judge::{Observed, evaluate};
use crate::pages;
use record::{Part, Run, RunFolder, Verdict, WriteError, merge, read, read_seconds};
use scenario::Problem;

/// Runs the command.
///
/// # Errors
/// Folders that are no runs, or not different parts of one; a folder that cannot be written to.
pub(crate) fn run(args: &MergeArgs) -> Result<Exit, CommandError> {
    let parts = args.runs.iter().map(|path| {
        let usage = |error: record::ReadError| CommandError::Usage(error.to_string());
        let (run, seconds) = (read(path).map_err(usage)?, read_seconds(path).map_err(usage)?);
        Ok(Part { name: path.display().to_string(), run, seconds })
    });
    let parts = parts.collect::<Result<Vec<_>, CommandError>>()?;
    let (mut run, seconds) = merge(parts).map_err(|error| CommandError::Usage(error.to_string()))?;
    judge(&mut run)?;

    let usage = |error: WriteError| CommandError::Usage(error.to_string());
    let folder = RunFolder::create(&args.out).map_err(usage)?;
    let mut log = folder.begin_latency(run.histograms.steps(), run.record.started_at).map_err(usage)?;
    seconds.iter().try_for_each(|second| log.push(second)).map_err(usage)?;
    log.finish().map_err(usage)?;
    folder.write_timeline(&run.timeline).map_err(usage)?;
    folder.write_record(&run.record).map_err(usage)?;
    let page = pages::write(&folder, &run, args.lang.into())?;
    let mut results = stdout()?;
    let text = reports::verdict_text(&run.record, Some(&page), results.are_coloured());
    print(&mut results, &text)?;
    Ok(Exit::of(&run.record.verdict))
}

/// The objectives of the scenario, held against the whole; not of a run that never came to its end.
fn judge(run: &mut Run) -> Result<(), CommandError> {
    let record = &run.record;
    if record.unfinished_at.is_some() {
        return Ok(());
    }
    let plan = scenario::parse(&record.scenario.file, &record.scenario.text)
        .map_err(|problems| CommandError::Problems(problems.iter().map(Problem::to_string).collect()))?;
    let observed = Observed {
        record,
        refused_wrongly: record.audit.refused_wrongly,
        registered_wrongly: record.audit.registered_wrongly,
    };
    let (objectives, verdict) = evaluate(&plan.objectives, observed);
    run.record.objectives = objectives;
    run.record.verdict = Verdict::new(run.record.verdict.generator, verdict, run.record.verdict.audit);
    Ok(())
}
