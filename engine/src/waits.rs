//! After how many seconds somebody who was refused is told to come again. Those who were refused together are spread, so that they don't
//! come back together.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Longest wait that somebody is told, in seconds. An opening may be put forward and a quota raised, and whoever was told to sleep until
/// tomorrow would not hear of it.
const TOLD_S_MAX: u32 = 600;

/// Least wait, in seconds, for something that takes its time and nobody knows how long.
const UNKNOWN_S_MIN: u32 = 60;

static TURN: AtomicU32 = AtomicU32::new(0);

/// What overload, a full pool or a fault may be over in: two to six seconds.
pub(crate) fn soon() -> u32 {
    2 + turn(5)
}

/// Something that operators decide about, in hours rather than seconds: one to two minutes.
pub(crate) fn unknown() -> u32 {
    UNKNOWN_S_MIN + turn(UNKNOWN_S_MIN)
}

/// What ends after `wait`: exactly then, but never more than ten minutes; who has to wait longer is told eight to ten.
pub(crate) fn until(wait: Duration) -> u32 {
    let seconds = u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX);
    if seconds <= TOLD_S_MAX {
        return seconds.max(1);
    }
    let spread = TOLD_S_MAX / 5;
    TOLD_S_MAX - spread + turn(spread)
}

fn turn(count: u32) -> u32 {
    TURN.fetch_add(1, Ordering::Relaxed) % count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_told_exactly_and_what_is_far_is_spread() {
        let check = |ms, expect| assert_eq!(until(Duration::from_millis(ms)), expect, "{ms} ms");
        check(0, 1);
        check(1, 1);
        check(1_001, 2);
        check(600_000, 600);
        let far: Vec<_> = (0..400).map(|_| until(Duration::from_secs(86_400))).collect();
        assert_eq!((far.iter().min(), far.iter().max()), (Some(&480), Some(&599)));
        assert!((0..20).map(|_| soon()).all(|seconds| (2..=6).contains(&seconds)));
        assert!((0..20).map(|_| unknown()).all(|seconds| (60..120).contains(&seconds)));
    }
}
