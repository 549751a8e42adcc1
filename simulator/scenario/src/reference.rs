//! The reference of all keys, printed from the list that the parser goes by.

use crate::expression::METRICS;
use crate::keys::{self, TABLES};
use crate::objective::Op;
use crate::schema::{Field, Table};
use std::fmt::Write as _;

/// Every key of a scenario file: what it may be, what holds without it, and what it means; then the metrics of objectives.
pub fn reference() -> String {
    let mut text = String::new();
    for table in TABLES.iter() {
        write_table(&mut text, table).expect("writing to a string cannot fail");
    }
    text.push_str("Objectives: <metric> <comparison> <bound>\n");
    for (metric, meaning) in METRICS {
        writeln!(text, "  {metric}\n      {meaning}").expect("writing to a string cannot fail");
    }
    let symbols = Op::ALL.map(Op::symbol).join(" ");
    writeln!(text, "  comparisons: {symbols}").expect("writing to a string cannot fail");
    text.push_str(
        "  bounds: latencies with us, ms, s or m (3s, 250ms); shares 0 to 1 or 99.5%; other numbers plain\n",
    );
    text
}

fn write_table(text: &mut String, table: &Table) -> std::fmt::Result {
    match table.path {
        "" => writeln!(text, "{}", table.doc)?,
        path if keys::is_list(table) => writeln!(text, "{path} = [{{ ... }}, ...]: {}", table.doc)?,
        path => writeln!(text, "[{path}]: {}", table.doc)?,
    }
    for field in &table.fields {
        writeln!(text, "  {:<24} {}; {}", field.name, field.expects(), field.absent)?;
        writeln!(text, "      {}{}", field.doc, goes_with(table, field))?;
    }
    text.push('\n');
    Ok(())
}

fn goes_with(table: &Table, field: &Field) -> String {
    match table.selector {
        Some(selector) if !field.only.is_empty() => {
            format!(" (with {selector} = \"{}\")", field.only.join("\" or \""))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn reference_is_as_committed() {
        insta::assert_snapshot!(super::reference());
    }
}
