//! File descriptors: each applicant under way holds a connection, and the engine, which inherits the limit,
//! the other end of it.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors beyond the connections: logs, pipes, the store, connections that are closing.
const SPARE: u64 = 256;

/// Why the run cannot take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{applicants} applicants under way need {needed} file descriptors, and this shell allows {allowed}: \
     raise it by `ulimit -n`, or lower generator.applicants_in_flight_max"
)]
pub(crate) struct TooFew {
    applicants: u64,
    needed: u64,
    allowed: u64,
}

/// Raises the limit as far as this user may, and says what it is then.
///
/// # Errors
/// [`TooFew`] where so many applicants cannot be held.
pub(crate) fn provide(applicants: usize) -> Result<u64, TooFew> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    // None means that there is no limit.
    let allowed = current.unwrap_or(u64::MAX);
    judge(applicants as u64, allowed)
}

fn judge(applicants: u64, allowed: u64) -> Result<u64, TooFew> {
    let needed = applicants + SPARE;
    if needed > allowed { Err(TooFew { applicants, needed, allowed }) } else { Ok(allowed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed() {
        let check = |applicants, allowed, expect: Result<u64, u64>| {
            assert_eq!(judge(applicants, allowed).map_err(|few| few.needed), expect);
        };
        check(100, 1_024, Ok(1_024));
        check(768, 1_024, Ok(1_024));
        check(769, 1_024, Err(1_025));
        check(4_000, u64::MAX, Ok(u64::MAX));
    }

    #[test]
    fn the_limit_of_this_process_can_be_read() {
        assert!(provide(1).unwrap() >= 257);
        let message = judge(2_000, 1_024).unwrap_err().to_string();
        assert!(
            message.contains("2000 applicants")
                && message.contains("need 2256")
                && message.contains("allows 1024"),
            "{message}"
        );
    }
}
