//! How long work takes, from the work that was done: a mean and a mean deviation that forget (after Jacobson,
//! "Congestion Avoidance and Control", SIGCOMM 1988), so that nothing has to be set and slower hardware or
//! heavier steps are noticed.

use crate::moment::us;
use std::time::Duration;

/// A running estimate of working time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    mean_us: f64,
    deviation_us: f64,
    /// Measurements that the estimate rests on, up to [`MEMORY`].
    weight: f64,
}

/// About so many measurements count. With 512 a mean of exponential times errs by 3 of 100; that error
/// multiplies with the length of a line, so a shorter memory would misjudge long lines.
const MEMORY: f64 = 512.0;

/// The guess counts as much as so many measurements.
const GUESS_WEIGHT: f64 = 8.0;

impl Pace {
    /// Starts from a guess.
    pub(crate) fn new(guess: Duration) -> Pace {
        let mean_us = guess.as_secs_f64() * 1e6;
        Pace { mean_us, deviation_us: mean_us / 2.0, weight: GUESS_WEIGHT }
    }

    /// Work took `took`.
    pub(crate) fn took(&mut self, took: Duration) {
        let error_us = took.as_secs_f64() * 1e6 - self.mean_us;
        self.weight = (self.weight + 1.0).min(MEMORY);
        self.mean_us += error_us / self.weight;
        self.deviation_us += (error_us.abs() - self.deviation_us) / self.weight;
    }

    /// What one piece takes on average.
    pub(crate) fn mean(self) -> Duration {
        Duration::from_secs_f64(self.mean_us / 1e6)
    }

    /// What nearly all work stays within: for one piece, mean and four deviations (for exponential times 98
    /// of 100).
    pub(crate) fn most(self) -> Duration {
        self.most_of(1, 1)
    }

    /// What `count` pieces of work on `slots` workers nearly always stay within. Deviations of many pieces
    /// add up as their root.
    pub(crate) fn most_of(self, count: usize, slots: usize) -> Duration {
        let (count, slots) = (float(count), float(slots.max(1)));
        let most_us = (count * self.mean_us + 4.0 * count.sqrt() * self.deviation_us) / slots;
        // Whole microseconds, like the instants that it is added to and taken from: the two must agree on
        // which is later.
        Duration::from_micros(us(Duration::from_secs_f64(most_us / 1e6)))
    }
}

/// Counts of requests lie far below 2^52, where a float is exact.
fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
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
        for _ in 0..8_000 {
            pace.took(ms(30));
        }
        let check = |found: Duration, expect: Duration| {
            assert!(found.abs_diff(expect) < Duration::from_micros(50), "{found:?} is not {expect:?}");
        };
        check(pace.most(), ms(30));
        check(pace.most_of(10, 5), ms(60));
        check(pace.most_of(0, 0), ms(0));
        // Work that takes 20 and 40 ms by turns: mean 30, mean deviation 10.
        for turn in 0..8_000 {
            pace.took(ms(if turn % 2 == 0 { 20 } else { 40 }));
        }
        let check = |found, least, most| assert!((ms(least)..ms(most)).contains(&found), "{found:?}");
        check(pace.most(), 65, 75);
        // 100 pieces on 2 workers: 1,500 ms, and 4 root(100) 10 / 2 = 200 ms on top.
        check(pace.most_of(100, 2), 1_680, 1_720);
    }
}
