//! A made-up run whose figures follow from one another: a tiny plain simulation without chance or clock.
//!
//! Only whole numbers and the four operations of IEEE floats are used, so that it is the same on every machine.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use indexmap::IndexMap;
use record::{
    Applicants, ArrivalGroup, Arrivals, Audit, Engine, Environment, Evidence, FORMAT, FailureSeen, Fairness,
    FunnelStep, Generator, GeneratorVerdict, Histograms, Interval, Kind, Objective, ObjectivesVerdict,
    Outcome, Recorder, RegionGroup, Requests, Resource, Run, RunRecord, Sample, Scenario, Served, Steps,
    Timeline, TimelineRow, Unit, Verdict, WHOLE,
};

/// Step, service without load in microseconds, and how much of it is work for the busy pools.
const FLOW: [(&str, u64); 8] = [
    ("captcha", 700),
    ("identity", 21_000),
    ("profile", 900),
    ("ktp", 6_500),
    ("swafoto", 6_800),
    ("credentials", 34_000),
    ("review", 800),
    ("confirmation", 2_900),
];

/// Every n-th applicant has this defect, which is refused at this step.
const DEFECTS: [(u64, &str, usize); 5] = [
    (37, "nik-not-found", 1),
    (41, "nik-kk-mismatch", 1),
    (53, "file-too-large", 3),
    (71, "password-weak", 5),
    (29, "nik-registered", 7),
];

/// Every n-th applicant of the opening is turned away at the password step.
const TURNED_AWAY: u64 = 61;
const OPENING_S: u64 = 10;
const ARRIVAL_SPAN_S: u64 = 2;

/// How the run is to go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Length of the schedule.
    pub(crate) seconds: u64,
    /// Arrivals in the first second; half of them come in the last.
    pub(crate) opening_per_s: u64,
    /// Whether some are turned away by overload.
    pub(crate) overload: bool,
}

/// A healthy run: objectives met, nothing lost.
pub(crate) fn healthy() -> Run {
    run(Plan { seconds: 20, opening_per_s: 20, overload: false })
}

/// A run at its limits: some turned away, an objective missed.
pub(crate) fn overloaded() -> Run {
    run(Plan { seconds: 20, opening_per_s: 20, overload: true })
}

pub(crate) fn run(plan: Plan) -> Run {
    with_intervals(plan).0
}

/// The run, and the seconds of its latency log.
pub(crate) fn with_intervals(plan: Plan) -> (Run, Vec<Interval>) {
    let mut world = World::new(plan);
    for (index, intended_us) in intended_instants_us(plan).enumerate() {
        world.bring(index as u64, intended_us);
    }
    world.finish()
}

/// Evenly spaced inside each second, the rate falling from the opening's to half of it.
fn intended_instants_us(plan: Plan) -> impl Iterator<Item = u64> {
    (0..plan.seconds).flat_map(move |second| {
        let rate = plan.opening_per_s - plan.opening_per_s * second / (2 * plan.seconds);
        (0..rate).map(move |nth| second * 1_000_000 + nth * 1_000_000 / rate)
    })
}

struct World {
    plan: Plan,
    steps: Steps,
    recorder: Recorder,
    rows: BTreeMap<u32, TimelineRow>,
    funnel: Vec<FunnelStep>,
    outcomes: BTreeMap<&'static str, Outcome>,
    seen: BTreeMap<&'static str, FailureSeen>,
    applicants: Applicants,
    fairness: Fairness,
    requests: u64,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Registered,
    Refused(&'static str),
    Failed(&'static str),
}

impl World {
    fn new(plan: Plan) -> World {
        let steps = Steps::new([WHOLE].into_iter().chain(FLOW.map(|(step, _)| step)));
        let step = |(step, _): (&str, u64)| FunnelStep {
            step: step.to_owned(),
            entered: 0,
            passed: 0,
            refused: 0,
            failed: 0,
        };
        World {
            plan,
            recorder: Recorder::new(&steps, 2),
            steps,
            rows: BTreeMap::new(),
            funnel: FLOW.map(step).to_vec(),
            outcomes: BTreeMap::new(),
            seen: BTreeMap::new(),
            applicants: Applicants::default(),
            fairness: fairness(plan),
            requests: 0,
        }
    }

    /// Takes one applicant through the flow.
    fn bring(&mut self, index: u64, intended_us: u64) {
        let second = intended_us / 1_000_000;
        let defect = DEFECTS.iter().find(|(every, _, _)| index % every == every - 1);
        let sent_us = intended_us + 150 + 900 * spread(index) / 50;
        self.row(intended_us).arrivals_intended += 1;
        self.row(sent_us).arrivals_started += 1;

        let mut now_us = sent_us;
        let mut lost_us = sent_us - intended_us;
        let mut end = End::Registered;
        for (step, (_, base_us)) in FLOW.iter().enumerate() {
            let service_us = self.service_us(second, index * 8 + step as u64, *base_us);
            let sample = Sample {
                step: step + 1,
                intended_us: now_us - lost_us,
                sent_us: now_us,
                done_us: now_us + service_us,
            };
            self.recorder.observe(step, sample);
            now_us += service_us;
            lost_us = 40 * spread(index + step as u64);
            self.requests += 1;
            self.row(now_us).requests += 1;
            end = self.pass(step, index, second, defect);
            if end != End::Registered {
                break;
            }
            now_us += lost_us;
        }
        self.end(index, intended_us, sent_us, now_us, defect.map(|(_, code, _)| *code), end);
    }

    fn pass(
        &mut self,
        step: usize,
        index: u64,
        second: u64,
        defect: Option<&(u64, &'static str, usize)>,
    ) -> End {
        let funnel = &mut self.funnel[step];
        funnel.entered += 1;
        if let Some((_, code, _)) = defect.filter(|(_, _, at)| *at == step) {
            funnel.refused += 1;
            return End::Refused(code);
        }
        if self.plan.overload && step == 5 && second < OPENING_S && index % TURNED_AWAY == 3 {
            funnel.failed += 1;
            return End::Failed("busy");
        }
        funnel.passed += 1;
        End::Registered
    }

    /// Heavier in the opening, with a long tail.
    fn service_us(&self, second: u64, which: u64, base_us: u64) -> u64 {
        let opening = (2 * OPENING_S).saturating_sub(second) * if self.plan.overload { 30 } else { 4 };
        let tail = 1_000 * spread(which) / (1_040 - 10 * spread(which));
        base_us * (100 + opening) / 100 * (100 + tail) / 100
    }

    fn end(
        &mut self,
        index: u64,
        intended_us: u64,
        sent_us: u64,
        done_us: u64,
        truth: Option<&'static str>,
        end: End,
    ) {
        self.recorder.observe(0, Sample { step: 0, intended_us, sent_us, done_us });
        let row = self.row(done_us);
        let code = match end {
            End::Registered => {
                row.completed += 1;
                "registered"
            }
            End::Refused(code) => {
                row.refused += 1;
                code
            }
            End::Failed(code) => {
                row.failed += 1;
                code
            }
        };
        self.applicants.arrived += 1;
        match end {
            End::Registered => self.applicants.registered += 1,
            End::Refused(_) => self.applicants.refused += 1,
            End::Failed(_) => self.applicants.failed += 1,
        }
        self.count_fairness(index, intended_us, end);
        self.outcome(truth.unwrap_or("registered")).expected += 1;
        self.outcome(code).observed += 1;
        if end != End::Registered {
            self.see(code, done_us as f64 / 1e6);
        }
    }

    fn count_fairness(&mut self, index: u64, intended_us: u64, end: End) {
        let groups = &mut self.fairness;
        let span = usize::try_from(intended_us / 1_000_000 / ARRIVAL_SPAN_S).unwrap();
        let region = usize::try_from(index % 3).unwrap();
        for served in [&mut groups.by_arrival[span].served, &mut groups.by_region[region].served] {
            served.arrived += 1;
            match end {
                End::Registered => served.registered += 1,
                End::Refused(_) => served.refused += 1,
                End::Failed(_) => served.unserved += 1,
            }
        }
    }

    fn outcome(&mut self, code: &'static str) -> &mut Outcome {
        self.outcomes.entry(code).or_insert_with(|| Outcome {
            code: code.to_owned(),
            expected: 0,
            observed: 0,
        })
    }

    fn see(&mut self, code: &'static str, at_s: f64) {
        let fresh = || FailureSeen { code: code.to_owned(), count: 0, first_s: at_s, last_s: at_s };
        let seen = self.seen.entry(code).or_insert_with(fresh);
        seen.count += 1;
        seen.first_s = seen.first_s.min(at_s);
        seen.last_s = seen.last_s.max(at_s);
    }

    fn row(&mut self, at_us: u64) -> &mut TimelineRow {
        let second = u32::try_from(at_us / 1_000_000).unwrap();
        self.rows.entry(second).or_insert(TimelineRow { second, ..TimelineRow::default() })
    }

    fn finish(mut self) -> (Run, Vec<Interval>) {
        let mut histograms = Histograms::new(&self.steps);
        let intervals = self.recorder.take_all();
        for interval in &intervals {
            self.row(u64::from(interval.second) * 1_000_000).set_latency(&interval.histograms);
            histograms.add(&interval.histograms);
        }
        let mut in_flight = 0;
        for row in self.rows.values_mut() {
            in_flight += row.arrivals_started;
            in_flight -= row.completed + row.refused + row.failed;
            row.in_flight = in_flight;
            row.engine_cpu_share = Some(row.requests as f64 / 200.0);
            row.generator_cpu_share = Some(row.requests as f64 / 900.0);
        }
        let timeline = Timeline { rows: self.rows.values().copied().collect() };
        let record = self.record(&timeline, &histograms);
        (Run { record, timeline, histograms }, intervals)
    }

    fn record(self, timeline: &Timeline, histograms: &Histograms) -> RunRecord {
        let last_s = timeline.rows.last().map_or(0, |row| row.second);
        let duration_s = f64::from(last_s) + 0.5;
        let registered = self.applicants.registered;
        let whole = histograms.quantiles(WHOLE, Kind::Response);
        let lateness_us = histograms.lateness();
        let share = registered as f64 / self.applicants.arrived as f64;
        let objectives = vec![
            objective(
                "registration.response.p99 < \"2s\"",
                whole.p99 as f64,
                Unit::Us,
                whole.p99 < 2_000_000,
            ),
            objective("registered.share >= 0.85", share, Unit::Share, share >= 0.85),
            objective("refused.wrongly == 0", 0.0, Unit::Count, true),
        ];
        let met = objectives.iter().all(|objective| objective.met);
        let kept = if met { ObjectivesVerdict::Met } else { ObjectivesVerdict::Missed };
        let audit = audit(registered);
        let started_at: DateTime<Utc> = "2026-01-05T02:00:00Z".parse().unwrap();
        RunRecord {
            format: FORMAT.to_owned(),
            scenario: scenario(self.plan),
            seed: 20_180_926,
            started_at,
            finished_at: started_at + TimeDelta::milliseconds(i64::from(last_s) * 1_000 + 500),
            duration_s,
            partial: false,
            unfinished_at: None,
            shard: None,
            command: "lonjakan surge scenarios/opening-rush.toml".to_owned(),
            target: None,
            environment: environment(),
            verdict: Verdict::new(GeneratorVerdict::Valid, kept, audit.verdict()),
            objectives,
            arrivals: Arrivals {
                shape: format!(
                    "opening rush, {0}/s falling to half of it over {1} s, even",
                    self.plan.opening_per_s, self.plan.seconds
                ),
                planned: self.applicants.arrived,
            },
            applicants: self.applicants,
            registrations_per_s_mean: registered as f64 / duration_s,
            registrations_per_s_peak: timeline.rows.iter().map(|row| row.completed).max().unwrap_or(0) as f64,
            requests: Requests { total: self.requests, amplification: 1.0 },
            funnel: self.funnel,
            outcomes: self.outcomes.into_values().collect(),
            failures_seen: self.seen.into_values().collect(),
            recoveries: Vec::new(),
            fairness: Some(self.fairness),
            latency: histograms.latency(),
            lateness_us,
            latency_clamped: 0,
            audit,
            resources: resources(),
            busiest: Some("engine password pool".to_owned()),
            engine: Some(Engine {
                cpu_seconds: 14.2,
                rss_bytes_max: 96 << 20,
                store_bytes: 181_000_000,
                restarts: 0,
            }),
            generator: generator(lateness_us.p99 as f64),
            notes: vec![
                "Think times are left out: each applicant acts as soon as the portal has answered."
                    .to_owned(),
            ],
        }
    }
}

/// 0 to 99, evenly, in an order that looks like chance.
fn spread(which: u64) -> u64 {
    (which * 61 + which / 100 * 7) % 100
}

fn objective(expression: &str, observed: f64, unit: Unit, met: bool) -> Objective {
    Objective { expression: expression.to_owned(), observed: Some(observed), unit, met }
}

fn audit(registered: u64) -> Audit {
    Audit {
        acknowledged: registered,
        stored: Some(registered),
        lost: Some(0),
        duplicated: Some(0),
        unacknowledged_stored: Some(0),
        unexpected_outcomes: 0,
        refused_wrongly: 0,
        registered_wrongly: 0,
        unavailable_because: None,
    }
}

/// Groups in which nobody is yet.
fn fairness(plan: Plan) -> Fairness {
    let span = |at: u64| ArrivalGroup {
        from_s: (at * ARRIVAL_SPAN_S) as f64,
        to_s: ((at + 1) * ARRIVAL_SPAN_S) as f64,
        served: Served::default(),
    };
    let region = |region: &str| RegionGroup { region: region.to_owned(), served: Served::default() };
    Fairness {
        by_arrival: (0..plan.seconds.div_ceil(ARRIVAL_SPAN_S)).map(span).collect(),
        by_region: ["9901", "9902", "9971"].map(region).to_vec(),
    }
}

fn scenario(plan: Plan) -> Scenario {
    let comment = "The opening of 26 September 2018: 12.5 % of all accounts in the first 12.7 hours, a mean of 12.2 a \
                   second. Here at a multiple of that mean, because peaks were never published.";
    let text = format!(
        "# {comment}\nformat = 1\nname = \"opening-rush\"\nseed = 20180926\n\n[arrivals]\nshape = \"spike\"\n\
         over = \"{}s\"\nrate = {}\n\n[people]\nnik_not_found = 0.027\nfile_too_large = 0.019\n",
        plan.seconds, plan.opening_per_s
    );
    Scenario {
        name: "opening-rush".to_owned(),
        file: "scenarios/opening-rush.toml".to_owned(),
        sha256: "9f2c".repeat(16),
        comment: comment.to_owned(),
        text,
    }
}

fn environment() -> Environment {
    let versions = [("lonjakan", "0.1.0"), ("goose", "0.19.0"), ("sled", "0.34.7"), ("rustc", "1.95.0")];
    Environment {
        cpus: 2,
        memory_bytes: 24 << 30,
        os: "Linux 6.1.0".to_owned(),
        versions: IndexMap::from(versions.map(|(name, version)| (name.to_owned(), version.to_owned()))),
        cpu_model: Some("made-up processor at 2.5 GHz".to_owned()),
    }
}

fn resources() -> Vec<Resource> {
    let resource = |name: &str, busy_share_mean, busy_share_max, capacity: &str| Resource {
        name: name.to_owned(),
        busy_share_mean,
        busy_share_max,
        capacity: capacity.to_owned(),
    };
    vec![
        resource("engine password pool", 0.83, 0.99, "1 worker, 31 hashes/s"),
        resource("engine photo pool", 0.34, 0.51, "1 worker"),
        resource("engine cpu", 0.61, 0.82, "2 cores"),
        resource("registry stand-in", 0.22, 0.31, "32 look-ups at once"),
        resource("store flush", 0.04, 0.06, "one committer"),
        resource("generator cpu", 0.12, 0.18, "1 core"),
    ]
}

fn generator(lateness_us_p99: f64) -> Generator {
    let evidence = |signal: &str, observed: f64, bound: f64, unit| Evidence {
        signal: signal.to_owned(),
        observed,
        bound,
        unit,
        fit: observed <= bound,
    };
    Generator {
        cpu_seconds: 2.6,
        rss_bytes_max: 61 << 20,
        cpu_share_max: 0.18,
        reason: None,
        evidence: vec![
            evidence("lateness p99", lateness_us_p99, 10_000.0, Unit::Us),
            evidence("own CPU, busiest second", 0.18, 0.8, Unit::Share),
            evidence("arrivals not sent", 0.0, 0.001, Unit::Share),
            evidence("seconds with every user busy", 0.0, 0.0, Unit::Count),
        ],
    }
}
