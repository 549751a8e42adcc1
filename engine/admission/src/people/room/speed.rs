//! How fast the line moves, measured, so that a waiting person can be told a time.

use crate::moment::Moment;
use std::time::Duration;

/// Numbers called a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Speed {
    per_second: f64,
    /// Start of the measurement, and the counter at it.
    from: Option<(Moment, u64)>,
}

/// One measurement takes so long; shorter ones would swing with every poll.
const WINDOW: Duration = Duration::from_secs(10);

/// Nobody is told a longer time.
pub(crate) const ESTIMATE_MAX: Duration = Duration::from_secs(24 * 3_600);

impl Speed {
    /// Begins with the rate that the settings allow.
    pub(crate) fn new(call_every: Duration) -> Speed {
        let per_second = 1.0 / call_every.as_secs_f64().max(1e-6);
        Speed { per_second, from: None }
    }

    /// The counter stands at `serving`, and somebody still waits. With nobody waiting the counter follows the
    /// arrivals, which says nothing of how fast a line would move: then it is [`Speed::idle`].
    pub(crate) fn moved(&mut self, serving: u64, now: Moment) {
        let (from, serving_from) = *self.from.get_or_insert((now, serving));
        let passed = now.since(from);
        if passed >= WINDOW {
            let called = u32::try_from(serving.saturating_sub(serving_from)).unwrap_or(u32::MAX);
            self.per_second = (self.per_second + f64::from(called) / passed.as_secs_f64()) / 2.0;
            self.idle(serving, now);
        }
    }

    /// Measuring begins anew.
    pub(crate) fn idle(&mut self, serving: u64, now: Moment) {
        self.from = Some((now, serving));
    }

    /// How long until `place` numbers are called.
    pub(crate) fn until(self, place: u64) -> Duration {
        let numbers = u32::try_from(place).map_or(f64::from(u32::MAX), f64::from);
        let seconds = numbers / self.per_second.max(1e-9);
        Duration::try_from_secs_f64(seconds).map_or(ESTIMATE_MAX, |estimate| estimate.min(ESTIMATE_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: u64) -> Moment {
        Moment::from_us(s * 1_000_000)
    }

    #[test]
    fn it_is_measured_while_somebody_waits() {
        let mut speed = Speed::new(Duration::from_millis(100));
        let check = |speed: Speed, place, expect: Duration| {
            assert!(
                speed.until(place).abs_diff(expect) < Duration::from_millis(10),
                "{:?}",
                speed.until(place)
            );
        };
        check(speed, 100, Duration::from_secs(10));
        speed.idle(0, at(100));
        // Two a second in place of ten: each window halves the distance.
        for second in 101..=200 {
            speed.moved((second - 100) * 2, at(second));
        }
        check(speed, 100, Duration::from_secs_f64(100.0 / (2.0 + 8.0 / 1_024.0)));
        // An hour with nobody in line changes nothing.
        speed.idle(200, at(3_800));
        speed.moved(220, at(3_810));
        check(speed, 100, Duration::from_secs_f64(100.0 / (2.0 + 4.0 / 1_024.0)));
        // A line that stands still is slow, not endless.
        for second in 4_000..5_000 {
            speed.moved(220, at(second));
        }
        check(speed, 1_000, ESTIMATE_MAX);
        check(speed, 0, Duration::ZERO);
    }
}
