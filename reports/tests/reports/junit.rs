//! The JUnit report, read back by a reader.

use quick_junit::{Report, TestCaseStatus};
use reports::junit;

use crate::runs;
use crate::sample::{healthy, overloaded};

#[test]
fn report_of_a_run_that_missed_an_objective() {
    insta::assert_snapshot!(junit(&overloaded().record));
}

/// Names of the cases that failed and of those that were skipped.
#[track_caller]
fn check(run: &record::Run, failed: &[&str], skipped: &[&str]) {
    let report = Report::deserialize_from_str(&junit(&run.record)).unwrap();
    let cases: Vec<_> = report.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
    let named = |is: fn(&TestCaseStatus) -> bool| {
        cases.iter().filter(|case| is(&case.status)).map(|case| case.name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(named(|status| matches!(status, TestCaseStatus::NonSuccess { .. })), failed);
    assert_eq!(named(|status| matches!(status, TestCaseStatus::Skipped { .. })), skipped);
    assert_eq!(report.tests, run.record.objectives.len() + 4);
    assert_eq!(report.failures, failed.len());
}

#[test]
fn cases_fail_where_the_verdict_does() {
    let (lost, duplicated) = ("no acknowledged registration is lost", "no registration is duplicated");
    check(&healthy(), &[], &[]);
    check(&runs::limited(), &[], &[]);
    check(&overloaded(), &["registration.response.p99 < \"2s\""], &[]);
    check(&runs::unaudited(), &[], &[lost, duplicated]);
    check(&runs::invalid(), &["the generator was fit to judge"], &[]);
    check(
        &runs::violated(),
        &[lost, duplicated, "nobody is answered wrongly", "the generator was fit to judge"],
        &[],
    );
}

#[test]
fn text_that_xml_cannot_hold_is_cleaned() {
    let mut run = overloaded();
    run.record.scenario.name = "a<b>&\"'\u{0}\u{1b}[1m".to_owned();
    run.record.objectives[0].expression = "x < \u{1}1".to_owned();
    check(&run, &["x < 1"], &[]);
}
