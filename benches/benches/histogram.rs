//! What does it cost to record an act of an applicant?
//!
//! Floor: a histogram's own `record`, three times: response, service and lateness.

use criterion::{Criterion, criterion_group, criterion_main};
use hdrhistogram::Histogram;
use record::{HIGHEST_US, Recorder, Sample, Steps};
use std::hint::black_box;
use std::time::Duration;

fn histogram(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("histogram");
    let mut bare = Histogram::<u64>::new_with_bounds(1, HIGHEST_US, 3).expect("the bounds are legal");
    let mut at = 0u64;
    let mut next_us = move || {
        at = (at + 7_919) % 1_000_000;
        at
    };
    group.bench_function("floor/three-records", |bencher| {
        bencher.iter(|| {
            let us = black_box(next_us());
            (bare.record(us + 9), bare.record(us + 5), bare.record(4))
        });
    });
    let steps = Steps::new(["identity", "profile", "confirmation"]);
    let recorder = Recorder::new(&steps, 1);
    group.bench_function("observe", |bencher| {
        bencher.iter(|| {
            let us = black_box(next_us());
            recorder.observe(0, Sample { step: 1, intended_us: 0, sent_us: 4, done_us: us % 900_000 + 9 });
        });
    });
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = histogram
}
criterion_main!(group);
