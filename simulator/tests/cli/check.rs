//! `lonjakan check`.

use crate::harness::{Desk, lonjakan, repository};

#[test]
fn the_scenarios_of_the_repository_are_fine() {
    let files: Vec<_> = std::fs::read_dir(repository("scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    assert!(files.len() >= 4);
    let mut args = vec!["check".as_ref()];
    args.extend(files.iter().map(|file| file.as_os_str()));
    let checked = lonjakan(&args);
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(0), ""), "{}", checked.stdout);
    assert_eq!(checked.stdout.lines().count(), files.len());
    assert!(checked.stdout.lines().all(|line| line.contains(": fine: ")), "{}", checked.stdout);
}

#[test]
fn every_problem_of_every_file_is_told() {
    let desk = Desk::new();
    let bad = desk.file(
        "bad.toml",
        "format = 1\nseed = 1\nsed = 1\n[arrivals]\nshape = \"constant\"\nper_s = -1\nduration_s = 5\n",
    );
    let missing = desk.path("missing.toml");
    let good = desk.scenario(10, 1, 1_000, "");
    let files = [good.to_str().unwrap(), bad.to_str().unwrap(), missing.to_str().unwrap()];
    let checked = lonjakan(&["check", files[0], files[1], files[2]]);
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(2), ""));
    let lines: Vec<_> = checked.stdout.lines().collect();
    assert!(lines[0].contains(": fine: "), "{lines:?}");
    assert!(lines[1].starts_with(&format!("{}:3:", files[1])) && lines[1].contains("sed"), "{lines:?}");
    assert!(lines[2].starts_with(&format!("{}:6:", files[1])) && lines[2].contains("per_s"), "{lines:?}");
    assert!(lines[3].contains("missing.toml: No such file"), "{lines:?}");
    assert_eq!(lines.len(), 4);

    let json = lonjakan(&["check", "--json", files[1], files[2]]);
    assert_eq!(json.code, Some(2));
    let found: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(found[0]["problems"][0]["key"], "sed");
    assert_eq!(found[0]["problems"][1]["line"], 6);
    assert_eq!(found[1]["problems"][0]["fault"], "unreadable");
}
