//! What users get wrong, and what their machine refuses: a line on stderr, and exit code 2.

use crate::harness::{Desk, lonjakan, repository};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::{fs, str};

#[test]
fn files_and_keys() {
    let desk = Desk::new();
    let missing = desk.path("missing.toml");
    lonjakan(&["surge".as_ref(), missing.as_os_str()]).complains(2, "No such file");
    lonjakan(&["serve", "--config", missing.to_str().unwrap()]).complains(2, "cannot read");
    lonjakan(&["dukcapil", "--config", missing.to_str().unwrap()]).complains(2, "cannot read");
    lonjakan(&["report", missing.to_str().unwrap()]).complains(2, "cannot read");

    let scenario = desk.scenario(10, 1, 1_000, "[engine.extra]\nx = 1\n");
    lonjakan(&["surge".as_ref(), scenario.as_os_str()]).complains(2, "scenario.toml:");
    let engine = desk.file("engine.toml", "stor = 1\n");
    lonjakan(&["serve", "--config", engine.to_str().unwrap()]).complains(2, "unknown field `stor`");
    let registry = desk.file("dukcapil.toml", "seeds = 1\n");
    lonjakan(&["dukcapil", "--config", registry.to_str().unwrap()]).complains(2, "unknown field `seeds`");
}

#[test]
fn a_used_port_is_told() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let engine = desk.file(
        "engine.toml",
        &format!(
            "listen = \"{address}\"\noperations_listen = \"127.0.0.1:0\"\nstore = \"{}\"\n\
             registry_url = \"http://127.0.0.1:1\"\n",
            desk.path("store").display()
        ),
    );
    let words = format!("cannot listen on {address}: Address already in use");
    lonjakan(&["serve", "--config", engine.to_str().unwrap()]).complains(2, &words);
    let registry = desk.file(
        "dukcapil.toml",
        &format!("listen = \"{address}\"\nseed = 1\npopulation = 10\nreference_date = \"2026-11-21\"\n"),
    );
    lonjakan(&["dukcapil", "--config", registry.to_str().unwrap()]).complains(2, &words);
}

#[test]
fn a_folder_or_disk_that_refuses_is_told() {
    let desk = Desk::new();
    let scenario = desk.scenario(10, 1, 1_000, "");
    let scenario = scenario.to_str().unwrap();
    let file = desk.file("file", "");
    let inside = file.join("run");
    lonjakan(&["surge", scenario, "--out", inside.to_str().unwrap()]).complains(2, "cannot write");

    // A device that is always full stands where the record is to be written.
    for name in ["run.json", "latency.hlog", "timeline.csv"] {
        let out = desk.path(&format!("full-{name}"));
        fs::create_dir(&out).unwrap();
        symlink("/dev/full", out.join(name)).unwrap();
        let finished = lonjakan(&["surge", scenario, "--quiet", "--out", out.to_str().unwrap()]);
        finished.complains(2, &format!("{name}: No space left on device"));
    }
}

#[test]
fn too_many_applicants_for_the_descriptors_are_told_before_anything_starts() {
    let desk = Desk::new();
    let scenario = desk.scenario(10, 1, 1_000, "");
    let text = fs::read_to_string(&scenario).unwrap();
    let many = text.replace("lateness_ms_p99_max = 1000", "applicants_in_flight_max = 9");
    fs::write(&scenario, many).unwrap();
    let shell = format!(
        "ulimit -n 200; exec {} surge {} --out {}",
        env!("CARGO_BIN_EXE_lonjakan"),
        scenario.display(),
        desk.path("run").display()
    );
    let output = std::process::Command::new("sh").args(["-c", &shell]).output().unwrap();
    let stderr = str::from_utf8(&output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("need 265 file descriptors, and this shell allows 200"), "{stderr}");
    assert!(!desk.path("run").exists());
}

#[test]
fn other_hosts_do_not_consent() {
    let desk = Desk::new();
    let scenario = desk.scenario(10, 1, 1_000, "");
    let key = desk.file("key", &"ab".repeat(32));
    let surge = |url: &str, key: &str| {
        lonjakan(&["surge", scenario.to_str().unwrap(), "--target", url, "--captcha-key", key])
    };
    let key = key.to_str().unwrap();
    surge("http://10.0.0.1", key).complains(6, "10.0.0.1 is not this machine");
    surge("https://daftar-sscasn.bkn.go.id", key).complains(6, "is a government host");
    surge("http://contoh.example:8080", key).complains(6, "needs its consent");
    // Hosts of a state are refused before anything else is asked for, the scenario included.
    lonjakan(&["surge", "none.toml", "--target", "https://daftar-sscasn.bkn.go.id"])
        .complains(6, "government");
    lonjakan(&["surge", "none.toml", "--target", "http://127.0.0.1:1"]).complains(2, "needs --captcha-key");
    surge("nowhere", key).complains(2, "no address");
    surge("http://127.0.0.1:1", scenario.to_str().unwrap()).complains(2, "64 hexadecimal digits");
    surge("http://127.0.0.1:1", key).code.filter(|&code| code == 2).unwrap();
}

#[test]
fn every_command_explains_itself() {
    for command in ["surge", "check", "people", "report", "serve", "dukcapil"] {
        let help = lonjakan(&[command, "--help"]);
        assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
        assert!(help.stdout.contains("Examples:"), "{}", help.stdout);
        assert_eq!(lonjakan(&[command, "--no-such-option"]).code, Some(2));
    }
    for (command, key) in
        [("check", "time_compression"), ("serve", "password_passes"), ("dukcapil", "queue_max")]
    {
        let keys = lonjakan(&[command, "--keys"]);
        assert_eq!(keys.code, Some(0));
        assert!(keys.stdout.contains(key), "{}", keys.stdout);
    }
    assert!(repository("scenarios").is_dir());
}
