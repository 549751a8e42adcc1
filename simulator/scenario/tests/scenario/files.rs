//! The scenarios that come with the product.

use people::{Crowd, Expected, Population};
use scenario::{Fate, Measure, Metric, Op, Plan, parse};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const FILES: [&str; 18] = [
    "2018-opening",
    "2019-opening",
    "2023-deadline",
    "2023-moved-opening",
    "2024-dependency-outage",
    "capacity",
    "cowin-hour",
    "duplicate-nik",
    "every-defect",
    "jateng-quota",
    "opening-rush",
    "oversized-photos",
    "prakerja-minute",
    "retry-storm",
    "retry-storm-backoff",
    "retry-storm-fixed",
    "retry-storm-jitter",
    "smoke",
];

fn plan(name: &str) -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(format!("{name}.toml"));
    let text = fs::read_to_string(path).unwrap();
    let said =
        |problems: Vec<_>| problems.iter().map(|p: &scenario::Problem| format!("{p}\n")).collect::<String>();
    parse(&format!("scenarios/{name}.toml"), &text).unwrap_or_else(|problems| panic!("{}", said(problems)))
}

fn crowd(plan: &Plan) -> Crowd {
    let day = plan.people.reference_date.unwrap_or("2026-11-21".parse().unwrap());
    let population = Population::new(plan.seed, plan.people.population, day).unwrap();
    Crowd::new(population, plan.people.shares.clone(), plan.engine.limits())
}

#[test]
fn all_of_them_are_listed_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut found: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    assert_eq!(found, FILES);
}

#[test]
fn key_numbers() {
    let mut text = String::new();
    for name in FILES {
        let plan = plan(name);
        assert_eq!(plan.name, name);
        writeln!(text, "{name}: {}", plan.description.lines().next().unwrap()).unwrap();
        writeln!(text, "  {}", plan.arrivals).unwrap();
        writeln!(
            text,
            "  mean {:.2}/s, peak {:.2}/s, in flight at most {}",
            plan.arrivals.mean_per_s(),
            plan.arrivals.peak_per_s(),
            plan.generator.applicants_in_flight_max
        )
        .unwrap();
        writeln!(text, "  thinking {:.2} s in all", plan.behaviour.think_mean_total().as_secs_f64()).unwrap();
        writeln!(
            text,
            "  faultless {:.3} of {} people",
            plan.people.shares.faultless(),
            plan.people.population
        )
        .unwrap();
        writeln!(
            text,
            "  password {} KiB x {}, registry {:?}",
            plan.engine.password_memory_kib, plan.engine.password_passes, plan.registry.latency
        )
        .unwrap();
        for objective in &plan.objectives {
            writeln!(text, "  {}", objective.text).unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

/// The whole of each plan, defaults and all, but for its text.
#[test]
fn plans() {
    for name in FILES {
        let plan = Plan { text: String::new(), description: String::new(), ..plan(name) };
        insta::assert_debug_snapshot!(format!("plan_{name}"), plan);
    }
}

/// The four policies of clients meet the same day.
#[test]
fn retry_storms_differ_in_their_retries_alone() {
    let retries = scenario::Retries::NONE;
    let day = |name| {
        let mut plan = plan(name);
        plan.behaviour.retries = retries.clone();
        (plan.seed, plan.arrivals, plan.people, plan.engine, plan.registry, plan.behaviour)
    };
    for other in ["retry-storm-fixed", "retry-storm-backoff", "retry-storm-jitter"] {
        assert_eq!(day(other), day("retry-storm"), "{other}");
    }
}

#[test]
fn each_says_what_it_re_enacts_and_what_is_assumed() {
    for name in FILES {
        let description = plan(name).description;
        for word in ["Published:", "Assumed", "Scaled:"] {
            assert!(description.contains(word), "{name} does not say: {word}");
        }
    }
}

#[test]
fn each_demands_a_clean_audit() {
    for name in FILES {
        let plan = plan(name);
        for expression in ["refused.wrongly == 0", "audit.lost == 0"] {
            assert!(
                plan.objectives.iter().any(|objective| objective.text == expression),
                "{name}: {expression}"
            );
        }
    }
}

/// An honest system has to be able to meet what a scenario demands of outcomes.
#[test]
fn objectives_on_outcomes_can_be_met() {
    for name in FILES {
        let plan = plan(name);
        let counts = crowd(&plan).expected_counts(plan.arrivals.count);
        let share = |wanted: &dyn Fn(Expected) -> bool| {
            let wanted: u64 =
                counts.iter().filter(|(expected, _)| wanted(**expected)).map(|(_, count)| count).sum();
            wanted as f64 / plan.arrivals.count as f64
        };
        for objective in &plan.objectives {
            let observed = match objective.metric {
                Metric::Applicants { fate: Fate::Registered, measure: Measure::Share } => {
                    share(&|expected| expected == Expected::Registered)
                }
                Metric::Applicants { fate: Fate::Refused, measure: Measure::Share } => {
                    share(&|expected| expected != Expected::Registered)
                }
                Metric::Outcome { failure, measure: Measure::Share } => {
                    share(&|expected| expected == Expected::Refused(failure))
                }
                _ => continue,
            };
            assert!(
                objective.op != Op::Equal && objective.holds(observed),
                "{name}: {} is {observed}",
                objective.text
            );
        }
    }
}

#[test]
fn every_defect_has_each_of_them() {
    let plan = plan("every-defect");
    let crowd = crowd(&plan);
    for &defect in people::Defect::ALL {
        assert!(plan.people.shares.of(defect) > 0.0, "{defect} has no share");
        let seen = (0..plan.arrivals.count)
            .filter(|&arrival| crowd.applicant(arrival).defect == Some(defect))
            .count();
        assert!(seen >= 5, "{defect} is seen {seen} times");
    }
}
