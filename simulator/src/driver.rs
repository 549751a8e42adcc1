//! The load, driven by goose: the one file that imports it.
//!
//! goose is closed-loop by itself. An open loop it becomes by as many users as may be in flight, each of whom
//! runs one transaction once, which claims the next arrival of the schedule, prepares it, sleeps until its
//! computed instant, and acts. So no arrival is skipped: it is sent, sent late, or recorded as not sent.
//!
//! goose's traps: it says `N users launched.` on stdout, which the caller has put aside
//! (`output::Stdout::take`); its telnet controller is on by default; it takes Ctrl-C for the whole process
//! unless somebody took it before (`interrupt`); it logs by `log`, which goes where `tracing` goes.

use crate::journey::{self, Seen, World};
use crate::metronome::Metronome;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionFunction, TransactionResult};
use goose::{GooseAttack, GooseError};
use people::Crowd;
use scenario::{Idle, Schedule};
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Barrier, watch};
use tokio::task::{JoinSet, yield_now};
use tokio::time::Instant;

/// The version of goose that is linked.
pub const GOOSE_VERSION: &str = "0.19.0";

/// What is driven.
#[derive(Debug)]
pub struct Load {
    /// What all applicants have in common.
    pub world: World,
    /// Who they are.
    pub crowd: Crowd,
    /// When they come.
    pub schedule: Schedule,
    /// How many may be under way at a time.
    pub users: usize,
    /// From the moment at which all users are ready to the schedule's zero.
    pub lead: Duration,
    /// What is done while nobody is due.
    pub idle: Idle,
}

/// The schedule's zero, on both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// On the clock that never steps.
    pub zero: Instant,
    /// On the wall.
    pub at: DateTime<Utc>,
}

/// What goose counted, as a check on our own counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Driven {
    /// Requests recorded with goose.
    pub requests: u64,
    /// Applicants whose task panicked: a defect of ours.
    pub panics: u64,
}

/// The load could not be driven: a defect of ours, or of goose.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// goose refused.
    #[error("goose gave up: {0}")]
    Goose(String),
    /// The system gives no thread.
    #[error("no thread for the arrivals: {0}")]
    Metronome(io::Error),
}

/// A round of [`poll_busily`] that takes longer had something else to do between.
const ROUND_IN_VAIN_MAX: Duration = Duration::from_micros(2);

struct Shared {
    load: Arc<Load>,
    metronome: Metronome,
    next: AtomicU64,
    panics: AtomicU64,
    ready: Barrier,
    started: watch::Sender<Option<Start>>,
}

/// Drives the load to its end, or until the world's `stop`. The zero is told through `started` as soon as it
/// is known.
///
/// # Errors
/// [`DriveError`] when goose does not do its part.
pub async fn drive(load: Arc<Load>, started: watch::Sender<Option<Start>>) -> Result<Driven, DriveError> {
    let shared = Arc::new(Shared {
        next: AtomicU64::new(0),
        panics: AtomicU64::new(0),
        ready: Barrier::new(load.users),
        started,
        metronome: match load.idle {
            Idle::Sleep => Metronome::start().map_err(DriveError::Metronome)?,
            Idle::BusyPoll => Metronome::by_hand(),
        },
        load: Arc::clone(&load),
    });
    let function: TransactionFunction = {
        let shared = Arc::clone(&shared);
        Arc::new(move |user: &mut GooseUser| {
            let shared = Arc::clone(&shared);
            Box::pin(async move { bring_applicants(&shared, user).await })
        })
    };
    let mut polling = JoinSet::new();
    if load.idle == Idle::BusyPoll {
        polling.spawn(poll_busily(Arc::clone(&shared)));
    }
    // One client for all, which is never used: it is the users' own clients that cost goose its time and
    // memory at the start.
    let client = GooseClientBuilder::new().without_cookies();
    let attack = GooseAttack::initialize_with_config(configuration(&load))
        .and_then(|attack| attack.set_client_builder_without_cookies(client))
        .map_err(|error| DriveError::Goose(error.to_string()))?
        .register_scenario(Scenario::new("applicants").register_transaction(Transaction::new(function)));
    let metrics =
        Box::pin(attack.execute()).await.map_err(|error: GooseError| DriveError::Goose(error.to_string()))?;
    polling.abort_all();
    shared.record_unclaimed();
    let requests =
        metrics.requests.values().map(|request| request.success_count + request.fail_count).sum::<usize>();
    Ok(Driven { requests: requests as u64, panics: shared.panics.load(Relaxed) })
}

/// A runtime in which a load is driven, of so many threads. Whoever is woken at their instant comes before those who have an answer to
/// read: in tokio's usual order they would wait behind all answers that came while the target, or this machine, stood still.
///
/// # Errors
/// When the system refuses threads.
pub fn runtime(threads: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(threads).global_queue_interval(1).enable_all().build()
}

/// Looks again and again who is due, and lets everything else have its turn between. So one thread of the runtime never sleeps, whether
/// it waits for an instant or for an answer.
async fn poll_busily(shared: Arc<Shared>) {
    let mut before = Instant::now();
    loop {
        yield_now().await;
        let now = Instant::now();
        let round = now - before;
        if !shared.metronome.beat(now) && round < ROUND_IN_VAIN_MAX {
            shared.load.world.observer.polled_in_vain(round);
        }
        before = now;
    }
}

fn configuration(load: &Load) -> GooseConfiguration {
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(format!("http://{}", load.world.browsers.address()));
    configuration.users = Some(load.users);
    // All at once, as far as goose goes: some microseconds a user.
    configuration.increase_rate = Some("1000000".to_owned());
    configuration.iterations = Some(1);
    configuration.quiet = 1;
    configuration.no_telnet = true;
    configuration.no_print_metrics = true;
    configuration.no_transaction_metrics = true;
    configuration.no_scenario_metrics = true;
    configuration.no_status_codes = true;
    configuration.no_error_summary = true;
    configuration
}

/// One user: one applicant after another until the schedule is through.
async fn bring_applicants(shared: &Shared, user: &mut GooseUser) -> TransactionResult {
    let load = &shared.load;
    let zero = shared.wait_for_zero().await;
    let index = user.weighted_users_index;
    loop {
        if load.world.stop.borrow().is_some() {
            return Ok(());
        }
        let place = shared.next.fetch_add(1, Relaxed);
        if place >= load.schedule.len() {
            return Ok(());
        }
        let (arrival, intended) = (load.schedule.number(place), zero + load.schedule.instant(place));
        if !claim(shared, index, arrival, intended).await {
            continue;
        }
        load.world.observer.started(index, Instant::now());
        // If it panics, goose and everybody else go on, and the run says so at its end.
        let walking = AssertUnwindSafe(journey::walk(&load.world, &load.crowd, index, arrival, intended));
        match walking.catch_unwind().await {
            Ok(requests) => {
                for seen in requests {
                    record(user, seen).await?;
                }
            }
            Err(_) => drop(shared.panics.fetch_add(1, Relaxed)),
        }
    }
}

/// Waits for the arrival's instant. Nobody is to be sent where it is too late, or the run was cut short.
async fn claim(shared: &Shared, user: usize, arrival: u64, intended: Instant) -> bool {
    let Shared { load, metronome, .. } = shared;
    let World { observer, behaviour, stop, .. } = &load.world;
    let now = Instant::now();
    if now > intended {
        observer.found_all_busy(user);
    }
    let given_up = intended + behaviour.patience();
    if now > given_up {
        observer.not_sent(user, arrival, intended, given_up);
        return false;
    }
    let mut stop = stop.clone();
    tokio::select! {
        biased;
        // Whoever is due by then is under way at the end, though nobody hears of them any more.
        Ok(stopped_at) = stop.wait_for(Option::is_some) => stopped_at.is_some_and(|stopped_at| stopped_at >= intended),
        () = metronome.wait_until(intended) => true,
    }
}

async fn record(user: &mut GooseUser, seen: Seen) -> TransactionResult {
    let Seen { step, service, status, failure } = seen;
    user.record_custom_request_duration("HTTP", step.name(), service, failure.is_none(), status, failure)
        .await
}

impl Shared {
    /// Nobody starts before everybody is there: the last one sets the zero.
    async fn wait_for_zero(&self) -> Instant {
        if self.ready.wait().await.is_leader() {
            let lead = self.load.lead;
            let zero = Instant::now() + lead;
            let at = Utc::now() + TimeDelta::from_std(lead).unwrap_or_default();
            self.load.world.observer.start(zero);
            self.started.send_replace(Some(Start { zero, at }));
        }
        let mut started = self.started.subscribe();
        let start = started.wait_for(Option::is_some).await.expect("the sender is in `self`");
        start.expect("just waited for").zero
    }

    /// Arrivals whose instant came before the run was cut short, and whom nobody was free for.
    fn record_unclaimed(&self) {
        let (Some(start), Some(stopped_at)) = (*self.started.borrow(), *self.load.world.stop.borrow()) else {
            return;
        };
        for place in self.next.load(Relaxed)..self.load.schedule.len() {
            let arrival = self.load.schedule.number(place);
            let intended = start.zero + self.load.schedule.instant(place);
            if intended > stopped_at {
                break;
            }
            let given_up = stopped_at.min(intended + self.load.world.behaviour.patience());
            self.load.world.observer.not_sent(0, arrival, intended, given_up);
        }
    }
}
