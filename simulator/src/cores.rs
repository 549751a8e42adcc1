//! Which cores a process may use. What is set for the first thread holds for all that it starts later, so it is set before there
//! are others; children inherit it, and say by `--cores` what they are to have instead.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use std::io;

/// Restricts this thread, and what it starts from now on, to these cores. Empty: nothing changes.
///
/// # Errors
/// When the system has none of them, or does not give them to us.
pub(crate) fn take(cores: &[usize]) -> io::Result<()> {
    if cores.is_empty() {
        return Ok(());
    }
    let mut set = CpuSet::new();
    for &core in cores.iter().filter(|&&core| core < CpuSet::MAX_CPU) {
        set.set(core);
    }
    Ok(sched_setaffinity(None, &set)?)
}

/// The cores that this thread may use.
pub(crate) fn allowed() -> Vec<usize> {
    let set = sched_getaffinity(None).unwrap_or_default();
    (0..CpuSet::MAX_CPU).filter(|&core| set.is_set(core)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_core_of_those_that_there_are() {
        // A thread of its own, so that other tests keep theirs.
        let pinned = std::thread::spawn(|| {
            let last = *allowed().last().unwrap();
            take(&[last]).unwrap();
            (last, allowed(), std::thread::spawn(allowed).join().unwrap())
        });
        let (last, own, inherited) = pinned.join().unwrap();
        assert_eq!((own, inherited), (vec![last], vec![last]));
        assert!(take(&[CpuSet::MAX_CPU - 1]).is_err());
        assert!(take(&[]).is_ok());
    }
}
