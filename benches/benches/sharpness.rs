//! What does it cost to tell whether a photo is sharp?
//!
//! Floor: the decode alone, at the same reduced size. Goal: at most 4 ms for 160 KB of 1,000 x 1,400 pixels.

use criterion::{Criterion, criterion_group, criterion_main};
use domain::document::Dimensions;
use std::hint::black_box;
use std::time::Duration;

fn sharpness(criterion: &mut Criterion) {
    let size = Dimensions { width: 1_000, height: 1_400 };
    let [card, portrait] = benches::flow::photos();
    assert!((155_000..170_000).contains(&card.len()) && (140_000..165_000).contains(&portrait.len()));
    let mut group = criterion.benchmark_group("sharpness");
    group.sample_size(20);
    group.bench_function("floor/decode-at-a-quarter", |bencher| {
        bencher.iter(|| {
            let mut decoder = jpeg_decoder::Decoder::new(&black_box(&card)[..]);
            decoder.scale(250, 350)?;
            decoder.decode()
        });
    });
    let mut luma = Vec::new();
    for (name, photo) in [("card-of-165-kb", &card), ("portrait-of-147-kb", &portrait)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| engine::measuring::sharpness(black_box(photo), size, &mut luma));
        });
    }
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = sharpness
}
criterion_main!(group);
