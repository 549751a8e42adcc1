//! The JSON Schema of `run.json`, made from the types that read and write it.

use serde_json::{Value, json};

use crate::format::{FORMAT, RunRecord};

/// The schema (draft 2020-12) that every record of this format meets, as committed in `reports/record/run.schema.json`.
///
/// It allows keys that it does not know, as a reader of version 1 does.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(RunRecord);
    schema.insert("title".to_owned(), json!(format!("Run record of Lonjakan, {FORMAT}")));
    let format = schema.pointer_mut("/properties/format").and_then(Value::as_object_mut);
    format.expect("the record has a format").insert("const".to_owned(), json!(FORMAT));
    schema.to_value()
}
