//! The line before a pool: a gate of crate `admission` on the machine's clock. The gate decides; this file only holds those who stand
//! in line, tells the gate when somebody is done or has gone, and lets out whoever it says is next.

use super::{Door, Newcomers, TurnedAway};
use crate::metrics::LineMetrics;
use admission::{Arrival, Gate, Id, Moment, Policy, Turn, Verdict, Why};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// The gate, and those who stand in its line. It is one lock, taken for work of milliseconds.
pub(crate) struct Line {
    state: Mutex<State>,
    started: Instant,
    /// Told when the line's next deadline may have moved.
    moved: Notify,
    metrics: LineMetrics,
    heard: Heard,
}

/// Who hears of what happens in a line, as place number `point`.
pub(super) struct Heard {
    /// How long people stand there.
    pub(super) door: Arc<Door>,
    /// How long the work takes.
    pub(super) newcomers: Option<Arc<Newcomers>>,
    pub(super) point: usize,
}

struct State {
    gate: Gate,
    line: HashMap<Id, oneshot::Sender<Turn>>,
}

/// Somebody's turn: the work may be done. It is over when this is dropped.
pub(crate) struct Slot {
    line: Arc<Line>,
    id: Id,
}

/// The lines tell nobody apart.
const NOBODY: Arrival<'static> =
    Arrival { person: None, address: None, until: None, token: None, begun: false };

impl Line {
    pub(super) fn new(policy: Policy, metrics: LineMetrics, heard: Heard) -> Arc<Line> {
        let gate = Gate::new(policy, heard.door.key());
        let state = Mutex::new(State { gate, line: HashMap::new() });
        Arc::new(Line { state, started: Instant::now(), moved: Notify::new(), metrics, heard })
    }

    /// Waits for the turn.
    ///
    /// # Errors
    /// [`TurnedAway`], at once or from the line.
    pub(crate) async fn enter(self: &Arc<Self>) -> Result<Slot, TurnedAway> {
        let (id, turn) = {
            let mut state = self.state();
            let entered = match state.gate.arrived(&NOBODY, self.now()) {
                Verdict::Park(id) => {
                    let (turn, my_turn) = oneshot::channel();
                    state.line.insert(id, turn);
                    Ok((id, my_turn))
                }
                Verdict::Admit(id) => Err(Ok(self.begin(id, Duration::ZERO))),
                Verdict::Shed { why, retry_after } => Err(Err(self.turn_away(why, retry_after))),
                // These two are about people, of whom a line knows nothing.
                Verdict::Wait { .. } | Verdict::Refuse(_) => {
                    Err(Err(self.turn_away(Why::Full, Duration::ZERO)))
                }
            };
            self.let_out(&mut state);
            match entered {
                Ok(waiting) => waiting,
                Err(decided) => return decided,
            }
        };
        self.moved.notify_one();
        let waiting = Waiting { line: self, id };
        let turn = turn.await;
        std::mem::forget(waiting);
        match turn {
            Ok(Turn::Start { id, stood }) => Ok(self.begin(id, stood)),
            Ok(Turn::Drop { why, retry_after, .. }) => Err(self.turn_away(why, retry_after)),
            Err(_) => Err(self.turn_away(Why::Full, Duration::ZERO)),
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

    /// Requests in line.
    pub(crate) fn waiting(&self) -> usize {
        self.state().gate.parked()
    }

    fn begin(self: &Arc<Self>, id: Id, stood: Duration) -> Slot {
        self.metrics.stood(stood);
        self.heard.door.delayed(self.heard.point, stood);
        Slot { line: Arc::clone(self), id }
    }

    fn turn_away(&self, why: Why, retry_after: Duration) -> TurnedAway {
        if why == Why::Expired {
            self.metrics.expired();
        }
        self.heard.door.overflowed();
        TurnedAway::new(why.into(), retry_after)
    }

    fn let_out(&self, state: &mut State) {
        while let Some(turn) = state.gate.next(self.now()) {
            let (Turn::Start { id, .. } | Turn::Drop { id, .. }) = turn;
            let told = state.line.remove(&id).map(|waiting| waiting.send(turn));
            // Whoever isn't there any more has gone within this very moment: what was begun for them is over.
            if matches!((turn, told), (Turn::Start { .. }, None | Some(Err(_)))) {
                state.gate.finished(id, false, self.now());
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it is held")
    }

    /// Since the start: lines measure times, and know no hours.
    fn now(&self) -> Moment {
        Moment::default().plus(self.started.elapsed())
    }
}

impl Slot {
    /// The work is done, after so long. Time in the pool's own queue is none of it.
    pub(crate) fn worked(self, took: Duration) {
        let heard = &self.line.heard;
        if let Some(newcomers) = &heard.newcomers {
            newcomers.worked(heard.point, took);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let line = &self.line;
        let mut state = line.state();
        state.gate.finished(self.id, true, line.now());
        line.let_out(&mut state);
        drop(state);
        // The next deadline may have become another one's.
        line.moved.notify_one();
    }
}

/// Somebody in the line, who may go away.
struct Waiting<'a> {
    line: &'a Line,
    id: Id,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.line.state();
        state.line.remove(&self.id);
        let now = self.line.now();
        state.gate.gone(self.id, now);
        state.gate.finished(self.id, false, now);
        self.line.let_out(&mut state);
        drop(state);
        self.line.metrics.expired();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::metrics::Metrics;
    use crate::overload::Reason;
    use admission::{Away, CodelSettings, Key, Order};
    use tempfile::TempDir;

    fn line(policy: Policy, metrics: &Metrics) -> Arc<Line> {
        let folder = TempDir::new().unwrap();
        let door = Door::open(Policy::None, Key::new(&[7; 32]), Clock::system(), folder.path()).unwrap();
        let heard = Heard { door: Arc::new(door), newcomers: None, point: 0 };
        Line::new(policy, metrics.line("test", "pool"), heard)
    }

    fn line_of_one_slot(metrics: &Metrics) -> Arc<Line> {
        let settings = CodelSettings {
            slots: 1,
            target: Duration::from_secs(5),
            interval: Duration::from_secs(50),
            relief: Duration::from_secs(50),
            queue_max: 2,
            order: Order::AdaptiveLifo,
            away: Away::Oldest,
        };
        line(Policy::Codel(settings), metrics)
    }

    fn told(metrics: &Metrics, sample: &str) -> bool {
        metrics.encode().lines().any(|line| line == sample)
    }

    #[tokio::test]
    async fn a_slot_is_given_back() {
        let line = line(Policy::ConcurrencyLimit { in_flight_max: 1 }, &Metrics::new());
        let slot = line.enter().await.ok().unwrap();
        let turned = line.enter().await.err().unwrap();
        assert_eq!(turned.why, Reason::Full);
        assert!(turned.retry_after > Duration::ZERO);
        drop(slot);
        assert!(line.enter().await.is_ok());
    }

    #[tokio::test]
    async fn the_line_moves_when_a_slot_is_given_back() {
        let metrics = Metrics::new();
        let line = line_of_one_slot(&metrics);
        let first = line.enter().await.ok().unwrap();
        let second = {
            let line = Arc::clone(&line);
            tokio::spawn(async move { line.enter().await.map(drop) })
        };
        while line.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        drop(first);
        assert!(second.await.unwrap().is_ok());
        assert_eq!(line.state().gate.counts().admitted, 2);
        assert!(told(&metrics, "engine_admission_wait_seconds_count{policy=\"test\",pool=\"pool\"} 2"));
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_line() {
        let metrics = Metrics::new();
        let line = line_of_one_slot(&metrics);
        let first = line.enter().await.ok().unwrap();
        let second = {
            let line = Arc::clone(&line);
            tokio::spawn(async move { line.enter().await.map(drop) })
        };
        while line.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        second.abort();
        assert!(second.await.is_err());
        assert_eq!((line.waiting(), line.state().gate.counts().expired), (0, 1));
        drop(first);
        assert_eq!(line.state().gate.running(), 0);
        assert!(told(&metrics, "engine_admission_expired_total{policy=\"test\",pool=\"pool\"} 1"));
    }
}
