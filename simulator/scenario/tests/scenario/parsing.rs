//! What a right file becomes.

use super::minimal;
use scenario::{
    AdmissionPlan, AuditCount, BudgetPlan, Clock, Fate, LatencyLaw, Measure, Metric, Op, Plan, RateStep,
    Scope, Shape, Spacing, Statistic, Step, Unit, parse,
};

fn plan(text: &str) -> Plan {
    parse("dir/Some Day.toml", text).unwrap_or_else(|problems| {
        panic!("{text}\n{}", problems.iter().map(|p| format!("{p}\n")).collect::<String>())
    })
}

fn arrivals(rest: &str) -> scenario::Arrivals {
    plan(&format!("format = 1\nseed = 7\n[arrivals]\n{rest}\n")).arrivals
}

#[test]
fn a_minimal_file_has_defaults_for_the_rest() {
    let mut plan = plan(&minimal(""));
    plan.text = String::new();
    insta::assert_debug_snapshot!(plan);
}

#[test]
fn name_and_description() {
    let text = format!("# One day.\n#\n#  Indented.\n\n# not this\n{}", minimal("name = \"given-1\""));
    let plan = plan(&text);
    assert_eq!(plan.name, "given-1");
    assert_eq!(plan.description, "One day.\n\n Indented.");
    assert_eq!(plan.text, text);
    let check = |file: &str, expect: &str| assert_eq!(parse(file, &minimal("")).unwrap().name, expect);
    check("dir/Some Day.toml", "some-day");
    check("2018-opening.toml", "2018-opening");
    check("", "scenario");
}

#[test]
fn shapes() {
    let steps = arrivals("shape = 'steps'\nsteps = [{ per_s = 2, for_s = 10 }, { per_s = 5, for_s = 4 }]");
    let expect = vec![RateStep { per_s: 2.0, for_s: 10.0 }, RateStep { per_s: 5.0, for_s: 4.0 }];
    assert_eq!(steps.shape, Shape::Steps { steps: expect });
    assert_eq!((steps.count, steps.duration_s, steps.spacing), (40, 14.0, Spacing::Poisson));
    let ramp = arrivals("shape = 'ramp'\nfrom_per_s = 0\nto_per_s = 10\nduration_s = 20\nspacing = 'even'");
    assert_eq!((ramp.count, ramp.spacing, ramp.peak_per_s()), (100, Spacing::Even, 10.0));
    let spike = arrivals("shape = 'opening-spike'\npeak_per_s = 50\ndecay_s = 10\nduration_s = 200");
    assert_eq!(spike.shape, Shape::OpeningSpike { peak_per_s: 50.0, floor_per_s: 0.0, decay_s: 10.0 });
    assert_eq!(spike.count, 500);
}

#[test]
fn a_factor_or_a_number_of_applicants_multiplies_rates() {
    let written = "shape = 'ramp'\nfrom_per_s = 1\nto_per_s = 3\nduration_s = 10\n";
    let check = |rest: &str, count, from, to, factor| {
        let found = arrivals(&format!("{written}{rest}"));
        assert_eq!(found.shape, Shape::Ramp { from_per_s: from, to_per_s: to }, "{rest}");
        assert_eq!((found.count, found.rate_factor, found.duration_s), (count, factor, 10.0), "{rest}");
    };
    check("", 20, 1.0, 3.0, 1.0);
    check("rate_factor = 2", 40, 2.0, 6.0, 2.0);
    check("rate_factor = 0.5", 10, 0.5, 1.5, 0.5);
    check("applicants = 60", 60, 3.0, 9.0, 3.0);
    assert_eq!(arrivals(&format!("{written}applicants = 12345")).count, 12345);
}

#[test]
fn choices_with_settings() {
    let plan = plan(&minimal(
        "engine.admission = { policy = 'concurrency-limit', in_flight_max = 9 }\n\
         registry.latency = { law = 'constant', ms = 2.5 }\n\
         engine.limits_profile = '2018'\nengine.kilobyte_bytes = 1_024\n\
         people.reference_date = 2018-09-26\ngenerator.applicants_in_flight_max = 3\n\
         people.population = 0x100",
    ));
    assert_eq!(plan.engine.admission, AdmissionPlan::ConcurrencyLimit { in_flight_max: 9 });
    assert_eq!(plan.registry.latency, LatencyLaw::Constant { ms: 2.5 });
    assert_eq!(plan.engine.limits().captcha_length, 8);
    assert_eq!(plan.engine.limits().kilobyte_bytes, 1_024);
    assert_eq!(plan.people.reference_date.unwrap().to_string(), "2018-09-26");
    assert_eq!(plan.generator.applicants_in_flight_max, 3);
    assert_eq!(plan.people.population, 256);
}

#[test]
fn every_policy_with_its_keys() {
    let check = |written: &str, expect: AdmissionPlan| {
        let plan = plan(&minimal(&format!("engine.admission = {{ {written} }}")));
        assert_eq!(plan.engine.admission, expect, "{written}");
        assert!(written.contains(plan.engine.admission.name()), "{written}");
    };
    let budget = |burst, per_s| BudgetPlan { burst, per_s };
    let room = |calls_per_s, active_max| AdmissionPlan::WaitingRoom {
        calls_per_s,
        active_max,
        heartbeat_s: 60,
        idle_s: 600,
    };
    check("policy = 'none'", AdmissionPlan::None);
    check("policy = 'codel', service_ms = 40", AdmissionPlan::Codel);
    check("policy = 'deadline', patience_ms = 5000", AdmissionPlan::Deadline);
    check(
        "policy = 'budgets', person_burst = 5, address_per_s = 0.5",
        AdmissionPlan::Budgets { person: budget(5, 1.0), address: budget(1_000, 0.5) },
    );
    check("policy = 'waiting-room'", room(None, None));
    check("policy = 'waiting-room', calls_per_s = 19, active_max = 50", room(Some(19.0), Some(50)));
    check("policy = 'odd-even', turn_s = 60", AdmissionPlan::OddEven { turn_s: 60 });
    check("policy = 'cohort'", AdmissionPlan::Cohort { period_s: 1_800 });
}

#[test]
fn the_registry_knows_at_least_everybody_who_comes() {
    let found =
        plan("format = 1\nseed = 1\n[arrivals]\nshape = 'constant'\nper_s = 1000\nduration_s = 5000\n");
    assert_eq!((found.arrivals.count, found.people.population), (5_000_000, 5_000_000));
}

#[test]
fn objectives() {
    let check = |text: &str, metric, op, value, unit| {
        let plan = plan(&minimal(&format!("objectives = ['{text}']")));
        let [objective] = plan.objectives.as_slice() else { panic!("{text}") };
        assert_eq!((objective.text.as_str(), objective.metric, objective.op), (text, metric, op));
        assert_eq!((objective.bound.value, objective.bound.unit), (value, unit), "{text}");
    };
    let latency = |scope, clock, statistic| Metric::Latency { scope, clock, statistic };
    let whole = latency(Scope::Registration, Clock::Response, Statistic::P99);
    check("registration.response.p99 < 3s", whole, Op::Less, 3e6, Unit::Us);
    check("registration.response.p99<\"250ms\"", whole, Op::Less, 250e3, Unit::Us);
    check("registration.response.p99 <= 1.5m", whole, Op::LessOrEqual, 90e6, Unit::Us);
    let ktp = latency(Scope::Step(Step::Ktp), Clock::Service, Statistic::P999);
    check("ktp.service.p999 < 700us", ktp, Op::Less, 700.0, Unit::Us);
    check("lateness.max < 1s", Metric::Lateness(Statistic::Max), Op::Less, 1e6, Unit::Us);
    let registered = Metric::Applicants { fate: Fate::Registered, measure: Measure::Share };
    check("registered.share >= 0.995", registered, Op::GreaterOrEqual, 0.995, Unit::Share);
    check("registered.share >= 99.5 %", registered, Op::GreaterOrEqual, 0.995, Unit::Share);
    check("refused.wrongly == 0", Metric::RefusedWrongly, Op::Equal, 0.0, Unit::Count);
    check("requests.amplification < 1.2", Metric::RequestsAmplification, Op::Less, 1.2, Unit::Count);
    check("registrations.per_s_mean > 12.2/s", Metric::RegistrationsPerSMean, Op::Greater, 12.2, Unit::PerS);
    check("audit.lost != 3", Metric::Audit(AuditCount::Lost), Op::NotEqual, 3.0, Unit::Count);
}

#[test]
fn objectives_hold_or_not() {
    let check = |text: &str, observed: f64, expect: bool| {
        let plan = plan(&minimal(&format!("objectives = ['{text}']")));
        assert_eq!(plan.objectives[0].holds(observed), expect, "{text} with {observed}");
    };
    check("ktp.response.p50 < 3ms", 2_999.0, true);
    check("ktp.response.p50 < 3ms", 3_000.0, false);
    check("ktp.response.p50 <= 3ms", 3_000.0, true);
    check("ktp.response.p50 > 3ms", 3_000.0, false);
    check("registered.share >= 99.5%", 0.995, true);
    check("registered.share >= 99.5%", 0.994, false);
    check("audit.lost == 0", 0.0, true);
    check("audit.lost == 0", 1.0, false);
    check("audit.lost != 0", 1.0, true);
    for op in ["<", "<=", ">", ">=", "==", "!="] {
        check(&format!("audit.lost {op} 0"), f64::NAN, false);
    }
}

#[test]
fn every_metric_reads_back() {
    let mut names = std::collections::BTreeSet::new();
    for metric in Metric::all() {
        assert_eq!(Metric::from_name(&metric.to_string()), Some(metric));
        assert!(names.insert(metric.to_string()), "{metric} twice");
    }
    assert!(names.contains("outcome.nik-registered.count") && names.contains("registration.response.p99"));
    assert_eq!(Metric::from_name("registration"), None);
}

/// Every key of the world around: shapes that need files, the registry's limits, the gate.
#[test]
fn a_world_with_limits_moves_and_files() {
    let text = "format = 1\nseed = 7\n\
        [[gate]]\nopens_at_s = 90\n\
        [[gate]]\nat_s = 20\nopens_at_s = 60\nannouncement = \"Pendaftaran ditunda\"\n\
        [arrivals]\nshape = \"replay\"\nfile = \"counts.csv\"\ninterval_s = 60\ntime_compression = 6\nspacing = \"even\"\n\
        [registry]\nrate_per_s = 11.6\nover_rate = \"refuse\"\nquota_per_day = 300\nlink_bits_per_s = 512_000\n\
        stale_share = 0.1\n\
        outages = [{ at_s = 10, for_s = 8, kind = \"silent\" }, { at_s = 30, for_s = 9, down_s = 1, up_s = 2 }]\n\
        changes = [{ at_s = 40, rate_per_s = 23.1, quota_used = 0 }]\n\
        [registry.latency]\nlaw = \"file\"\nfile = \"latencies.csv\"\n";
    let files = |name: &str| match name {
        "counts.csv" => Ok("minute,count\n1,30\n2,60\n".to_owned()),
        "latencies.csv" => Ok("ms\n12\n340.5\n".to_owned()),
        _ => Err("no such file".to_owned()),
    };
    let plan = scenario::parse_with_files("test.toml", text, &files).unwrap();
    insta::assert_debug_snapshot!((&plan.arrivals, &plan.registry, &plan.gate));

    let problems = |text: &str| match scenario::parse_with_files("test.toml", text, &files) {
        Ok(_) => "none".to_owned(),
        Err(problems) => problems.iter().map(|problem| format!("{problem}\n")).collect::<String>(),
    };
    let broken = text
        .replace("counts.csv", "missing.csv")
        .replace("\"latencies.csv\"", "\"counts.csv\"")
        .replace("at_s = 20", "at_s = 20\n[[gate]]\nat_s = 5\nmaintenance = \"yes\"")
        .replace("stale_share = 0.1", "stale_share = 0.6\nwrong_person_share = 0.6")
        .replace(", up_s = 2", "")
        .replace("rate_per_s = 11.6", "rate_per_s = 0");
    insta::assert_snapshot!(problems(&broken));
}
