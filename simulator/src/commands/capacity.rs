//! `lonjakan capacity`: trial after trial, until the rate that the portal holds is known.
//!
//! What to try next is decided by crate `capacity`; each trial is a surge in a process of its own, so that nothing of one is left
//! in the next. The record is written after every trial, and a search that was interrupted goes on from it.

mod answer;
mod trial;

use super::surge::folder;
use super::{print, read_plan, stdout};
use crate::cli::CapacityArgs;
use crate::environment::environment;
use crate::exit::{CommandError, Exit};
use crate::output::say;
use crate::pages;
use answer::answer;
pub(super) use answer::text;
use capacity::{Approach, Goal, Next, Search, Trial, Verdict};
use chrono::Utc;
use record::{
    CAPACITY_FORMAT, CapacityApproach, CapacityEnding, CapacityGoal, CapacityRecord, CapacityTrial,
    CapacityVerdict, ReadError, RunFolder, Scenario, WriteError, read_capacity,
};
use scenario::Plan;
use sha2::{Digest as _, Sha256};
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use trial::{Order, Outcome};

/// Runs the command.
///
/// # Errors
/// Everything that keeps a trial from taking place or from being written down.
pub(crate) fn run(args: &CapacityArgs) -> Result<Exit, CommandError> {
    let plan = read_plan(&args.scenario)?;
    if plan.objectives.is_empty() {
        let what = "has no objectives: without them no rate is too high (see `lonjakan check --keys`)";
        return Err(CommandError::Usage(format!("{}: {what}", args.scenario.display())));
    }
    let interrupted = Arc::new(AtomicBool::new(false));
    listen_to_interrupts(Arc::clone(&interrupted))?;
    let folder = folder::create(args.out.as_deref(), &format!("{}-capacity", plan.name))?;
    let mut record = begin_or_resume(args, &plan, &folder)?;
    let mut search = Search::new(goal_of(&record.goal));
    record.trials.iter().for_each(|trial| search.tell(told(trial)));
    carry_out(args, &plan, &folder, &mut search, &mut record, &interrupted)?;
    answer(&search, &mut record);
    write(&folder, &record)?;
    let page = pages::write_capacity(&folder, &record, args.lang.into())?;
    let said = if args.json {
        serde_json::to_string_pretty(&record).map_err(|error| CommandError::defect(error.to_string()))? + "\n"
    } else {
        text(&record, &page)
    };
    print(&mut stdout()?, &said)?;
    Ok(match record.exit_code {
        0 => Exit::Good,
        3 => Exit::ObjectivesMissed,
        5 => Exit::AuditViolated,
        _ => Exit::GeneratorUnfit,
    })
}

/// Tries until the search is over, somebody interrupts it, or an audit fails.
fn carry_out(
    args: &CapacityArgs,
    plan: &Plan,
    folder: &RunFolder,
    search: &mut Search,
    record: &mut CapacityRecord,
    interrupted: &AtomicBool,
) -> Result<(), CommandError> {
    let say = |line: &str| {
        if !args.quiet {
            say(line);
        }
    };
    // The trial's own view, between the lines that stay.
    let is_watched = !args.quiet && !args.plain && std::io::stderr().is_terminal();
    while let Next::Try { rate, approach } = search.next() {
        if interrupted.load(Ordering::SeqCst) {
            return Ok(());
        }
        let number = record.trials.len() + 1;
        if number > 1 {
            std::thread::sleep(Duration::from_secs_f64(args.cool_down_s));
        }
        let seed = record.seed.wrapping_add(number as u64 - 1);
        let from = if approach == Approach::Above { ", out of an overload" } else { "" };
        say(&format!("trial {number:>2}: {rate:.2}/s{from}"));
        let order = Order {
            number,
            rate_per_s: rate,
            approach,
            seed,
            plan,
            scenario: &args.scenario,
            folder,
            is_watched,
        };
        match trial::carry_out(&order, &record.trials)? {
            Outcome::CutShort => return Ok(()),
            Outcome::Violated(trial) => {
                say(&format!("          {}", answer::line(&trial)));
                record.trials.push(trial);
                record.ending = Some(CapacityEnding::AuditViolated);
                return Ok(());
            }
            Outcome::Judged(trial) => {
                say(&format!("          {}", answer::line(&trial)));
                search.tell(told(&trial));
                record.trials.push(trial);
                write(folder, record)?;
            }
        }
    }
    Ok(())
}

fn write(folder: &RunFolder, record: &CapacityRecord) -> Result<(), CommandError> {
    let record = CapacityRecord { written_at: Utc::now(), ..record.clone() };
    folder.write_capacity(&record).map_err(|error: WriteError| CommandError::Usage(error.to_string()))
}

/// A new record, or the one in the folder if its question was the same.
fn begin_or_resume(
    args: &CapacityArgs,
    plan: &Plan,
    folder: &RunFolder,
) -> Result<CapacityRecord, CommandError> {
    let new = begin(args, plan);
    if !args.resume {
        return Ok(new);
    }
    let old =
        read_capacity(folder.path()).map_err(|error: ReadError| CommandError::Usage(error.to_string()))?;
    let same = old.scenario.sha256 == new.scenario.sha256 && old.seed == new.seed && old.goal == new.goal;
    if !same {
        let what = "was searched for another scenario, seed, start, precision or number of trials: \
                    resume it with the same ones, or give another --out";
        return Err(CommandError::Usage(format!("{}: {what}", folder.path().display())));
    }
    Ok(CapacityRecord { ending: None, asked_per_s: args.rate, ..old })
}

fn begin(args: &CapacityArgs, plan: &Plan) -> CapacityRecord {
    let goal = CapacityGoal {
        start_per_s: args.start.unwrap_or_else(|| plan.arrivals.mean_per_s()),
        max_per_s: args.rate_max,
        precision: args.precision,
        trials_max: args.trials_max,
    };
    let seed = args.seed.unwrap_or(plan.seed);
    CapacityRecord {
        format: CAPACITY_FORMAT.to_owned(),
        scenario: Scenario {
            name: plan.name.clone(),
            file: args.scenario.display().to_string(),
            sha256: hex::encode(Sha256::digest(plan.text.as_bytes())),
            comment: plan.description.clone(),
            text: plan.text.clone(),
        },
        seed,
        environment: environment(),
        command: format!(
            "lonjakan capacity {} --seed {seed} --start {} --precision {}",
            args.scenario.display(),
            goal.start_per_s,
            goal.precision
        ),
        started_at: Utc::now(),
        written_at: Utc::now(),
        goal,
        trials: Vec::new(),
        ending: None,
        capacity: None,
        confirmed: false,
        recovers: None,
        saturated: None,
        asked_per_s: args.rate,
        headroom: None,
        exit_code: 0,
    }
}

fn goal_of(goal: &CapacityGoal) -> Goal {
    Goal {
        start: goal.start_per_s,
        rate_max: goal.max_per_s,
        precision: goal.precision,
        trials_max: goal.trials_max,
    }
}

fn told(trial: &CapacityTrial) -> Trial {
    Trial {
        rate: trial.rate_per_s,
        approach: match trial.approach {
            CapacityApproach::Below => Approach::Below,
            CapacityApproach::Above => Approach::Above,
        },
        verdict: match trial.verdict {
            CapacityVerdict::Met => Verdict::Met,
            CapacityVerdict::Missed => Verdict::Missed,
            CapacityVerdict::Unfit => Verdict::Unfit,
        },
    }
}

/// The first Ctrl-C reaches the trial under way too, which ends in order and isn't counted; the second ends everything.
fn listen_to_interrupts(interrupted: Arc<AtomicBool>) -> Result<(), CommandError> {
    ctrlc::set_handler(move || {
        if interrupted.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        say("ending the search; `--resume` goes on with it (Ctrl-C again ends at once)");
    })
    .map_err(|error| CommandError::Usage(format!("cannot handle signals: {error}")))
}
