use super::*;
use capacity::{Approach, Goal, Trial, Verdict};
use record::{CapacityGoal, Environment, Scenario};

fn record(asked_per_s: Option<f64>) -> CapacityRecord {
    let started_at = chrono::DateTime::UNIX_EPOCH;
    CapacityRecord {
        format: record::CAPACITY_FORMAT.to_owned(),
        scenario: Scenario {
            name: "rush".to_owned(),
            file: "rush.toml".to_owned(),
            sha256: String::new(),
            comment: String::new(),
            text: String::new(),
        },
        seed: 1,
        environment: Environment {
            cpus: 2,
            memory_bytes: 1,
            os: String::new(),
            versions: Default::default(),
            cpu_model: None,
        },
        command: "lonjakan capacity rush.toml".to_owned(),
        started_at,
        written_at: started_at,
        goal: CapacityGoal { start_per_s: 10.0, max_per_s: 1_000.0, precision: 0.1, trials_max: 40 },
        trials: Vec::new(),
        ending: None,
        capacity: None,
        confirmed: false,
        recovers: None,
        saturated: None,
        asked_per_s,
        headroom: None,
        exit_code: 0,
    }
}

fn trial(number: usize, rate_per_s: f64, approach: Approach, met: bool) -> CapacityTrial {
    let resource = |name: &str, share: f64| Resource {
        name: name.to_owned(),
        busy_share_mean: share,
        busy_share_max: share,
        capacity: "1 worker".to_owned(),
    };
    let busy = (rate_per_s / 40.0).min(1.0);
    CapacityTrial {
        number,
        rate_per_s,
        rate_factor: 1.0,
        seed: 1,
        approach: if approach == Approach::Below { CapacityApproach::Below } else { CapacityApproach::Above },
        verdict: if met { CapacityVerdict::Met } else { CapacityVerdict::Missed },
        missed: if met { vec![] } else { vec!["registration.response.p99 < 3s".to_owned()] },
        reason: None,
        goodput_per_s: rate_per_s.min(40.0),
        goodput_late_per_s: rate_per_s.min(40.0),
        unserved_share: 0.0,
        response_us_p50: 1_000,
        response_us_p99: 10_000,
        step_response_us_p99_max: 5_000,
        resources: vec![resource("engine flush", 0.1), resource("engine password pool", busy)],
        folder: String::new(),
    }
}

/// Searches a portal that holds `capacity` a second.
fn found(capacity_per_s: f64, recovers: bool, asked_per_s: Option<f64>) -> CapacityRecord {
    let mut record = record(asked_per_s);
    let goal = Goal { start: 10.0, rate_max: 1_000.0, precision: 0.1, trials_max: 40 };
    let mut search = Search::new(goal);
    while let Next::Try { rate, approach } = search.next() {
        let met = rate <= capacity_per_s && (approach == Approach::Below || recovers);
        let verdict = if met { Verdict::Met } else { Verdict::Missed };
        search.tell(Trial { rate, approach, verdict });
        record.trials.push(trial(record.trials.len() + 1, rate, approach, met));
    }
    answer(&search, &mut record);
    record
}

#[test]
fn answers() {
    let check = |capacity_per_s, recovers, asked, ending, exit_code, words: &[&str]| {
        let record = found(capacity_per_s, recovers, asked);
        assert_eq!((record.ending, record.exit_code), (Some(ending), exit_code));
        let said = text(&record, Path::new("target/capacity.html"));
        for word in words {
            assert!(said.contains(word), "{word:?} is not in\n{said}");
        }
    };
    use CapacityEnding::{Found, NeverMissed, NothingIsHeld};
    check(
        40.0,
        true,
        None,
        Found,
        0,
        &["with a probability of 95 %", "engine password pool first", "hysteresis  none"],
    );
    check(40.0, false, None, Found, 0, &["metastable"]);
    check(40.0, true, Some(20.0), Found, 0, &["20.00/s is held"]);
    check(40.0, true, Some(50.0), Found, 3, &["50.00/s is not held"]);
    check(0.0, true, None, NothingIsHeld, 3, &["missed at every rate"]);
    check(1e9, true, None, NeverMissed, 0, &["capacity    unknown", "met at the highest rate allowed"]);
}

#[test]
fn a_search_that_was_cut_short_concludes_nothing() {
    let mut record = record(None);
    answer(&Search::new(Goal { start: 1.0, rate_max: 2.0, precision: 0.1, trials_max: 3 }), &mut record);
    assert_eq!((record.ending, record.capacity, record.exit_code), (None, None, 4));
    assert!(text(&record, Path::new("page")).contains("--resume goes on"));
}

#[test]
fn nothing_saturated_is_said_so() {
    let mut record = found(40.0, true, None);
    record.trials.iter_mut().for_each(|trial| trial.resources.clear());
    record.saturated = saturated(&record.trials, record.capacity.unwrap());
    assert_eq!(record.saturated, None);
    assert!(text(&record, Path::new("page")).contains("nothing that is measured"));
}
