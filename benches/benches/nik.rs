//! What does checking a NIK cost, for each way in which it can be right or wrong?
//!
//! Floor: reading the sixteen bytes. Goal: at most 12 ns for mixed input.

use benches::NikInput;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use domain::{Nik, RegionSet};
use std::hint::black_box;
use std::time::Duration;

fn nik(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("nik");
    group.throughput(Throughput::Elements(1));
    let texts = NikInput::Valid.texts();
    let mut turn = texts.iter().cycle();
    group.bench_function("floor/read-16-bytes", |bencher| {
        bencher.iter(|| turn.next().map(|text| text.bytes().fold(0u8, |sum, byte| sum ^ byte)));
    });
    for input in NikInput::ALL {
        let texts = input.texts();
        let mut turn = texts.iter().cycle();
        group.bench_function(input.name(), |bencher| {
            bencher.iter(|| turn.next().map(|text| Nik::parse(black_box(text), RegionSet::RealAndSynthetic)));
        });
    }
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = nik
}
criterion_main!(group);
