//! The one printer: results to stdout, talk to stderr. Nothing else in this crate prints.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;

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

/// Says a line on stderr. With nobody to hear it there is nothing to be done.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The same with the program's name before it, as the last word of a command that failed.
pub(crate) fn complain(message: &str) {
    for line in message.lines() {
        say(&format!("lonjakan: {line}"));
    }
}
