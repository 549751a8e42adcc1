//! Registrations of many steps: turning requests away at random breaks them off midway, admission by cohort
//! lets whole people through.

use crate::world::{Report, Setup};
use admission::Policy;
use std::fmt::Write;
use std::time::Duration;

/// Six requests, 2 s apart, and people who come back three times in all when they are turned away.
fn setup(load: f64, seed: u64) -> Setup {
    let mut setup = Setup::single(load);
    setup.steps = 6;
    setup.tries = 3;
    setup.people_per_second /= 6.0;
    setup.warm_up = Duration::from_secs(60);
    setup.measured = Duration::from_secs(60);
    setup.seed = seed;
    setup
}

/// People through all steps, in parts of those that the workers could bring through.
fn completed(setup: &Setup, report: &Report) -> f64 {
    let completed = u32::try_from(report.completed).map(f64::from).unwrap();
    completed / setup.measured.as_secs_f64() / (setup.capacity() / f64::from(setup.steps))
}

fn run(name: &str, load: f64, seed: u64) -> (f64, Report) {
    let setup = setup(load, seed);
    let report = setup.run_named(name);
    (completed(&setup, &report), report)
}

fn run_bounded(name: &str, load: f64, seed: u64) -> (f64, Report) {
    let setup = Setup { bounds_newcomers: true, ..setup(load, seed) };
    let report = setup.run_named(name);
    (completed(&setup, &report), report)
}

/// People through all steps in parts of what the workers could do, and of a hundred people who began those
/// who broke off.
#[test]
fn registrations_by_load() {
    insta::assert_snapshot!(table(&Policy::NAMES, run));
}

/// The same for the rules that turn away requests, where no more people begin than can be brought through.
#[test]
fn registrations_by_load_with_newcomers_bounded() {
    insta::assert_snapshot!(table(&BY_REQUEST, run_bounded));
}

/// Policies that know no people, or let too many of them in.
const BY_REQUEST: [&str; 5] = ["concurrency-limit", "codel", "deadline", "budgets", "odd-even"];

fn table(names: &[&str], run: fn(&str, f64, u64) -> (f64, Report)) -> String {
    let mut table = format!("{:17} | through at 0.5 1 1.5 2 4 times    | broken off of 100\n", "policy");
    for name in names {
        let runs = [0.5, 1.0, 1.5, 2.0, 4.0].map(|load| run(name, load, 1));
        write!(table, "{name:17} |").unwrap();
        runs.iter().for_each(|(completed, _)| write!(table, " {completed:5.2}").unwrap());
        write!(table, "    |").unwrap();
        for (_, report) in &runs {
            write!(table, " {:3}", report.broken_off * 100 / (report.broken_off + report.completed).max(1))
                .unwrap();
        }
        writeln!(table).unwrap();
    }
    table
}

#[test]
fn the_same_people_get_through_all_steps() {
    for seed in [21, 22] {
        for load in [2.0, 4.0] {
            for whole in ["cohort", "waiting-room"] {
                let (completed, report) = run(whole, load, seed);
                let told = format!(
                    "{whole} at {load} seed {seed}: {completed} {report:?}",
                    report = report.broken_off
                );
                assert!(completed > 0.85, "{told}");
                assert!(report.broken_off * 4 < report.completed, "{told}");
            }
            for by_request in ["concurrency-limit", "codel", "deadline"] {
                let (completed, report) = run(by_request, load, seed);
                let told = format!("{by_request} at {load} seed {seed}: {completed} {}", report.broken_off);
                assert!(completed < 0.65, "{told}");
                assert!(report.broken_off > report.completed / 2, "{told}");
            }
        }
    }
}

/// What a rule for requests breaks off, a bound on newcomers never lets begin.
#[test]
fn no_more_begin_than_can_be_brought_through() {
    for seed in [31, 32] {
        for load in [2.0, 4.0] {
            for name in BY_REQUEST {
                let (completed, report) = run_bounded(name, load, seed);
                let told = format!("{name} at {load} seed {seed}: {completed} {}", report.broken_off);
                assert!(completed > 0.9, "{told}");
                assert!(report.broken_off * 10 < report.completed, "{told}");
                let refused_ms = Report::quantile_ms(&report.refused_us, 990);
                assert!(refused_ms < 50, "{told}: {refused_ms} ms");
            }
        }
    }
}
