//! The list of keys against the parser: each listed key is read, and each default is what holds without the key.

use crate::keys::{TABLES, is_list};
use crate::problem::Fault;
use crate::schema::{Absent, Field, Kind, Table};
use crate::{Plan, Problem, parse_with_files};

/// What has to be there for each shape, after the shape itself.
const SHAPES: [(&str, &[(&str, &str)]); 8] = [
    ("constant", &[("duration_s", "60"), ("per_s", "10")]),
    ("ramp", &[("duration_s", "60"), ("from_per_s", "1"), ("to_per_s", "10")]),
    ("steps", &[("steps", "[{ per_s = 1, for_s = 60 }]")]),
    ("opening-spike", &[("duration_s", "60"), ("peak_per_s", "50"), ("decay_s", "10")]),
    (
        "opening-crowd",
        &[
            ("duration_s", "60"),
            ("peak_per_s", "50"),
            ("decay_s", "10"),
            ("opens_after_s", "20"),
            ("growth_s", "5"),
        ],
    ),
    ("deadline-pressure", &[("duration_s", "60"), ("from_per_s", "5"), ("peak_per_s", "50")]),
    ("day-cycle", &[("duration_s", "86400"), ("midday_per_s", "5"), ("evening_per_s", "4")]),
    ("replay", &[("file", "\"n.csv\""), ("interval_s", "10")]),
];

/// Every file that is named has both columns that are looked for.
fn parse(file_name: &str, text: &str) -> Result<Plan, Vec<Problem>> {
    parse_with_files(file_name, text, &|_| Ok("count,ms\n7,7\n".to_owned()))
}

/// A file with what has to be there, and `field` of `table` as `value`; `None` leaves it out.
fn file(table: &Table, field: &Field, value: Option<&str>) -> String {
    let chosen = field.only.first().copied();
    let (shape, keys) = SHAPES
        .into_iter()
        .find(|(shape, _)| table.path == "arrivals" && chosen == Some(shape))
        .unwrap_or(SHAPES[0]);
    let mut lines = vec![("".to_owned(), "format = 1".to_owned()), ("".to_owned(), "seed = 1".to_owned())];
    lines.push(("arrivals".to_owned(), format!("shape = \"{shape}\"")));
    lines.extend(keys.iter().map(|(key, value)| ("arrivals".to_owned(), format!("{key} = {value}"))));
    if let (Some(selector), Some(word)) = (table.selector, chosen)
        && table.path != "arrivals"
    {
        lines.push((table.path.to_owned(), format!("{selector} = \"{word}\"")));
        let others =
            table.fields.iter().filter(|other| other.only.contains(&word) && other.name != field.name);
        let required = others.filter(|other| matches!(other.absent, Absent::Required));
        let any = |other: &Field| if matches!(other.kind, Kind::File) { "\"n.csv\"" } else { "1" };
        lines.extend(
            required.map(|other| (table.path.to_owned(), format!("{} = {}", other.name, any(other)))),
        );
    }
    let own = format!("{} = ", field.name);
    lines.retain(|(path, line)| path != table.path || !line.starts_with(&own));
    lines.extend(value.map(|value| (table.path.to_owned(), format!("{own}{value}"))));
    lines.sort_by_key(|(path, _)| path.clone());
    let mut text = String::new();
    let mut open = "";
    for (path, line) in &lines {
        if path != open {
            text.push_str(&format!("[{path}]\n"));
            open = path;
        }
        text.push_str(&format!("{line}\n"));
    }
    text
}

fn listed() -> impl Iterator<Item = (&'static Table, &'static Field)> {
    let tables = TABLES.iter().filter(|table| !is_list(table));
    tables.flat_map(|table| table.fields.iter().map(move |field| (table, field)))
}

fn path(table: &Table, field: &Field) -> String {
    if table.path.is_empty() { field.name.to_owned() } else { format!("{}.{}", table.path, field.name) }
}

#[test]
fn every_listed_key_is_read() {
    for (table, field) in listed() {
        let text = file(table, field, Some("true"));
        let problems = parse("f", &text).expect_err(&text);
        let told: Vec<_> = problems.iter().map(|problem| (problem.key.clone(), problem.fault)).collect();
        assert_eq!(told, [(path(table, field), Fault::WrongType)], "{text}");
    }
}

#[test]
fn every_default_is_what_holds_without_the_key() {
    let checked = |text: &str| -> Plan {
        let plan = parse("f", text).unwrap_or_else(|problems| panic!("{text}{problems:?}"));
        Plan { text: String::new(), ..plan }
    };
    for (table, field) in listed() {
        let default = match field.absent {
            Absent::Whole(value) => value.to_string(),
            Absent::Number(value) => format!("{value:?}"),
            Absent::Choice(word) => format!("\"{word}\""),
            Absent::Required | Absent::Derived(_) => continue,
        };
        let (with, without) = (file(table, field, Some(&default)), file(table, field, None));
        assert_eq!(checked(&with), checked(&without), "{}", path(table, field));
    }
}

#[test]
fn every_required_key_is_missed() {
    for (table, field) in listed().filter(|(_, field)| matches!(field.absent, Absent::Required)) {
        let problems = parse("f", &file(table, field, None)).expect_err("a required key lacks");
        assert_eq!(problems[0].key, path(table, field));
        assert_eq!(problems[0].fault, Fault::Missing);
    }
}

#[test]
fn every_bound_is_held() {
    let outside = |field: &Field| match field.kind {
        Kind::Whole { min, max } if field.name != "format" => {
            vec![min.checked_sub(1).map(|under| under.to_string()), Some((u128::from(max) + 1).to_string())]
        }
        Kind::Number { min, max } => {
            vec![
                Some(format!("{:?}", min - 1e-7)),
                Some(format!("{:?}", max * 1.001)),
                Some("nan".to_owned()),
            ]
        }
        Kind::OneOf(values) => vec![Some((values[0] + 1).to_string())],
        _ => Vec::new(),
    };
    for (table, field) in listed() {
        for value in outside(field).into_iter().flatten() {
            let text = file(table, field, Some(&value));
            let problems = parse("f", &text).expect_err(&text);
            let told: Vec<_> = problems.iter().map(|problem| (problem.key.clone(), problem.fault)).collect();
            assert_eq!(told, [(path(table, field), Fault::OutOfRange)], "{text}");
        }
    }
}
