//! What criterion has measured last, read from the files that it leaves: a function whose name begins with `floor/` is the floor of
//! its group.

use super::{Goal, Row, Unit};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// The goals of what criterion measures.
const GOALS: [(&str, &str, Goal); 5] = [
    ("nik", "mixed", Goal::AtMost(12.0)),
    ("form", "decode-and-check", Goal::TimesFloor(1.25)),
    ("photo_gate", "accepted", Goal::AtMost(60.0)),
    ("sharpness", "card-of-165-kb", Goal::AtMost(4e6)),
    ("sharpness", "portrait-of-147-kb", Goal::AtMost(4e6)),
];

#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: Option<String>,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

/// Every function that was measured, group by group, from criterion's folder.
///
/// # Errors
/// Where the folder cannot be read, or is none of criterion's.
pub fn criterion(folder: &Path) -> io::Result<Vec<Row>> {
    let mut groups: BTreeMap<String, Vec<(String, f64)>> = BTreeMap::new();
    for group in fs::read_dir(folder)? {
        let Ok(functions) = fs::read_dir(group?.path()) else { continue };
        for function in functions {
            let measured = function?.path().join("new");
            if !measured.join("benchmark.json").exists() {
                continue;
            }
            let benchmark: Benchmark = read(&measured.join("benchmark.json"))?;
            let estimates: Estimates = read(&measured.join("estimates.json"))?;
            let name = benchmark.function_id.unwrap_or_default();
            groups.entry(benchmark.group_id).or_default().push((name, estimates.median.point_estimate));
        }
    }
    Ok(groups.into_iter().flat_map(|(group, functions)| rows(&group, functions)).collect())
}

fn rows(group: &str, mut functions: Vec<(String, f64)>) -> Vec<Row> {
    functions.sort_by(|one, other| one.0.cmp(&other.0));
    let (floors, ours): (Vec<_>, Vec<_>) =
        functions.into_iter().partition(|(name, _)| name.starts_with("floor/"));
    let row = |(name, ns): (String, f64)| {
        let goal = GOALS.iter().find(|goal| (goal.0, goal.1) == (group, &name));
        let mut row = Row::new(group, name, Unit::Nanoseconds, ns);
        if let Some((floor, floor_ns)) = floors.first() {
            row = row.over(floor.trim_start_matches("floor/"), *floor_ns);
        }
        goal.map_or(row.clone(), |goal| row.within(goal.2))
    };
    ours.into_iter().map(row).collect()
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    let damaged = |error: serde_json::Error| io::Error::other(format!("{}: {error}", path.display()));
    serde_json::from_slice(&fs::read(path)?).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_and_goals_are_found() {
        let folder = tempfile::tempdir().unwrap();
        for (name, ns) in [("floor/read-16-bytes", 2.0), ("mixed", 12.5), ("valid", 6.0)] {
            let place = folder.path().join("nik").join(name.replace('/', "_")).join("new");
            fs::create_dir_all(&place).unwrap();
            let benchmark = serde_json::json!({"group_id": "nik", "function_id": name});
            let estimates = serde_json::json!({"median": {"point_estimate": ns}});
            fs::write(place.join("benchmark.json"), benchmark.to_string()).unwrap();
            fs::write(place.join("estimates.json"), estimates.to_string()).unwrap();
        }
        fs::create_dir(folder.path().join("report")).unwrap();
        let row = |name, ns| Row::new("nik", name, Unit::Nanoseconds, ns).over("read-16-bytes", 2.0);
        let expect = [row("mixed", 12.5).within(Goal::AtMost(12.0)), row("valid", 6.0)];
        assert_eq!(criterion(folder.path()).unwrap(), expect);
        assert_eq!(expect[0].meets(), Some(false));
    }

    #[test]
    fn a_folder_that_is_not_there() {
        assert!(criterion(Path::new("/nowhere")).is_err());
    }
}
