//! What does the gate cost that a photo passes, or not, before anything is decoded?
//!
//! Floor: reading the first sixteen bytes and the last two. Goal: at most 60 ns on headers in memory.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use domain::Limits;
use domain::document::DocumentKind;
use std::hint::black_box;
use std::time::Duration;

/// Bytes of a usual photo.
const PHOTO_BYTES: usize = 150_000;

/// The markers of a JPEG of 1000 by 1400, with `len` bytes in all.
fn jpeg(len: usize) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
    file.extend(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    file.extend([0xff, 0xc0, 0, 11, 8, 0x05, 0x78, 0x03, 0xe8, 1, 1, 0x11, 0]);
    file.resize(len - 2, 0);
    file.extend([0xff, 0xd9]);
    file
}

fn photo_gate(criterion: &mut Criterion) {
    let limits = Limits::default().document(DocumentKind::Ktp).expect("every profile asks for a KTP");
    let mut png = jpeg(PHOTO_BYTES);
    png[..8].copy_from_slice(b"\x89PNG\r\n\x1a\n");
    let mut cut_short = jpeg(PHOTO_BYTES);
    cut_short.truncate(PHOTO_BYTES / 2);
    let inputs = [
        ("accepted", jpeg(PHOTO_BYTES)),
        ("over-the-limit-by-one", jpeg(200_001)),
        ("png", png),
        ("cut-short", cut_short),
    ];
    let mut group = criterion.benchmark_group("photo_gate");
    group.throughput(Throughput::Elements(1));
    group.bench_function("floor/read-18-bytes", |bencher| {
        bencher.iter(|| {
            let file = black_box(&inputs[0].1);
            let ends = file.iter().take(16).chain(&file[file.len() - 2..]);
            ends.fold(0u8, |sum, byte| sum ^ byte)
        });
    });
    for (name, file) in &inputs {
        group.bench_function(*name, |bencher| bencher.iter(|| limits.check(black_box(file))));
    }
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = photo_gate
}
criterion_main!(group);
