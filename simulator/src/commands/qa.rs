//! `lonjakan qa`: failures by name.

use super::{print, stdout};
use crate::cli::{QaCommand, QaListArgs, QaPlaceArgs, QaRunArgs};
use crate::exit::{CommandError, Exit};
use crate::launch::runtime;
use crate::output::say;
use crate::portal::Target;
use crate::qa::{self, Done, Order, POPULATION, Place, Row, SEED, Society, Story, Verdict, rows, story_of};
use crate::today;
use chrono::Utc;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Threads that tell stories: the work is done by the services.
const WORKERS: usize = 2;

/// Runs the command.
///
/// # Errors
/// Unknown names, a target that may not be asked, folders that cannot be written.
pub(crate) fn run(command: &QaCommand) -> Result<Exit, CommandError> {
    match command {
        QaCommand::List(args) => list(args),
        QaCommand::All(place) => {
            let stories = rows().into_iter().filter_map(|row| Some((story_of(&row.id)?, row))).collect();
            tell(stories, place)
        }
        QaCommand::Run(args) if args.stay => stay(args),
        QaCommand::Run(args) => tell(named(&args.ids)?, &args.place),
    }
}

fn list(args: &QaListArgs) -> Result<Exit, CommandError> {
    let rows = rows();
    let text = if args.json { format!("{:#}\n", json!(rows)) } else { rows.iter().map(line).collect() };
    print(&mut stdout()?, &text)?;
    Ok(Exit::Good)
}

fn line(row: &Row) -> String {
    format!("{:<22} {:<46} {:<9} {}\n", row.id, row.seen(), row.contact_name(), row.cause)
}

/// Every name is looked at before anything is started.
fn named(ids: &[String]) -> Result<Vec<(&'static Story, Row)>, CommandError> {
    let rows = rows();
    let find = |id: &String| {
        let row = rows.iter().find(|row| row.id == *id).cloned();
        let unknown = || format!("{id:?} is no row of the catalogue: `lonjakan qa list` names them");
        row.and_then(|row| Some((story_of(&row.id)?, row))).ok_or_else(unknown)
    };
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for id in ids {
        match find(id) {
            Ok(story) => found.push(story),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(CommandError::Problems(problems)) }
}

fn tell(stories: Vec<(&'static Story, Row)>, args: &QaPlaceArgs) -> Result<Exit, CommandError> {
    let target = Target::of(&args.target)?.map(Arc::new);
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| Path::new("target/qa").join(Utc::now().format("%Y%m%dT%H%M%SZ").to_string()));
    fs::create_dir_all(&out).map_err(|error| unwritable(&out, &error))?;
    let order = Order {
        stories,
        jobs: if target.is_some() { 1 } else { args.jobs },
        out: out.clone(),
        society: society(args),
        first: args.first.unwrap_or_else(|| if target.is_some() { unlikely_to_have_come() } else { 0 }),
        scripts: args.scripts,
        place: target.clone().map_or(Place::Stage, Place::Target),
    };
    let begun = Instant::now();
    let done = runtime(WORKERS)?.block_on(async {
        if let Some(target) = &target {
            target.reach().await?;
        }
        Box::pin(order.carry_out(|done| heard(done, args.quiet))).await
    })?;
    write_down(&done, begun.elapsed(), &out)?;
    let text = if args.json { format!("{:#}\n", as_json(&done)) } else { qa::table(&done, begun.elapsed()) };
    print(&mut stdout()?, &text)?;
    if !args.quiet {
        say(&format!("papers: {}", out.join("summary.md").display()));
    }
    Ok(exit_of(&done))
}

/// A story that isn't as it should be counts like an objective that is missed; a registration that is lost, doubled or wrong like
/// what an audit finds.
fn exit_of(done: &[Done]) -> Exit {
    let any = |is: fn(&Verdict) -> bool| done.iter().any(|done| is(&done.verdict));
    if any(|verdict| matches!(verdict, Verdict::Grave(_))) {
        Exit::AuditViolated
    } else if any(|verdict| matches!(verdict, Verdict::Failed(_))) {
        Exit::ObjectivesMissed
    } else {
        Exit::Good
    }
}

fn heard(done: &Done, quiet: bool) {
    let word = match &done.verdict {
        Verdict::Passed => "as it should be",
        Verdict::Failed(why) | Verdict::Grave(why) => why,
        Verdict::Skipped(why) => why,
    };
    if !quiet {
        say(&format!("{}: {word}", done.story));
    }
}

fn as_json(done: &[Done]) -> serde_json::Value {
    let story = |done: &Done| {
        let mut value = json!(done.verdict);
        value["id"] = done.story.into();
        value["seconds"] = done.took.as_secs_f64().into();
        value["exchanges"] = done.exchanges.into();
        value["folder"] = done.folder.display().to_string().into();
        value
    };
    done.iter().map(story).collect()
}

fn write_down(done: &[Done], took: Duration, out: &Path) -> Result<(), CommandError> {
    let files = [
        ("junit.xml", qa::junit(done, took)),
        ("summary.md", qa::page(done, took)),
        ("summary.json", format!("{:#}\n", as_json(done))),
    ];
    for (name, text) in files {
        let file = out.join(name);
        fs::write(&file, text).map_err(|error| unwritable(&file, &error))?;
    }
    Ok(())
}

fn unwritable(path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::Usage(format!("cannot write to {}: {error}", path.display()))
}

fn society(args: &QaPlaceArgs) -> Society {
    Society {
        seed: args.seed.unwrap_or(SEED),
        population: args.population.unwrap_or(POPULATION),
        reference_date: args.reference_date.unwrap_or_else(today),
    }
}

/// Where people have registered before, others should come; nobody knows who did.
fn unlikely_to_have_come() -> u64 {
    u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0) / 100
}

/// Tells one story and waits with its services for somebody to look at them.
fn stay(args: &QaRunArgs) -> Result<Exit, CommandError> {
    let [(story, _)] = named(&args.ids)?[..] else {
        return Err(CommandError::Usage("--stay goes with one story".to_owned()));
    };
    runtime(WORKERS)?.block_on(async {
        let ended = crate::interrupt::asked_to_end(false)
            .map_err(|error| CommandError::Usage(format!("cannot handle signals: {error}")))?;
        let session = Box::pin(qa::stay(story, society(&args.place), args.place.first.unwrap_or(0))).await?;
        print(&mut stdout()?, &session.described(story.page))?;
        say("the services stay until Ctrl-C");
        ended.await;
        session.end().await;
        Ok(Exit::Good)
    })
}
