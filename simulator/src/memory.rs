//! Memory: what a run will take, by arithmetic and before anything is started.

use procfs::Current as _;

/// Of one applicant under way: the task, goose's user, the browser and its connection. Measured by `just generator`, with room.
const APPLICANT_BYTES: u64 = 40 * 1024;

/// Of one arrival, from beginning to end: its instant and what the applicant was told.
const ARRIVAL_BYTES: u64 = 64;

/// The program itself: photographs, histograms of some seconds, libraries.
const BASE_BYTES: u64 = 256 * 1024 * 1024;

const MIB: u64 = 1024 * 1024;

/// Why the run cannot take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the generator needs {needed_mib} MiB of memory ({in_flight} applicants under way of {each_kib} KiB each, {arrivals} arrivals \
     of {ARRIVAL_BYTES} bytes each, {base_mib} MiB besides), and may take {allowed_mib} MiB: raise generator.memory_mib_max, or \
     lower generator.applicants_in_flight_max",
    each_kib = APPLICANT_BYTES / 1024,
    base_mib = BASE_BYTES / MIB,
)]
pub(crate) struct TooMuch {
    in_flight: u64,
    arrivals: u64,
    needed_mib: u64,
    allowed_mib: u64,
}

/// Checks that so many applicants under way, of so many that come, fit into `mib_max`, or else into what is available now.
///
/// # Errors
/// [`TooMuch`], with the arithmetic.
pub(crate) fn provide(in_flight: usize, arrivals: u64, mib_max: Option<u64>) -> Result<(), TooMuch> {
    let available = || procfs::Meminfo::current().ok()?.mem_available;
    // Where the system does not tell, the system decides.
    let allowed_mib = mib_max.or_else(|| available().map(|bytes| bytes / MIB)).unwrap_or(u64::MAX);
    judge(in_flight as u64, arrivals, allowed_mib)
}

fn judge(in_flight: u64, arrivals: u64, allowed_mib: u64) -> Result<(), TooMuch> {
    let needed = BASE_BYTES + in_flight * APPLICANT_BYTES + arrivals * ARRIVAL_BYTES;
    let needed_mib = needed.div_ceil(MIB);
    if needed_mib <= allowed_mib {
        return Ok(());
    }
    Err(TooMuch { in_flight, arrivals, needed_mib, allowed_mib })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed() {
        let check = |in_flight, arrivals, expect_mib| {
            assert_eq!(judge(in_flight, arrivals, expect_mib), Ok(()));
            let refused = judge(in_flight, arrivals, expect_mib - 1).unwrap_err();
            assert_eq!(refused.needed_mib, expect_mib);
        };
        check(0, 0, 256);
        check(1, 0, 257);
        check(10_000, 0, 647);
        check(10_000, 10_000_000, 1_257);
        assert_eq!(provide(10, 10, None), Ok(()));
        let refused = provide(10_000, 20_000, Some(500)).unwrap_err().to_string();
        assert!(
            refused.contains("needs 648 MiB of memory (10000 applicants under way of 40 KiB each"),
            "{refused}"
        );
        assert!(refused.contains("may take 500 MiB"), "{refused}");
    }
}
