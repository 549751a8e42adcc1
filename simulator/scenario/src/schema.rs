//! The one list of keys: what the parser accepts, what error texts say would be right, and what the reference prints.

use std::borrow::Cow;
use std::fmt;

/// A table of the file with the keys that it may have.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its path, `registry.latency`; empty for the top level.
    pub(crate) path: &'static str,
    pub(crate) doc: &'static str,
    /// The key whose value says which of the others apply.
    pub(crate) selector: Option<&'static str>,
    pub(crate) fields: Vec<Field>,
}

/// A key of a table.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) absent: Absent,
    /// Values of the table's selector with which the key goes; empty: with any.
    pub(crate) only: &'static [&'static str],
    pub(crate) doc: Cow<'static, str>,
}

/// What a key's value may be. Bounds are inclusive.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A whole number.
    Whole { min: u64, max: u64 },
    /// One of some whole numbers.
    OneOf(&'static [u64]),
    /// A number, with or without a fraction.
    Number { min: f64, max: f64 },
    /// One of some words.
    Choice(&'static [&'static str]),
    /// Lower-case letters, digits and hyphens.
    Name,
    /// A date, written without quotes.
    Date,
    /// `true` or `false`.
    Bool,
    /// A sentence for people.
    Text,
    /// A file, from the scenario's folder on.
    File,
    /// A list of objectives.
    Objectives,
    /// A list of core numbers.
    Cores,
    /// A list of tables with the keys of this one.
    Tables(&'static str),
}

/// What holds when a key is absent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Absent {
    /// It must not be.
    Required,
    /// A whole number.
    Whole(u64),
    /// A number.
    Number(f64),
    /// A word.
    Choice(&'static str),
    /// Something that follows from elsewhere, or nothing; in words.
    Derived(&'static str),
}

impl Field {
    fn new(name: &'static str, kind: Kind, absent: Absent, doc: &'static str) -> Field {
        Field { name, kind, absent, only: &[], doc: Cow::Borrowed(doc) }
    }

    /// A key that has to be there.
    pub(crate) fn required(name: &'static str, kind: Kind, doc: &'static str) -> Field {
        Field::new(name, kind, Absent::Required, doc)
    }

    /// A key with something else in its place when it is absent.
    pub(crate) fn derived(name: &'static str, kind: Kind, absent: &'static str, doc: &'static str) -> Field {
        Field::new(name, kind, Absent::Derived(absent), doc)
    }

    /// A whole number with a default.
    pub(crate) fn whole(name: &'static str, min: u64, max: u64, default: u64, doc: &'static str) -> Field {
        Field::new(name, Kind::Whole { min, max }, Absent::Whole(default), doc)
    }

    /// A number with a default.
    pub(crate) fn number(name: &'static str, min: f64, max: f64, default: f64, doc: &'static str) -> Field {
        Field::new(name, Kind::Number { min, max }, Absent::Number(default), doc)
    }

    /// A word with a default.
    pub(crate) fn choice(
        name: &'static str,
        words: &'static [&'static str],
        default: &'static str,
        doc: &'static str,
    ) -> Field {
        Field::new(name, Kind::Choice(words), Absent::Choice(default), doc)
    }

    /// The same key, going with these values of the table's selector only.
    pub(crate) fn only(self, only: &'static [&'static str]) -> Field {
        let Field { name, kind, absent, doc, .. } = self;
        Field { name, kind, absent, only, doc }
    }

    /// The unit, read off the name: every key carries its own.
    fn unit(&self) -> &'static str {
        let parts: Vec<&str> = self.name.split('_').collect();
        let has = |part: &str| parts.contains(&part);
        match () {
            () if has("per") => " per second",
            () if has("s") || has("seconds") => " seconds",
            () if has("ms") => " milliseconds",
            () if has("minutes") => " minutes",
            () if has("kib") => " KiB",
            () if has("bytes") => " bytes",
            () => "",
        }
    }

    /// What its value may be, as a noun with an article.
    pub(crate) fn expects(&self) -> String {
        let unit = self.unit();
        match self.kind {
            Kind::Whole { min, max } if min == max => format!("{min}"),
            Kind::Whole { min, max } => format!("a whole number from {min} to {max}{unit}"),
            Kind::OneOf(values) => format!("{}{unit}", alternatives(values)),
            Kind::Number { min, max } => format!("a number from {min} to {max}{unit}"),
            Kind::Choice(words) => {
                let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                alternatives(&quoted)
            }
            Kind::Name => "a name of lower-case letters, digits and hyphens, in quotes".to_owned(),
            Kind::Date => "a date without quotes, such as 2026-11-21".to_owned(),
            Kind::Bool => "true or false, without quotes".to_owned(),
            Kind::Text => "a text in quotes, up to 1000 characters".to_owned(),
            Kind::File => "the name of a file, from the scenario's folder on, in quotes".to_owned(),
            Kind::Objectives => {
                "a list of objectives, such as [\"registration.response.p99 < 3s\"]".to_owned()
            }
            Kind::Cores => "a list of core numbers, such as [0, 1]".to_owned(),
            Kind::Tables("arrivals.steps") => {
                "a list of tables, such as [{ per_s = 5, for_s = 10 }]".to_owned()
            }
            Kind::Tables(_) => "a list of tables".to_owned(),
        }
    }
}

/// The default, or what stands in its place, as the reference shows it.
impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Absent::Required => f.write_str("required"),
            Absent::Whole(value) => write!(f, "default {value}"),
            Absent::Number(value) => write!(f, "default {value}"),
            Absent::Choice(word) => write!(f, "default \"{word}\""),
            Absent::Derived(words) => write!(f, "default: {words}"),
        }
    }
}

/// `a`, `a or b`, `a, b or c`.
fn alternatives<T: fmt::Display>(values: &[T]) -> String {
    let texts: Vec<String> = values.iter().map(T::to_string).collect();
    match texts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
