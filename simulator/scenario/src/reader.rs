//! Walks the tables of a scenario file by the list of keys, and gathers every problem instead of stopping at the first.
//!
//! A value that is wrong, or absent without a default, reads as `None`; where it was wrong there is a problem.

use crate::files::NamedFile;
use crate::hint::{hint_for_unknown, nearest};
use crate::keys;
use crate::problem::{Fault, Problem, Source};
use crate::schema::{Absent, Field, Kind, Table};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Gives the text of a file that the scenario names, or says why there is none.
pub type Files<'f> = dyn Fn(&str) -> Result<String, String> + 'f;

/// A file being read, and what was found wrong so far.
pub(crate) struct Reader<'t> {
    source: Source<'t>,
    files: &'t Files<'t>,
    pub(crate) problems: Vec<Problem>,
}

/// One table of the file, or the absence of it.
pub(crate) struct Section<'t> {
    table: &'static Table,
    /// As people write it: `arrivals.steps[2]`.
    path: String,
    values: Option<&'t DeTable<'t>>,
    /// Where a key that lacks is missed.
    span: Range<usize>,
}

/// A value with the key that it was found under.
pub(crate) struct Found<'t> {
    pub(crate) path: String,
    pub(crate) value: &'t DeValue<'t>,
    pub(crate) span: Range<usize>,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(source: Source<'t>, files: &'t Files<'t>) -> Reader<'t> {
        Reader { source, files, problems: Vec::new() }
    }

    /// The top level.
    pub(crate) fn top(&mut self, document: &'t DeTable<'t>) -> Section<'t> {
        self.section(keys::table(""), String::new(), Some(document), 0..0)
    }

    /// The table `name` inside of `parent`.
    pub(crate) fn table(&mut self, parent: &Section<'t>, name: &str) -> Section<'t> {
        let path = join(&parent.path, name);
        let table = keys::table(&path);
        let Some(value) = parent.values.and_then(|values| values.get(name)) else {
            return Section { table, path, values: None, span: parent.span.clone() };
        };
        if let Some(values) = value.get_ref().as_table() {
            return self.section(table, path, Some(values), value.span());
        }
        let right = format!("write a table, [{path}], with keys of its own");
        self.report(&value.span(), &path, Fault::WrongType, right);
        Section { table, path, values: None, span: value.span() }
    }

    /// The tables of a list, such as the steps of arrivals.
    pub(crate) fn tables(&mut self, section: &Section<'t>, name: &str) -> Option<Vec<Section<'t>>> {
        let (field, found) = self.find(section, name)?;
        let Kind::Tables(path) = field.kind else { unreachable!("{name} is read as what it is listed as") };
        let Some(array) = found.value.as_array().filter(|array| !array.is_empty()) else {
            return self.wrong_type(field, &found);
        };
        let sections = array.iter().enumerate().map(|(index, item)| {
            let item_path = format!("{}[{index}]", found.path);
            let Some(values) = item.get_ref().as_table() else {
                self.report(&item.span(), &item_path, Fault::WrongType, format!("write {}", field.expects()));
                return None;
            };
            Some(self.section(keys::table(path), item_path, Some(values), item.span()))
        });
        sections.collect::<Vec<_>>().into_iter().collect()
    }

    /// A whole number.
    pub(crate) fn whole(&mut self, section: &Section<'t>, name: &str) -> Option<u64> {
        let (field, found) = match (section.field(name).absent, self.find(section, name)) {
            (Absent::Whole(default), None) => return Some(default),
            (_, found) => found?,
        };
        let Some(integer) = found.value.as_integer() else { return self.wrong_type(field, &found) };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let fits = |number: &u64| match field.kind {
            Kind::Whole { min, max } => (min..=max).contains(number),
            Kind::OneOf(values) => values.contains(number),
            _ => false,
        };
        number.filter(fits).or_else(|| self.out_of_range(field, &found))
    }

    /// A whole number that counts things in memory.
    pub(crate) fn size(&mut self, section: &Section<'t>, name: &str) -> Option<usize> {
        self.whole(section, name).and_then(|number| usize::try_from(number).ok())
    }

    /// A whole number of 32 bits.
    pub(crate) fn small(&mut self, section: &Section<'t>, name: &str) -> Option<u32> {
        self.whole(section, name).and_then(|number| u32::try_from(number).ok())
    }

    /// A number, written with or without a fraction.
    pub(crate) fn number(&mut self, section: &Section<'t>, name: &str) -> Option<f64> {
        let (field, found) = match (section.field(name).absent, self.find(section, name)) {
            (Absent::Number(default), None) => return Some(default),
            (_, found) => found?,
        };
        let number = match found.value {
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let Some(number) = number else { return self.wrong_type(field, &found) };
        let Kind::Number { min, max } = field.kind else {
            unreachable!("{name} is read as what it is listed as")
        };
        if (min..=max).contains(&number) { Some(number) } else { self.out_of_range(field, &found) }
    }

    /// A number that need not be there: `Some(None)` then.
    pub(crate) fn optional_number(&mut self, section: &Section<'t>, name: &str) -> Option<Option<f64>> {
        if section.has(name) { self.number(section, name).map(Some) } else { Some(None) }
    }

    /// A whole number that need not be there: `Some(None)` then.
    pub(crate) fn optional_whole(&mut self, section: &Section<'t>, name: &str) -> Option<Option<u64>> {
        if section.has(name) { self.whole(section, name).map(Some) } else { Some(None) }
    }

    /// `true`, `false`, or `Some(None)` where neither is written.
    pub(crate) fn optional_bool(&mut self, section: &Section<'t>, name: &str) -> Option<Option<bool>> {
        let Some((field, found)) = self.find(section, name) else { return Some(None) };
        match found.value.as_bool() {
            Some(value) => Some(Some(value)),
            None => self.wrong_type(field, &found),
        }
    }

    /// A file that is named, with its text.
    pub(crate) fn file(&mut self, section: &Section<'t>, name: &str) -> Option<(NamedFile, Found<'t>)> {
        let (field, found) = self.find(section, name)?;
        let Some(name) = found.value.as_str() else { return self.wrong_type(field, &found) };
        match (self.files)(name) {
            Ok(text) => Some((NamedFile { name: name.to_owned(), text }, found)),
            Err(reason) => {
                self.report(
                    &found.span,
                    &found.path,
                    Fault::UnknownValue,
                    format!("cannot read it: {reason}"),
                );
                None
            }
        }
    }

    /// One of some words.
    pub(crate) fn choice(&mut self, section: &Section<'t>, name: &str) -> Option<&'static str> {
        let (field, found) = match (section.field(name).absent, self.find(section, name)) {
            (Absent::Choice(default), None) => return Some(default),
            (_, found) => found?,
        };
        let Kind::Choice(words) = field.kind else { unreachable!("{name} is read as what it is listed as") };
        let Some(text) = found.value.as_str() else { return self.wrong_type(field, &found) };
        words.iter().copied().find(|word| *word == text).or_else(|| {
            let near = nearest(text, words.iter().copied()).map(|word| format!("did you mean \"{word}\"? "));
            let right = format!("{}write {}", near.unwrap_or_default(), field.expects());
            self.report(&found.span, &found.path, Fault::UnknownValue, right);
            None
        })
    }

    /// A value of any other kind; absent: `None`, with a problem where it is required.
    pub(crate) fn find(&mut self, section: &Section<'t>, name: &str) -> Option<(&'static Field, Found<'t>)> {
        let field = section.field(name);
        if let Some(value) = section.values.and_then(|values| values.get(name)) {
            let found = Found { path: join(&section.path, name), value: value.get_ref(), span: value.span() };
            return Some((field, found));
        }
        if matches!(field.absent, Absent::Required) {
            let right = format!("write {}", field.expects());
            let path = join(&section.path, name);
            self.problems.push(self.source.problem(&section.span, path, Fault::Missing, right));
        }
        None
    }

    pub(crate) fn wrong_type<T>(&mut self, field: &Field, found: &Found<'t>) -> Option<T> {
        let is = found.value.type_str();
        let article = if is.starts_with(['a', 'i']) { "an" } else { "a" };
        let right = format!("this is {article} {is}, write {}", field.expects());
        self.report(&found.span, &found.path, Fault::WrongType, right);
        None
    }

    pub(crate) fn out_of_range<T>(&mut self, field: &Field, found: &Found<'t>) -> Option<T> {
        self.report(&found.span, &found.path, Fault::OutOfRange, format!("write {}", field.expects()));
        None
    }

    /// Notes that the value of `name` does not go together with something.
    pub(crate) fn contradiction(&mut self, section: &Section<'t>, name: &str, right: String) {
        let path = join(&section.path, name);
        let value = section.values.and_then(|values| values.get(name));
        let span = value.map_or_else(|| section.span.clone(), Spanned::span);
        self.report(&span, &path, Fault::Contradiction, right);
    }

    /// Notes that the keys of a table do not go together.
    pub(crate) fn contradiction_of_table(&mut self, section: &Section<'t>, right: String) {
        self.problems.push(self.source.problem(
            &section.span,
            section.path.clone(),
            Fault::Contradiction,
            right,
        ));
    }

    /// Notes a problem with the value at `span`.
    pub(crate) fn report(&mut self, span: &Range<usize>, path: &str, fault: Fault, right: String) {
        let found = self.source.excerpt(span);
        let problem = self.source.problem(span, path.to_owned(), fault, right);
        self.problems.push(Problem { found, ..problem });
    }

    /// A table, after a look for keys that it does not have, or that do not go with what it selects.
    fn section(
        &mut self,
        table: &'static Table,
        path: String,
        values: Option<&'t DeTable<'t>>,
        span: Range<usize>,
    ) -> Section<'t> {
        let section = Section { table, path, values, span };
        for (key, value) in values.into_iter().flatten() {
            match table.fields.iter().find(|field| field.name == key.get_ref().as_ref()) {
                Some(field) => self.check_selected(&section, field),
                None if keys::children(table).any(|child| child == key.get_ref().as_ref()) => {}
                None => self.unknown_key(&section, key, value),
            }
        }
        section
    }

    fn check_selected(&mut self, section: &Section<'t>, field: &Field) {
        let Some((selector, word)) = section.selected() else { return };
        if !field.only.is_empty() && !field.only.contains(&word) {
            let right = format!(
                "{} goes with {selector} = \"{}\", and here {selector} = \"{word}\"",
                field.name,
                field.only.join("\" or \"")
            );
            self.contradiction(section, field.name, right);
        }
    }

    fn unknown_key(
        &mut self,
        section: &Section<'t>,
        key: &Spanned<std::borrow::Cow<'t, str>>,
        value: &Spanned<DeValue<'t>>,
    ) {
        let name: &str = key.get_ref();
        let found = (!value.get_ref().is_table()).then(|| self.source.excerpt(&value.span())).flatten();
        let path = join(&section.path, name);
        let problem =
            self.source.problem(&key.span(), path, Fault::UnknownKey, hint_for_unknown(section.table, name));
        self.problems.push(Problem { found, ..problem });
    }
}

impl<'t> Section<'t> {
    /// Whether the file has this key here.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.is_some_and(|values| values.contains_key(name))
    }

    /// The listed key. Asking for one that isn't listed is a defect of the parser, which any test of it finds.
    fn field(&self, name: &str) -> &'static Field {
        let mut fields = self.table.fields.iter();
        fields.find(|field| field.name == name).expect("the parser reads listed keys only")
    }

    /// The selector's key and word, where the word is one of those that there are.
    fn selected(&self) -> Option<(&'static str, &'static str)> {
        let selector = self.table.selector?;
        let field = self.field(selector);
        let Kind::Choice(words) = field.kind else { return None };
        let word = match (self.values.and_then(|values| values.get(selector)), field.absent) {
            (Some(value), _) => words.iter().copied().find(|word| value.get_ref().as_str() == Some(word)),
            (None, Absent::Choice(default)) => Some(default),
            (None, _) => None,
        };
        Some((selector, word?))
    }
}

/// A key inside of the table at `path`.
fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
