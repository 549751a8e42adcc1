//! How an operator sees and moves the schedule, on the listener for operations (`GET` and `PUT` [`super::paths::GATE`]).

use super::Gate;
use crate::schedule::Schedule;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `GET /gate`, and the answer to every `PUT`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateBook {
    /// Whether registrations are taken now.
    pub gate: Gate,
    /// Goes up by one with each change.
    pub revision: u64,
    /// The schedule in force.
    pub schedule: Schedule,
    /// What was changed, the newest first.
    pub history: Vec<GateEntry>,
}

/// `PUT /gate`: the schedule as it shall be, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateChange {
    /// Every key of it.
    pub schedule: Schedule,
    /// Who changes it, for the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The revision that was looked at. Where another operator was quicker, the change is refused; without it, it is made all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}

/// One change of the schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateEntry {
    /// The revision that it made.
    pub revision: u64,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it; `settings` where the settings file had changed at a start.
    pub by: Option<String>,
    /// Key by key.
    pub changes: Vec<KeyChange>,
}

/// A key of the schedule that got another value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    /// Its name.
    pub key: String,
    /// What it was.
    pub before: Value,
    /// What it is.
    pub after: Value,
}

/// A change that was not made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRefusal {
    /// Everything that is wrong with it, for an operator to read.
    pub problems: Vec<String>,
}

/// What differs between two schedules. Keys are compared as they are written, so that none is forgotten.
pub fn changes(before: &Schedule, after: &Schedule) -> Vec<KeyChange> {
    let keys = |schedule| match serde_json::to_value(schedule) {
        Ok(Value::Object(keys)) => keys,
        _ => serde_json::Map::new(),
    };
    let (mut before, after) = (keys(before), keys(after));
    after
        .into_iter()
        .map(|(key, after)| KeyChange { before: before.remove(&key).unwrap_or_default(), key, after })
        .filter(|change| change.before != change.after)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_changed_is_told() {
        let before = Schedule::default();
        let after = Schedule {
            opens_at: Some(Timestamp::from_ms(0)),
            formations_ready: false,
            ..Schedule::default()
        };
        let change = |key: &str, before, after| KeyChange { key: key.to_owned(), before, after };
        let mut found = changes(&before, &after);
        found.sort_by(|a, b| a.key.cmp(&b.key));
        assert_eq!(
            found,
            [
                change("formations_ready", json!(true), json!(false)),
                change("opens_at", json!(null), json!("1970-01-01T00:00:00.000Z")),
            ]
        );
        assert_eq!(changes(&after, &after), []);
    }
}
