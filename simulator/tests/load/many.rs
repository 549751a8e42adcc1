//! Many applicants by goose, on an open schedule.

use crate::applicant::{crowd, world};
use crate::portal::{Act, Portal};
use record::{Histograms, Kind, WHOLE};
use scenario::{Arrivals, Idle, Shape, Spacing, Step};
use simulator::driver::{Load, drive};
use simulator::metronome::Metronome;
use simulator::observe::{Totals, steps};
use simulator::told::{Told, Trouble};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

/// goose has one kill switch for the whole process: one attack at a time.
pub(crate) static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

struct Driven {
    totals: Totals,
    histograms: Histograms,
    goose_requests: u64,
    panics: u64,
    polled_in_vain: Duration,
}

async fn go(
    per_s: f64,
    duration_s: f64,
    users: usize,
    adjust: impl FnOnce(&mut Load),
    stop: watch::Receiver<Option<Instant>>,
    script: impl Fn(Step, u32) -> Act + Send + Sync + 'static,
) -> Driven {
    let _alone = ONE_AT_A_TIME.lock().await;
    let portal = Portal::open(script).await;
    let arrivals = Arrivals::new(Shape::Constant { per_s }, Spacing::Even, duration_s);
    let lead = Duration::from_millis(20);
    let mut load =
        Load { world: world(&portal, stop), crowd: crowd(None), schedule: arrivals.schedule(5), users, lead };
    adjust(&mut load);
    let load = Arc::new(load);
    let (started, start) = watch::channel(None);
    let driven = drive(Arc::clone(&load), started).await.unwrap();
    assert!(start.borrow().is_some());
    let mut histograms = Histograms::new(&steps());
    for interval in load.world.observer.recorder().take_all() {
        histograms.add(&interval.histograms);
    }
    Driven {
        totals: load.world.observer.totals(arrivals.count),
        histograms,
        goose_requests: driven.requests,
        panics: driven.panics,
        polled_in_vain: load.world.observer.time_polled_in_vain(),
    }
}

fn never() -> watch::Receiver<Option<Instant>> {
    watch::channel(None).1
}

fn count(totals: &Totals, wanted: fn(&Option<Told>) -> bool) -> usize {
    totals.told.iter().filter(|told| wanted(told)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_brought_and_counted_twice() {
    let driven = go(100.0, 1.0, 60, |_| (), never(), |_, _| Act::Honest).await;
    assert_eq!(driven.totals.told.len(), 100);
    assert_eq!(count(&driven.totals, |told| matches!(told, Some(Told::Registered(_)))), 100);
    assert_eq!((driven.totals.requests, driven.goose_requests), (1_000, 1_000));
    assert_eq!(driven.histograms.requests(Kind::Service).len(), 1_000);
    let started: u64 = driven.totals.seconds.values().map(|second| second.started).sum();
    let registered: u64 = driven.totals.seconds.values().map(|second| second.registered).sum();
    assert_eq!((started, registered), (100, 100));
}

/// It ends with the load, and what it did beside the load stays under the time that passed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generator_that_never_sleeps_brings_everybody() {
    let awake = |load: &mut Load| load.world.metronome = Metronome::new(Idle::BusyPoll).unwrap();
    let began = Instant::now();
    let driven = go(100.0, 1.0, 60, awake, never(), |_, _| Act::Honest).await;
    assert_eq!(count(&driven.totals, |told| matches!(told, Some(Told::Registered(_)))), 100);
    assert!(driven.polled_in_vain > Duration::ZERO && driven.polled_in_vain < began.elapsed());
    let sleeping = go(100.0, 0.1, 60, |_| (), never(), |_, _| Act::Honest).await;
    assert_eq!(sleeping.polled_in_vain, Duration::ZERO);
}

/// With two users and half a second for each applicant, all but a few of forty in one second wait, and most
/// of them in vain: the response counts their waiting, and nobody is left out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_too_few_users_arrivals_are_late_or_not_sent_and_never_forgotten() {
    let slow =
        |step, _| if step == Step::Status { Act::After(Duration::from_millis(300)) } else { Act::Honest };
    let driven = go(40.0, 1.0, 2, |load| load.world.behaviour.patience_s = 0.4, never(), slow).await;
    let registered = count(&driven.totals, |told| matches!(told, Some(Told::Registered(_))));
    let not_sent = count(&driven.totals, |told| *told == Some(Told::NotSent));
    assert_eq!(registered + not_sent, 40);
    assert!(registered >= 2 && not_sent >= 20, "{registered} registered, {not_sent} not sent");
    assert!(driven.totals.found_all_busy >= not_sent as u64);
    let response = driven.histograms.quantiles(WHOLE, Kind::Response);
    let service = driven.histograms.quantiles(WHOLE, Kind::Service);
    assert_eq!((response.count, service.count), (40, registered as u64));
    // Who was not sent is in the response at their patience.
    assert!(response.p50.abs_diff(400_000) < 2_000, "{response:?}");
    let lateness = driven.histograms.quantiles(WHOLE, Kind::Lateness);
    assert!(lateness.max > 100_000, "{lateness:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_are_counted_by_goose_too() {
    let driven = go(
        50.0,
        1.0,
        20,
        |_| (),
        never(),
        |step, before| match step {
            Step::Identity if before % 2 == 0 => Act::Garbage("no"),
            _ => Act::Honest,
        },
    )
    .await;
    assert_eq!(count(&driven.totals, |told| *told == Some(Told::Failed(Trouble::Unreadable))), 25);
    assert_eq!(driven.goose_requests, driven.totals.requests);
    assert_eq!(driven.totals.requests, 25 * 10 + 25 * 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_cut_short_tells_who_never_came() {
    let (stop, stopped) = watch::channel(None);
    let stop = Arc::new(stop);
    // The tenth applicant's first request ends the run.
    let script = {
        let stop = Arc::clone(&stop);
        move |step, before| {
            if step == Step::Status && before == 9 {
                stop.send_replace(Some(Instant::now()));
            }
            Act::Honest
        }
    };
    let driven = go(20.0, 3.0, 30, |_| (), stopped, script).await;
    let never_came = count(&driven.totals, Option::is_none);
    assert!((10..=50).contains(&never_came), "{never_came}");
    assert_eq!(count(&driven.totals, |told| *told == Some(Told::NotSent)), 0);
    assert_eq!(driven.goose_requests, driven.totals.requests);
}

/// A stop that came in the fraction of a millisecond between an instant and its waking made an arrival one that could not be sent, and
/// a short run's generator invalid.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_are_due_when_a_run_is_cut_short_are_under_way() {
    let (stop, stopped) = watch::channel(None);
    let script = move |step, before| {
        if step == Step::Status && before == 0 {
            stop.send_replace(Some(Instant::now() + Duration::from_millis(500)));
        }
        Act::Honest
    };
    let driven = go(20.0, 3.0, 60, |_| (), stopped, script).await;
    assert_eq!(count(&driven.totals, |told| *told == Some(Told::NotSent)), 0);
    let unfinished = count(&driven.totals, |told| *told == Some(Told::Unfinished));
    assert!(unfinished >= 10, "{unfinished}");
}

/// A timeout beyond the end of time is a defect that makes each applicant's task panic: the run ends, and
/// knows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panics_are_counted_and_hold_nobody_up() {
    let driven =
        go(10.0, 1.0, 4, |load| load.world.behaviour.step_timeout_s = 1e19, never(), |_, _| Act::Honest)
            .await;
    assert_eq!((driven.panics, driven.goose_requests), (10, 0));
    assert_eq!(count(&driven.totals, Option::is_none), 10);
}
