//! Who is worked on when more comes than can be done: the policies of crate `admission` on the engine's clocks.
//!
//! A policy is asked twice. At the head of a request, before anything of its body is read, [`Door`] says whether its sender may come at
//! all. Before each pool, once the body is there, a [`Line`] says what is worked on now: a slow upload holds no place in it. What
//! bounds the requests under way as a whole is a plain number ([`Limit`]), so that no lock lies in the way of those that need no pool.
//! With most policies [`Newcomers`] keeps more people from beginning than the pools bring through.

mod door;
mod limit;
mod line;
mod newcomers;
mod room;

pub(crate) use door::{Door, Pass, Queued, Rule, seconds_up};
pub(crate) use limit::{Limit, Place};
pub(crate) use line::Line;
pub(crate) use newcomers::{Beginning, Newcomers};

use crate::app::App;
use crate::clock::Clock;
use crate::config::AdmissionConfig;
use crate::metrics::{Metrics, RequestMetrics};
use admission::{Key, Policy, Why};
use domain::Failure;
use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Between two looks whether the waiting room's counters have moved.
const KEEP_EVERY: Duration = Duration::from_millis(500);

/// The policy at work.
pub(crate) struct Overload {
    pub(crate) requests: RequestMetrics,
    pub(crate) limit: Limit,
    pub(crate) door: Arc<Door>,
    /// Before the pool of passwords; none where everything is let into its queue.
    pub(crate) passwords: Option<Arc<Line>>,
    /// Before the pool of photos.
    pub(crate) photos: Option<Arc<Line>>,
    /// Who may begin, where not everybody may.
    newcomers: Option<Arc<Newcomers>>,
}

/// A request that is not worked on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TurnedAway {
    pub(crate) why: Reason,
    /// After which time a repeat makes sense; zero where nobody knows.
    pub(crate) retry_after: Duration,
}

/// By which rule, as metrics say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reason {
    /// No room.
    Full,
    /// Stood in a line for too long.
    Overdue,
    /// Would not have been done in time.
    Expired,
    /// Asks too often.
    PersonBudget,
    /// Comes from an address with too many newcomers.
    AddressBudget,
    /// It is the turn of the other NIKs.
    NotYourTurn,
    /// Not drawn for this period.
    NotDrawn,
    /// Would begin while as many have begun as can be brought through.
    Newcomer,
    /// Has a place in the waiting room, and it wasn't called yet.
    NotCalled,
    /// Without a place in the waiting room, or with one that doesn't count.
    NoPlace,
}

impl Overload {
    /// # Errors
    /// Where what the waiting room keeps in `folder` cannot be read or made.
    pub(crate) fn open(
        config: &AdmissionConfig,
        key: Key,
        clock: Clock,
        folder: &Path,
        metrics: &Metrics,
    ) -> io::Result<Overload> {
        let door = Arc::new(Door::open(config.people, key, clock, folder)?);
        let newcomers = config.newcomers.map(|(pools, share)| Arc::new(Newcomers::new(&pools, share)));
        let line = |policy, pool, point| match policy {
            Policy::None => None,
            policy => {
                let heard = line::Heard { door: Arc::clone(&door), newcomers: newcomers.clone(), point };
                Some(Line::new(policy, metrics.line(config.name, pool), heard))
            }
        };
        Ok(Overload {
            requests: metrics.requests(config.name),
            limit: Limit::new(config.in_flight_max),
            passwords: line(config.passwords, "password", 0),
            photos: line(config.photos, "photo", 1),
            newcomers,
            door,
        })
    }

    /// Whether somebody may begin a registration.
    ///
    /// # Errors
    /// [`TurnedAway`] where as many have begun as can be brought through.
    pub(crate) fn begin(&self) -> Result<Beginning, TurnedAway> {
        let Some(newcomers) = &self.newcomers else { return Ok(Beginning::free()) };
        newcomers.begin().inspect_err(|_| self.door.overflowed())
    }

    /// Lets out of the lines whoever's time has come, for as long as it is polled.
    pub(crate) async fn keep_time(&self) -> Infallible {
        let keep = async |line: &Option<Arc<Line>>| match line {
            Some(line) => line.keep_time().await,
            None => std::future::pending().await,
        };
        tokio::join!(keep(&self.passwords), keep(&self.photos)).0
    }

    /// Requests that stand before the pools.
    pub(crate) fn in_line(&self) -> usize {
        [&self.passwords, &self.photos].into_iter().flatten().map(|line| line.waiting()).sum()
    }
}

/// Brings the waiting room's counters to disk, every now and then. Numbers that are a little old cost nobody their place: some are then
/// given out twice, and a draw decides.
pub(crate) async fn keep_room(app: Arc<App>) {
    if app.overload.door.rule() != Rule::Room {
        return;
    }
    loop {
        tokio::time::sleep(KEEP_EVERY).await;
        let keeping = Arc::clone(&app);
        match tokio::task::spawn_blocking(move || keeping.overload.door.keep_room()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the waiting room's counters are not kept"),
            Err(error) => tracing::error!(%error, "the waiting room's counters were not kept"),
        }
    }
}

impl TurnedAway {
    pub(crate) fn new(why: Reason, retry_after: Duration) -> TurnedAway {
        TurnedAway { why, retry_after }
    }

    pub(crate) fn failure(&self) -> Failure {
        match self.why {
            // A budget that is used up is the sender's own doing; want of room is not.
            Reason::PersonBudget | Reason::AddressBudget => Failure::TooManyRequests,
            Reason::NoPlace => Failure::QueueTokenInvalid,
            Reason::Full
            | Reason::Overdue
            | Reason::Expired
            | Reason::NotYourTurn
            | Reason::NotDrawn
            | Reason::Newcomer
            | Reason::NotCalled => Failure::Busy,
        }
    }
}

impl Reason {
    pub(crate) const ALL: [Reason; 10] = [
        Reason::Full,
        Reason::Overdue,
        Reason::Expired,
        Reason::PersonBudget,
        Reason::AddressBudget,
        Reason::NotYourTurn,
        Reason::NotDrawn,
        Reason::Newcomer,
        Reason::NotCalled,
        Reason::NoPlace,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Reason::Full => "full",
            Reason::Overdue => "overdue",
            Reason::Expired => "expired",
            Reason::PersonBudget => "person-budget",
            Reason::AddressBudget => "address-budget",
            Reason::NotYourTurn => "not-your-turn",
            Reason::NotDrawn => "not-drawn",
            Reason::Newcomer => "newcomer",
            Reason::NotCalled => "not-called",
            Reason::NoPlace => "no-place",
        }
    }
}

impl From<Why> for Reason {
    fn from(why: Why) -> Reason {
        match why {
            Why::Full => Reason::Full,
            Why::Overdue => Reason::Overdue,
            Why::Expired => Reason::Expired,
            Why::PersonBudget => Reason::PersonBudget,
            Why::AddressBudget => Reason::AddressBudget,
            Why::NotYourHour => Reason::NotYourTurn,
            Why::NotDrawn => Reason::NotDrawn,
        }
    }
}
