//! The services of a run, as child processes of this same binary; and the engine itself, for `lonjakan
//! serve`. The only file that imports it.
//!
//! A child takes free ports, says them in one line of JSON on its stdout, writes its log to a file of the run
//! folder, and ends when its stdin does: the parent holds the other end of that pipe, so that whatever ends
//! the parent, kill -9 included, ends the child.

mod settings;

use crate::cli::ChildArgs;
use crate::cores;
use crate::exit::CommandError;
use crate::interrupt::asked_to_end;
use crate::output::{Results, say};
use engine::{App, Clock, Config};
use serde::{Deserialize, Serialize};
pub(crate) use settings::{EngineAddresses, Settings, write as write_settings};
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

/// What a child says as soon as it can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Addresses {
    /// For applicants, or for the engine's questions.
    pub(crate) listen: SocketAddr,
    /// For operators.
    pub(crate) operations: SocketAddr,
}

/// A service that runs as a child. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Service {
    name: &'static str,
    log: PathBuf,
    addresses: Addresses,
    pid: i32,
    child: Child,
    /// Held open as long as the child is to live.
    stdin: Option<ChildStdin>,
}

/// Longest time from the start of a child to its addresses. Opening a store on a slow disk is the longest
/// part.
const ANNOUNCE_TIMEOUT: Duration = Duration::from_secs(30);

/// Longest time that a child gets for ending in order; its own drain is bounded below that.
const END_TIMEOUT: Duration = Duration::from_secs(15);

/// As much of a log's end as its last line surely fits into, in bytes.
const LOG_TAIL_BYTES: i64 = 4_096;

impl Service {
    /// Starts `lonjakan COMMAND --config CONFIG` and waits for its addresses. Its log goes to the end of `log`; it removes
    /// `remove_at_end` when it ends in order, which it does also where its parent was killed.
    ///
    /// # Errors
    /// When the system refuses, or the child ends before it can be reached: with its own last words, and as a
    /// wrong setting where it took it for one.
    pub(crate) async fn start(
        name: &'static str,
        command: &str,
        config: &Path,
        log: PathBuf,
        remove_at_end: Option<&Path>,
        cores: &[usize],
    ) -> Result<Service, CommandError> {
        let refused = |what: &str, error: io::Error| CommandError::Usage(format!("cannot {what}: {error}"));
        let stderr = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(|error| refused(&format!("write {}", log.display()), error))?;
        let binary =
            std::env::current_exe().map_err(|error| refused("find this program's own file", error))?;
        let cores: Vec<String> = cores.iter().map(usize::to_string).collect();
        let mut child = Command::new(binary)
            .arg(command)
            .arg("--config")
            .arg(config)
            .args(["--announce", "--end-with-stdin"])
            .args(
                remove_at_end
                    .into_iter()
                    .flat_map(|folder| [OsStr::new("--remove-at-end"), folder.as_os_str()]),
            )
            .args((!cores.is_empty()).then(|| format!("--cores={}", cores.join(","))))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            // Ctrl-C at the terminal goes to the parent alone, which ends its children when it is done with
            // them.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| refused(&format!("start the {name}"), error))?;
        let stdin = child.stdin.take();
        match timeout(ANNOUNCE_TIMEOUT, announced(&mut child)).await {
            Ok(Some((pid, addresses))) => Ok(Service { name, log, addresses, pid, child, stdin }),
            Ok(None) => {
                let status = child.wait().await.ok();
                Err(did_not_start(name, &log, status))
            }
            Err(_) => Err(CommandError::Defect {
                what: format!("the {name} did not open a port in time"),
                log: Some(log),
            }),
        }
    }

    /// Where it can be reached.
    pub(crate) fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Its process.
    pub(crate) fn pid(&self) -> i32 {
        self.pid
    }

    /// Done when it has ended by itself, which it should not: what to say of it.
    pub(crate) async fn died(&mut self) -> CommandError {
        let status = self.child.wait().await;
        let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        CommandError::Defect {
            what: format!("the {} died during the run: {how}", self.name),
            log: Some(self.log.clone()),
        }
    }

    /// Ends it as a power cut would (kill -9), and waits until it is gone.
    pub(crate) async fn kill(mut self) {
        // It may have ended just now: then there is nothing to kill.
        let _ = self.child.kill().await;
    }

    /// Ends it in order, or else by force.
    pub(crate) async fn end(mut self) {
        drop(self.stdin.take());
        if timeout(END_TIMEOUT, self.child.wait()).await.is_err() {
            say(&format!("the {} did not end in time and is killed", self.name));
            // It may have ended just now: then there is nothing to kill.
            let _ = self.child.kill().await;
        }
    }
}

/// The first line of its stdout; `None` when it ended without one.
async fn announced(child: &mut Child) -> Option<(i32, Addresses)> {
    let pid = i32::try_from(child.id()?).ok()?;
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut()?).read_line(&mut line).await.ok()?;
    let addresses = serde_json::from_str(&line).ok()?;
    Some((pid, addresses))
}

fn did_not_start(name: &str, log: &Path, status: Option<ExitStatus>) -> CommandError {
    let last_words = last_line(log).unwrap_or_default();
    let last_words = last_words.trim_start_matches("lonjakan: ");
    if status.and_then(|status| status.code()) == Some(2) {
        return CommandError::Usage(format!("the {name} does not start: {last_words}"));
    }
    CommandError::Defect {
        what: format!("the {name} does not start: {last_words}"),
        log: Some(log.to_owned()),
    }
}

fn last_line(log: &Path) -> Option<String> {
    let mut file = File::open(log).ok()?;
    let length = file.metadata().ok()?.len();
    if length > LOG_TAIL_BYTES.unsigned_abs() {
        file.seek(SeekFrom::End(-LOG_TAIL_BYTES)).ok()?;
    }
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).ok()?;
    String::from_utf8_lossy(&tail).lines().next_back().map(str::to_owned)
}

/// Every key of the engine's settings, for people.
pub(crate) const ENGINE_REFERENCE: &str = engine::CONFIG_REFERENCE;

/// Runs the engine in this process until it is told to end. `file` is what errors name.
///
/// # Errors
/// Wrong settings, a used port, a store that cannot be opened.
pub(crate) fn serve(file: &str, text: &str, child: &ChildArgs) -> Result<(), CommandError> {
    engine::begin_with_huge_pages();
    let config = Config::parse(file, text).map_err(|error| CommandError::Usage(error.to_string()))?;
    take_cores(child)?;
    let threads = config.worker_threads;
    let served = runtime(threads)?.block_on(async move {
        let listener = listen(config.listen).await?;
        let operations = listen(config.operations_listen).await?;
        let ended = asked_to_end(child.end_with_stdin).map_err(|error| refused("handle signals", &error))?;
        let addresses = Addresses { listen: own_address(&listener)?, operations: own_address(&operations)? };
        let app =
            App::open(config, Clock::system()).map_err(|error| CommandError::Usage(error.to_string()))?;
        announce("engine", addresses, child)?;
        let drained = engine::run(listener, operations, app, ended).await;
        tracing::info!(?drained, "ended");
        Ok(())
    });
    if let Some(folder) = &child.remove_at_end {
        // The parent removes it too, unless it was killed: whoever comes second finds nothing.
        let _ = std::fs::remove_dir_all(folder);
    }
    served
}

/// Restricts a service to its cores, before it has more than one thread.
///
/// # Errors
/// When there are no such cores.
pub(crate) fn take_cores(child: &ChildArgs) -> Result<(), CommandError> {
    cores::take(&child.cores).map_err(|error| refused(&format!("use cores {:?}", child.cores), &error))
}

/// A runtime of so many threads.
///
/// # Errors
/// When the system refuses threads.
pub(crate) fn runtime(threads: usize) -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(|error| refused("start the runtime", &error))
}

/// Opens a port.
///
/// # Errors
/// When it is in use, or not ours.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, CommandError> {
    TcpListener::bind(address).await.map_err(|error| refused(&format!("listen on {address}"), &error))
}

/// The address that a listener got.
///
/// # Errors
/// When the system has forgotten it.
pub(crate) fn own_address(listener: &TcpListener) -> Result<SocketAddr, CommandError> {
    listener.local_addr().map_err(|error| refused("read the address of a port", &error))
}

/// Says where a service can be reached: to a program on stdout, to a person on stderr.
///
/// # Errors
/// When nobody can be told.
pub(crate) fn announce(name: &str, addresses: Addresses, child: &ChildArgs) -> Result<(), CommandError> {
    if !child.announce {
        say(&format!("{name} on http://{}, operations on http://{}", addresses.listen, addresses.operations));
        return Ok(());
    }
    let line = serde_json::to_string(&addresses).expect("addresses are strings");
    let written = Results::to_stdout().and_then(|mut results| results.write(&format!("{line}\n")));
    written.map(drop).map_err(|error| refused("write to stdout", &error))
}

pub(crate) fn refused(what: &str, error: &io::Error) -> CommandError {
    CommandError::Usage(format!("cannot {what}: {error}"))
}
