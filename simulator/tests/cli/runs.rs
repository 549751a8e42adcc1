//! Whole runs.

use crate::harness::{Desk, Finished, adds_up, lonjakan, repository, run_in};
use record::{AuditVerdict, GeneratorVerdict, ObjectivesVerdict, Outcome, Run, RunRecord};
use rustix::thread::{CpuSet, sched_setaffinity};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

fn surge(scenario: &Path, out: &Path, options: &[&str]) -> Finished {
    let mut args = vec!["surge", scenario.to_str().unwrap(), "--out", out.to_str().unwrap()];
    args.extend(options);
    lonjakan(&args)
}

#[track_caller]
fn as_expected(run: &Run) {
    for Outcome { code, expected, observed } in &run.record.outcomes {
        assert_eq!(expected, observed, "{code}: {:?}", run.record.notes);
    }
    assert_eq!(run.record.verdict.audit, AuditVerdict::Clean, "{:?}", run.record.audit);
    adds_up(run);
}

#[test]
fn smoke_ends_well_and_leaves_a_whole_run_folder() {
    let desk = Desk::new();
    let out = desk.path("run");
    let finished = surge(&repository("scenarios/smoke.toml"), &out, &["--json"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let run = run_in(&out);
    as_expected(&run);
    assert_eq!(run.record.verdict.objectives, ObjectivesVerdict::Met, "{:?}", run.record.objectives);
    assert_ne!(run.record.verdict.generator, GeneratorVerdict::Invalid, "{:?}", run.record.generator);
    assert_eq!(run.record.applicants.arrived, run.record.arrivals.planned);
    assert!(!run.record.partial && run.record.applicants.registered > 0);
    assert!(
        run.record.engine.is_some_and(|engine| engine.cpu_seconds > 0.0 && engine.store_bytes > 1_000_000)
    );
    assert!(run.record.resources.iter().any(|resource| resource.name == "engine password pool"));

    // With --json stdout is the record, and nothing that goose says gets in between.
    let printed: RunRecord = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(printed, run.record);
    let mut files: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    let expect = [
        "engine.log",
        "engine.metrics",
        "junit.xml",
        "latency.hlog",
        "registry.log",
        "report.html",
        "run.json",
        "timeline.csv",
    ];
    assert_eq!(files, expect);

    // The pages come from the record alone.
    let page = fs::read(out.join("report.html")).unwrap();
    fs::remove_file(out.join("report.html")).unwrap();
    let again = lonjakan(&["report", out.to_str().unwrap()]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.stdout.contains("verdict") && again.stdout.lines().count() <= 20, "{}", again.stdout);
    assert_eq!(fs::read(out.join("report.html")).unwrap(), page);
}

#[test]
fn the_same_seed_gives_the_same_outcomes_and_another_gives_others() {
    let desk = Desk::new();
    let defects =
        "[people.defects]\nnik_unknown = 0.1\nkk_stale = 0.1\nphoto_wrong_type = 0.1\nduplicate = 0.2\n";
    let scenario = desk.scenario(60, 1, 1_000, defects);
    let go = |name: &str, seed: &str| {
        let out = desk.path(name);
        let finished = surge(&scenario, &out, &["--seed", seed, "--quiet"]);
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{finished:?}");
        let run = run_in(&out);
        as_expected(&run);
        let mut arrivals: Vec<_> = run.timeline.rows.iter().map(|row| row.arrivals_intended).collect();
        arrivals.truncate(1);
        (run.record.outcomes, arrivals)
    };
    let first = go("first", "7");
    assert!(first.0.len() >= 4, "{first:?}");
    assert_eq!(go("second", "7"), first);
    assert_ne!(go("third", "8").0, first.0);
}

#[test]
fn objectives_that_are_missed_have_their_exit_code() {
    let desk = Desk::new();
    let text = fs::read_to_string(desk.scenario(20, 1, 1_000, "")).unwrap();
    let objectives = "objectives = [\"registered.share >= 100%\", \"refused.count >= 1\"]\n";
    let scenario =
        desk.file("missed.toml", &text.replace("format = 1\n", &format!("format = 1\n{objectives}")));
    let out = desk.path("run");
    let finished = surge(&scenario, &out, &["--quiet"]);
    assert_eq!(finished.code, Some(3), "{finished:?}");
    let met: Vec<_> = run_in(&out).record.objectives.iter().map(|objective| objective.met).collect();
    assert_eq!(met, [true, false]);
}

/// One user for thirty applicants a second, each of whom thinks for some tenths of a second: the generator
/// must say that it was unfit, whatever the engine did.
#[test]
fn a_starved_generator_says_that_it_is_unfit() {
    let desk = Desk::new();
    let scenario = desk.scenario(30, 2, 200, "");
    let text = fs::read_to_string(&scenario).unwrap();
    let starved =
        text.replace("lateness_ms_p99_max = 1000", "lateness_ms_p99_max = 50\napplicants_in_flight_max = 1");
    fs::write(&scenario, starved).unwrap();
    let out = desk.path("run");
    let finished = surge(&scenario, &out, &["--quiet"]);
    assert_eq!(finished.code, Some(4), "{finished:?}");
    let run = run_in(&out);
    assert_eq!(run.record.verdict.generator, GeneratorVerdict::Invalid);
    assert_eq!(run.record.applicants.arrived, 60);
    let reason = run.record.generator.reason.as_deref().unwrap();
    assert!(reason.contains("late") || reason.contains("not sent"), "{reason}");
    adds_up(&run);
}

#[test]
fn a_store_is_kept_for_who_asks_and_its_keys_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    let scenario = desk.scenario(10, 1, 1_000, "");
    let out = desk.path("run");
    let finished = surge(&scenario, &out, &["--quiet", "--keep-store"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let settings = out.join("engine/engine.toml");
    assert!(fs::read_to_string(&settings).unwrap().contains("captcha_key"));
    assert_eq!(fs::metadata(&settings).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(out.join("engine/store").is_dir());
    // A second run must not meet the accounts of the first.
    surge(&scenario, &out, &["--quiet", "--keep-store"]).complains(2, "holds the store of another run");
}

/// The engine is killed in the middle and comes back at the same address with the same store: people who try again get their
/// account, nobody two, and those who only look or dawdle are counted apart.
#[test]
fn an_engine_that_is_killed_and_started_again_loses_nobody() {
    let desk = Desk::new();
    let further = "pollers_per_s = 20\n[behaviour.retries]\npolicy = \"fixed\"\nwait_s = 0.2\ntries_max = 100\n\
                   [faults]\nanswer_lost_share = 0.05\nconnection_dropped_share = 0.1\nslow_clients = 3\n\
                   engine_kills = [{ at_s = 1, down_s = 0.3 }]\n";
    let out = desk.path("run");
    let finished = surge(&desk.scenario(25, 3, 1_000, further), &out, &["--quiet"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let run = run_in(&out);
    adds_up(&run);
    let record = &run.record;
    assert_eq!(
        (record.applicants.arrived, record.applicants.registered),
        (75, 75),
        "{:?}",
        record.failures_seen
    );
    assert_eq!(record.engine.map(|engine| engine.restarts), Some(1));
    assert_eq!(record.verdict.audit, AuditVerdict::Clean, "{:?}", record.audit);
    assert!(record.requests.amplification > 1.0);
    assert!(record.failures_seen.iter().any(|failure| failure.code == "connection"));
    for words in
        ["killed (kill -9) after 1.0 s and back after", "asked for the status only", "3 slow or silent"]
    {
        assert!(record.notes.iter().any(|note| note.contains(words)), "{words}: {:?}", record.notes);
    }
    // What the record says in English, the other page says in Indonesian.
    assert_eq!(lonjakan(&["report", "--lang", "id", out.to_str().unwrap()]).code, Some(0));
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    let capacities = record.resources.iter().map(|resource| &resource.capacity);
    let signals = record.generator.evidence.iter().map(|evidence| &evidence.signal);
    for english in record.notes.iter().chain(capacities).chain(signals).chain([&record.arrivals.shape]) {
        assert!(!page.contains(english.as_str()), "{english:?} has no translation");
    }
}

/// Two seconds of applicants who hardly think, brought from cores of the generator's own.
fn on_cores(desk: &Desk, per_s: u32, cores: &str, generator: &str) -> PathBuf {
    let scenario = desk.scenario(per_s, 2, 200, &format!("[cores]\n{cores}\n"));
    let text = fs::read_to_string(&scenario).unwrap();
    fs::write(&scenario, text.replace("lateness_ms_p99_max = 1000", generator)).unwrap();
    scenario
}

/// On a core that the portal does not have: what it polled in vain counts neither as its own use nor as another program's.
#[test]
fn a_generator_with_a_core_of_its_own_may_never_sleep() {
    if std::thread::available_parallelism().map_or(1, std::num::NonZero::get) < 2 {
        return;
    }
    let desk = Desk::new();
    let awake = "lateness_ms_p99_max = 1000\nidle = \"busy-poll\"";
    let scenario = on_cores(&desk, 20, "generator = [0]", awake);
    let out = desk.path("run");
    let finished = surge(&scenario, &out, &[]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let run = run_in(&out);
    as_expected(&run);
    // It has one of them, and the machine more.
    assert!(run.record.environment.cpus >= 2, "{:?}", run.record.environment);
    let notes = &run.record.notes;
    let said = "The generator never slept: the processor time in which it looked for work and found none is in no figure.";
    assert!(notes.iter().any(|note| note == said), "{notes:?}");
    assert!(notes.iter().any(|note| note.starts_with("Cores: generator [0], engine [1")), "{notes:?}");
}

/// Pinned to one core beside loops that never rest, with the lowest priority: it cannot keep its schedule, and says so.
#[test]
fn a_generator_beside_busy_loops_says_that_it_is_unfit() {
    if std::thread::available_parallelism().map_or(1, std::num::NonZero::get) < 2 {
        return;
    }
    let desk = Desk::new();
    let strict = "lateness_ms_p99_max = 20";
    let scenario = on_cores(&desk, 30, "generator = [0]\nengine = [1]\nregistry = [1]", strict);
    let out = desk.path("run");
    let done = AtomicBool::new(false);
    let output = std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut first = CpuSet::new();
                first.set(0);
                sched_setaffinity(None, &first).unwrap();
                while !done.load(Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let output = std::process::Command::new("nice")
            .args(["-n", "19", env!("CARGO_BIN_EXE_lonjakan"), "surge", "--quiet"])
            .arg(&scenario)
            .args(["--out".as_ref(), out.as_os_str()])
            .output();
        done.store(true, Relaxed);
        output.unwrap()
    });
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let record = run_in(&out).record;
    assert_eq!(record.verdict.generator, GeneratorVerdict::Invalid);
    assert!(
        record.notes.iter().any(|note| note == "Cores: generator [0], engine [1], registry [1]."),
        "{:?}",
        record.notes
    );
}
