//! Exit codes of the binary: what each means, and which failure of a command has which.

use record::Verdict;
use std::path::PathBuf;
use std::process::ExitCode;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All good.
    Good = 0,
    /// Wrong usage, file or key; or a resource that the machine refuses: a port, a folder, space on a disk.
    Usage = 2,
    /// Objectives missed.
    ObjectivesMissed = 3,
    /// The generator was not fit to judge.
    GeneratorUnfit = 4,
    /// The audit found a lost, duplicated or wrongly answered registration.
    AuditViolated = 5,
    /// The target did not consent.
    NoConsent = 6,
    /// A defect of ours.
    Defect = 70,
}

/// A command that could not do what it was asked for. Each message is one line that says what and where.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    /// Files, keys, options and what the machine refuses.
    #[error("{0}")]
    Usage(String),
    /// Several lines of the same kind: every problem of every file.
    #[error("{}", .0.join("\n"))]
    Problems(Vec<String>),
    /// The target may not be loaded.
    #[error("{0}")]
    NoConsent(String),
    /// Ours to mend.
    #[error("{what}{}", hint(log.as_ref()))]
    Defect {
        /// What happened.
        what: String,
        /// The log that says more.
        log: Option<PathBuf>,
    },
}

impl CommandError {
    /// The exit code that goes with it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            CommandError::Usage(_) | CommandError::Problems(_) => Exit::Usage,
            CommandError::NoConsent(_) => Exit::NoConsent,
            CommandError::Defect { .. } => Exit::Defect,
        }
    }

    /// A defect with no log of its own.
    pub(crate) fn defect(what: impl Into<String>) -> CommandError {
        CommandError::Defect { what: what.into(), log: None }
    }
}

impl Exit {
    /// The exit code that a verdict demands: 5 before 4 before 3.
    pub(crate) fn of(verdict: &Verdict) -> Exit {
        match verdict.exit_code() {
            0 => Exit::Good,
            3 => Exit::ObjectivesMissed,
            4 => Exit::GeneratorUnfit,
            5 => Exit::AuditViolated,
            _ => Exit::Defect,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

fn hint(log: Option<&PathBuf>) -> String {
    log.map(|log| format!(" (see {})", log.display())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::{AuditVerdict, GeneratorVerdict, ObjectivesVerdict};

    #[test]
    fn codes_by_verdict() {
        let check = |generator, objectives, audit, expect: u8| {
            let exit = Exit::of(&Verdict::new(generator, objectives, audit));
            assert_eq!(exit as u8, expect, "{generator:?} {objectives:?} {audit:?}");
        };
        use AuditVerdict as Audit;
        use GeneratorVerdict as Generator;
        use ObjectivesVerdict as Objectives;
        check(Generator::Valid, Objectives::Met, Audit::Clean, 0);
        check(Generator::Limited, Objectives::None, Audit::Unavailable, 0);
        check(Generator::Valid, Objectives::Missed, Audit::Clean, 3);
        check(Generator::Invalid, Objectives::Missed, Audit::Clean, 4);
        check(Generator::Invalid, Objectives::Missed, Audit::Violated, 5);
    }

    #[test]
    fn codes_by_error() {
        let check = |error: CommandError, code: u8, line: &str| {
            assert_eq!((error.exit() as u8, error.to_string().as_str()), (code, line));
        };
        check(CommandError::Usage("no such file".to_owned()), 2, "no such file");
        check(CommandError::Problems(vec!["a".to_owned(), "b".to_owned()]), 2, "a\nb");
        check(CommandError::NoConsent("not yours".to_owned()), 6, "not yours");
        check(CommandError::defect("lost the thread"), 70, "lost the thread");
        let log = Some(PathBuf::from("run/engine.log"));
        check(
            CommandError::Defect { what: "engine died".to_owned(), log },
            70,
            "engine died (see run/engine.log)",
        );
    }
}
