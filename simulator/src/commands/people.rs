//! `lonjakan people`: synthetic applicants as JSON lines.

use super::{print, read_plan, stdout};
use crate::cli::PeopleArgs;
use crate::exit::{CommandError, Exit};
use crate::output::{Reader, say};
use crate::today;
use domain::Limits;
use people::{Census, Crowd, Population, Regions, Shares};
use std::time::Instant;

/// Without a scenario: as many people as there were accounts in 2018.
const POPULATION: u64 = 4_436_694;

const SEED: u64 = 1;

/// Applicants that are written at once.
const BATCH: u64 = 256;

/// Runs the command.
///
/// # Errors
/// A range or population that cannot be, or a stdout that refuses.
pub(crate) fn run(args: &PeopleArgs) -> Result<Exit, CommandError> {
    let crowd = crowd(args)?;
    let end = args.first.checked_add(args.count).filter(|&end| end <= crowd.population().size()).ok_or_else(
        || {
            let size = crowd.population().size();
            CommandError::Usage(format!(
                "--first {} and --count {} go past a population of {size}",
                args.first, args.count
            ))
        },
    )?;
    let mut results = stdout()?;
    let start = Instant::now();
    let mut next = args.first;
    while next < end {
        let batch = next..end.min(next + BATCH);
        next = batch.end;
        let lines: String = batch.map(|arrival| line(&crowd, arrival)).collect();
        if print(&mut results, &lines)? == Reader::Gone {
            // As `head` does: nobody is told of a reader that has seen enough.
            return Ok(Exit::Good);
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let (written, per_s) = (next - args.first, ((next - args.first) as f64 / seconds).round());
    say(&format!("{written} applicants in {seconds:.3} s, {per_s} a second"));
    Ok(Exit::Good)
}

fn line(crowd: &Crowd, arrival: u64) -> String {
    let applicant = serde_json::to_string(&crowd.applicant(arrival));
    format!("{}\n", applicant.expect("an applicant consists of strings and numbers"))
}

fn crowd(args: &PeopleArgs) -> Result<Crowd, CommandError> {
    let (mut census, shares, limits) = match &args.scenario {
        None => (Census::synthetic(SEED, POPULATION, today()), Shares::default(), Limits::default()),
        Some(file) => {
            let plan = read_plan(file)?;
            let limits = plan.engine.limits();
            (plan.people.census(plan.seed, today()), plan.people.shares, limits)
        }
    };
    census.seed = args.seed.unwrap_or(census.seed);
    census.reference = args.reference_date.unwrap_or(census.reference);
    if args.realistic {
        census.regions = Regions::Real;
    }
    let population = Population::of(census).map_err(|error| CommandError::Usage(error.to_string()))?;
    Ok(Crowd::new(population, shares, limits))
}
