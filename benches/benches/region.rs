//! What does it cost to know whether a district exists?
//!
//! Floor: one look into a table of a million bits, in the same order.

use criterion::{Criterion, criterion_group, criterion_main};
use domain::RegionSet;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;
use std::time::Duration;

fn region(criterion: &mut Criterion) {
    let mut rng = ChaCha8Rng::seed_from_u64(benches::SEED);
    // Half exist.
    let codes: Vec<u32> = (0..benches::INPUTS)
        .map(|_| match rng.random_bool(0.5) {
            true => {
                domain::region::synthetic_region(rng.random_range(0..domain::region::SYNTHETIC_REGION_COUNT))
            }
            false => rng.random_range(0..1_000_000),
        })
        .collect();
    let mut bits = vec![0u64; 1_000_000 / 64 + 1];
    for code in (0..1_000_000).filter(|&code| RegionSet::RealAndSynthetic.contains(code)) {
        bits[code as usize / 64] |= 1 << (code % 64);
    }
    let mut group = criterion.benchmark_group("region");
    let mut turn = codes.iter().cycle();
    group.bench_function("floor/one-bit", |bencher| {
        bencher.iter(|| turn.next().map(|&code| bits[black_box(code) as usize / 64] >> (code % 64) & 1));
    });
    let mut turn = codes.iter().cycle();
    group.bench_function("look-up", |bencher| {
        bencher.iter(|| turn.next().map(|&code| RegionSet::RealAndSynthetic.contains(black_box(code))));
    });
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = region
}
criterion_main!(group);
