//! The load, driven by goose: the one file that imports it.
//!
//! goose is closed-loop by itself. An open loop it becomes by as many users as may be in flight, each of whom
//! runs one transaction once, which is idle until the dispatcher gives it an arrival of the schedule, brings that one, and is idle
//! again. So no arrival is skipped: it is sent, sent late, or recorded as not sent.
//!
//! goose's traps: it says `N users launched.` on stdout, which the caller has put aside
//! (`output::Stdout::take`); its telnet controller is on by default; it takes Ctrl-C for the whole process
//! unless somebody took it before (`interrupt`); it logs by `log`, which goes where `tracing` goes.

use crate::dispatcher::{Arrival, Dispatcher, Pause, Turn};
use crate::journey::{self, Seen, World};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionFunction, TransactionResult};
use goose::{GooseAttack, GooseError};
use people::Crowd;
use scenario::Schedule;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Barrier, oneshot, watch};
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
}

/// A round of [`poll_busily`] that takes longer had something else to do between.
const ROUND_IN_VAIN_MAX: Duration = Duration::from_micros(2);

struct Shared {
    load: Arc<Load>,
    /// Known with the schedule's zero.
    dispatcher: OnceLock<Dispatcher>,
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
        dispatcher: OnceLock::new(),
        panics: AtomicU64::new(0),
        ready: Barrier::new(load.users),
        started,
        load: Arc::clone(&load),
    });
    let function: TransactionFunction = {
        let shared = Arc::clone(&shared);
        Arc::new(move |user: &mut GooseUser| {
            let shared = Arc::clone(&shared);
            Box::pin(async move { bring_applicants(&shared, user).await })
        })
    };
    let mut dispatching = JoinSet::new();
    if load.world.metronome.is_by_hand() {
        dispatching.spawn(poll_busily(Arc::clone(&shared)));
    } else {
        dispatching.spawn(dispatch(Arc::clone(&shared)));
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
    dispatching.abort_all();
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

/// Gives each arrival to a user at its instant.
async fn dispatch(shared: Arc<Shared>) {
    let dispatcher = shared.opened().await;
    loop {
        match dispatcher.give(Instant::now()).1 {
            Pause::Until(instant) => shared.load.world.metronome.wait_until(instant).await,
            Pause::UntilStaffed => dispatcher.staffed().await,
        }
    }
}

/// The same by looking again and again who is due, with a turn for everything else between. So one thread of the runtime never sleeps,
/// whether it waits for an instant or for an answer.
async fn poll_busily(shared: Arc<Shared>) {
    let dispatcher = shared.opened().await;
    let World { metronome, observer, .. } = &shared.load.world;
    let mut before = Instant::now();
    loop {
        yield_now().await;
        let now = Instant::now();
        let round = now - before;
        let (has_given, _) = dispatcher.give(now);
        let has_woken = metronome.beat(now);
        if !has_given && !has_woken && round < ROUND_IN_VAIN_MAX {
            observer.polled_in_vain(round);
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
    let mut stop = load.world.stop.clone();
    let dispatcher = shared.wait_for_zero().await;
    let index = user.weighted_users_index;
    while let Some(Arrival { number, intended }) = claim(&load.world, dispatcher, index, &mut stop).await {
        load.world.observer.started(index, Instant::now());
        // If it panics, goose and everybody else go on, and the run says so at its end.
        let walking = AssertUnwindSafe(journey::walk(&load.world, &load.crowd, index, number, intended));
        match walking.catch_unwind().await {
            Ok(requests) => {
                for seen in requests {
                    record(user, seen).await?;
                }
            }
            Err(_) => drop(shared.panics.fetch_add(1, Relaxed)),
        }
    }
    Ok(())
}

/// The arrival that the user is to bring, at its instant or after it; `None` when the schedule is through, or the run was cut short.
async fn claim(
    world: &World,
    dispatcher: &Dispatcher,
    user: usize,
    stop: &mut watch::Receiver<Option<Instant>>,
) -> Option<Arrival> {
    loop {
        if stop.borrow().is_some() {
            return None;
        }
        let now = Instant::now();
        match dispatcher.turn(now) {
            Turn::Over => return None,
            Turn::Idle(given) => return given_or_due(dispatcher, given, stop).await,
            Turn::Overdue { arrival, found_all_busy } => {
                if found_all_busy {
                    world.observer.found_all_busy(user);
                }
                let given_up = arrival.intended + world.behaviour.patience();
                if now <= given_up {
                    return Some(arrival);
                }
                world.observer.not_sent(user, arrival.number, arrival.intended, given_up);
            }
        }
    }
}

/// Waits for an arrival. Where the run is cut short meanwhile, whoever is due by then is under way at its end, though nobody hears of
/// them any more.
async fn given_or_due(
    dispatcher: &Dispatcher,
    mut given: oneshot::Receiver<Arrival>,
    stop: &mut watch::Receiver<Option<Instant>>,
) -> Option<Arrival> {
    let stopped_at = tokio::select! {
        biased;
        arrival = &mut given => return arrival.ok(),
        Ok(stopped_at) = stop.wait_for(Option::is_some) => (*stopped_at)?,
    };
    // It may have come in this very moment.
    given.close();
    given.try_recv().ok().or_else(|| dispatcher.take_due(stopped_at))
}

async fn record(user: &mut GooseUser, seen: Seen) -> TransactionResult {
    let Seen { step, service, status, failure } = seen;
    user.record_custom_request_duration("HTTP", step.name(), service, failure.is_none(), status, failure)
        .await
}

impl Shared {
    /// Nobody starts before everybody is there: the last one sets the zero.
    async fn wait_for_zero(&self) -> &Dispatcher {
        if self.ready.wait().await.is_leader() {
            let lead = self.load.lead;
            let zero = Instant::now() + lead;
            let at = Utc::now() + TimeDelta::from_std(lead).unwrap_or_default();
            self.load.world.observer.start(zero);
            self.dispatcher.get_or_init(|| Dispatcher::new(self.load.schedule.clone(), zero));
            self.started.send_replace(Some(Start { zero, at }));
        }
        self.opened().await
    }

    /// The dispatcher, as soon as the zero is known.
    async fn opened(&self) -> &Dispatcher {
        let mut started = self.started.subscribe();
        started.wait_for(Option::is_some).await.expect("the sender is in `self`");
        self.dispatcher.get().expect("it is set before anybody hears of the start")
    }

    /// Arrivals whose instant came before the run was cut short, and whom nobody was free for.
    fn record_unclaimed(&self) {
        let World { stop, observer, behaviour, .. } = &self.load.world;
        let (Some(dispatcher), Some(stopped_at)) = (self.dispatcher.get(), *stop.borrow()) else { return };
        while let Some(Arrival { number, intended }) = dispatcher.take_due(stopped_at) {
            observer.not_sent(0, number, intended, stopped_at.min(intended + behaviour.patience()));
        }
    }
}
