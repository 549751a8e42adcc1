//! What a person sees of each failure that isn't about the form alone: before, after and beside the window, under overload, with the
//! registry or the store gone.

use super::{browser, identity, walk};
use crate::support::{AGREES, NOON, Registry};
use domain::Failure;
use domain::wire::RegistryAnswer;
use std::time::Duration;

const BEFORE: &str = "opens_at = \"2026-11-18T13:00:00Z\"";

#[tokio::test]
async fn outside_of_the_window() {
    let check = async |settings: &str, failure: Failure| {
        let (_engine, mut browser) = browser(settings).await;
        browser.get("/daftar").await;
        assert_eq!((browser.fault(), browser.status.as_u16()), (Some(failure.code()), failure.status()));
        assert!(browser.text.contains(&format!("<h1>{}</h1>", failure.title())));
        let waits = browser.last.headers.contains_key("retry-after");
        assert_eq!(waits, failure != Failure::Closed, "{failure}");
        browser.get("/").await;
        assert_eq!(browser.status.as_u16(), 200);
        assert!(browser.text.contains(failure.title()), "{failure}: {}", browser.text);
        assert!(!browser.text.contains("class=\"utama\" href=\"/daftar\""), "{failure}");
        browser
    };
    let before = check(BEFORE, Failure::NotOpen).await;
    for zone in ["20.00 WIB", "21.00 WITA", "22.00 WIT"] {
        assert!(before.text.contains(zone), "{zone}: {}", before.text);
    }
    check("formations_ready = false", Failure::AwaitingFormations).await;
    check("closes_at = \"2026-11-18T10:00:00Z\"", Failure::Closed).await;
    check("maintenance = true", Failure::Maintenance).await;
}

/// The deadline passes between two pages.
#[tokio::test]
async fn the_window_closes_in_the_middle() {
    let (engine, mut browser) = browser("closes_at = \"2026-11-18T11:10:00Z\"").await;
    walk(&mut browser, 1, "ipksc").await;
    engine.set_clock(NOON.plus(Duration::from_secs(600)));
    browser.fill_here::<&str>("konfirmasi", &[]).await;
    assert_eq!((browser.fault(), browser.status.as_u16()), (Some("closed"), 403));
    assert!(engine.exported().await.is_empty());
}

/// What the registry says, and that it says nothing, stands in the form with everything that was typed.
#[tokio::test]
async fn what_the_registry_says() {
    let (engine, mut browser) = browser("registry_failures_max = 100\nregistry_timeout_ms = 200").await;
    let cases = [
        (Registry::Says(RegistryAnswer { found: false, ..AGREES }), "nik-not-found", Some("nik")),
        (Registry::Says(RegistryAnswer { kk_agrees: false, ..AGREES }), "nik-kk-mismatch", Some("kk")),
        (
            Registry::Says(RegistryAnswer { name_agrees: false, ..AGREES }),
            "identity-mismatch",
            Some("full_name"),
        ),
        (Registry::Status(500), "registry-down", None),
        (Registry::Silent, "registry-slow", None),
        // Last: the day's quota stays spent.
        (Registry::Status(429), "registry-quota", None),
    ];
    for (does, code, field) in cases {
        engine.registry(does);
        browser.get("/daftar").await;
        browser.fill("/daftar", &identity(1)).await;
        assert_eq!(browser.fault(), Some(code));
        assert_eq!(browser.value("email"), Some("siti1@contoh.example"), "{code}");
        let failure = Failure::from_code(code).unwrap();
        assert_eq!(browser.status.as_u16(), failure.status());
        assert!(browser.text.contains(failure.title()), "{code}");
        match field {
            Some(field) => assert_eq!(browser.fault_at(field), Some(code)),
            None => assert!(browser.last.headers.contains_key("retry-after"), "{code}"),
        }
    }
}

#[tokio::test]
async fn drafts_end() {
    let (engine, mut browser) = browser("").await;
    walk(&mut browser, 1, "ip").await;
    engine.set_clock(NOON.plus(Duration::from_secs(24 * 3_600)));
    browser.stage("dokumen").await;
    assert_eq!((browser.fault(), browser.status.as_u16()), (Some("draft-expired"), 410));
    assert!(browser.text.contains("href=\"/daftar\""));
}

/// Whoever has no place is led to the waiting room, keeps the place over reloads, and gets in when it is their turn.
#[tokio::test]
async fn the_waiting_room() {
    let room = "admission = \"waiting-room\"\npassword_threads = 1\nadmission_calls_per_s = 0.1\nadmission_active_max = 2\n";
    let (engine, mut first) = browser(room).await;
    first.get("/daftar").await;
    assert_eq!(first.at, "/daftar", "{}", first.text);
    let mut second = super::Browser::open(&engine).await;
    second.get("/daftar").await;
    assert_eq!(second.at, "/antrean");
    let place =
        |text: &str| text.split_once("id=\"urutan\">").unwrap().1.split('<').next().unwrap().to_owned();
    assert_eq!(place(&second.text), "1");
    assert!(
        second.text.contains("http-equiv=\"refresh\"") && second.text.contains("10 detik"),
        "{}",
        second.text
    );
    second.get("/antrean").await;
    let mut third = super::Browser::open(&engine).await;
    third.get("/antrean").await;
    assert_eq!((place(&second.text), place(&third.text)), ("1".to_owned(), "2".to_owned()));
    engine.set_clock(NOON.plus(Duration::from_secs(11)));
    second.get("/antrean").await;
    assert_eq!(second.at, "/daftar", "{}", second.text);
    third.fill::<&str>("/antrean/keluar", &[]).await;
    assert_eq!((third.at.as_str(), third.cookies.contains_key("antrean")), ("/", false));
    // What is open to all stays so.
    third.get("/bantuan").await;
    assert_eq!(third.status.as_u16(), 200);
}

/// Pages are counted and judged as the endpoints whose work they do.
#[tokio::test]
async fn pages_are_judged_like_the_api() {
    let (engine, mut browser) = browser(
        "admission = \"concurrency-limit\"\nadmission_in_flight_max = 1\nregistry_timeout_ms = 60000",
    )
    .await;
    browser.get("/daftar").await;
    engine.registry(Registry::Silent);
    let held = tokio::spawn(async move { browser.fill("/daftar", &identity(1)).await });
    while engine.lookups() == 0 {
        tokio::task::yield_now().await;
    }
    let mut other = super::Browser::open(&engine).await;
    other.get("/").await;
    assert_eq!((other.fault(), other.status.as_u16()), (Some("busy"), 503));
    assert!(other.last.headers.contains_key("retry-after"));
    let style = other.text.split("href=\"").find(|rest| rest.contains(".css")).unwrap();
    let style = style.split('"').next().unwrap().to_owned();
    other.get(&style).await;
    assert_eq!(other.status.as_u16(), 200, "static parts are for everybody");
    held.abort();
}
