//! How late the generator's own timers fire: a tick every few milliseconds, whatever the load. What it misses, an applicant whose
//! instant fell into the stall would have missed too.

use crate::metronome::Metronome;
use record::{Histograms, Kind, Steps};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// From tick to tick.
const EVERY: Duration = Duration::from_millis(5);

/// A pulse that is being felt.
#[derive(Debug)]
pub(crate) struct Pulse {
    lateness: Arc<Mutex<Histograms>>,
    stopped: Arc<AtomicBool>,
}

/// How late ticks were, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stalls {
    pub(crate) us_p99: u64,
    pub(crate) us_max: u64,
}

impl Pulse {
    /// Begins at `zero`, on the runtime that the applicants' tasks run on, and by the `metronome` that wakes them.
    pub(crate) fn begin(zero: Instant, metronome: Arc<Metronome>) -> Pulse {
        let lateness = Arc::new(Mutex::new(Histograms::new(&Steps::new(["tick"]))));
        let stopped = Arc::new(AtomicBool::new(false));
        tokio::spawn(beat(zero, metronome, Arc::clone(&lateness), Arc::clone(&stopped)));
        Pulse { lateness, stopped }
    }

    /// Stops it.
    pub(crate) fn end(self) -> Stalls {
        self.stopped.store(true, Relaxed);
        self.stalls()
    }

    /// What it has felt so far.
    pub(crate) fn stalls(&self) -> Stalls {
        let lateness = self.lateness.lock().unwrap_or_else(PoisonError::into_inner);
        let quantiles = lateness.quantiles("tick", Kind::Lateness);
        Stalls { us_p99: quantiles.p99, us_max: quantiles.max }
    }
}

/// Every tick that should have been is counted: those that fell into a stall with what was left of it.
async fn beat(
    zero: Instant,
    metronome: Arc<Metronome>,
    lateness: Arc<Mutex<Histograms>>,
    stopped: Arc<AtomicBool>,
) {
    let mut due = zero;
    while !stopped.load(Relaxed) {
        metronome.wait_until(due).await;
        let now = Instant::now();
        let mut lateness = lateness.lock().unwrap_or_else(PoisonError::into_inner);
        while due <= now {
            let late_us = u64::try_from((now - due).as_micros()).unwrap_or(u64::MAX);
            lateness.record(0, Kind::Lateness, late_us);
            due += EVERY;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::Idle;

    #[tokio::test]
    async fn a_stall_counts_for_every_tick_in_it() {
        let zero = Instant::now();
        let metronome = Metronome::new(Idle::Sleep).unwrap();
        let pulse = Pulse::begin(zero, Arc::clone(&metronome));
        metronome.wait_until(zero + 10 * EVERY).await;
        // The runtime of this test has one thread: nothing ticks meanwhile.
        std::thread::sleep(Duration::from_millis(200));
        tokio::task::yield_now().await;
        metronome.wait_until(Instant::now() + EVERY).await;
        let stalls = pulse.end();
        assert!(stalls.us_max >= 150_000 && stalls.us_p99 >= 150_000, "{stalls:?}");
    }
}
