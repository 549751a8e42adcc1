//! `lonjakan check`: every problem of every scenario file.

use super::{print, read_beside, stdout};
use crate::cli::CheckArgs;
use crate::exit::{CommandError, Exit};
use scenario::{Plan, Problem};
use serde::Serialize;
use std::path::Path;

/// What was found in one file.
#[derive(Debug, Serialize)]
struct Checked {
    file: String,
    /// What it says, where it is fine.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
    problems: Vec<Found>,
}

#[derive(Debug, Serialize)]
struct Summary {
    name: String,
    seed: u64,
    applicants: u64,
    duration_s: f64,
    applicants_in_flight_max: usize,
    objectives: usize,
}

#[derive(Debug, Serialize)]
struct Found {
    line: usize,
    column: usize,
    key: String,
    found: Option<String>,
    fault: String,
    right: String,
    /// All of it in one line.
    text: String,
}

/// Runs the command.
///
/// # Errors
/// When stdout refuses. Problems are results, and have their exit code.
pub(crate) fn run(args: &CheckArgs) -> Result<Exit, CommandError> {
    let mut results = stdout()?;
    if args.keys {
        print(&mut results, &scenario::reference())?;
        return Ok(Exit::Good);
    }
    let checked: Vec<_> = args.files.iter().map(|file| check(file)).collect();
    let text = if args.json {
        let json = serde_json::to_string_pretty(&checked).expect("strings and numbers have a place in JSON");
        format!("{json}\n")
    } else {
        checked.iter().map(lines).collect()
    };
    print(&mut results, &text)?;
    let fine = checked.iter().all(|checked| checked.problems.is_empty());
    Ok(if fine { Exit::Good } else { Exit::Usage })
}

fn check(file: &Path) -> Checked {
    let name = file.display().to_string();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            return Checked { summary: None, problems: vec![unreadable(&name, &error)], file: name };
        }
    };
    match scenario::parse_with_files(&name, &text, &|beside| read_beside(file, beside)) {
        Ok(plan) => Checked { file: name, summary: Some(Summary::of(&plan)), problems: Vec::new() },
        Err(problems) => {
            Checked { file: name, summary: None, problems: problems.iter().map(Found::of).collect() }
        }
    }
}

fn lines(checked: &Checked) -> String {
    let Some(summary) = &checked.summary else {
        return checked.problems.iter().map(|problem| format!("{}\n", problem.text)).collect();
    };
    let Summary { name, seed, applicants, duration_s, objectives, .. } = summary;
    let file = &checked.file;
    let size = format!("{applicants} applicants in {duration_s} s");
    format!("{file}: fine: {name}, {size}, seed {seed}, {objectives} objectives\n")
}

impl Summary {
    fn of(plan: &Plan) -> Summary {
        Summary {
            name: plan.name.clone(),
            seed: plan.seed,
            applicants: plan.arrivals.count,
            duration_s: plan.arrivals.duration_s,
            applicants_in_flight_max: plan.generator.applicants_in_flight_max,
            objectives: plan.objectives.len(),
        }
    }
}

impl Found {
    fn of(problem: &Problem) -> Found {
        let Problem { line, column, key, found, fault, right, .. } = problem.clone();
        Found { line, column, key, found, fault: fault.words().to_owned(), right, text: problem.to_string() }
    }
}

fn unreadable(file: &str, error: &std::io::Error) -> Found {
    Found {
        line: 0,
        column: 0,
        key: String::new(),
        found: None,
        fault: "unreadable".to_owned(),
        right: error.to_string(),
        text: format!("cannot read {file}: {error}"),
    }
}
