//! The verdict as a JUnit report, for CI systems.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use record::{AuditVerdict, GeneratorVerdict, Objective, RunRecord};

use crate::texts::Lang;

const LANG: Lang = Lang::En;

/// A test case for each objective, for each of the audit's three counts, and for the generator.
///
/// What could not be found out is skipped, never passed; a limited generator passes and says why it is limited.
#[must_use]
pub fn junit(record: &RunRecord) -> String {
    let mut report = Report::new(format!("lonjakan {}", record.scenario.name));
    report.set_timestamp(record.started_at).set_time(length(record));
    report.add_test_suites([
        suite(record, "objectives", record.objectives.iter().map(objective).collect()),
        suite(record, "audit", audit(record)),
        suite(record, "generator", vec![generator(record)]),
    ]);
    report.to_string().expect("text that quick-junit has cleaned is always XML")
}

fn suite(record: &RunRecord, name: &str, cases: Vec<TestCase>) -> TestSuite {
    let mut suite = TestSuite::new(name);
    suite.set_timestamp(record.started_at).set_time(length(record));
    suite.add_property(("seed", record.seed.to_string().as_str()));
    suite.add_property(("partial", if record.partial { "true" } else { "false" }));
    for mut case in cases {
        case.set_classname(format!("lonjakan.{}.{name}", record.scenario.name));
        suite.add_test_case(case);
    }
    suite
}

fn objective(objective: &Objective) -> TestCase {
    let seen = objective.observed.map(|value| plain(&LANG.quantity(value, objective.unit)));
    let said = format!("observed {}", seen.as_deref().unwrap_or("nothing"));
    case(&objective.expression, objective.met, &said)
}

fn audit(record: &RunRecord) -> Vec<TestCase> {
    let audit = &record.audit;
    let counts = [
        ("no acknowledged registration is lost", audit.lost, "lost"),
        ("no registration is duplicated", audit.duplicated, "duplicated"),
        ("nobody is answered wrongly", Some(audit.unexpected_outcomes), "wrongly answered"),
    ];
    let judged = |(name, count, what): (&str, Option<u64>, &str)| match count {
        Some(count) => case(name, count == 0, &format!("{} {what}", LANG.count(count))),
        None => {
            let mut skipped = TestCaseStatus::skipped();
            skipped
                .set_message(audit.unavailable_because.as_deref().unwrap_or("the store could not be asked"));
            TestCase::new(name, skipped)
        }
    };
    let mut cases: Vec<TestCase> = counts.into_iter().map(judged).collect();
    // A violation that none of the three shows must not pass unseen.
    if record.verdict.audit == AuditVerdict::Violated && audit.verdict() != AuditVerdict::Violated {
        cases.push(case("the audit is clean", false, "the verdict says violated"));
    }
    cases
}

fn generator(record: &RunRecord) -> TestCase {
    let fit = record.verdict.generator != GeneratorVerdict::Invalid;
    case("the generator was fit to judge", fit, record.generator.reason.as_deref().unwrap_or("valid"))
}

/// A case that passes or fails, and in either case says what was seen.
fn case(name: &str, holds: bool, said: &str) -> TestCase {
    let mut status =
        if holds { TestCaseStatus::success() } else { TestCaseStatus::non_success(NonSuccessKind::Failure) };
    if !holds {
        status.set_message(said);
    }
    let mut case = TestCase::new(name, status);
    case.set_system_out(said);
    case
}

fn length(record: &RunRecord) -> Duration {
    Duration::try_from_secs_f64(record.duration_s).unwrap_or_default()
}

fn plain(text: &str) -> String {
    text.replace(crate::number::JOINT, " ")
}
