//! What does it cost to find the endpoint of a request?
//!
//! Floor: the digest of a draft's token, under which it stands in the store.

use criterion::{Criterion, criterion_group, criterion_main};
use domain::document::DocumentKind;
use domain::wire::paths;
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::time::Duration;

fn router(criterion: &mut Criterion) {
    let token = "0123456789abcdef0123456789abcdef";
    let mut group = criterion.benchmark_group("router");
    group.bench_function("floor/digest-of-a-token", |bencher| {
        bencher.iter(|| Sha256::digest(black_box(token)));
    });
    let paths = [
        ("status", "GET", paths::STATUS.to_owned()),
        ("document", "PUT", paths::document(token, DocumentKind::Ktp)),
        ("confirmation", "POST", paths::confirmation(token)),
        ("unknown", "GET", "/api/v1/elsewhere".to_owned()),
    ];
    for (name, method, path) in &paths {
        assert_eq!(engine::measuring::route(method, path), *name != "unknown");
        group.bench_function(*name, |bencher| {
            bencher.iter(|| engine::measuring::route(method, black_box(path)));
        });
    }
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = router
}
criterion_main!(group);
