//! Starts the real binary, and waits for what it does: on conditions with a deadline, never for a time.

use record::Run;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, kill_process_group, pidfd_open};
use serde::Deserialize;
use std::fs;
use std::io::{BufRead, BufReader, Read as _};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use tempfile::TempDir;

/// Longest wait for anything, in seconds: a loaded machine is slow, and a deadlock lasts for ever.
const DEADLINE_S: i64 = 90;

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A command that runs.
pub(crate) struct Running {
    child: Child,
    /// Held open: a service ends with it.
    stdin: Option<ChildStdin>,
    stderr: Option<BufReader<ChildStderr>>,
    heard: String,
}

/// What a service says when it can be reached.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Addresses {
    pub(crate) listen: SocketAddr,
    pub(crate) operations: SocketAddr,
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)
}

fn command<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lonjakan"));
    command.args(args).env_remove("RUST_BACKTRACE").env("NO_COLOR", "1");
    command
}

/// Runs the binary to its end.
pub(crate) fn lonjakan<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> Finished {
    let output = command(args).stdin(Stdio::null()).output().unwrap();
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Finished {
    /// Checks that it ended with `code` and said one line on stderr, which holds `words`.
    #[track_caller]
    pub(crate) fn complains(&self, code: i32, words: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        assert!(
            self.stderr.starts_with("lonjakan: ") && self.stderr.contains(words),
            "{words:?} is not in {self:?}"
        );
    }
}

impl Running {
    /// Starts the binary in a process group of its own, as a shell does.
    pub(crate) fn start<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> Running {
        Running::start_on(args, Stdio::piped())
    }

    /// The same with this as its stderr, such as a terminal.
    pub(crate) fn start_on<S: AsRef<std::ffi::OsStr>>(args: &[S], stderr: Stdio) -> Running {
        let mut child = command(args)
            .env("TERM", "xterm-256color")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let (stdin, stderr) = (child.stdin.take(), child.stderr.take().map(BufReader::new));
        Running { child, stdin, stderr, heard: String::new() }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap()
    }

    /// Waits for a line on stderr that holds `words`, and gives it.
    #[track_caller]
    pub(crate) fn says(&mut self, words: &str) -> String {
        let stderr = self.stderr.as_mut().unwrap();
        loop {
            let before = self.heard.len();
            let read = stderr.read_line(&mut self.heard).unwrap();
            assert!(read > 0, "it ended without saying {words:?}: {}", self.heard);
            if self.heard[before..].contains(words) {
                return self.heard[before..].to_owned();
            }
        }
    }

    /// The first line of its stdout.
    #[track_caller]
    pub(crate) fn announces(&mut self) -> Addresses {
        let mut line = String::new();
        BufReader::new(self.child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// What a terminal does at Ctrl-C: it interrupts the whole group.
    pub(crate) fn ctrl_c(&self) {
        kill_process_group(self.pid(), Signal::INT).unwrap();
    }

    /// Lets go of its stdin.
    pub(crate) fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Finished {
        assert!(Watched::new(self.pid()).unwrap().ends(), "it does not end: {}", self.heard);
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        if let Some(stderr) = &mut self.stderr {
            stderr.read_to_string(&mut self.heard).unwrap();
        }
        let code = self.child.wait().unwrap().code();
        Finished { code, stdout, stderr: std::mem::take(&mut self.heard) }
    }

    /// The services that it started.
    pub(crate) fn children(&self) -> Vec<Watched> {
        let own = self.pid().as_raw_nonzero().get();
        let children = procfs::process::all_processes().unwrap().flatten().filter_map(|process| {
            let parent = process.stat().ok()?.ppid;
            (parent == own).then(|| Pid::from_raw(process.pid())).flatten()
        });
        children.filter_map(Watched::new).collect()
    }
}

impl Drop for Running {
    /// A test that fails leaves nothing behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A process whose end can be waited for, also by others than its parent.
pub(crate) struct Watched {
    pub(crate) pid: Pid,
    handle: OwnedFd,
}

impl Watched {
    /// `None` for one that is gone.
    pub(crate) fn new(pid: Pid) -> Option<Watched> {
        Some(Watched { pid, handle: pidfd_open(pid, PidfdFlags::empty()).ok()? })
    }

    /// Waits for its end; false when that does not come.
    pub(crate) fn ends(&self) -> bool {
        let deadline = Timespec { tv_sec: DEADLINE_S, tv_nsec: 0 };
        poll(&mut [PollFd::new(&self.handle, PollFlags::IN)], Some(&deadline)).unwrap() == 1
    }

    /// The words of its command line.
    pub(crate) fn command(&self) -> Vec<String> {
        let process = procfs::process::Process::new(self.pid.as_raw_nonzero().get());
        process.and_then(|process| process.cmdline()).unwrap_or_default()
    }
}

/// A folder for one test, with a scenario in it.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
}

/// Cheap passwords and hardly any thinking: for tests that are not about those.
const QUICK: &str = "\
format = 1
seed = 3
[engine]
password_memory_kib = 64
password_passes = 1
[registry.latency]
law = \"constant\"
ms = 1
[generator]
lateness_ms_p99_max = 1000
";

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A scenario of `per_s` applicants for `duration_s`, with further tables.
    pub(crate) fn scenario(&self, per_s: u32, duration_s: u32, compression: u32, further: &str) -> PathBuf {
        let text = format!(
            "{QUICK}[arrivals]\nshape = \"constant\"\nper_s = {per_s}\nduration_s = {duration_s}\n\
             [behaviour]\ntime_compression = {compression}\n{further}"
        );
        self.file("scenario.toml", &text)
    }
}

/// Reads a run folder.
#[track_caller]
pub(crate) fn run_in(folder: &Path) -> Run {
    record::read(folder).unwrap()
}

/// Applicants who ended somehow are all that arrived, and steps add up likewise.
#[track_caller]
pub(crate) fn adds_up(run: &Run) {
    let record::Applicants { arrived, registered, refused, abandoned, failed, not_sent, in_flight_at_end } =
        run.record.applicants;
    assert_eq!(arrived, registered + refused + abandoned + failed + not_sent + in_flight_at_end);
    let first = &run.record.funnel[0];
    assert_eq!(first.entered, arrived - not_sent);
    for pair in run.record.funnel.windows(2) {
        assert!(pair[1].entered <= pair[0].entered, "{pair:?}");
    }
    assert_eq!(run.record.funnel.iter().map(|step| step.refused).sum::<u64>(), refused);
    assert_eq!(run.record.funnel.iter().map(|step| step.failed).sum::<u64>(), failed);
    let rows = &run.timeline.rows;
    assert_eq!(rows.iter().map(|row| row.completed).sum::<u64>(), registered);
    assert_eq!(rows.iter().map(|row| row.arrivals_started).sum::<u64>(), arrived - not_sent);
    // A browser may send a request again by itself when its kept connection breaks; nobody waits for that one apart.
    let seen = rows.iter().map(|row| row.requests).sum::<u64>();
    let resent = run.record.requests.total.checked_sub(seen).expect("no answer without a request");
    assert!(resent == 0 || run.record.engine.is_some_and(|engine| engine.restarts > 0), "{resent} resent");
}
