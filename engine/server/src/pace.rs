//! How slow a client may be: a time that everybody has, and more for each byte that comes.

use std::time::Duration;
use tokio::time::Instant;

/// A least speed, as Apache's `mod_reqtimeout` words it: `grace`, and another second for each `bytes_per_s_min` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// So long, whatever comes.
    pub grace: Duration,
    /// Bytes a second after that, on average; 0 asks for none.
    pub bytes_per_s_min: u32,
}

impl Pace {
    /// How long somebody may be waited for who has moved so many bytes; `None` is for ever.
    pub fn allows(self, bytes: u64) -> Option<Duration> {
        if self.bytes_per_s_min == 0 {
            return None;
        }
        let ms = bytes.saturating_mul(1_000) / u64::from(self.bytes_per_s_min);
        Some(self.grace.saturating_add(Duration::from_millis(ms)))
    }
}

/// Adds up how long the other side was waited for: time that this side took is not held against it.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    pub(crate) bytes: u64,
    waited: Duration,
    since: Option<Instant>,
}

impl Meter {
    /// It is being waited for, from `now` on unless it was already.
    pub(crate) fn wait(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.since.is_some()
    }

    /// The wait is over for now.
    pub(crate) fn stop(&mut self, now: Instant) {
        if let Some(since) = self.since.take() {
            self.waited += now.saturating_duration_since(since);
        }
    }

    /// When `allowed` will be used up, should nothing come.
    pub(crate) fn ends_at(&self, allowed: Duration, now: Instant) -> Instant {
        self.since.unwrap_or(now) + allowed.saturating_sub(self.waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_buys_time() {
        let check = |bytes_per_s_min, bytes, expect: Option<u64>| {
            let pace = Pace { grace: Duration::from_secs(10), bytes_per_s_min };
            assert_eq!(pace.allows(bytes), expect.map(Duration::from_millis), "{bytes} at {bytes_per_s_min}");
        };
        check(1_000, 0, Some(10_000));
        check(1_000, 1, Some(10_001));
        check(1_000, 200_000, Some(210_000));
        check(u32::MAX, 200_000, Some(10_000));
        check(0, 0, None);
    }

    #[test]
    fn only_waiting_counts() {
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        let mut meter = Meter::default();
        assert_eq!(meter.ends_at(Duration::from_secs(10), at(0)), at(10));
        meter.wait(at(0));
        meter.wait(at(1));
        assert_eq!(meter.ends_at(Duration::from_secs(10), at(2)), at(10));
        meter.stop(at(3));
        meter.stop(at(4));
        // Seven seconds are left, whenever it is waited for again.
        meter.wait(at(100));
        assert_eq!(meter.ends_at(Duration::from_secs(10), at(101)), at(107));
        assert_eq!(meter.ends_at(Duration::from_secs(2), at(101)), at(100));
    }
}
