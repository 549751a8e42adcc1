//! Settings as files have them: what is refused, and how it is told.

use super::*;

const LEAST: &str = "store = \"s\"\nregistry_url = \"http://127.0.0.1:1\"\n";

#[test]
fn problems_are_told_all_at_once() {
    let check = |text: &str, expect: &str| {
        let found = Config::parse("engine.toml", text).err().map(|error| error.to_string());
        assert_eq!(found.as_deref().unwrap_or("fine"), expect, "{text}");
    };
    check(LEAST, "fine");
    check(
        "",
        "engine.toml: store is missing: the folder of the register; registry_url is missing: the address of the \
         population registry",
    );
    check(
        &format!(
            "{LEAST}password_passes = 0\nkilobyte_bytes = 1023\nadmission = \"all\"\ncaptcha_key = \"ab\""
        ),
        "engine.toml: password_passes = 0 is out of range: 1 to 16; admission = \"all\" is none of none, concurrency-limit, \
         codel, deadline, budgets, waiting-room, odd-even, cohort; kilobyte_bytes = 1023 is neither 1000 nor 1024; \
         captcha_key is not 64 hexadecimal digits",
    );
    check(
        &format!(
            "{LEAST}production = true\nsynthetic_regions = true\nfaults = true\ncaptcha_key = \"{}\"",
            "ab".repeat(32)
        ),
        "engine.toml: captcha_key is for tests; in production the engine makes its own; synthetic_regions is for \
         tests; in production NIKs of province 99 are refused; faults is for tests; in production nobody breaks \
         anything",
    );
    check(
        &format!("{LEAST}blurred_photos = \"maybe\""),
        "engine.toml: blurred_photos = \"maybe\" is none of profile, flag, refuse",
    );
    check(
        &format!("{LEAST}opens_at = \"2026-11-21T10:00:00+07:00\"\ncloses_at = \"2026-11-21T03:00:00Z\""),
        "engine.toml: closes_at is not after opens_at",
    );
    check("store = 1", "engine.toml:1:9: invalid type: integer `1`, expected path string");
    assert!(
        Config::parse("e.toml", "\nstor = 1")
            .err()
            .unwrap()
            .to_string()
            .starts_with("e.toml:2:1: unknown field `stor`")
    );
}

#[test]
fn the_schedule() {
    let check = |text: &str, expect: &str| {
        let found = Config::parse("e", &format!("{LEAST}{text}"));
        let found = found.map(|config| serde_json::to_string(&config.schedule).unwrap());
        assert_eq!(found.unwrap_or_else(|error| error.to_string()), expect, "{text}");
    };
    check(
        "",
        r#"{"opens_at":null,"closes_at":null,"formations_ready":true,"maintenance":false,"maintenance_hours":null,"announcements":[]}"#,
    );
    check(
        "opens_at = \"2026-11-21T10:00:00+07:00\"\ncloses_at = \"2026-11-21T10:00:00+06:00\"\nformations_ready = false\n\
         maintenance = true\nmaintenance_hours = \"00:01-05:00\"",
        r#"{"opens_at":"2026-11-21T03:00:00.000Z","closes_at":"2026-11-21T04:00:00.000Z","formations_ready":false,"maintenance":true,"maintenance_hours":"00:01-05:00","announcements":[]}"#,
    );
    check(
        "maintenance_hours = \"00.01-05.00\"",
        "e: maintenance_hours are no hours of the day like 00:01-05:00",
    );
}

#[test]
fn the_reference_names_every_key_that_is_read() {
    let told: Vec<&str> = CONFIG_REFERENCE
        .lines()
        .flat_map(|line| line.split("  ").next().unwrap_or_default().split(", "))
        .map(str::trim)
        .collect();
    let error = Config::parse("e", "x = 1").err().unwrap().to_string();
    let mut read: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
    let mut told_sorted = told.clone();
    read.sort_unstable();
    told_sorted.sort_unstable();
    assert_eq!(told_sorted, read);
}
