//! `lonjakan people`: synthetic applicants as JSON lines.

use super::{print, read_plan, stdout};
use crate::cli::PeopleArgs;
use crate::exit::{CommandError, Exit};
use crate::output::Reader;
use crate::today;
use domain::{Date, Limits};
use people::{Crowd, Population, Shares};

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
    let mut next = args.first;
    while next < end {
        let batch = next..end.min(next + BATCH);
        next = batch.end;
        let lines: String = batch.map(|arrival| line(&crowd, arrival)).collect();
        if print(&mut results, &lines)? == Reader::Gone {
            break;
        }
    }
    Ok(Exit::Good)
}

fn line(crowd: &Crowd, arrival: u64) -> String {
    let applicant = serde_json::to_string(&crowd.applicant(arrival));
    format!("{}\n", applicant.expect("an applicant consists of strings and numbers"))
}

fn crowd(args: &PeopleArgs) -> Result<Crowd, CommandError> {
    let (seed, size, date, shares, limits) = match &args.scenario {
        None => (SEED, POPULATION, None, Shares::default(), Limits::default()),
        Some(file) => {
            let plan = read_plan(file)?;
            let people = plan.people;
            (plan.seed, people.population, people.reference_date, people.shares, plan.engine.limits())
        }
    };
    let date: Date = args.reference_date.or(date).unwrap_or_else(today);
    let population = Population::new(args.seed.unwrap_or(seed), size, date)
        .map_err(|error| CommandError::Usage(error.to_string()))?;
    Ok(Crowd::new(population, shares, limits))
}
