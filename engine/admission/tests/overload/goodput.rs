//! Goodput of every policy by load: without one it collapses when clients are impatient, with one it stays
//! near its peak.

use crate::world::{Report, Setup};
use admission::Policy;
use std::fmt::Write;
use std::time::Duration;

const LOADS: [f64; 5] = [0.5, 1.0, 1.5, 2.0, 4.0];

/// Goodput in parts of the capacity.
fn goodput(setup: &Setup, report: &Report) -> f64 {
    let useful = u32::try_from(report.counts.useful).map(f64::from).unwrap();
    useful / setup.measured.as_secs_f64() / setup.capacity()
}

fn run(name: &str, load: f64, seed: u64) -> (f64, Report) {
    let setup = Setup { seed, ..Setup::single(load) };
    let report = setup.run_named(name);
    (goodput(&setup, &report), report)
}

/// People who come once. Goodput of all loads in parts of the capacity; for twice the capacity also times in
/// ms (of those served, of those turned away, in line), and counts by what became of the requests.
#[test]
fn every_policy_by_load() {
    let mut table = format!(
        "{:17} | goodput at 0.5 1 1.5 2 4 times   | at 2: served p50 p99 | refused p99 | line mean max | \
         admitted   shed dropped expired wasted waiting-room\n",
        "policy"
    );
    for name in Policy::NAMES {
        let runs = LOADS.map(|load| run(name, load, 1));
        write!(table, "{name:17} |").unwrap();
        runs.iter().for_each(|(goodput, _)| write!(table, " {goodput:5.2}").unwrap());
        let Report { counts, response_us, refused_us, .. } = &runs[3].1;
        let line_mean_ms = counts.line.us_sum / counts.line.left.max(1) / 1_000;
        let of = Report::quantile_ms;
        writeln!(
            table,
            "   | {:12} {:7} | {:11} | {line_mean_ms:9} {:3} | {:8} {:6} {:7} {:7} {:6} {:12}",
            of(response_us, 500),
            of(response_us, 990),
            of(refused_us, 990),
            counts.line.us_max / 1_000,
            counts.admitted,
            counts.shed,
            counts.dropped,
            counts.expired,
            counts.wasted,
            counts.deferred
        )
        .unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn past_capacity_goodput_stays_near_the_peak_of_all_unless_there_is_no_policy() {
    for seed in 11..14 {
        let runs: Vec<(&str, [f64; 5])> =
            Policy::NAMES.map(|name| (name, LOADS.map(|load| run(name, load, seed).0))).into();
        let peak = runs.iter().flat_map(|(_, curve)| curve).copied().fold(0.0, f64::max);
        assert!((0.95..1.1).contains(&peak), "the simulated service does what its workers can: {peak}");
        for (name, [.., at_twice, at_four]) in runs {
            let least = at_twice.min(at_four);
            if name == "none" {
                assert!(least < 0.1 * peak, "{name} seed {seed}: {least} of {peak}");
            } else {
                assert!(least >= 0.9 * peak, "{name} seed {seed}: {least} of {peak}");
            }
        }
    }
}

#[test]
fn below_capacity_nobody_is_turned_away_but_by_odd_and_even() {
    for name in Policy::NAMES {
        let (_, report) = run(name, 0.5, 2);
        let offered = report.counts.offered;
        let away = report.counts.shed + report.counts.dropped + report.counts.expired + report.counts.wasted;
        if name == "odd-even" {
            assert!((offered * 45 / 100..offered * 55 / 100).contains(&away), "{name}: {away} of {offered}");
        } else {
            assert!(away * 500 <= offered, "{name}: {away} of {offered}");
        }
    }
}

/// Contract rule 10: whoever is turned away hears of it inside 50 ms. A waiting room says a place instead.
#[test]
fn overload_is_answered_fast() {
    for name in Policy::NAMES {
        for load in [2.0, 4.0] {
            let (_, report) = run(name, load, 3);
            let refused_ms = Report::quantile_ms(&report.refused_us, 990);
            assert!(refused_ms < 50, "{name} at {load}: {refused_ms} ms");
            let answered = report.refused_us.len() > 5_000 || report.counts.deferred > 5_000;
            assert_eq!(answered, name != "none", "{name} at {load}");
        }
    }
}

/// A server that is told when a client leaves can take it out of a line, but not work back: without a policy
/// that helps nothing.
#[test]
fn none_collapses_also_where_leaving_is_noticed() {
    let setup = Setup { notices_gone: true, ..Setup::single(2.0) };
    let none = setup.run_named("none");
    assert!(goodput(&setup, &none) < 0.1, "{}", goodput(&setup, &none));
    assert!(none.counts.wasted > 9_000, "{:?}", none.counts);
    // Clients who wait for 1 s, at a server that believes they wait for 2 s.
    let hasty = |notices_gone| {
        let setup = Setup { patience: Duration::from_secs(1), notices_gone, ..Setup::single(2.0) };
        let report = setup.run_named("deadline");
        (goodput(&setup, &report), report.counts)
    };
    let ((unnoticed, before), (noticed, after)) = (hasty(false), hasty(true));
    assert!(unnoticed < 0.5 && before.wasted > 5_000, "{unnoticed} {before:?}");
    assert!(noticed > 0.9 && after.expired > 1_000, "{noticed} {after:?}");
}
