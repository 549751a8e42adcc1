//! The commands, a file each.

pub(crate) mod capacity;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod dukcapil;
pub(crate) mod merge;
pub(crate) mod people;
pub(crate) mod qa;
pub(crate) mod report;
pub(crate) mod serve;
pub(crate) mod surge;

use crate::exit::CommandError;
use crate::output::{Reader, Results};
use scenario::{Plan, Problem};
use std::path::Path;

/// A scenario file, read and checked.
fn read_plan(path: &Path) -> Result<Plan, CommandError> {
    let text = read_text(path)?;
    scenario::parse_with_files(&path.display().to_string(), &text, &|name| read_beside(path, name))
        .map_err(|problems| CommandError::Problems(problems.iter().map(Problem::to_string).collect()))
}

/// A file that a scenario names.
fn read_beside(scenario: &Path, name: &str) -> Result<String, String> {
    let path = scenario.parent().unwrap_or(Path::new("")).join(name);
    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

fn read_text(path: &Path) -> Result<String, CommandError> {
    std::fs::read_to_string(path)
        .map_err(|error| CommandError::Usage(format!("cannot read {}: {error}", path.display())))
}

fn stdout() -> Result<Results, CommandError> {
    Results::to_stdout().map_err(|error| refused_by_stdout(&error))
}

fn print(results: &mut Results, text: &str) -> Result<Reader, CommandError> {
    results.write(text).map_err(|error| refused_by_stdout(&error))
}

fn refused_by_stdout(error: &std::io::Error) -> CommandError {
    CommandError::Usage(format!("cannot write to stdout: {error}"))
}
