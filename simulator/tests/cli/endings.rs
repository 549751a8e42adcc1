//! How a run ends that does not come to its end: Ctrl-C, kill -9, an engine that dies.

use crate::harness::{Desk, Running, adds_up, lonjakan, run_in};
use record::{AuditVerdict, Run};
use rustix::process::{Signal, kill_process};
use std::fs;
use std::path::PathBuf;

struct Surge {
    desk: Desk,
    out: PathBuf,
    running: Running,
}

/// A run of a minute, of which five seconds are over.
fn surge() -> Surge {
    let desk = Desk::new();
    let scenario = desk.scenario(10, 60, 20, "");
    let out = desk.path("run");
    let mut running = Running::start(&["surge", scenario.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    running.says(" 5 s  ");
    Surge { desk, out, running }
}

#[test]
fn ctrl_c_leaves_a_partial_record_and_no_service() {
    let Surge { desk: _desk, out, mut running } = surge();
    let services = running.children();
    assert_eq!(services.len(), 2);
    running.ctrl_c();
    running.says("cutting the run short");
    let finished = running.end();
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(services.iter().all(|service| service.ends()));
    let run = run_in(&out);
    adds_up(&run);
    let applicants = run.record.applicants;
    assert!(run.record.partial);
    assert!(applicants.arrived < run.record.arrivals.planned && applicants.arrived > 30, "{applicants:?}");
    assert!(applicants.in_flight_at_end > 0, "{applicants:?}");
    assert_eq!(run.record.verdict.audit, AuditVerdict::Clean, "{:?}", run.record.audit);
    assert!(run.record.notes.iter().any(|note| note.contains("cut short")), "{:?}", run.record.notes);
    assert!(finished.stdout.contains("verdict"), "{finished:?}");
    assert_nothing_private(&out);
}

#[test]
fn a_second_ctrl_c_ends_at_once_and_takes_the_services_along() {
    let Surge { desk: _desk, out, mut running } = surge();
    let services = running.children();
    // Nobody can be finished as long as the engine stands still.
    let engine = services.iter().find(|service| service.command().contains(&"serve".to_owned())).unwrap();
    kill_process(engine.pid, Signal::STOP).unwrap();
    running.ctrl_c();
    running.says("cutting the run short");
    running.ctrl_c();
    let finished = running.end();
    assert_eq!(finished.code, Some(130), "{finished:?}");
    kill_process(engine.pid, Signal::CONT).unwrap();
    assert!(services.iter().all(|service| service.ends()));
    is_unfinished(&run_in(&out));
    assert_nothing_private(&out);
}

#[test]
fn services_end_with_a_parent_that_is_killed_tidy_up_and_a_record_is_left() {
    let Surge { desk: _desk, out, running } = surge();
    let services = running.children();
    assert_eq!(services.len(), 2);
    running.signal(Signal::KILL);
    assert_eq!(running.end().code, None);
    assert!(services.iter().all(|service| service.ends()));
    assert_nothing_private(&out);
    is_unfinished(&run_in(&out));
    // Its pages can be made, and say so.
    let told = lonjakan(&["report", out.to_str().unwrap()]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.stdout.contains("never came to its end"), "{told:?}");
}

/// What a program that was killed after five seconds has left behind.
#[track_caller]
fn is_unfinished(run: &Run) {
    assert!(run.record.partial && run.record.unfinished_at.is_some());
    assert_eq!(run.record.verdict.audit, AuditVerdict::Unavailable);
    // How many seconds are down depends on how busy the machine is; what they say does not.
    let rows = &run.timeline.rows;
    let intended: Vec<_> = rows.iter().map(|row| row.arrivals_intended).take(4).collect();
    assert!(intended.len() >= 2 && [10, 9, 15, 12].starts_with(&intended), "{rows:?}");
    let started = rows.iter().map(|row| row.arrivals_started).sum::<u64>();
    assert!(started > 0, "{rows:?}");
    assert!(
        run.record.applicants.arrived > 0 && run.record.latency["status"].response_us.count * 2 >= started
    );
}

#[test]
fn an_engine_that_dies_is_noticed_and_told() {
    let Surge { desk: _desk, out, running } = surge();
    let services = running.children();
    let engine = services.iter().find(|service| service.command().contains(&"serve".to_owned())).unwrap();
    kill_process(engine.pid, Signal::KILL).unwrap();
    let finished = running.end();
    assert_eq!(finished.code, Some(70), "{finished:?}");
    let last = finished.stderr.lines().next_back().unwrap();
    assert!(last.contains("the engine died during the run") && last.contains("engine.log"), "{last}");
    assert!(services.iter().all(|service| service.ends()));
    let run = run_in(&out);
    assert!(run.record.partial);
    assert_eq!(run.record.verdict.audit, AuditVerdict::Unavailable);
    assert!(run.record.notes.iter().any(|note| note.contains("the engine died")), "{:?}", run.record.notes);
}

/// Settings with keys, and the store.
fn assert_nothing_private(out: &std::path::Path) {
    let hidden = fs::read_dir(out)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".engine-"));
    assert_eq!(hidden.count(), 0);
}
