//! The keys of `run.json`, which are promised to every reader.

use record::{FORMAT, Histograms, RunRecord};

use crate::sample::{record, steps};

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
    for optional in ["target", "notes", "latency_clamped", "busiest", "engine"] {
        keys.remove(optional);
    }
    keys.insert("key of a later release".to_owned(), 1.into());
    let read: RunRecord = serde_json::from_value(json.clone()).unwrap();
    assert_eq!((read.format.as_str(), read.notes.len(), read.engine), (FORMAT, 0, None));

    json.as_object_mut().unwrap().remove("seed");
    let missing = serde_json::from_value::<RunRecord>(json).unwrap_err();
    assert_eq!(missing.to_string(), "missing field `seed`");
}
