//! What does checking the number of a family card cost?
//!
//! Floor: reading the sixteen bytes.

use criterion::{Criterion, criterion_group, criterion_main};
use domain::Kk;
use std::hint::black_box;
use std::time::Duration;

fn kk(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("kk");
    let texts = benches::NikInput::Valid.texts();
    let mut turn = texts.iter().cycle();
    group.bench_function("floor/read-16-bytes", |bencher| {
        bencher.iter(|| turn.next().map(|text| text.bytes().fold(0u8, |sum, byte| sum ^ byte)));
    });
    let mut turn = texts.iter().cycle();
    group.bench_function("valid", |bencher| {
        bencher.iter(|| turn.next().map(|text| Kk::parse(black_box(text))));
    });
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = kk
}
criterion_main!(group);
