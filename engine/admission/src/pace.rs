//! How long work takes, from the work that was done: a mean and a mean deviation with a short memory (Jacobson, "Congestion Avoidance
//! and Control", SIGCOMM 1988), so that nothing has to be set and slower hardware or heavier steps are noticed.

use std::time::Duration;

/// A running estimate of working time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    mean_us: f64,
    deviation_us: f64,
}

/// Weight of the newest measurement in the mean: about the last hundred count.
const MEAN_GAIN: f64 = 1.0 / 64.0;

const DEVIATION_GAIN: f64 = 1.0 / 32.0;

impl Pace {
    /// Starts from a guess.
    pub(crate) fn new(guess: Duration) -> Pace {
        let mean_us = guess.as_secs_f64() * 1e6;
        Pace { mean_us, deviation_us: mean_us / 2.0 }
    }

    /// Work took `took`.
    pub(crate) fn took(&mut self, took: Duration) {
        let error_us = took.as_secs_f64() * 1e6 - self.mean_us;
        self.mean_us += MEAN_GAIN * error_us;
        self.deviation_us += DEVIATION_GAIN * (error_us.abs() - self.deviation_us);
    }

    /// What nearly all work stays within: mean and four deviations (for exponential times 98 of 100).
    pub(crate) fn most(self) -> Duration {
        Duration::from_secs_f64((self.mean_us + 4.0 * self.deviation_us) / 1e6)
    }

    /// How long `count` pieces of work take on `slots` workers.
    pub(crate) fn of(self, count: usize, slots: usize) -> Duration {
        Duration::from_secs_f64(self.mean_us / 1e6).mul_f64(ratio(count, slots))
    }
}

/// Counts of requests lie far below 2^52, where a float is exact.
fn ratio(count: usize, slots: usize) -> f64 {
    let float = |n: usize| u32::try_from(n).map_or(f64::from(u32::MAX), f64::from);
    float(count) / float(slots.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn it_follows_what_is_measured() {
        let mut pace = Pace::new(ms(1));
        for _ in 0..1_000 {
            pace.took(ms(30));
        }
        let check = |found: Duration, expect: Duration| {
            assert!(found.abs_diff(expect) < Duration::from_micros(50), "{found:?} is not {expect:?}");
        };
        check(pace.of(10, 5), ms(60));
        check(pace.of(0, 5), ms(0));
        check(pace.of(1, 0), ms(30));
        check(pace.most(), ms(30));
        // Work that takes 20 and 40 ms by turns: mean 30, mean deviation 10.
        for turn in 0..1_000 {
            pace.took(ms(if turn % 2 == 0 { 20 } else { 40 }));
        }
        assert!(pace.most() > ms(65) && pace.most() < ms(75), "{:?}", pace.most());
    }
}
