//! One process, or the whole machine, as `/proc` has them.

use procfs::process::Process;
use procfs::{CurrentSI as _, KernelStats};

/// What a process has used so far, and holds now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Usage {
    /// User and system time, of all threads.
    pub(super) cpu_s: f64,
    pub(super) rss_bytes: u64,
    pub(super) descriptors: u64,
    /// Time that its threads were ready to run and had no core, in sum; 0 where the kernel does not tell.
    pub(super) waited_s: f64,
}

/// `None` for a process that is gone, or not ours to look at.
pub(super) fn usage(pid: Option<i32>) -> Option<Usage> {
    let process = Process::new(pid?).ok()?;
    let stat = process.stat().ok()?;
    Some(Usage {
        cpu_s: seconds(stat.utime + stat.stime),
        rss_bytes: stat.rss * procfs::page_size(),
        descriptors: process.fd_count().map_or(0, |count| count as u64),
        waited_s: waited_s(&process),
    })
}

/// `/proc/PID/schedstat` has the first thread only.
fn waited_s(process: &Process) -> f64 {
    let threads = process.tasks().into_iter().flatten().flatten();
    let delays_ns = threads.filter_map(|thread| thread.schedstat().ok()).map(|schedstat| schedstat.run_delay);
    delays_ns.sum::<u64>() as f64 / 1e9
}

/// All cores of the machine up to now, in sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Machine {
    /// Time in which they were not idle, `stolen_s` included: nobody here had it.
    pub(super) busy_s: f64,
    /// Time that the host of a virtual machine gave to others while something here was ready to run.
    pub(super) stolen_s: f64,
}

/// `None` where the system does not tell.
pub(super) fn machine() -> Option<Machine> {
    let total = KernelStats::current().ok()?.total;
    let stolen = total.steal.unwrap_or(0);
    let interrupts = [total.irq, total.softirq].into_iter().flatten().sum::<u64>();
    let busy = total.user + total.nice + total.system + interrupts + stolen;
    Some(Machine { busy_s: seconds(busy), stolen_s: seconds(stolen) })
}

fn seconds(ticks: u64) -> f64 {
    ticks as f64 / procfs::ticks_per_second() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_there_and_another_is_not() {
        let own = usage(i32::try_from(std::process::id()).ok()).unwrap();
        assert!(own.rss_bytes > 100_000 && own.descriptors >= 3, "{own:?}");
        let machine = machine().unwrap();
        assert!(machine.busy_s - machine.stolen_s >= own.cpu_s, "{machine:?}");
        assert_eq!(usage(Some(i32::MAX)), None);
        assert_eq!(usage(None), None);
    }
}
