//! Runs side by side: what is said to differ does, and what does not isn't.

use rand::{RngExt as _, SeedableRng};
use rand_chacha::ChaCha8Rng;
use record::{GeneratorVerdict, Histograms, Interval, Kind, Run, Timeline, TimelineRow, WHOLE};
use reports::{Comparison, Difference, Lang, Measure, Reason, Subject, compare, compare_page, compare_text};

use crate::sample::healthy;

const SECONDS: u32 = 60;

/// A minute of twenty registrations a second whose latencies rise and fall together, as those of one second do, and last
/// `percent` of what they would.
fn subject(name: &str, seed: u64, percent: u64) -> Subject {
    let mut run: Run = healthy();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let steps = run.histograms.steps().clone();
    let mut sum = Histograms::new(&steps);
    let mut timeline = Timeline::default();
    let second = |second: u32| {
        let mut histograms = Histograms::new(&steps);
        // What all of a second have in common weighs more than what each has alone.
        let common = 1_000 + random.random_range(0..600);
        for _ in 0..20 {
            let us = (common + random.random_range(0..100)) * 1_000 * percent / 100;
            for step in [0, 1] {
                histograms.record(step, Kind::Response, us);
                histograms.record(step, Kind::Service, us / 2);
            }
        }
        sum.add(&histograms);
        let counts =
            TimelineRow { second, arrivals_started: 20, completed: 20, requests: 20, ..Default::default() };
        timeline.rows.push(counts);
        Interval { second, histograms }
    };
    let seconds = (0..SECONDS).map(second).collect();
    run.record.duration_s = f64::from(SECONDS);
    run.record.seed = seed;
    (run.histograms, run.timeline) = (sum, timeline);
    Subject { name: name.to_owned(), run, seconds }
}

fn held_against(base: &Subject, other: Subject) -> Comparison {
    compare(base, &[other], None)
}

#[track_caller]
fn of(comparison: &Comparison, measure: Measure) -> Difference {
    *comparison.against[0].differences.iter().find(|one| one.measure == measure).unwrap()
}

#[test]
fn values_are_those_of_the_whole_run() {
    let base = subject("base", 1, 100);
    let expect = base.run.histograms.quantiles(WHOLE, Kind::Response);
    let found = held_against(&base, subject("other", 1, 100));
    assert_eq!(of(&found, Measure::RegistrationResponseP50).base, Some(expect.p50 as f64));
    assert_eq!(of(&found, Measure::RegistrationResponseP99).base, Some(expect.p99 as f64));
    assert_eq!(of(&found, Measure::RegistrationsPerS).base, Some(20.0));
    assert_eq!(of(&found, Measure::RegisteredShare).base, Some(1.0));
    // Nobody measured the engine.
    assert_eq!(of(&found, Measure::EngineCpu).difference, None);
    // The same run twice: no difference at all.
    for one in &found.against[0].differences {
        assert!(one.difference.is_none_or(|difference| difference == 0.0) && !one.is_clear(), "{one:?}");
    }
}

#[test]
fn a_real_difference_is_clear_and_its_interval_holds_it() {
    let found = held_against(&subject("base", 1, 100), subject("other", 2, 150));
    let p50 = of(&found, Measure::RegistrationResponseP50);
    assert!(p50.is_clear(), "{p50:?}");
    // 1.35 s on average in the base, so 0.675 s more.
    assert!(p50.low.unwrap() < 675_000.0 && 675_000.0 < p50.high.unwrap(), "{p50:?}");
    assert!(!of(&found, Measure::RegistrationsPerS).is_clear());
}

/// Two runs of one kind are told apart about as seldom as 95 % promises. Drawing single requests instead of windows would
/// do so in most pairs, because requests of one second are alike.
#[test]
fn chance_is_seldom_called_a_difference() {
    let clear = (0..12).filter(|pair| {
        let found =
            held_against(&subject("base", 100 + 2 * pair, 100), subject("other", 101 + 2 * pair, 100));
        of(&found, Measure::RegistrationResponseP50).is_clear()
    });
    let clear = clear.count();
    assert!(clear <= 3, "{clear} of 12");
}

#[test]
fn the_same_runs_give_the_same_numbers() {
    let go = || held_against(&subject("base", 1, 100), subject("other", 2, 104));
    assert_eq!(go(), go());
}

#[test]
fn a_short_run_has_no_intervals() {
    let (mut base, mut other) = (subject("base", 1, 100), subject("other", 1, 200));
    for subject in [&mut base, &mut other] {
        subject.run.timeline.rows.truncate(10);
        subject.seconds.truncate(10);
    }
    let found = compare(&base, &[other], Some(2));
    assert_eq!(found.against[0].windows, 5);
    let p50 = of(&found, Measure::RegistrationResponseP50);
    assert!(p50.difference.unwrap() > 1_000_000.0 && p50.low.is_none() && !p50.is_clear(), "{p50:?}");
    assert!(compare_text(&found).contains("none: fewer than 8 windows of 2 s"));
}

#[track_caller]
fn check_reason(expect: &[Reason], change: impl FnOnce(&mut Subject)) {
    let mut other = subject("other", 1, 100);
    change(&mut other);
    let found = held_against(&subject("base", 1, 100), other);
    assert_eq!(found.against[0].reasons, expect);
    assert_eq!(found.against[0].comparable, expect.is_empty());
    assert_eq!(compare_text(&found).contains("comparable  NO: "), !expect.is_empty());
}

#[test]
fn runs_that_cannot_be_compared_say_why() {
    check_reason(&[], |_| {});
    check_reason(&[], |other| other.run.record.seed = 99);
    check_reason(&[Reason::OtherScenario], |other| other.run.record.scenario.sha256 = "11".repeat(32));
    check_reason(&[Reason::OtherMachine], |other| other.run.record.environment.cpus = 64);
    check_reason(&[Reason::OtherVersions], |other| {
        other.run.record.environment.versions.insert("lonjakan".to_owned(), "9.9.9".to_owned());
    });
    check_reason(&[Reason::OtherTarget], |other| {
        other.run.record.target = Some("http://127.0.0.1:1".to_owned());
    });
    check_reason(&[Reason::GeneratorUnfit], |other| {
        other.run.record.verdict.generator = GeneratorVerdict::Invalid;
    });
    check_reason(&[Reason::CutShort], |other| other.run.record.partial = true);
}

#[test]
fn text_and_page() {
    let mut unlike = subject("target/unlike", 3, 100);
    unlike.run.record.environment.cpus = 8;
    let others = [subject("target/after", 1, 120), unlike];
    let found = compare(&subject("target/before", 1, 100), &others, None);
    insta::assert_snapshot!(compare_text(&found));
    for lang in [Lang::En, Lang::Id] {
        let page = compare_page(&found, lang);
        assert!(page.starts_with("<!DOCTYPE html>") && page.matches("<tr>").count() == 2 * 12, "{page}");
        assert!(!page.contains("http"), "nothing is loaded from elsewhere");
    }
    assert!(compare_page(&found, Lang::Id).contains("mesin uji lain"));
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["against"][1]["reasons"][0], "other-machine");
    assert_eq!(json["against"][0]["differences"][3]["measure"], "registration-response-p50");
}
