//! What is wrong with a scenario file: one problem each, with its place, the value found, and what would be right.

use std::fmt;
use std::ops::Range;

/// One thing that is wrong with a scenario file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {}{fault}; {right}", Subject(self))]
pub struct Problem {
    /// The file's name, as given.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The key with its tables, `arrivals.per_s`; empty where the text is no TOML.
    pub key: String,
    /// The value as written, shortened; absent where there is none.
    pub found: Option<String>,
    /// What kind of problem it is.
    pub fault: Fault,
    /// What would be right, as a clause.
    pub right: String,
}

/// Kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The text is no TOML.
    Syntax,
    /// The file is written for another version of the format.
    Version,
    /// There is no such key.
    UnknownKey,
    /// The key has to be there, and is not.
    Missing,
    /// The value is of another type.
    WrongType,
    /// The value is outside of what it may be.
    OutOfRange,
    /// The value is none of those that there are.
    UnknownValue,
    /// The value is possible, but not together with another one.
    Contradiction,
}

impl Fault {
    /// In words, as it stands in the text of a problem.
    pub const fn words(self) -> &'static str {
        match self {
            Fault::Syntax => "not TOML",
            Fault::Version => "another version of the format",
            Fault::UnknownKey => "unknown key",
            Fault::Missing => "missing",
            Fault::WrongType => "wrong type",
            Fault::OutOfRange => "out of range",
            Fault::UnknownValue => "unknown value",
            Fault::Contradiction => "contradiction",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// `key = found: `, as far as there is any of it.
struct Subject<'a>(&'a Problem);

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.key.as_str(), &self.0.found) {
            ("", None) => Ok(()),
            ("", Some(found)) => write!(f, "{found}: "),
            (key, None) => write!(f, "{key}: "),
            (key, Some(found)) => write!(f, "{key} = {found}: "),
        }
    }
}

/// A file's name and text: what a byte range in it is for a person.
#[derive(Clone, Copy)]
pub(crate) struct Source<'t> {
    pub(crate) file: &'t str,
    pub(crate) text: &'t str,
}

/// Longer values are cut off here, in characters.
const FOUND_CHARS_MAX: usize = 48;

impl Source<'_> {
    /// A problem at the start of `span`.
    pub(crate) fn problem(&self, span: &Range<usize>, key: String, fault: Fault, right: String) -> Problem {
        let (line, column) = self.position(span.start);
        Problem { file: self.file.to_owned(), line, column, key, found: None, fault, right }
    }

    /// The text of `span`, cut off at its first line's end or when it is long.
    pub(crate) fn excerpt(&self, span: &Range<usize>) -> Option<String> {
        let whole = self.text.get(span.clone())?.trim_end();
        let line = whole.lines().next()?;
        let short: String = line.chars().take(FOUND_CHARS_MAX).collect();
        Some(if short.len() < whole.len() { format!("{short}...") } else { short })
    }

    /// Line and column of a byte, both from 1.
    fn position(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions() {
        let check =
            |text, byte, expect| assert_eq!(Source { file: "f", text }.position(byte), expect, "{text:?}");
        check("", 0, (1, 1));
        check("a = 1\nb = 2", 6, (2, 1));
        check("a = 1\nb = 2", 10, (2, 5));
        check("ä = 'ö' # ü\n", 5, (1, 5));
        check("a\n", 2, (2, 1));
        check("a", 99, (1, 2));
    }

    #[test]
    fn excerpts() {
        let check = |text: &str, expect: &str| {
            let source = Source { file: "f", text };
            assert_eq!(source.excerpt(&(0..text.len())).as_deref(), Some(expect));
        };
        check("12", "12");
        check("[1,\n 2]", "[1,...");
        check(&"x".repeat(60), &format!("{}...", "x".repeat(48)));
        assert_eq!(Source { file: "f", text: "" }.excerpt(&(0..0)), None);
    }
}
