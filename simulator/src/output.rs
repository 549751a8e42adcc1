//! The one printer: results to stdout, talk to stderr. Nothing else in this crate prints. While a view has the terminal, talk is kept
//! until it gives it back.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where results go.
#[derive(Debug)]
pub(crate) struct Results {
    stdout: File,
    is_terminal: bool,
}

impl Results {
    /// The process's stdout.
    ///
    /// # Errors
    /// When it is closed.
    pub(crate) fn to_stdout() -> io::Result<Results> {
        let stdout = io::stdout();
        // Not to be handed down to children: a reader would wait for them too.
        let copy = stdout.as_fd().try_clone_to_owned()?;
        Ok(Results { is_terminal: stdout.is_terminal(), stdout: File::from(copy) })
    }

    /// The process's stdout, which from then on is closed to everybody else: what goose says on it is no
    /// result of ours.
    ///
    /// # Errors
    /// When it is closed already, or the system has no null device.
    pub(crate) fn to_stdout_alone() -> io::Result<Results> {
        let results = Results::to_stdout()?;
        rustix::stdio::dup2_stdout(File::options().write(true).open("/dev/null")?)?;
        Ok(results)
    }

    /// Whether colours make sense.
    pub(crate) fn are_coloured(&self) -> bool {
        self.is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
    }

    /// Writes `text` as it is. A reader that has seen enough, as `head` has, is no error.
    ///
    /// # Errors
    /// What the system says, such as a full disk behind a redirection.
    pub(crate) fn write(&mut self, text: &str) -> io::Result<Reader> {
        match self.stdout.write_all(text.as_bytes()) {
            Ok(()) => Ok(Reader::Listening),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
            Err(error) => Err(error),
        }
    }
}

/// Whether somebody still reads the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Yes, as far as one knows.
    Listening,
    /// No: further results would go nowhere.
    Gone,
}

/// Lines that are kept while a view has the terminal.
static HELD: Mutex<Option<Vec<String>>> = Mutex::new(None);

/// Says a line on stderr. With nobody to hear it there is nothing to be done.
pub(crate) fn say(line: &str) {
    match &mut *held_or_not() {
        Some(held) => held.push(line.to_owned()),
        None => drop(writeln!(io::stderr(), "{line}")),
    }
}

/// Keeps from now on what is said.
pub(crate) fn hold() {
    held_or_not().get_or_insert_default();
}

/// What has been kept.
pub(crate) fn held() -> Vec<String> {
    held_or_not().clone().unwrap_or_default()
}

/// Says what has been kept, and keeps nothing from now on.
pub(crate) fn release() {
    let held = held_or_not().take();
    held.into_iter().flatten().for_each(|line| say(&line));
}

fn held_or_not() -> MutexGuard<'static, Option<Vec<String>>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For what is written and not said: the log of libraries. A whole line at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk;

impl io::Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        String::from_utf8_lossy(bytes).lines().for_each(say);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The same with the program's name before it, as the last word of a command that failed.
pub(crate) fn complain(message: &str) {
    for line in message.lines() {
        say(&format!("lonjakan: {line}"));
    }
}
