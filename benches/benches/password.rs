//! What does the pool add to a password hash?
//!
//! Floor: argon2id alone, with OWASP's parameters, in memory that is kept.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use criterion::{Criterion, criterion_group, criterion_main};
use engine::measuring::Hashing;
use std::time::Duration;

fn password(criterion: &mut Criterion) {
    let params = Params::new(19_456, 2, 1, None).expect("OWASP's parameters are legal");
    let mut memory = vec![Block::new(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("the system has a thread");
    let pool = Hashing::start();
    let mut group = criterion.benchmark_group("password");
    group.sample_size(20);
    let mut hash = [0; 32];
    group.bench_function("floor/argon2id", |bencher| {
        bencher.iter(|| {
            argon2.hash_password_into_with_memory(b"kuda-laut-47", &[7; 16], &mut hash, &mut memory)
        });
    });
    group.bench_function("on-the-pool", |bencher| {
        bencher.iter(|| runtime.block_on(pool.hash("kuda-laut-47".to_owned())));
    });
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = password
}
criterion_main!(group);
