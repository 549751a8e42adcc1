use super::*;
use crate::observe::{SecondCounts, steps};
use domain::Failure;
use domain::draft::AccountNumber;
use record::{Audit, Outcome};
use std::collections::BTreeMap;

#[test]
fn everybody_who_arrived_is_somewhere() {
    let told = [
        Some(Told::Registered(AccountNumber(1))),
        Some(Told::Refused(Failure::KkMalformed)),
        None,
        Some(Told::Failed(Trouble::Timeout)),
        Some(Told::Failed(Trouble::OwnLimit)),
        Some(Told::NotSent),
        Some(Told::Unfinished),
    ];
    let expect = Applicants {
        arrived: 6,
        registered: 1,
        refused: 1,
        abandoned: 0,
        failed: 2,
        not_sent: 1,
        in_flight_at_end: 1,
    };
    assert_eq!(count_applicants(&told), expect);
    assert_eq!(count_told(&told, Told::Failed(Trouble::OwnLimit)), 1);
}

#[test]
fn shapes_in_words() {
    let check = |shape, spacing, expect: &str| {
        assert_eq!(shape_in_words(&scenario::Arrivals::new(shape, spacing, 45.0)), expect);
    };
    check(Shape::Constant { per_s: 2.5 }, Spacing::Even, "constant 2.5/s over 45 s, even");
    check(
        Shape::Ramp { from_per_s: 1.0, to_per_s: 9.0 },
        Spacing::Even,
        "ramp from 1/s to 9/s over 45 s, even",
    );
    let steps = vec![RateStep { per_s: 1.0, for_s: 40.0 }, RateStep { per_s: 3.0, for_s: 5.0 }];
    check(Shape::Steps { steps }, Spacing::Poisson, "steps: 1/s for 40 s, 3/s for 5 s, Poisson");
    check(
        Shape::OpeningSpike { peak_per_s: 60.0, floor_per_s: 20.0, decay_s: 15.0 },
        Spacing::Poisson,
        "opening spike, 60/s decaying to 20/s with 15 s, over 45 s, Poisson",
    );
}

const SCENARIO: &str = r#"
format = 1
seed = 1
objectives = [
    "registration.response.p50 < 3s",
    "registration.service.max <= 1s",
    "ktp.response.p99 < 1s",
    "lateness.max < 1ms",
    "registered.share >= 50%",
    "registered.count == 2",
    "refused.count == 1",
    "not_sent.share < 10%",
    "failed.count == 0",
    "refused.wrongly == 1",
    "registered.wrongly == 0",
    "outcome.kk-malformed.count == 1",
    "outcome.busy.share == 0",
    "requests.total == 30",
    "requests.amplification <= 1.2",
    "registrations.per_s_peak >= 2",
    "registrations.per_s_mean > 0.9",
    "audit.lost == 0",
    "audit.unexpected_outcomes == 1",
]
[arrivals]
shape = "constant"
per_s = 2
duration_s = 2
"#;

/// Four arrivals in two seconds: two registered, one refused, one not sent.
fn measured(told: &[Option<Told>], audit: Audit) -> RunRecord {
    let plan = scenario::parse("test.toml", SCENARIO).unwrap();
    let totals = Totals {
        done_us: vec![0; told.len()],
        told: told.to_vec(),
        seconds: BTreeMap::from([(1, SecondCounts { registered: 2, ..SecondCounts::default() })]),
        funnel: Vec::new(),
        failures: Vec::new(),
        requests: 30,
        repeats: 5,
        found_all_busy: 0,
        last_done: Duration::from_secs(2),
    };
    let mut histograms = Histograms::new(&steps());
    for (response_us, service_us) in [(2_000_000, 900_000), (2_500_000, 1_000_000)] {
        histograms.record(0, Kind::Response, response_us);
        histograms.record(0, Kind::Service, service_us);
        histograms.record(1, Kind::Lateness, 300);
    }
    let outcome = |code: &str, observed| Outcome { code: code.to_owned(), expected: 1, observed };
    let outcomes = vec![outcome("registered", 2), outcome("kk-malformed", 1)];
    let findings =
        Findings { audit, outcomes, refused_wrongly: 1, registered_wrongly: 0, examples: Vec::new() };
    assemble(Measured {
        plan: &plan,
        file: "test.toml",
        seed: 1,
        command: String::new(),
        target: None,
        shard: None,
        planned: plan.arrivals.count,
        started_at: DateTime::UNIX_EPOCH,
        duration: Duration::from_secs(2),
        partial: false,
        totals: &totals,
        histograms: &histograms,
        findings: &findings,
        recoveries: Vec::new(),
        fairness: None,
        generator: Consumption::default(),
        engine: None,
        engine_restarts: 0,
        resources: Vec::new(),
        others_cpu_share: None,
        stolen_cpu_share: None,
        stalls: crate::pulse::Stalls::default(),
        clock_step: Duration::ZERO,
        descriptors_allowed: 1_024,
        notes: Vec::new(),
    })
}

fn four() -> [Option<Told>; 4] {
    let registered = Some(Told::Registered(AccountNumber(1)));
    [registered, registered, Some(Told::Refused(Failure::KkMalformed)), Some(Told::NotSent)]
}

#[test]
fn objectives_are_held_against_what_was_observed() {
    let audit = Audit { lost: Some(0), duplicated: Some(0), unexpected_outcomes: 1, ..Audit::default() };
    let record = measured(&four(), audit);
    let found: Vec<_> = record
        .objectives
        .iter()
        .map(|objective| {
            let observed = objective.observed.map_or("-".to_owned(), |value| format!("{value:.3}"));
            format!("{} | {observed} {}", objective.expression, objective.met)
        })
        .collect();
    insta::assert_snapshot!(found.join("\n"));
    assert_eq!(record.verdict.objectives, ObjectivesVerdict::Missed);
    // A wrong answer outweighs a generator that could not send a quarter of the arrivals, and that outweighs
    // objectives.
    assert_eq!((record.verdict.generator, record.verdict.exit_code), (GeneratorVerdict::Invalid, 5));
}

#[test]
fn what_could_not_be_observed_is_missed() {
    let record =
        measured(&[None; 4], Audit { unavailable_because: Some("no".to_owned()), ..Audit::default() });
    let missed: Vec<_> = record.objectives.iter().filter(|objective| objective.observed.is_none()).collect();
    let names: Vec<_> =
        missed.iter().filter_map(|objective| objective.expression.split(' ').next()).collect();
    assert_eq!(
        names,
        ["ktp.response.p99", "registered.share", "not_sent.share", "outcome.busy.share", "audit.lost"]
    );
    assert!(missed.iter().all(|objective| !objective.met));
    assert_eq!(record.verdict.exit_code, 4);
}
