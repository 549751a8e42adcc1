//! The keys of `run.json`, which are promised to every reader.

use serde_json::{Value, json};

use record::{FORMAT, Histograms, RunRecord};

use crate::sample::{capacity, record, steps};

#[test]
fn keys_as_promised() {
    let record = record(&Histograms::new(&steps()));
    insta::assert_json_snapshot!(record);
}

/// A record of the first release, before any key with a default was added, and one of a later release.
#[test]
fn keys_may_be_added_but_not_missed() {
    let mut json = serde_json::to_value(record(&Histograms::new(&steps()))).unwrap();
    let keys = json.as_object_mut().unwrap();
    for optional in ["target", "notes", "latency_clamped", "busiest", "engine", "shard", "fairness"] {
        keys.remove(optional);
    }
    keys.insert("key of a later release".to_owned(), 1.into());
    let read: RunRecord = serde_json::from_value(json.clone()).unwrap();
    assert_eq!((read.format.as_str(), read.notes.len(), read.engine), (FORMAT, 0, None));

    json.as_object_mut().unwrap().remove("seed");
    let missing = serde_json::from_value::<RunRecord>(json).unwrap_err();
    assert_eq!(missing.to_string(), "missing field `seed`");
}

/// The schema as committed, for readers who have no Rust. `UPDATE_SCHEMA=1 cargo test -p record` writes it anew.
#[test]
fn schemas_are_as_committed() {
    let check = |path: &str, schema: &Value| {
        let made = serde_json::to_string_pretty(schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == made, "{path}: run `UPDATE_SCHEMA=1 cargo test -p record`");
    };
    check(concat!(env!("CARGO_MANIFEST_DIR"), "/run.schema.json"), &record::schema());
    check(concat!(env!("CARGO_MANIFEST_DIR"), "/capacity.schema.json"), &record::capacity_schema());
}

#[test]
fn records_meet_the_schema_and_others_do_not() {
    let schema = jsonschema::validator_for(&record::schema()).unwrap();
    let sound = serde_json::to_value(record(&Histograms::new(&steps()))).unwrap();
    assert_eq!(schema.iter_errors(&sound).map(|error| error.to_string()).collect::<Vec<_>>(), [""; 0]);

    #[track_caller]
    fn check(schema: &jsonschema::Validator, sound: &Value, pointer: &str, value: Value) {
        let mut broken = sound.clone();
        *broken.pointer_mut(pointer).expect(pointer) = value;
        assert!(!schema.is_valid(&broken), "{pointer}");
    }
    check(&schema, &sound, "/format", json!("lonjakan-run/2"));
    check(&schema, &sound, "/seed", json!("seven"));
    check(&schema, &sound, "/started_at", json!(1));
    check(&schema, &sound, "/verdict/audit", json!("perhaps"));
    check(&schema, &sound, "/applicants/arrived", json!(-1));
    check(&schema, &sound, "/latency/registration/response_us/p99", Value::Null);
    check(&schema, &sound, "/outcomes/0", json!({ "code": "registered" }));
    check(&schema, &sound, "/fairness/by_region/0/arrived", json!("many"));

    let schema = jsonschema::validator_for(&record::capacity_schema()).unwrap();
    let sound = serde_json::to_value(capacity()).unwrap();
    assert_eq!(schema.iter_errors(&sound).map(|error| error.to_string()).collect::<Vec<_>>(), [""; 0]);
    check(&schema, &sound, "/format", json!("lonjakan-capacity/2"));
    check(&schema, &sound, "/trials/0/verdict", json!("perhaps"));
    check(&schema, &sound, "/trials/0/rate_per_s", json!("fast"));
    check(&schema, &sound, "/capacity/low_per_s", Value::Null);
    check(&schema, &sound, "/ending", json!("later"));
}
