//! What does it cost to have a person, and to find who has a NIK?
//!
//! Floor: a generator of one's own for each person, and sixteen numbers from it.

use criterion::{Criterion, criterion_group, criterion_main};
use domain::Date;
use people::Population;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;
use std::time::Duration;

fn people(criterion: &mut Criterion) {
    let reference = Date::from_ymd_opt(2026, 11, 21).expect("21 November 2026 exists");
    let population =
        Population::new(benches::SEED, 10_000_000, reference).expect("there is room for as many");
    let mut group = criterion.benchmark_group("people");
    let mut index = 0;
    let mut next = move || {
        // A step that has no divisor in common with the size goes through all of them.
        index = (index + 7_777_777) % 10_000_000;
        index
    };
    group.bench_function("floor/generator-and-16-numbers", |bencher| {
        bencher.iter(|| {
            let mut rng = ChaCha8Rng::seed_from_u64(black_box(next()));
            (0..16).fold(0u32, |sum, _| sum ^ rng.random::<u32>())
        });
    });
    group.bench_function("person-by-index", |bencher| bencher.iter(|| population.person(black_box(next()))));
    group.bench_function("nik-by-index", |bencher| bencher.iter(|| population.nik_of(black_box(next()))));
    group.bench_function("index-by-nik", |bencher| {
        let niks: Vec<_> =
            (0..benches::INPUTS as u64).map(|index| population.nik_of(index * 2_000)).collect();
        let mut turn = niks.iter().cycle();
        bencher.iter(|| turn.next().map(|&nik| population.index_of(black_box(nik))));
    });
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = people
}
criterion_main!(group);
