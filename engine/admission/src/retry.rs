//! When somebody who was turned away for lack of room should come back.
//!
//! The more are turned away for each one let in, the later; and everybody at another moment, or the crowd
//! would return as one.

use crate::hashing::{scatter, share_of};
use crate::moment::{Moment, us};
use std::time::Duration;

/// Advice for `Retry-After`, from the load of the last seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    window_from: Moment,
    offered: u32,
    admitted: u32,
    /// Requests that came for each one let in, smoothed over windows; at least 1.
    pressure: f64,
}

const WINDOW: Duration = Duration::from_secs(1);

/// The advice when hardly anybody is turned away.
const SHORTEST: Duration = Duration::from_secs(1);

/// The middle of the advice stays below this, however many are turned away: the load may be over by then.
const LONGEST: Duration = Duration::from_secs(60);

impl Retry {
    pub(crate) fn new() -> Retry {
        Retry { window_from: Moment::default(), offered: 0, admitted: 0, pressure: 1.0 }
    }

    /// A request came.
    pub(crate) fn offered(&mut self, now: Moment) {
        if now.since(self.window_from) >= WINDOW {
            let measured = f64::from(self.offered) / f64::from(self.admitted.max(1));
            self.pressure = (self.pressure + measured.max(1.0)) / 2.0;
            (self.window_from, self.offered, self.admitted) = (now, 0, 0);
        }
        self.offered = self.offered.saturating_add(1);
    }

    /// A request was let in.
    pub(crate) fn admitted(&mut self) {
        self.admitted = self.admitted.saturating_add(1);
    }

    /// From half of the middle to one and a half of it, by the request's number.
    pub(crate) fn after(&self, number: u64) -> Duration {
        let middle = SHORTEST.mul_f64(self.pressure.min(60.0)).min(LONGEST);
        middle / 2 + Duration::from_micros(share_of(us(middle), scatter(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten windows in which `offered` come and `admitted` are let in; the advice lies between the two bounds
    /// and is spread over them.
    fn check(offered: u32, admitted: u32, middle_ms: u64) {
        let mut retry = Retry::new();
        for second in 1..=20 {
            for _ in 0..offered {
                retry.offered(Moment::from_us(second * 1_000_000));
            }
            for _ in 0..admitted {
                retry.admitted();
            }
        }
        let advice: Vec<u64> = (0..1_000).map(|number| us(retry.after(number)) / 1_000).collect();
        let (least, most) = (*advice.iter().min().unwrap(), *advice.iter().max().unwrap());
        assert!(least.abs_diff(middle_ms / 2) <= middle_ms / 50, "{least}");
        assert!(most.abs_diff(middle_ms * 3 / 2) <= middle_ms / 50, "{most}");
    }

    #[test]
    fn advice() {
        check(100, 100, 1_000);
        check(100, 50, 2_000);
        check(100, 10, 10_000);
        check(1_000, 0, 60_000);
        check(0, 0, 1_000);
    }
}
