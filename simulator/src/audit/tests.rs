use super::*;
use domain::{Date, RegionSet, Sex, Timestamp};
use record::AuditVerdict;

fn nik(person: u16) -> Nik {
    let birth: Date = "2000-05-17".parse().unwrap();
    Nik::compose(990_101, birth, Sex::Male, person, RegionSet::RealAndSynthetic).unwrap()
}

fn number(person: u16) -> AccountNumber {
    AccountNumber(u64::from(person) + 1_000)
}

/// One arrival: the person, what they expect (`ok` or a code), what they were told (`ok`, a code, `timeout`,
/// `wrong`, `late`, `cut`, `-`), and for a duplicate the arrival that was the same person.
type Row<'a> = (u16, &'a str, &'a str, Option<u64>);

fn told(person: u16, word: &str) -> Option<Told> {
    Some(match word {
        "-" => return None,
        "ok" => Told::Registered(number(person)),
        "late" => Told::NotSent,
        "cut" => Told::Unfinished,
        "timeout" => Told::Failed(Trouble::Timeout),
        "wrong" => Told::Failed(Trouble::WrongAnswer),
        code => Told::by(Failure::from_code(code).unwrap()),
    })
}

fn run(rows: &[Row<'_>], stored: Option<&[(u16, u64)]>) -> Findings {
    let answers: Vec<_> = rows.iter().map(|&(person, _, word, _)| told(person, word)).collect();
    let truth = |arrival: u64| {
        let (person, expected, _, twin_of) = rows[usize::try_from(arrival).unwrap()];
        let expected = match expected {
            "ok" => Expected::Registered,
            code => Expected::Refused(Failure::from_code(code).unwrap()),
        };
        Truth { nik: nik(person), expected, twin_of }
    };
    let account = |&(person, number): &(u16, u64)| ExportedAccount {
        account_number: AccountNumber(number),
        nik: nik(person),
        registered_at: Timestamp::from_ms(0),
        flags: Vec::new(),
    };
    let stored =
        stored.map(|stored| stored.iter().map(account).collect()).ok_or_else(|| "no export".to_owned());
    audit(&answers, truth, stored)
}

/// `expect`: acknowledged, stored, lost, duplicated, unacknowledged_stored, unexpected_outcomes.
#[track_caller]
fn check(rows: &[Row<'_>], stored: &[(u16, u64)], expect: [u64; 6]) -> Findings {
    let findings = run(rows, Some(stored));
    let Audit { acknowledged, stored, lost, duplicated, unacknowledged_stored, unexpected_outcomes, .. } =
        findings.audit;
    let count = |value: Option<u64>| value.expect("the store was asked");
    let found = [
        acknowledged,
        count(stored),
        count(lost),
        count(duplicated),
        count(unacknowledged_stored),
        unexpected_outcomes,
    ];
    assert_eq!(found, expect, "{rows:?}");
    let clean = expect[2] + expect[3] + expect[5] == 0;
    assert_eq!(findings.audit.verdict() == AuditVerdict::Clean, clean);
    assert_eq!(findings.examples.is_empty(), clean, "{:?}", findings.examples);
    findings
}

#[test]
fn what_must_be_clean() {
    check(&[], &[], [0; 6]);
    check(&[(1, "ok", "ok", None)], &[(1, 1_001)], [1, 1, 0, 0, 0, 0]);
    check(&[(1, "kk-malformed", "kk-malformed", None)], &[], [0; 6]);
    // Turned away, cut off, never sent: counted elsewhere, and no fault of anybody's truth.
    for word in ["busy", "internal", "closed", "timeout", "late", "cut", "-"] {
        check(&[(1, "ok", word, None)], &[], [0; 6]);
        check(&[(1, "nik-invalid", word, None)], &[], [0; 6]);
    }
    // The answer was lost on its way: a repeat would get it.
    check(&[(1, "ok", "timeout", None)], &[(1, 1_001)], [0, 1, 0, 0, 1, 0]);
    // Accounts from before the run.
    check(&[(1, "ok", "ok", None)], &[(1, 1_001), (2, 5)], [1, 2, 0, 0, 1, 0]);
}

#[test]
fn each_violation_is_found() {
    check(&[(1, "ok", "ok", None)], &[], [1, 0, 1, 0, 0, 0]);
    // Under another number, or under somebody else's NIK, it isn't the account that was acknowledged.
    check(&[(1, "ok", "ok", None)], &[(1, 7)], [1, 1, 1, 0, 1, 0]);
    check(&[(1, "ok", "ok", None)], &[(2, 1_001)], [1, 1, 1, 0, 1, 0]);
    check(&[(1, "ok", "ok", None)], &[(1, 1_001), (1, 7)], [1, 2, 0, 1, 1, 0]);
    check(&[(1, "ok", "ok", None)], &[(1, 1_001), (1, 1_001)], [1, 2, 0, 1, 0, 0]);
    let refused = check(&[(1, "ok", "nik-not-found", None)], &[], [0, 0, 0, 0, 0, 1]);
    assert_eq!((refused.refused_wrongly, refused.registered_wrongly), (1, 0));
    assert_eq!(
        refused.examples,
        ["arrival 0 (NIK 9901**********01): expected registered, was told nik-not-found"]
    );
    let registered = check(&[(1, "file-type", "ok", None)], &[(1, 1_001)], [1, 1, 0, 0, 0, 1]);
    assert_eq!((registered.refused_wrongly, registered.registered_wrongly), (0, 1));
    let other = check(&[(1, "file-type", "file-too-large", None)], &[], [0, 0, 0, 0, 0, 1]);
    assert_eq!((other.refused_wrongly, other.registered_wrongly), (0, 0));
    check(&[(1, "ok", "wrong", None)], &[], [0, 0, 0, 0, 0, 1]);
    // Rightly refused, and yet there.
    check(&[(1, "file-type", "file-type", None)], &[(1, 7)], [0, 1, 0, 0, 1, 1]);
}

#[test]
fn pairs_are_judged_as_pairs() {
    let pair = |first, second, stored: &[(u16, u64)], expect| {
        check(&[(1, "ok", first, None), (1, "nik-registered", second, Some(0))], stored, expect)
    };
    let taken = "nik-registered";
    let one = &[(1, 1_001)][..];
    pair("ok", taken, one, [1, 1, 0, 0, 0, 0]);
    pair(taken, "ok", one, [1, 1, 0, 0, 0, 0]);
    pair("busy", "ok", one, [1, 1, 0, 0, 0, 0]);
    pair("timeout", taken, one, [0, 1, 0, 0, 1, 0]);
    pair(taken, "cut", one, [0, 1, 0, 0, 1, 0]);
    pair("late", "ok", one, [1, 1, 0, 0, 0, 0]);
    pair("late", "late", &[], [0; 6]);
    // Two answers, one account: the first of the two was promised to both.
    let both = pair("ok", "ok", one, [2, 1, 0, 0, 0, 1]);
    assert_eq!(both.registered_wrongly, 1);
    let neither = pair(taken, taken, &[], [0, 0, 0, 0, 0, 1]);
    assert_eq!(neither.refused_wrongly, 1);
    pair("timeout", taken, &[], [0, 0, 0, 0, 0, 1]);
    pair("late", taken, &[], [0, 0, 0, 0, 0, 1]);
    pair("ok", "kk-malformed", one, [1, 1, 0, 0, 0, 1]);
    pair("nik-not-found", taken, &[], [0, 0, 0, 0, 0, 1]);
    pair("wrong", "ok", one, [1, 1, 0, 0, 0, 1]);
}

#[test]
fn without_an_export_only_answers_are_judged() {
    let check = |rows: &[Row<'_>], verdict, unexpected| {
        let audit = run(rows, None).audit;
        assert_eq!(audit.verdict(), verdict, "{rows:?}");
        assert_eq!((audit.stored, audit.lost, audit.duplicated), (None, None, None));
        assert_eq!(audit.unexpected_outcomes, unexpected);
        assert_eq!(audit.unavailable_because.as_deref(), Some("no export"));
    };
    check(&[(1, "ok", "ok", None)], AuditVerdict::Unavailable, 0);
    check(&[(1, "ok", "file-type", None)], AuditVerdict::Violated, 1);
    // Nobody can say now whether the first one's account was stored.
    check(
        &[(1, "ok", "timeout", None), (1, "nik-registered", "nik-registered", Some(0))],
        AuditVerdict::Unavailable,
        0,
    );
}

#[test]
fn outcomes_are_counted_by_code() {
    let findings = run(
        &[
            (1, "ok", "ok", None),
            (2, "ok", "timeout", None),
            (3, "ok", "busy", None),
            (4, "file-type", "file-type", None),
            (1, "nik-registered", "nik-registered", Some(0)),
            (6, "ok", "late", None),
            (7, "kk-malformed", "-", None),
            (8, "kk-malformed", "cut", None),
        ],
        Some(&[(1, 1_001)]),
    );
    let rows: Vec<_> =
        findings.outcomes.iter().map(|row| (row.code.as_str(), row.expected, row.observed)).collect();
    assert_eq!(
        rows,
        [
            ("registered", 4, 1),
            ("nik-registered", 1, 1),
            ("file-type", 1, 1),
            ("busy", 0, 1),
            ("timeout", 0, 1),
        ]
    );
}
