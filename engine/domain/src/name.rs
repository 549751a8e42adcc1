//! Names of people: the form in which two writings are the same, and the titles that don't belong in one.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A name as it stands on a certificate: letters, spaces, apostrophes, hyphens and full stops, and no title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name(String);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Empty, over [`NAME_CHARS_MAX`], or with a character that no name has.
    #[error("not a name")]
    Malformed,
    /// It carries an academic or a religious title.
    #[error("carries a title")]
    Title,
}

/// Most characters of a name.
pub const NAME_CHARS_MAX: usize = 100;

/// Titles in front, compared without their full stops. A lone "H" or "Hj" counts only where a full stop or a further name follows.
const TITLES_BEFORE: [&str; 10] = ["DR", "DRS", "DRA", "DRG", "IR", "PROF", "H", "HJ", "KH", "APT"];

impl Name {
    /// The name in `text`, with single spaces.
    ///
    /// # Errors
    /// [`NameFault`].
    pub fn parse<'a>(text: impl Into<Cow<'a, str>>) -> Result<Name, NameFault> {
        let text = text.into();
        if is_plain(&text) {
            return Ok(Name(text.into_owned()));
        }
        let mut name = String::with_capacity(text.len());
        let mut is_titled = false;
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let is_first = name.is_empty();
            // After a comma stand only titles.
            is_titled |= word.contains(',')
                || if is_first { words.peek().is_some() && is_title_before(word) } else { is_degree(word) };
            if !is_first {
                name.push(' ');
            }
            name.push_str(word);
        }
        let (mut chars, mut letters, mut strange) = (0, 0, 0);
        for c in name.chars() {
            chars += 1;
            if c.is_alphabetic() {
                letters += 1;
            } else if !matches!(c, ' ' | '\'' | '’' | '`' | '-' | '.') {
                strange += 1;
            }
        }
        if letters == 0 || chars > NAME_CHARS_MAX {
            Err(NameFault::Malformed)
        } else if is_titled {
            Err(NameFault::Title)
        } else if strange > 0 {
            Err(NameFault::Malformed)
        } else {
            Ok(Name(name))
        }
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are the same name: upper and lower case, full stops and the kind of apostrophe don't matter, words do.
    pub fn is_same_as(&self, other: &Name) -> bool {
        self.key() == other.key()
    }

    /// The form in which two writings of the same name are equal.
    pub fn key(&self) -> String {
        comparable(&self.0)
    }

    /// The first letter of each word, the rest as asterisks.
    pub fn masked(&self) -> String {
        let word = |word: &str| {
            let rest = word.chars().count().saturating_sub(1);
            word.chars().take(1).chain(std::iter::repeat_n('*', rest)).collect::<String>()
        };
        self.0.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a look at each byte shows that `text` is a name as it is to be kept: ASCII letters, apostrophes, hyphens and single spaces,
/// and no title. Nearly every name is one; of the others nothing is said here.
fn is_plain(text: &str) -> bool {
    let (mut letters, mut before) = (0, b' ');
    for &byte in text.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => letters += 1,
            b' ' if before != b' ' => {}
            b'\'' | b'`' | b'-' => {}
            _ => return false,
        }
        before = byte;
    }
    let is_titled = text.split_once(' ').is_some_and(|(first, _)| is_title_before(first));
    letters > 0 && before != b' ' && text.len() <= NAME_CHARS_MAX && !is_titled
}

/// Drs., Hj, PROF: one of the known ones, with or without full stops behind it.
fn is_title_before(word: &str) -> bool {
    let bare = word.trim_end_matches('.');
    TITLES_BEFORE.iter().any(|title| is_upper_case_of(bare, title))
}

/// S.Kom., M.Pd, A.Md.Keb: one or two letters, a full stop, and more letters directly behind.
fn is_degree(word: &str) -> bool {
    let mut parts = word.split('.').filter(|part| !part.is_empty());
    let (Some(first), Some(_)) = (parts.next(), parts.next()) else { return false };
    ["S", "M", "A", "D"].iter().any(|letter| is_upper_case_of(first, letter))
}

/// Whether `text` in upper case is `upper`. Nearly every text is ASCII, and then needs no memory for that.
fn is_upper_case_of(text: &str, upper: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(upper) } else { text.to_uppercase() == upper }
}

fn comparable(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '.' | '\'' | '’' | '`')).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_titles() {
        let check = |text: &str, expect: Result<&str, NameFault>| {
            assert_eq!(
                Name::parse(text).as_ref().map(Name::as_str).map_err(|fault| *fault),
                expect,
                "{text:?}"
            );
        };
        check("Suharto", Ok("Suharto"));
        check("  I  Gede   Putu ", Ok("I Gede Putu"));
        check("Nur'aini", Ok("Nur'aini"));
        check("M. Rizki", Ok("M. Rizki"));
        check("Muh. Idris", Ok("Muh. Idris"));
        check("Siti Aminah-Hartono", Ok("Siti Aminah-Hartono"));
        check("Haji", Ok("Haji"));
        check("Drs. Budi", Err(NameFault::Title));
        check("H. Budi", Err(NameFault::Title));
        check("Hj Siti", Err(NameFault::Title));
        check("Budi, S.Kom.", Err(NameFault::Title));
        check("Budi S.Kom", Err(NameFault::Title));
        check("Budi M.Pd.", Err(NameFault::Title));
        check("", Err(NameFault::Malformed));
        check("...", Err(NameFault::Malformed));
        check("Budi 2", Err(NameFault::Malformed));
        check("<b>Budi", Err(NameFault::Malformed));
        check(&"a".repeat(101), Err(NameFault::Malformed));
    }

    #[test]
    fn masks() {
        let check = |text: &str, expect: &str| assert_eq!(Name::parse(text).unwrap().masked(), expect);
        check("Siti Aminah", "S*** A*****");
        check("Émile", "É****");
        check("M. Rizki", "M* R****");
    }

    #[test]
    fn sameness() {
        let check = |a: &str, b: &str, expect| {
            assert_eq!(Name::parse(a).unwrap().is_same_as(&Name::parse(b).unwrap()), expect, "{a} / {b}");
        };
        check("Nur’aini", "NURAINI", true);
        check("M. Rizki", "m rizki", true);
        check("M. Rizki", "Muhammad Rizki", false);
        check("Siti Aminah", "Aminah Siti", false);
    }
}
