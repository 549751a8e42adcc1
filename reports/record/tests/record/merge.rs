//! Parts put together are the whole: the same values, recorded by one machine or by three.

use record::{
    GeneratorVerdict, Histograms, Interval, MergeError, Part, Recorder, Run, Sample, Shard, Timeline,
    TimelineRow, merge,
};

use crate::sample::{random_latencies_us, record, steps};

const PARTS: u64 = 3;

/// What one machine records of the values whose index `keep` is true for.
fn run_over(keep: impl Fn(usize) -> bool, shard: Option<Shard>) -> (Run, Vec<Interval>) {
    let recorder = Recorder::new(&steps(), 2);
    let values = random_latencies_us(11, 9_000).into_iter().enumerate();
    for (index, (lateness, service)) in values.filter(|(index, _)| keep(*index)) {
        let intended_us = index as u64 * 1_000;
        let sent_us = intended_us + lateness;
        recorder.observe(index, Sample { step: index % 3, intended_us, sent_us, done_us: sent_us + service });
    }
    let seconds = recorder.take_all();
    let mut histograms = Histograms::new(&steps());
    let mut timeline = Timeline::default();
    for interval in &seconds {
        histograms.add(&interval.histograms);
        let requests = interval.histograms.requests(record::Kind::Service).len();
        let mut row = TimelineRow { second: interval.second, requests, completed: 1, ..Default::default() };
        row.set_latency(&interval.histograms);
        timeline.rows.push(row);
    }
    let mut record = record(&histograms);
    (record.shard, record.partial) = (shard, false);
    (Run { record, timeline, histograms }, seconds)
}

fn parts() -> Vec<Part> {
    let part = |part: u64| {
        let keep = |index: usize| index as u64 % PARTS == part - 1;
        let (run, seconds) = run_over(keep, Some(Shard { part, of: PARTS }));
        Part { name: format!("part-{part}"), run, seconds }
    };
    (1..=PARTS).map(part).collect()
}

#[test]
fn percentiles_are_those_of_one_run_over_the_same_values() {
    let (whole, seconds) = run_over(|_| true, None);
    // In any order.
    let mut parts = parts();
    parts.rotate_left(1);
    let (merged, merged_seconds) = merge(parts).unwrap();
    assert_eq!(merged.histograms, whole.histograms);
    assert_eq!(merged.record.latency, whole.record.latency);
    assert_eq!(merged.record.lateness_us, whole.record.lateness_us);
    assert_eq!(merged_seconds, seconds);
    let latencies = |run: &Run| -> Vec<_> {
        let rows = run.timeline.rows.iter();
        rows.map(|row| {
            (row.second, row.requests, row.response_us_p50, row.response_us_p99, row.lateness_us_p99)
        })
        .collect()
    };
    assert_eq!(latencies(&merged), latencies(&whole));
}

#[test]
fn counts_are_added_up_and_nothing_is_judged() {
    let (merged, _) = merge(parts()).unwrap();
    let record = &merged.record;
    assert_eq!((record.applicants.arrived, record.applicants.refused), (21, 6));
    assert_eq!((record.arrivals.planned, record.requests.total), (21, 87));
    assert!((record.requests.amplification - 1.16).abs() < 1e-9);
    assert_eq!((record.funnel[0].entered, record.outcomes[0].expected), (18, 15));
    assert_eq!((record.failures_seen[0].count, record.failures_seen[0].last_s), (12, 2.75));
    assert_eq!((record.audit.acknowledged, record.audit.stored, record.audit.lost), (3, Some(6), Some(0)));
    let recovery = &record.recoveries[0];
    assert_eq!((recovery.under_way_max, recovery.recovered_after_s), (12, Some(1.75)));
    let fairness = record.fairness.as_ref().unwrap();
    assert_eq!((fairness.by_region[0].served.arrived, fairness.by_arrival[0].served.unserved), (21, 9));
    assert_eq!(record.resources.len(), 3);
    assert_eq!(record.resources[1].name, "part 2: engine password pool");
    assert!(record.objectives.is_empty() && record.shard.is_none() && !record.partial);
    assert_eq!(record.notes[0], "Put together from 3 of 3 parts.");
}

#[test]
fn what_one_part_does_not_know_the_whole_does_not() {
    let mut parts = parts();
    parts[1].run.record.audit.stored = None;
    parts[1].run.record.audit.unavailable_because = Some("no export".to_owned());
    parts[2].run.record.verdict.generator = GeneratorVerdict::Invalid;
    let (merged, _) = merge(parts).unwrap();
    assert_eq!(merged.record.audit.stored, None);
    assert_eq!(merged.record.audit.unavailable_because.as_deref(), Some("no export"));
    assert_eq!(merged.record.verdict.generator, GeneratorVerdict::Invalid);
}

#[test]
fn a_missing_part_makes_it_partial() {
    let mut parts = parts();
    parts.remove(1);
    let (merged, _) = merge(parts).unwrap();
    assert!(merged.record.partial);
    assert_eq!(merged.record.notes[1], "Missing: part 2. The figures are of the others alone.");
}

#[track_caller]
fn check_refused(expect: &str, change: impl FnOnce(&mut Vec<Part>)) {
    let mut parts = parts();
    change(&mut parts);
    assert_eq!(merge(parts).unwrap_err().to_string(), expect);
}

#[test]
fn other_runs_are_refused() {
    assert_eq!(merge(Vec::new()).unwrap_err(), MergeError::Nothing);
    check_refused("part-2 is no part of a run: it was not made with --shard", |parts| {
        parts[1].run.record.shard = None;
    });
    check_refused("part-3 is not of the same run as part-1: its seed differs", |parts| {
        parts[2].run.record.seed = 1;
    });
    check_refused("part-2 is not of the same run as part-1: its scenario differs", |parts| {
        parts[1].run.record.scenario.sha256 = "11".repeat(32);
    });
    check_refused("part-2 is not of the same run as part-1: its number of parts differs", |parts| {
        parts[1].run.record.shard = Some(Shard { part: 2, of: 4 });
    });
    check_refused("part-3 is part 2 of 3 once more", |parts| {
        parts[2].run.record.shard = Some(Shard { part: 2, of: 3 });
    });
}
