//! A small record with every key filled in, and random latencies.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use rand::{RngExt as _, SeedableRng};
use rand_chacha::ChaCha8Rng;
use record::{
    Applicants, ArrivalGroup, Arrivals, Audit, AuditVerdict, CAPACITY_FORMAT, CapacityApproach,
    CapacityEnding, CapacityGoal, CapacityInterval, CapacityRecord, CapacityTrial, CapacityVerdict, Engine,
    Environment, Evidence, FORMAT, FailureSeen, Fairness, FunnelStep, Generator, GeneratorVerdict,
    Histograms, Objective, ObjectivesVerdict, Outcome, Recovery, RegionGroup, Requests, Resource, RunRecord,
    Scenario, Served, Shard, Steps, Unit, Verdict, WHOLE,
};

pub(crate) fn steps() -> Steps {
    Steps::new([WHOLE, "identity", "confirmation"])
}

pub(crate) fn started_at() -> DateTime<Utc> {
    "2026-01-05T02:00:00Z".parse().unwrap()
}

/// The three instants of an act, as differences: (lateness, service), both log-uniform over 1 us to 100 s.
pub(crate) fn random_latencies_us(seed: u64, count: usize) -> Vec<(u64, u64)> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut one = || {
        let digits = random.random_range(0..9);
        random.random_range(0..10_u64.pow(digits))
    };
    (0..count).map(|_| (one() / 100, one())).collect()
}

pub(crate) fn record(histograms: &Histograms) -> RunRecord {
    RunRecord {
        format: FORMAT.to_owned(),
        scenario: scenario(),
        seed: u64::MAX,
        started_at: started_at(),
        finished_at: "2026-01-05T02:00:03.250Z".parse().unwrap(),
        duration_s: 3.25,
        partial: true,
        unfinished_at: None,
        shard: Some(Shard { part: 2, of: 3 }),
        command: "lonjakan surge scenarios/made-up.toml".to_owned(),
        target: Some("http://127.0.0.1:8080".to_owned()),
        environment: environment(),
        verdict: Verdict::new(GeneratorVerdict::Limited, ObjectivesVerdict::Missed, AuditVerdict::Clean),
        objectives: objectives(),
        arrivals: Arrivals { shape: "constant, 2/s, even".to_owned(), planned: 7 },
        applicants: Applicants {
            arrived: 7,
            registered: 1,
            refused: 2,
            abandoned: 1,
            failed: 1,
            not_sent: 1,
            in_flight_at_end: 1,
        },
        registrations_per_s_mean: 0.31,
        registrations_per_s_peak: 1.0,
        requests: Requests { total: 29, amplification: 1.16 },
        funnel: vec![FunnelStep {
            step: "identity".to_owned(),
            entered: 6,
            passed: 3,
            refused: 2,
            failed: 1,
        }],
        outcomes: vec![Outcome { code: "registered".to_owned(), expected: 5, observed: 1 }],
        failures_seen: vec![FailureSeen { code: "busy".to_owned(), count: 4, first_s: 0.5, last_s: 2.75 }],
        recoveries: vec![Recovery {
            cause: "registry-outage".to_owned(),
            from_s: 0.5,
            until_s: 1.25,
            under_way_before: 2,
            under_way_max: 4,
            recovered_after_s: Some(1.75),
        }],
        fairness: Some(fairness()),
        latency: histograms.latency(),
        lateness_us: histograms.lateness(),
        latency_clamped: histograms.clamped(),
        audit: Audit {
            acknowledged: 1,
            stored: Some(2),
            lost: Some(0),
            duplicated: Some(0),
            unacknowledged_stored: Some(1),
            unexpected_outcomes: 0,
            refused_wrongly: 0,
            registered_wrongly: 0,
            unavailable_because: None,
        },
        resources: vec![Resource {
            name: "engine password pool".to_owned(),
            busy_share_mean: 0.5,
            busy_share_max: 1.0,
            capacity: "1 worker".to_owned(),
        }],
        busiest: Some("engine password pool".to_owned()),
        engine: Some(Engine { cpu_seconds: 1.5, rss_bytes_max: 1 << 25, store_bytes: 4096, restarts: 1 }),
        generator: generator(),
        notes: vec!["Think times are a tenth of real ones.".to_owned()],
    }
}

fn fairness() -> Fairness {
    let served = Served { arrived: 7, registered: 1, refused: 2, unserved: 3 };
    Fairness {
        by_arrival: vec![ArrivalGroup { from_s: 0.0, to_s: 5.0, served }],
        by_region: vec![RegionGroup { region: "9901".to_owned(), served }],
    }
}

fn environment() -> Environment {
    Environment {
        cpus: 2,
        memory_bytes: 1 << 33,
        os: "Linux 6.1".to_owned(),
        versions: IndexMap::from([("lonjakan".to_owned(), "0.1.0".to_owned())]),
        cpu_model: Some("made-up processor".to_owned()),
    }
}

fn objectives() -> Vec<Objective> {
    let late = "registration.response.p99 < \"3s\"".to_owned();
    let unseen = "registered.share >= 0.995".to_owned();
    vec![
        Objective { expression: late, observed: Some(3_500_000.0), unit: Unit::Us, met: false },
        Objective { expression: unseen, observed: None, unit: Unit::Share, met: false },
    ]
}

fn generator() -> Generator {
    let signal = "lateness p99".to_owned();
    Generator {
        cpu_seconds: 0.75,
        rss_bytes_max: 1 << 24,
        cpu_share_max: 0.5,
        reason: Some("lateness p99 is over its bound".to_owned()),
        evidence: vec![Evidence { signal, observed: 12_000.0, bound: 10_000.0, unit: Unit::Us, fit: false }],
    }
}

fn scenario() -> Scenario {
    Scenario {
        name: "made-up".to_owned(),
        file: "scenarios/made-up.toml".to_owned(),
        sha256: "00".repeat(32),
        comment: "No real day".to_owned(),
        text: "# No real day\nseed = 7\n".to_owned(),
    }
}

/// The record of a search with every key filled in.
pub(crate) fn capacity() -> CapacityRecord {
    let pool = Resource {
        name: "engine password pool".to_owned(),
        busy_share_mean: 0.93,
        busy_share_max: 1.0,
        capacity: "2 threads".to_owned(),
    };
    CapacityRecord {
        format: CAPACITY_FORMAT.to_owned(),
        scenario: scenario(),
        seed: 7,
        environment: environment(),
        command: "lonjakan capacity scenarios/made-up.toml".to_owned(),
        started_at: started_at(),
        written_at: started_at(),
        goal: CapacityGoal { start_per_s: 20.0, max_per_s: 10_000.0, precision: 0.1, trials_max: 40 },
        trials: vec![CapacityTrial {
            number: 1,
            rate_per_s: 20.0,
            rate_factor: 1.0,
            seed: 7,
            approach: CapacityApproach::Below,
            verdict: CapacityVerdict::Missed,
            missed: vec!["credentials.response.p99 < 2s".to_owned()],
            reason: Some("too few users".to_owned()),
            goodput_per_s: 18.2,
            goodput_late_per_s: 18.0,
            unserved_share: 0.02,
            response_us_p50: 900_000,
            response_us_p99: 4_000_000,
            step_response_us_p99_max: 2_500_000,
            resources: vec![pool.clone()],
            folder: "trial-01".to_owned(),
        }],
        ending: Some(CapacityEnding::FoundRoughly),
        capacity: Some(CapacityInterval { low_per_s: 17.0, median_per_s: 18.0, high_per_s: 19.0 }),
        confirmed: true,
        recovers: Some(false),
        saturated: Some(pool),
        asked_per_s: Some(12.2),
        headroom: Some(1.39),
        exit_code: 0,
    }
}
