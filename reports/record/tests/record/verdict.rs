//! Which exit code follows, and what the audit says.

use record::AuditVerdict::{Clean, Unavailable, Violated};
use record::GeneratorVerdict::{Invalid, Limited, Valid};
use record::ObjectivesVerdict::{Met, Missed, None as NoObjectives};
use record::{Audit, AuditVerdict, Verdict};

#[test]
fn exit_code_follows_from_the_three() {
    let audits = [Clean, Unavailable, Violated];
    // A row for each generator and objectives; a column for each audit.
    let table = [
        (Valid, Met, [0, 0, 5]),
        (Valid, NoObjectives, [0, 0, 5]),
        (Valid, Missed, [3, 3, 5]),
        (Limited, Met, [0, 0, 5]),
        (Limited, NoObjectives, [0, 0, 5]),
        (Limited, Missed, [3, 3, 5]),
        (Invalid, Met, [4, 4, 5]),
        (Invalid, NoObjectives, [4, 4, 5]),
        (Invalid, Missed, [4, 4, 5]),
    ];
    for (generator, objectives, codes) in table {
        for (audit, code) in audits.into_iter().zip(codes) {
            let verdict = Verdict::new(generator, objectives, audit);
            assert_eq!(verdict.exit_code, code, "{generator:?} {objectives:?} {audit:?}");
            assert_eq!(verdict.exit_code(), code, "{generator:?} {objectives:?} {audit:?}");
        }
    }
}

#[track_caller]
fn check_audit(lost: Option<u64>, duplicated: Option<u64>, unexpected_outcomes: u64, expect: AuditVerdict) {
    let audit = Audit { lost, duplicated, unexpected_outcomes, ..Audit::default() };
    assert_eq!(audit.verdict(), expect, "{audit:?}");
}

#[test]
fn audit_is_violated_by_any_of_its_three_counts() {
    check_audit(Some(0), Some(0), 0, Clean);
    check_audit(Some(1), Some(0), 0, Violated);
    check_audit(Some(0), Some(1), 0, Violated);
    check_audit(Some(0), Some(0), 1, Violated);
    check_audit(None, None, 0, Unavailable);
    check_audit(None, None, 1, Violated);
    check_audit(Some(0), None, 0, Unavailable);
    check_audit(None, Some(0), 0, Unavailable);
}

#[test]
fn account_stored_without_an_answer_is_allowed() {
    let audit = Audit {
        acknowledged: 9,
        stored: Some(10),
        lost: Some(0),
        duplicated: Some(0),
        unacknowledged_stored: Some(1),
        ..Audit::default()
    };
    assert_eq!(audit.verdict(), Clean);
}
