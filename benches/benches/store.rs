//! What does keeping a draft cost, and reading it back?
//!
//! Floor: sled itself, given a row of the same length.

use benches::commits::{complete_draft, id};
use criterion::{Criterion, criterion_group, criterion_main};
use engine::store::{SledStore, Store};
use std::time::Duration;

fn store(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let store =
        SledStore::open(&folder.path().join("register"), 64 << 20).expect("the folder can be written");
    let bare =
        sled::Config::new().path(folder.path().join("bare")).open().expect("the folder can be written");
    let draft = complete_draft(0);
    let row = serde_json::to_vec(&draft).expect("a draft has no failing serialiser");
    let mut group = criterion.benchmark_group("store");
    let mut number = 0;
    group.bench_function("floor/sled-insert", |bencher| {
        bencher.iter(|| {
            number += 1;
            bare.insert([&b"d"[..], &id(number).0].concat(), &row[..])
        });
    });
    let mut number = 0;
    group.bench_function("open-a-draft", |bencher| {
        bencher.iter(|| {
            number += 1;
            store.open_draft(id(number), &draft)
        });
    });
    let opened = number;
    let mut at = 0;
    group.bench_function("read-a-draft", |bencher| {
        bencher.iter(|| {
            at = at % opened.min(benches::INPUTS) + 1;
            store.draft(id(at))
        });
    });
    let mut at = 0;
    group.bench_function("change-a-draft", |bencher| {
        bencher.iter(|| {
            at = at % opened.min(benches::INPUTS) + 1;
            store.update_draft(id(at), &mut |draft| {
                draft.sealed = !draft.sealed;
                Ok(())
            })
        });
    });
    group.finish();
}

criterion_group! {
    name = group;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = store
}
criterion_main!(group);
