//! `lonjakan people`.

use crate::harness::{lonjakan, repository};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

const DATE: &str = "2026-11-21";

fn lines(args: &[&str]) -> Vec<String> {
    let mut all = vec!["people", "--reference-date", DATE];
    all.extend(args);
    let finished = lonjakan(&all);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let rate = finished.stderr.strip_suffix(" a second\n").and_then(|said| said.rsplit(' ').next());
    assert!(rate.is_some_and(|rate| rate.parse::<f64>().unwrap() > 0.0), "{:?}", finished.stderr);
    finished.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn the_same_seed_gives_the_same_people_from_anywhere() {
    let all = lines(&["--count", "600"]);
    assert_eq!(all.len(), 600);
    assert_eq!(lines(&["--count", "5", "--first", "300"]), all[300..305]);
    assert_ne!(lines(&["--count", "5", "--seed", "2"]), all[..5]);
    let first: Value = serde_json::from_str(&all[0]).unwrap();
    assert_eq!((first["arrival"].as_u64(), first["expected"].as_str()), (Some(0), Some("registered")));
    assert!(first["person"]["nik"].as_str().unwrap().starts_with("99"));
}

#[test]
fn a_scenario_gives_them_defects() {
    let scenario = repository("scenarios/every-defect.toml");
    let found = lines(&["--count", "400", "--scenario", scenario.to_str().unwrap()]);
    let refused = found.iter().filter(|line| {
        let applicant: Value = serde_json::from_str(line).unwrap();
        let registered = applicant["expected"] == "registered";
        assert!(registered || !applicant["defect"].is_null(), "{line}");
        !registered
    });
    assert!(refused.count() > 100);
}

/// Real districts are an option, and serials there are nobody's.
#[test]
fn realistic_people_have_serials_that_no_real_number_has() {
    for line in lines(&["--count", "300", "--realistic"]) {
        let applicant: Value = serde_json::from_str(&line).unwrap();
        for number in [&applicant["person"]["nik"], &applicant["person"]["kk"]] {
            let number = number.as_str().unwrap();
            assert!(!number.starts_with("99") && number[12..].parse::<u16>().unwrap() >= 9_000, "{number}");
        }
    }
}

#[test]
fn a_population_has_an_end() {
    lonjakan(&["people", "--count", "2", "--first", "4436693"]).complains(2, "past a population of 4436694");
    assert_eq!(lines(&["--count", "1", "--first", "4436693"]).len(), 1);
}

/// As `head` does: nobody is told of a reader that has seen enough.
#[test]
fn a_reader_may_leave() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lonjakan"))
        .args(["people", "--count", "200000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}
