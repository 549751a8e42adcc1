//! What does it cost to know when applicant k comes?
//!
//! Floor: a logarithm and a square root.

use criterion::{Criterion, criterion_group, criterion_main};
use scenario::{Arrivals, Shape, Spacing};
use std::hint::black_box;
use std::time::Duration;

fn arrivals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("arrivals");
    group.bench_function("floor/logarithm-and-root", |bencher| {
        let mut x = 1.0f64;
        bencher.iter(|| {
            x += 1.0;
            black_box(x).ln().sqrt()
        });
    });
    let shapes = [
        ("constant", Shape::Constant { per_s: 100.0 }),
        ("ramp", Shape::Ramp { from_per_s: 10.0, to_per_s: 190.0 }),
        ("opening-spike", Shape::OpeningSpike { peak_per_s: 400.0, floor_per_s: 20.0, decay_s: 60.0 }),
    ];
    for (name, shape) in shapes {
        for (way, spacing) in [("even", Spacing::Even), ("poisson", Spacing::Poisson)] {
            let schedule = Arrivals::new(shape.clone(), spacing, 600.0).schedule(benches::SEED);
            let (count, mut k) = (schedule.len(), 0);
            group.bench_function(format!("{name}-{way}"), |bencher| {
                bencher.iter(|| {
                    k = (k + 1) % count;
                    schedule.instant(black_box(k))
                });
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = arrivals
}
criterion_main!(group);
