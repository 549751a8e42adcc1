//! Scenario file to checked plan. Each table has its own function; what lies between two tables is checked at the end.

mod arrivals;
mod behaviour;
mod faults;
mod gate;
mod registry;
mod settings;
#[cfg(test)]
mod tests;

use crate::behaviour::in_flight_by_littles_law;
use crate::expression::objective;
use crate::keys::FORMAT;
use crate::objective::Objective;
use crate::plan::{PeoplePlan, Plan};
use crate::problem::{Fault, Problem, Source};
use crate::reader::{Files, Reader, Section};
use domain::Date;
use people::{Defect, Population, Regions, Shares};
use std::path::Path;
use toml::de::DeTable;

/// Accounts made in 2018: as many people are in the registry where the scenario says nothing.
const POPULATION: u64 = 4_436_694;

/// Reads a scenario file's text. `file_name` is what problems carry, and gives the plan its name where the file has none.
///
/// # Errors
/// Everything that is wrong, in the order of the file. Of a text that is no TOML only that is said, and of another version of the
/// format only that: what else there may be would be guesswork.
pub fn parse(file_name: &str, text: &str) -> Result<Plan, Vec<Problem>> {
    parse_with_files(file_name, text, &|_| Err("no file can be read here".to_owned()))
}

/// The same for a scenario that names other files. `files` gives a file's text, from the scenario's folder on, or says why there is
/// none.
///
/// # Errors
/// As [`parse`].
pub fn parse_with_files(file_name: &str, text: &str, files: &Files<'_>) -> Result<Plan, Vec<Problem>> {
    let source = Source { file: file_name, text };
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors.iter().map(|error| not_toml(source, error)).collect());
    }
    let mut reader = Reader::new(source, files);
    if other_version(&mut reader, document.get_ref()) {
        return Err(reader.problems);
    }
    let plan = plan(&mut reader, document.get_ref(), source);
    let mut problems = reader.problems;
    problems.sort_by_key(|problem| (problem.line, problem.column));
    match plan {
        Some(plan) if problems.is_empty() => Ok(plan),
        _ => Err(problems),
    }
}

fn not_toml(source: Source<'_>, error: &toml::de::Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let right = error.message().replace('\n', ", ");
    let found = source.excerpt(&span).filter(|found| !found.is_empty());
    Problem { found, ..source.problem(&span, String::new(), Fault::Syntax, right) }
}

/// Whether the file says that it is of a version that isn't ours.
fn other_version(reader: &mut Reader<'_>, document: &DeTable<'_>) -> bool {
    let Some(format) = document.get("format") else { return false };
    let number = format.get_ref().as_integer().map(|integer| integer.as_str());
    let other = number.is_some_and(|number| number != FORMAT.to_string());
    if other {
        let right = format!("this program reads format = {FORMAT}");
        reader.report(&format.span(), "format", Fault::Version, right);
    }
    other
}

fn plan<'t>(reader: &mut Reader<'t>, document: &'t DeTable<'t>, source: Source<'t>) -> Option<Plan> {
    let top = reader.top(document);
    let format = reader.whole(&top, "format");
    let name = name(reader, &top, source.file);
    let seed = reader.whole(&top, "seed");
    let objectives = objectives(reader, &top);
    let arrivals_section = reader.table(&top, "arrivals");
    let arrivals = arrivals::arrivals(reader, &arrivals_section);
    let people = people(reader, &top, arrivals.as_ref().map_or(0, |arrivals| arrivals.count));
    let behaviour = behaviour::behaviour(reader, &top);
    let faults = faults::faults(reader, &top);
    let engine = settings::engine(reader, &top);
    let registry = registry::registry(reader, &top);
    let gate = gate::gate(reader, &top);
    let in_flight = arrivals.as_ref().zip(behaviour.as_ref());
    let waits = engine.as_ref().is_some_and(|engine| engine.admission.makes_people_wait());
    let in_flight =
        in_flight.map(|(arrivals, behaviour)| in_flight_by_littles_law(arrivals, behaviour, waits));
    let cores = settings::cores(reader, &top);
    let generator = settings::generator(reader, &top, in_flight, cores.as_ref());
    format?;
    Some(Plan {
        name: name?,
        description: description(source.text),
        text: source.text.to_owned(),
        seed: seed?,
        arrivals: arrivals?,
        people: people?,
        behaviour: behaviour?,
        faults: faults?,
        engine: engine?,
        registry: registry?,
        gate: gate?,
        generator: generator?,
        cores: cores?,
        objectives: objectives?,
    })
}

/// The comment at the very top, line by line without its `#` and one space.
fn description(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix('#'));
    let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    lines.join("\n").trim().to_owned()
}

/// The name given, or the file's without its ending, in the letters that a name may have.
fn name<'t>(reader: &mut Reader<'t>, top: &Section<'t>, file_name: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let Some((field, found)) = reader.find(top, "name") else {
        let stem = Path::new(file_name).file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
        let name: String = stem.chars().map(|c| if fits(c) { c } else { '-' }).collect();
        let name = name.trim_matches('-');
        return Some(if name.is_empty() { "scenario" } else { name }.to_owned());
    };
    let Some(name) = found.value.as_str() else { return reader.wrong_type(field, &found) };
    let good = !name.is_empty() && name.len() <= 64 && name.chars().all(fits) && !name.starts_with('-');
    if good { Some(name.to_owned()) } else { reader.out_of_range(field, &found) }
}

fn objectives<'t>(reader: &mut Reader<'t>, top: &Section<'t>) -> Option<Vec<Objective>> {
    let Some((field, found)) = reader.find(top, "objectives") else { return Some(Vec::new()) };
    let Some(array) = found.value.as_array() else { return reader.wrong_type(field, &found) };
    let read = array.iter().enumerate().map(|(index, item)| {
        let path = format!("objectives[{index}]");
        let Some(text) = item.get_ref().as_str() else {
            let right = "write each objective in quotes".to_owned();
            reader.report(&item.span(), &path, Fault::WrongType, right);
            return None;
        };
        let wrong = |error| reader.report(&item.span(), &path, Fault::UnknownValue, format!("{error}"));
        objective(text).map_err(wrong).ok()
    });
    read.collect::<Vec<_>>().into_iter().collect()
}

/// The people; `applicants` of them come.
fn people<'t>(reader: &mut Reader<'t>, top: &Section<'t>, applicants: u64) -> Option<PeoplePlan> {
    let section = reader.table(top, "people");
    let reference_date = reference_date(reader, &section);
    let shares = shares(reader, &section);
    let population = match reader.whole(&section, "population") {
        None if section.has("population") => None,
        None => Some(POPULATION.max(applicants)),
        Some(population) if population < applicants => {
            let right = format!(
                "write at least {applicants}, because so many applicants come and each is another person"
            );
            reader.contradiction(&section, "population", right);
            None
        }
        given => given,
    };
    let regions = reader.choice(&section, "regions").and_then(Regions::from_name);
    let withdrawn_share = reader.number(&section, "withdrawn_share");
    let nik_date_differs_share = reader.number(&section, "nik_date_differs_share");
    let people = PeoplePlan {
        population: population?,
        reference_date: reference_date?,
        regions: regions?,
        withdrawn_share: withdrawn_share?,
        nik_date_differs_share: nik_date_differs_share?,
        shares: shares?,
    };
    // Whatever the day: districts have as much room on one as on another.
    match Population::of(people.census(0, Date::from_ymd_opt(2026, 1, 1)?)) {
        Ok(_) => Some(people),
        Err(error) => {
            let key = if section.has("withdrawn_share") { "withdrawn_share" } else { "population" };
            reader.contradiction(&section, key, format!("{error}; lower it"));
            None
        }
    }
}

/// `Some(None)` where none is given.
fn reference_date<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<Option<Date>> {
    let Some((field, found)) = reader.find(section, "reference_date") else { return Some(None) };
    let date = match found.value.as_datetime() {
        Some(datetime) if datetime.time.is_none() => datetime.date,
        _ => None,
    };
    let Some(date) = date else { return reader.wrong_type(field, &found) };
    let date = Date::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day));
    match date.filter(|&date| Population::size_max(date) > 0) {
        Some(date) => Some(Some(date)),
        None => {
            let right = "write a date from 1950 to 2090".to_owned();
            reader.report(&found.span, &found.path, Fault::OutOfRange, right);
            None
        }
    }
}

fn shares<'t>(reader: &mut Reader<'t>, people: &Section<'t>) -> Option<Shares> {
    let section = reader.table(people, "defects");
    let shares: Vec<Option<(Defect, f64)>> =
        Defect::ALL.iter().map(|&defect| Some((defect, reader.number(&section, defect.name())?))).collect();
    let shares: Vec<(Defect, f64)> = shares.into_iter().collect::<Option<_>>()?;
    let second = reader.number(people, "second_defect_share")?;
    let shares = Shares::new(shares.into_iter().filter(|(_, share)| *share > 0.0));
    match shares.and_then(|shares| shares.with_second(second)) {
        Ok(shares) => Some(shares),
        Err(error) => {
            reader.contradiction_of_table(&section, format!("{error}; lower some of them"));
            None
        }
    }
}
