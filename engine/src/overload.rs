//! Who is worked on when more comes than can be done: a gate of crate `admission` on the wall clock.
//!
//! The gate decides; this file only holds those who stand in line, tells the gate when somebody is done or has gone, and lets out
//! whoever it says is next.

use admission::{Arrival, Counts, Gate, Id, Key, Moment, Policy, Turn, Verdict, Why};
use domain::Failure;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::{Notify, oneshot};

/// The gate, and those who stand in its line.
pub(crate) struct Overload {
    state: Mutex<State>,
    key: Key,
    started: Instant,
    started_us: u64,
    /// Told when the line's next deadline may have moved.
    moved: Notify,
}

struct State {
    gate: Gate,
    line: HashMap<Id, oneshot::Sender<Turn>>,
}

/// A request that is worked on. Dropped before [`Place::done`], its work was in vain: the client has gone.
pub(crate) struct Place {
    overload: Arc<Overload>,
    id: Id,
    useful: bool,
}

/// A request that is not worked on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TurnedAway {
    pub(crate) failure: Failure,
    pub(crate) retry_after: Duration,
}

impl Overload {
    pub(crate) fn new(policy: Policy, key: Key) -> Arc<Overload> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let state = State { gate: Gate::new(policy, &key), line: HashMap::new() };
        Arc::new(Overload {
            state: Mutex::new(state),
            key,
            started: Instant::now(),
            started_us: u64::try_from(since.as_micros()).unwrap_or(0),
            moved: Notify::new(),
        })
    }

    /// Makes hashes of people and addresses.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// Waits until the request may be worked on.
    ///
    /// # Errors
    /// [`TurnedAway`], at once or from the line.
    pub(crate) async fn enter(self: &Arc<Self>, arrival: &Arrival<'_>) -> Result<Place, TurnedAway> {
        let (id, turn) = {
            let mut state = self.state();
            let verdict = state.gate.arrived(arrival, self.now());
            let entered = match verdict {
                Verdict::Admit(id) => Ok(self.place(id)),
                Verdict::Park(id) => {
                    let (turn, my_turn) = oneshot::channel();
                    state.line.insert(id, turn);
                    Err((id, my_turn))
                }
                Verdict::Wait { estimate, .. } => return Err(TurnedAway::busy(estimate)),
                Verdict::Shed { why, retry_after } => {
                    return Err(TurnedAway { failure: failure_of(why), retry_after });
                }
                Verdict::Refuse(_) => {
                    let failure = Failure::QueueTokenInvalid;
                    return Err(TurnedAway { failure, retry_after: Duration::ZERO });
                }
            };
            self.let_out(&mut state);
            match entered {
                Ok(place) => return Ok(place),
                Err(waiting) => waiting,
            }
        };
        self.moved.notify_one();
        let waiting = Waiting { overload: self, id };
        let turn = turn.await;
        std::mem::forget(waiting);
        match turn {
            Ok(Turn::Start { id, .. }) => Ok(self.place(id)),
            Ok(Turn::Drop { why, retry_after, .. }) => {
                Err(TurnedAway { failure: failure_of(why), retry_after })
            }
            Err(_) => Err(TurnedAway::busy(Duration::ZERO)),
        }
    }

    /// Lets out of the line whoever's time has come, for as long as it is polled.
    pub(crate) async fn keep_time(&self) -> Infallible {
        loop {
            let wake_at = self.state().gate.wake_at();
            let moved = self.moved.notified();
            match wake_at {
                None => moved.await,
                Some(wake_at) => {
                    let pause = wake_at.since(self.now());
                    if tokio::time::timeout(pause, moved).await.is_err() {
                        self.let_out(&mut self.state());
                    }
                }
            }
        }
    }

    /// Requests under way, requests in line, and what was decided so far.
    pub(crate) fn counts(&self) -> (usize, usize, Counts) {
        let state = self.state();
        (state.gate.running(), state.gate.parked(), state.gate.counts())
    }

    fn let_out(&self, state: &mut State) {
        while let Some(turn) = state.gate.next(self.now()) {
            let (Turn::Start { id, .. } | Turn::Drop { id, .. }) = turn;
            let told = state.line.remove(&id).map(|waiting| waiting.send(turn));
            // Whoever isn't there any more has gone within this very moment: what was begun for them is done, in vain.
            if matches!((turn, told), (Turn::Start { .. }, None | Some(Err(_)))) {
                state.gate.finished(id, false, self.now());
            }
        }
    }

    fn place(self: &Arc<Self>, id: Id) -> Place {
        Place { overload: Arc::clone(self), id, useful: false }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it is held")
    }

    /// On the wall, but never back: policies that know the hour want the one, those that measure the other.
    fn now(&self) -> Moment {
        Moment::from_us(self.started_us).plus(self.started.elapsed())
    }
}

impl Place {
    /// The answer is made and somebody takes it.
    pub(crate) fn done(mut self) {
        self.useful = true;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.overload.state();
        state.gate.finished(self.id, self.useful, self.overload.now());
        self.overload.let_out(&mut state);
    }
}

/// Somebody in the line, who may go away.
struct Waiting<'a> {
    overload: &'a Overload,
    id: Id,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.overload.state();
        state.line.remove(&self.id);
        let now = self.overload.now();
        state.gate.gone(self.id, now);
        state.gate.finished(self.id, false, now);
        self.overload.let_out(&mut state);
    }
}

/// A budget that is used up is the sender's own doing; everything else is not.
fn failure_of(why: Why) -> Failure {
    match why {
        Why::PersonBudget | Why::AddressBudget => Failure::TooManyRequests,
        Why::Full | Why::Overdue | Why::Expired | Why::NotYourHour | Why::NotDrawn => Failure::Busy,
    }
}

impl TurnedAway {
    fn busy(retry_after: Duration) -> TurnedAway {
        TurnedAway { failure: Failure::Busy, retry_after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use admission::{CodelSettings, Order};

    fn overload(policy: Policy) -> Arc<Overload> {
        Overload::new(policy, Key::new(&[7; 32]))
    }

    fn line_of_one_slot() -> Arc<Overload> {
        overload(Policy::Codel(CodelSettings {
            slots: 1,
            target: Duration::from_secs(5),
            interval: Duration::from_secs(50),
            queue_max: 2,
            order: Order::AdaptiveLifo,
        }))
    }

    #[tokio::test]
    async fn a_place_is_given_back() {
        let overload = overload(Policy::ConcurrencyLimit { in_flight_max: 1 });
        let place = overload.enter(&Arrival::default()).await.ok().unwrap();
        let turned = overload.enter(&Arrival::default()).await.err().unwrap();
        assert_eq!(turned.failure, Failure::Busy);
        assert!(turned.retry_after > Duration::ZERO);
        place.done();
        let abandoned = overload.enter(&Arrival::default()).await.ok().unwrap();
        drop(abandoned);
        let (running, _, counts) = overload.counts();
        assert_eq!((running, counts.useful, counts.wasted, counts.shed), (0, 1, 1, 1));
    }

    #[tokio::test]
    async fn the_line_moves_when_a_place_is_given_back() {
        let overload = line_of_one_slot();
        let first = overload.enter(&Arrival::default()).await.ok().unwrap();
        let second = {
            let overload = Arc::clone(&overload);
            tokio::spawn(async move { overload.enter(&Arrival::default()).await.map(Place::done) })
        };
        while overload.counts().1 == 0 {
            tokio::task::yield_now().await;
        }
        first.done();
        assert!(second.await.unwrap().is_ok());
        assert_eq!(overload.counts().2.useful, 2);
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_line() {
        let overload = line_of_one_slot();
        let first = overload.enter(&Arrival::default()).await.ok().unwrap();
        let second = {
            let overload = Arc::clone(&overload);
            tokio::spawn(async move { overload.enter(&Arrival::default()).await.map(Place::done) })
        };
        while overload.counts().1 == 0 {
            tokio::task::yield_now().await;
        }
        second.abort();
        assert!(second.await.is_err());
        let (_, parked, counts) = overload.counts();
        assert_eq!((parked, counts.expired), (0, 1));
        first.done();
        assert_eq!(overload.counts().0, 0);
    }
}
