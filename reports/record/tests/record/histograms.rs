//! Counting, clamping, merging, draining.

use std::thread;

use hdrhistogram::Histogram;
use record::{HIGHEST_US, Histograms, Kind, Quantiles, Recorder, Sample, Steps, WHOLE};

use crate::sample::{random_latencies_us, steps};

#[test]
fn hour_long_latency_is_told_apart_and_a_longer_one_is_counted() {
    let mut histograms = Histograms::new(&steps());
    for value_us in [0, 1, 2_048, 3_000_000, HIGHEST_US, HIGHEST_US + 1, u64::MAX] {
        histograms.record(0, Kind::Response, value_us);
    }
    let histogram = histograms.get(WHOLE, Kind::Response).unwrap();
    assert_eq!(histogram.len(), 7);
    assert_eq!(histogram.count_at(HIGHEST_US), 3);
    assert_eq!(histogram.count_at(3_000_000), 1);
    assert_eq!(histogram.count_at(2_048), 1);
    assert_eq!(histogram.count_between(0, 1), 2);
    assert_eq!(histograms.clamped(), 2);
}

#[test]
fn quantiles_are_within_three_digits_of_the_sorted_values() {
    let mut values: Vec<u64> =
        random_latencies_us(11, 10_000).into_iter().map(|(_, service)| service).collect();
    let mut histograms = Histograms::new(&steps());
    for value in &values {
        histograms.record(1, Kind::Service, *value);
    }
    values.sort_unstable();
    let found = histograms.quantiles("identity", Kind::Service);
    let expected = [(found.p50, 5_000), (found.p90, 9_000), (found.p99, 9_900), (found.p999, 9_990)];
    for (quantile, rank) in expected {
        assert_within_three_digits(quantile, values[rank - 1]);
    }
    assert_within_three_digits(found.max, values[9_999]);
    let mean = values.iter().sum::<u64>() as f64 / 10_000.0;
    assert!((found.mean / mean - 1.0).abs() < 0.001, "{} against {mean}", found.mean);
    assert_eq!(found.count, 10_000);
}

#[track_caller]
fn assert_within_three_digits(found: u64, truth: u64) {
    let error = found.abs_diff(truth) as f64;
    assert!(error <= 1.0 + truth as f64 / 1_000.0, "{found} against {truth}");
}

#[test]
fn empty_histogram_sums_up_to_zeros() {
    let histograms = Histograms::new(&steps());
    assert!(histograms.is_empty());
    assert_eq!(histograms.quantiles(WHOLE, Kind::Response), Quantiles::default());
    assert_eq!(histograms.quantiles("no such step", Kind::Response), Quantiles::default());
    assert_eq!(histograms.latency().keys().collect::<Vec<_>>(), [WHOLE, "identity", "confirmation"]);
}

/// Values cut over shards, threads and seconds come back as one histogram of all of them.
#[test]
fn merged_shards_equal_a_histogram_of_all_values() {
    const WORKERS: usize = 4;
    let steps = steps();
    let samples = random_samples(2_026, 20_000);
    let recorder = Recorder::new(&steps, 3);
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (recorder, samples) = (&recorder, &samples);
            scope.spawn(move || {
                samples
                    .iter()
                    .skip(worker)
                    .step_by(WORKERS)
                    .for_each(|sample| recorder.observe(worker, *sample));
            });
        }
    });

    let intervals = recorder.take_all();
    assert!(intervals.len() > 50, "{} seconds", intervals.len());
    assert!(intervals.is_sorted_by_key(|interval| interval.second));
    let mut merged = Histograms::new(&steps);
    for interval in &intervals {
        merged.add(&interval.histograms);
    }
    for (step, name) in steps.names().iter().enumerate() {
        let of_step = || samples.iter().filter(|sample| sample.step == step);
        let response = all(of_step().map(|sample| sample.done_us - sample.intended_us));
        let service = all(of_step().map(|sample| sample.done_us - sample.sent_us));
        let lateness = all(of_step().map(|sample| sample.sent_us - sample.intended_us));
        assert_eq!(merged.get(name, Kind::Response), Some(&response), "{name}");
        assert_eq!(merged.get(name, Kind::Service), Some(&service), "{name}");
        assert_eq!(merged.get(name, Kind::Lateness), Some(&lateness), "{name}");
    }
}

fn random_samples(seed: u64, count: usize) -> Vec<Sample> {
    let latencies = random_latencies_us(seed, count);
    let sample = |(index, (lateness, service)): (usize, (u64, u64))| {
        let intended_us = index as u64 * 1_000;
        let sent_us = intended_us + lateness;
        Sample { step: index % 3, intended_us, sent_us, done_us: sent_us + service }
    };
    latencies.into_iter().enumerate().map(sample).collect()
}

/// A plain model: one histogram with the same bounds, one value after the other.
fn all(values: impl Iterator<Item = u64>) -> Histogram<u64> {
    let mut histogram = Histogram::new_with_bounds(1, HIGHEST_US, 3).unwrap();
    values.for_each(|value| histogram.record(value).unwrap());
    histogram
}

#[test]
fn requests_are_all_steps_but_the_whole() {
    let mut histograms = Histograms::new(&steps());
    histograms.record(0, Kind::Service, 9_000_000);
    histograms.record(1, Kind::Service, 100);
    histograms.record(2, Kind::Service, 300);
    histograms.record(2, Kind::Response, 400);
    assert_eq!(histograms.requests(Kind::Service), all([100, 300].into_iter()));
    assert_eq!(histograms.requests(Kind::Lateness), all([].into_iter()));
}

#[test]
fn adding_matches_steps_by_name() {
    let mut left = Histograms::new(&Steps::new([WHOLE, "identity"]));
    left.record(1, Kind::Service, 10);
    let mut right = Histograms::new(&Steps::new(["card", "identity"]));
    right.record(0, Kind::Service, 20);
    right.record(1, Kind::Service, 30);
    right.record(1, Kind::Response, HIGHEST_US + 1);
    left.add(&right);
    assert_eq!(left.steps().names(), [WHOLE, "identity", "card"]);
    assert_eq!(left.get("identity", Kind::Service), Some(&all([10, 30].into_iter())));
    assert_eq!(left.get("card", Kind::Service), Some(&all([20].into_iter())));
    assert_eq!(left.clamped(), 1);
}

#[test]
fn sample_counts_in_the_second_in_which_it_ended() {
    let recorder = Recorder::new(&steps(), 2);
    let sample = |done_us| Sample { step: 1, intended_us: 0, sent_us: 0, done_us };
    recorder.observe(0, sample(999_999));
    recorder.observe(1, sample(1_000_000));
    recorder.observe(0, sample(2_500_000));
    check_taken(&recorder, 2, &[(0, 1), (1, 1)]);
    check_taken(&recorder, 2, &[]);
    check_taken(&recorder, 3, &[(2, 1)]);
}

/// A worker may compute its instant just before a second is drained and record it just after.
#[test]
fn late_value_moves_to_the_first_open_second() {
    let recorder = Recorder::new(&steps(), 1);
    let sample = |done_us| Sample { step: 1, intended_us: 0, sent_us: 0, done_us };
    recorder.observe(0, sample(500_000));
    check_taken(&recorder, 2, &[(0, 1)]);
    recorder.observe(0, sample(1_999_999));
    recorder.observe(0, sample(2_000_000));
    check_taken(&recorder, u32::MAX, &[(2, 2)]);
}

#[track_caller]
fn check_taken(recorder: &Recorder, second: u32, expect: &[(u32, u64)]) {
    let taken = recorder.take_until(second);
    let counts =
        taken.iter().map(|interval| (interval.second, interval.histograms.requests(Kind::Service).len()));
    assert_eq!(counts.collect::<Vec<_>>(), expect);
}

#[test]
fn sending_early_is_not_negative_lateness() {
    let recorder = Recorder::new(&steps(), 1);
    recorder.observe(0, Sample { step: 0, intended_us: 2_000, sent_us: 1_500, done_us: 5_500 });
    let [interval] = recorder.take_all().try_into().unwrap();
    for (kind, expect) in [(Kind::Response, 4_000), (Kind::Service, 4_000), (Kind::Lateness, 0)] {
        assert_eq!(interval.histograms.get(WHOLE, kind), Some(&all([expect].into_iter())), "{kind:?}");
    }
}

#[test]
fn act_that_was_never_sent_has_a_response_only() {
    let recorder = Recorder::new(&steps(), 1);
    recorder.record(0, 30_000_000, 0, Kind::Response, 30_000_000);
    let [interval] = recorder.take_all().try_into().unwrap();
    assert_eq!(interval.second, 30);
    assert_eq!(interval.histograms.iter().map(|(_, kind, _)| kind).collect::<Vec<_>>(), [Kind::Response]);
}

#[test]
#[should_panic(expected = "cannot be a tag")]
fn step_name_that_an_interval_log_cannot_hold_is_a_defect() {
    let _ = Steps::new(["two words"]);
}
