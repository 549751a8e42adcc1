//! Wakes whoever waits for an instant, as many together as are due in a beat.
//!
//! tokio's timers count whole milliseconds and are up to two late, by design. A timer of the system for each applicant would be exact,
//! and cost a switch of threads to set each one, and two more when it fires. A generator with cores of its own needs neither: it beats
//! by hand, as often as it comes round.

use scenario::Idle;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// From one beat to the next, where there is somebody to wake at each. Nobody is woken before their instant, or later than this after
/// it by the metronome's doing.
const BEAT: Duration = Duration::from_micros(250);

/// The longest sleep, where nobody waits.
const REST: Duration = Duration::from_secs(1);

/// Those who wait, and a thread that beats for them until it is dropped, unless somebody else does.
#[derive(Debug)]
pub struct Metronome {
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    is_over: AtomicBool,
}

/// Who waits, by their instant and then in the order in which they came.
#[derive(Debug, Default)]
struct Waiting {
    sleepers: Sleepers,
    count: u64,
}

type Sleepers = BTreeMap<(Instant, u64), oneshot::Sender<()>>;

impl Metronome {
    /// One for a generator that is this `idle`: with a thread, or without where [`Metronome::beat`] is called all the time.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn new(idle: Idle) -> io::Result<Arc<Metronome>> {
        let shared = Arc::new(Shared::default());
        if idle == Idle::BusyPoll {
            return Ok(Arc::new(Metronome { shared, thread: None }));
        }
        let beating = Arc::clone(&shared);
        let thread = thread::Builder::new().name("metronome".to_owned()).spawn(move || beating.beat())?;
        Ok(Arc::new(Metronome { shared, thread: Some(thread) }))
    }

    /// Whether it beats only when it is told to.
    pub(crate) fn is_by_hand(&self) -> bool {
        self.thread.is_none()
    }

    /// Wakes those who are due, if there are any.
    pub(crate) fn beat(&self, now: Instant) -> bool {
        self.shared.wake_due(now).0
    }

    /// Waits until `instant`, or not at all where that is over.
    pub(crate) async fn wait_until(&self, instant: Instant) {
        if instant <= Instant::now() {
            return;
        }
        let (wake, woken) = oneshot::channel();
        let is_first = self.shared.lock().add(instant, wake);
        if is_first {
            self.nudge();
        }
        woken.await.ok();
    }

    /// Ends the beat under way.
    fn nudge(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for Metronome {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Relaxed);
        self.nudge();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

impl Shared {
    fn beat(&self) {
        while !self.is_over.load(Relaxed) {
            let now = Instant::now();
            let (has_woken, first) = self.wake_due(now);
            if has_woken {
                // Those who were woken will soon wait for another instant: one beat for all of these.
                thread::sleep(BEAT);
            } else {
                thread::park_timeout(first.map_or(REST, |first| first - now));
            }
        }
    }

    /// Whether there was anybody, and when the next one is due.
    fn wake_due(&self, now: Instant) -> (bool, Option<Instant>) {
        let (due, next) = self.lock().take_due(now);
        let are_any = !due.is_empty();
        // Whoever no longer waits was told meanwhile that the run is over.
        due.into_values().for_each(|wake| wake.send(()).unwrap_or_default());
        (are_any, next)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Adds one who waits; whether nobody waits for an earlier instant.
    fn add(&mut self, instant: Instant, wake: oneshot::Sender<()>) -> bool {
        self.count += 1;
        self.sleepers.insert((instant, self.count), wake);
        self.sleepers.first_key_value().is_some_and(|((_, number), _)| *number == self.count)
    }

    /// Those whose instants are over, and when the first of the others is due.
    fn take_due(&mut self, now: Instant) -> (Sleepers, Option<Instant>) {
        let first = |sleepers: &Sleepers| sleepers.first_key_value().map(|((instant, _), _)| *instant);
        match first(&self.sleepers) {
            Some(instant) if instant <= now => {
                let later = self.sleepers.split_off(&(now, u64::MAX));
                let due = std::mem::replace(&mut self.sleepers, later);
                (due, first(&self.sleepers))
            }
            next => (Sleepers::new(), next),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn nobody_is_woken_early_or_forgotten() {
        let metronome = Metronome::new(Idle::Sleep).unwrap();
        let zero = Instant::now();
        // Out of order, several at one instant, and one that is over.
        let waiting: Vec<_> = [40, 5, 5, 0, 12, 80, 7]
            .map(|ms| {
                let (metronome, instant) = (Arc::clone(&metronome), zero + Duration::from_millis(ms));
                tokio::spawn(async move {
                    metronome.wait_until(instant).await;
                    Instant::now() >= instant
                })
            })
            .into();
        for waiting in waiting {
            assert!(waiting.await.unwrap());
        }
        assert!(metronome.shared.lock().sleepers.is_empty());
    }

    #[tokio::test]
    async fn by_hand_it_beats_when_told_to() {
        let metronome = Metronome::new(Idle::BusyPoll).unwrap();
        let instant = Instant::now() + Duration::from_secs(3_600);
        let mut waiting = std::pin::pin!(metronome.wait_until(instant));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(!metronome.beat(instant - Duration::from_micros(1)));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(metronome.beat(instant));
        waiting.await;
        assert!(!metronome.beat(instant));
    }

    #[test]
    fn those_who_are_due_come_in_their_order() {
        let zero = Instant::now();
        let mut waiting = Waiting::default();
        let mut add = |ms| waiting.add(zero + Duration::from_millis(ms), oneshot::channel().0);
        assert_eq!([30, 20, 20, 10, 40].map(&mut add), [true, true, false, true, false]);
        let mut check = |ms, expect: &[u64], next| {
            let (due, first) = waiting.take_due(zero + Duration::from_millis(ms));
            assert_eq!(due.keys().map(|(_, number)| *number).collect::<Vec<_>>(), expect);
            assert_eq!(first, Option::map(next, |ms| zero + Duration::from_millis(ms)));
        };
        check(9, &[], Some(10));
        check(20, &[4, 2, 3], Some(30));
        check(50, &[1, 5], None);
        check(60, &[], None);
    }
}
