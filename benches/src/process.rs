//! A service of a measurement as a process of its own, on a core of its own, so that what it costs can be told from what its client
//! costs.

use procfs::process::Process;
use rustix::thread::{CpuSet, sched_setaffinity};
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A process of this very program that serves until its stdin ends.
pub struct Service {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Service {
    /// Starts `benches ARGUMENTS` and waits for the address that it prints.
    ///
    /// # Errors
    /// Where it doesn't start.
    pub fn start(arguments: &[&str]) -> io::Result<Service> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("it was asked for");
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim().parse().map_err(|_| io::Error::other(format!("it said {line:?}")))?;
        Ok(Service { child, address })
    }

    /// Processor time so far, user and system.
    ///
    /// # Panics
    /// Where the process is gone.
    pub fn cpu(&self) -> Duration {
        let tasks = self.process().tasks().expect("it has threads");
        let ns = tasks.flatten().filter_map(|task| task.schedstat().ok()).map(|stat| stat.sum_exec_runtime);
        Duration::from_nanos(ns.sum())
    }

    /// Memory in use, in bytes.
    ///
    /// # Panics
    /// Where the process is gone.
    pub fn rss_bytes(&self) -> u64 {
        self.process().statm().expect("the process lives").resident * rustix::param::page_size() as u64
    }

    /// kill -9.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn kill(mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// Its number, for a profiler.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn process(&self) -> Process {
        let id = i32::try_from(self.child.id()).expect("Linux has no higher ones");
        Process::new(id).expect("the process lives")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It may be gone already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Keeps this thread, and those that it starts from now on, on `cores`.
///
/// # Errors
/// Where the machine doesn't have them.
pub fn stay_on(cores: &[usize]) -> io::Result<()> {
    let mut set = CpuSet::new();
    cores.iter().for_each(|&core| set.set(core));
    Ok(sched_setaffinity(None, &set)?)
}
