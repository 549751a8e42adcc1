//! `lonjakan qa`: the list, a few stories from every part of the catalogue, their papers, and how it ends.

use crate::harness::{Finished, Running, lonjakan};
use crate::services::{CAPTCHA_KEY, engine, registry};
use serde_json::Value;
use simulator::today;
use std::fs;
use std::path::Path;

/// Quick ones that between them use every device: switches, processes that are killed, files, the background, the registry's control.
const SOME: [&str; 6] =
    ["nik-malformed", "file-type", "closed", "crash-before-answer", "registry-down", "double-nik-flag"];

fn qa(args: &[&str]) -> Finished {
    let mut all = vec!["qa"];
    all.extend(args);
    lonjakan(&all)
}

#[test]
fn the_list_has_every_row() {
    let list = qa(&["list"]);
    assert_eq!((list.code, list.stdout.lines().count()), (Some(0), 47));
    let rows: Vec<Value> = serde_json::from_str(&qa(&["list", "--json"]).stdout).unwrap();
    assert_eq!(rows.len(), 47);
    let closed = rows.iter().find(|row| row["id"] == "closed").unwrap();
    assert_eq!((&closed["status"], &closed["contact"]), (&403.into(), &"none".into()));
    qa(&["run", "nik-malformed", "nik"]).complains(2, "\"nik\" is no row of the catalogue");
    qa(&["run", "busy", "closed", "--stay"]).complains(2, "--stay goes with one story");
}

#[test]
fn some_stories_are_told_and_their_papers_left() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("qa");
    let mut args = vec!["run", "--quiet", "--json", "--out", out.to_str().unwrap()];
    args.extend(SOME);
    let finished = qa(&args);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{finished:?}");
    let told: Vec<Value> = serde_json::from_str(&finished.stdout).unwrap();
    for (told, id) in told.iter().zip(SOME) {
        assert_eq!((&told["id"], &told["verdict"]), (&id.into(), &"passed".into()));
        check_papers(&out.join(id));
    }
    assert_eq!(fs::read_to_string(out.join("junit.xml")).unwrap().matches("<testcase ").count(), SOME.len());
    assert!(fs::read_to_string(out.join("summary.md")).unwrap().contains("(closed/transcript.md)"));
}

/// Sixteen digits in a row stand in the script alone, which has to be run.
fn check_papers(folder: &Path) {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let har: Value = serde_json::from_str(&read("exchange.har")).unwrap();
    let entries = har["log"]["entries"].as_array().unwrap();
    let transcript = read("transcript.md");
    assert_eq!(entries.len(), transcript.matches("\n### ").count());
    for text in [&transcript, &har.to_string()] {
        let digits = text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 16);
        assert_eq!(digits, None, "{}", folder.display());
    }
    let script = read("curl.sh");
    assert_eq!(script.matches("\nrequest -X ").count(), entries.len());
    assert!(
        !script.contains("Bearer ")
            || script.contains("${EXPORT_KEY:?}")
            || script.contains("${CONTROL_KEY:?}")
    );
}

/// On a portal that runs already: what needs the inside is skipped, the rest told; others' consent is asked as for a surge.
#[test]
fn a_portal_that_runs_already() {
    let desk = crate::harness::Desk::new();
    let (_registry, registry_address) = registry(&desk, 21, 10_000);
    let (_engine, addresses) = engine(&desk, &desk.path("store"), registry_address);
    let key = desk.path("key");
    fs::write(&key, hex::encode(CAPTCHA_KEY)).unwrap();
    let (out, target) = (desk.path("qa"), format!("http://{}", addresses.listen));
    let told = qa(&[
        "run",
        "kk-malformed",
        "internal",
        "--quiet",
        "--out",
        out.to_str().unwrap(),
        "--target",
        &target,
        "--captcha-key",
        key.to_str().unwrap(),
        "--seed",
        "21",
        "--population",
        "10000",
        "--reference-date",
        &today().to_string(),
    ]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.stdout.contains("1 of 1 as the catalogue has it, 1 skipped"), "{told:?}");
    qa(&["all", "--target", "http://contoh.example", "--captcha-key", key.to_str().unwrap()])
        .complains(6, "consent");
}

#[test]
fn a_story_can_be_left_standing() {
    let mut running = Running::start(&["qa", "run", "awaiting-formations", "--stay"]);
    running.says("the services stay until Ctrl-C");
    running.signal(rustix::process::Signal::TERM);
    let ended = running.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.starts_with("http://127.0.0.1:"), "{ended:?}");
}
