//! What does step 1's form cost, decoded and checked by every rule that needs no registry?
//!
//! Floor: serde_json alone, into the same type. Goal: at most 1.25 times the floor.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use domain::identity::{self, Rules};
use domain::wire::OpenDraft;
use domain::{Date, Limits, RegionSet};
use std::hint::black_box;
use std::time::Duration;

fn form(criterion: &mut Criterion) {
    let forms = benches::forms();
    let limits = Limits::default();
    let today = Date::from_ymd_opt(2026, 11, 21).expect("21 November 2026 exists");
    let rules = Rules { regions: RegionSet::RealAndSynthetic, limits: &limits, today };
    let mut group = criterion.benchmark_group("form");
    group.throughput(Throughput::Elements(1));
    let mut turn = forms.iter().cycle();
    group.bench_function("floor/serde-json", |bencher| {
        bencher.iter(|| turn.next().map(|bytes| serde_json::from_slice::<OpenDraft>(black_box(bytes))));
    });
    let mut turn = forms.iter().cycle();
    group.bench_function("decode-and-check", |bencher| {
        bencher.iter(|| {
            let form: OpenDraft =
                turn.next().and_then(|bytes| serde_json::from_slice(black_box(bytes)).ok())?;
            identity::check(form, &rules).ok()
        });
    });
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = form
}
criterion_main!(group);
