//! The verdict as a JUnit report, for CI systems.

use quick_junit::Report;
use record::RunRecord;

/// A test case for each objective, for each of the audit's three counts, and for the generator.
#[must_use]
pub fn junit(record: &RunRecord) -> String {
    Report::new(record.scenario.name.as_str()).to_string().expect("a report of text that was cleaned is XML")
}
