//! Brings arrivals and users together. An arrival goes, at its instant, to that idle user who was at work last: what such a one needs
//! is still in the processor's caches. Where nobody is idle it waits, and the first who is done has it.

use scenario::Schedule;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// Who comes next, and who is idle. Every arrival is given once, in the order of the schedule.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    schedule: Schedule,
    zero: Instant,
    queue: Mutex<Queue>,
    /// Somebody is idle, after nobody was.
    is_staffed: Notify,
}

#[derive(Debug)]
struct Queue {
    /// The place in the schedule of `next`.
    place: u64,
    /// The first arrival that nobody has been given.
    next: Option<Arrival>,
    /// The one who was at work last stands last. Those who have left since are passed over.
    idle: Vec<oneshot::Sender<Arrival>>,
}

/// Somebody who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Their number in the whole schedule.
    pub(crate) number: u64,
    /// Their instant.
    pub(crate) intended: Instant,
}

/// What a user who is free has to do.
#[derive(Debug)]
pub(crate) enum Turn {
    /// Bring this arrival, whose instant is over, and for whom perhaps nobody was idle at it.
    Overdue { arrival: Arrival, found_all_busy: bool },
    /// Be idle, until an arrival is given or the schedule is through.
    Idle(oneshot::Receiver<Arrival>),
    /// Go: the schedule is through.
    Over,
}

/// When there will be something to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// At this instant.
    Until(Instant),
    /// As soon as anybody is idle, if ever.
    UntilStaffed,
}

impl Dispatcher {
    /// Of a schedule that begins at `zero`.
    pub(crate) fn new(schedule: Schedule, zero: Instant) -> Dispatcher {
        let queue = Mutex::new(Queue { place: 0, next: arrival(&schedule, zero, 0), idle: Vec::new() });
        Dispatcher { schedule, zero, queue, is_staffed: Notify::new() }
    }

    /// A user has nobody to bring.
    pub(crate) fn turn(&self, now: Instant) -> Turn {
        let mut queue = self.lock();
        let was_staffed = !queue.idle.is_empty();
        if let Some(arrival) = self.take(&mut queue, now) {
            return Turn::Overdue { arrival, found_all_busy: !was_staffed };
        }
        if queue.next.is_none() {
            return Turn::Over;
        }
        let (give, given) = oneshot::channel();
        queue.idle.push(give);
        if !was_staffed {
            self.is_staffed.notify_one();
        }
        Turn::Idle(given)
    }

    /// Gives those who are due to those who are idle. Whether there was anybody to give, and when there will be.
    pub(crate) fn give(&self, now: Instant) -> (bool, Pause) {
        let mut queue = self.lock();
        let mut has_given = false;
        loop {
            match queue.next {
                Some(next) if next.intended > now => return (has_given, Pause::Until(next.intended)),
                Some(next) => {
                    let Some(user) = queue.idle.pop() else { return (has_given, Pause::UntilStaffed) };
                    // Otherwise they have left.
                    if user.send(next).is_ok() {
                        self.advance(&mut queue);
                        has_given = true;
                    }
                }
                None => return (has_given, Pause::UntilStaffed),
            }
        }
    }

    /// The next arrival, where its instant is over by `instant`.
    pub(crate) fn take_due(&self, instant: Instant) -> Option<Arrival> {
        self.take(&mut self.lock(), instant)
    }

    /// Waits until somebody is idle, where nobody was.
    pub(crate) async fn staffed(&self) {
        self.is_staffed.notified().await;
    }

    fn take(&self, queue: &mut Queue, instant: Instant) -> Option<Arrival> {
        let next = queue.next.filter(|next| next.intended <= instant)?;
        self.advance(queue);
        Some(next)
    }

    fn advance(&self, queue: &mut Queue) {
        queue.place += 1;
        queue.next = arrival(&self.schedule, self.zero, queue.place);
        if queue.next.is_none() {
            // They hear that nobody comes any more.
            queue.idle.clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Whole after every statement.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn arrival(schedule: &Schedule, zero: Instant, place: u64) -> Option<Arrival> {
    let is_there = place < schedule.len();
    is_there.then(|| Arrival { number: schedule.number(place), intended: zero + schedule.instant(place) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;
    use scenario::{Arrivals, Shape, Spacing};
    use std::collections::BTreeMap;
    use std::time::Duration;

    /// One every hundred milliseconds, the first after fifty.
    fn dispatcher(count: u32, zero: Instant) -> Dispatcher {
        let shape = Shape::Constant { per_s: 10.0 };
        let arrivals = Arrivals::new(shape, Spacing::Even, f64::from(count) / 10.0);
        Dispatcher::new(arrivals.schedule(1), zero)
    }

    fn idle(dispatcher: &Dispatcher, now: Instant) -> oneshot::Receiver<Arrival> {
        match dispatcher.turn(now) {
            Turn::Idle(given) => given,
            other => panic!("{other:?}"),
        }
    }

    fn number(given: &mut oneshot::Receiver<Arrival>) -> Option<u64> {
        given.try_recv().ok().map(|arrival| arrival.number)
    }

    #[test]
    fn who_was_at_work_last_is_given_the_next() {
        let zero = Instant::now();
        let at = |ms| zero + Duration::from_millis(ms);
        let dispatcher = dispatcher(4, zero);
        let mut users = [0, 1, 2].map(|_| idle(&dispatcher, zero));
        assert_eq!(dispatcher.give(at(49)), (false, Pause::Until(at(50))));
        assert_eq!(dispatcher.give(at(50)), (true, Pause::Until(at(150))));
        assert_eq!(users.each_mut().map(number), [None, None, Some(0)]);
        users[2] = idle(&dispatcher, at(60));
        // Two are due at once.
        assert_eq!(dispatcher.give(at(250)), (true, Pause::Until(at(350))));
        assert_eq!(users.each_mut().map(number), [None, Some(2), Some(1)]);
    }

    #[test]
    fn where_nobody_is_idle_the_first_who_is_done_has_whoever_waits() {
        let zero = Instant::now();
        let at = |ms| zero + Duration::from_millis(ms);
        let dispatcher = dispatcher(3, zero);
        assert_eq!(dispatcher.give(at(200)), (false, Pause::UntilStaffed));
        let overdue = |now| match dispatcher.turn(now) {
            Turn::Overdue { arrival, found_all_busy } => (arrival.number, arrival.intended, found_all_busy),
            other => panic!("{other:?}"),
        };
        assert_eq!(overdue(at(200)), (0, at(50), true));
        assert_eq!(overdue(at(200)), (1, at(150), true));
        let mut given = idle(&dispatcher, at(200));
        // Somebody is idle and not yet told: nobody was missing.
        assert_eq!(overdue(at(251)), (2, at(250), false));
        assert_eq!(number(&mut given), None);
    }

    #[tokio::test]
    async fn the_first_idle_one_is_told_of() {
        let zero = Instant::now();
        let dispatcher = dispatcher(1, zero);
        let mut staffed = std::pin::pin!(dispatcher.staffed());
        assert!(futures_util::poll!(staffed.as_mut()).is_pending());
        let _given = idle(&dispatcher, zero);
        assert!(futures_util::poll!(staffed.as_mut()).is_ready());
    }

    #[test]
    fn at_the_end_everybody_is_told() {
        let zero = Instant::now();
        let dispatcher = dispatcher(1, zero);
        let mut users = [0, 1].map(|_| idle(&dispatcher, zero));
        assert_eq!(dispatcher.give(zero + Duration::from_secs(1)), (true, Pause::UntilStaffed));
        assert_eq!(number(&mut users[1]), Some(0));
        assert_eq!(users[0].try_recv(), Err(oneshot::error::TryRecvError::Closed));
        assert!(matches!(dispatcher.turn(zero), Turn::Over));
        assert_eq!(dispatcher.take_due(zero + Duration::from_secs(1)), None);
    }

    /// Whatever the order in which users come, work and leave: everybody is given once, in order, and never before their instant.
    #[test]
    fn nobody_is_lost_or_given_twice() {
        for seed in 0..200 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let zero = Instant::now();
            let dispatcher = dispatcher(60, zero);
            let mut idle: BTreeMap<u32, oneshot::Receiver<Arrival>> = BTreeMap::new();
            let mut given = Vec::new();
            let mut now = zero;
            for user in 0_u32.. {
                now += Duration::from_millis(random.random_range(0..40));
                match random.random_range(0..10) {
                    0..5 => match dispatcher.turn(now) {
                        Turn::Overdue { arrival, .. } => given.push(arrival),
                        Turn::Idle(waiting) => drop(idle.insert(user, waiting)),
                        Turn::Over => break,
                    },
                    5..8 => drop(dispatcher.give(now)),
                    8 => given.extend(dispatcher.take_due(now)),
                    // Somebody leaves, who may have been given somebody a moment ago.
                    _ => {
                        let leaves = idle.pop_first().and_then(|(_, mut waiting)| {
                            waiting.close();
                            waiting.try_recv().ok()
                        });
                        given.extend(leaves);
                    }
                }
                idle.retain(|_, waiting| {
                    let told = waiting.try_recv();
                    let is_idle = told == Err(oneshot::error::TryRecvError::Empty);
                    given.extend(told);
                    is_idle
                });
                assert!(given.iter().all(|arrival| arrival.intended <= now), "seed {seed}");
            }
            given.sort_by_key(|arrival| arrival.intended);
            let numbers: Vec<u64> = given.iter().map(|arrival| arrival.number).collect();
            assert_eq!(numbers, (0..60).collect::<Vec<_>>(), "seed {seed}");
        }
    }
}
