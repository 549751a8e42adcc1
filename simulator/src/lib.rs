//! The surge simulator: drives applicants by goose, audits, judges.
//!
//! [`run`] is the whole binary behind its `main`. A surge goes `commands::surge` -> `portal` and `launch`
//! (the services) -> `driver` (goose) -> `journey` (one applicant) -> `client` (HTTP). What happens meanwhile
//! goes to `observe`, `sample` and `monitor`; afterwards `audit` and `judge` decide, and `assemble` writes it
//! down.

mod assemble;
mod audit;
pub mod browsers;
mod bystanders;
mod checkpoint;
mod cli;
pub mod client;
mod commands;
mod consent;
mod cores;
mod descriptors;
mod director;
mod dispatcher;
pub mod driver;
mod environment;
mod exit;
mod fairness;
mod interrupt;
pub mod journey;
mod judge;
mod keys;
mod launch;
mod live;
mod memory;
pub mod metronome;
mod monitor;
pub mod observe;
mod output;
mod pages;
mod portal;
mod progress;
mod pulse;
mod qa;
mod recording;
mod recovery;
mod register;
mod sample;
pub mod told;

use chrono::Utc;
use clap::Parser as _;
use cli::{Cli, Command};
use commands::qa as qa_command;
use commands::{capacity, check, compare, dukcapil, merge, people, report, serve, surge};
use domain::{Date, Timestamp};
use exit::{CommandError, Exit};
use std::panic::catch_unwind;
use std::process::ExitCode;
use tracing::level_filters::LevelFilter;

/// Does what the command line says, and gives the process's exit code. Wrong usage ends the process by
/// itself, with code 2; a panic is a defect of ours, and says so by its code too.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    begin_logging(&cli.command);
    let outcome = catch_unwind(|| carry_out(&cli.command));
    let exit = outcome.map_or(Exit::Defect, |outcome| outcome.unwrap_or_else(|error| complain(&error)));
    exit.into()
}

fn carry_out(command: &Command) -> Result<Exit, CommandError> {
    match command {
        Command::Surge(args) => surge::run(args),
        Command::Capacity(args) => capacity::run(args),
        Command::Check(args) => check::run(args),
        Command::People(args) => people::run(args),
        Command::Qa(args) => qa_command::run(&args.command),
        Command::Report(args) => report::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Merge(args) => merge::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Dukcapil(args) => dukcapil::run(args),
    }
}

fn complain(error: &CommandError) -> Exit {
    output::complain(&error.to_string());
    error.exit()
}

/// Services write JSON lines; people are told of warnings only. What libraries say by `log`, goose for one,
/// goes the same way.
fn begin_logging(command: &Command) {
    let format = tracing_subscriber::fmt();
    // The first subscriber of a process is the only one; this is the first.
    let _ = match command {
        Command::Serve(_) | Command::Dukcapil(_) => {
            format.with_writer(std::io::stderr).json().with_max_level(LevelFilter::INFO).try_init()
        }
        _ => format.with_writer(|| output::Talk).without_time().with_max_level(LevelFilter::WARN).try_init(),
    };
}

/// The day in Jakarta, which is the portal's day of applying.
pub fn today() -> Date {
    Timestamp::from_ms(Utc::now().timestamp_millis()).date_wib()
}
