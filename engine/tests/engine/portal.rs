//! The portal's pages as a browser without scripts uses them: forms, cookies, and what is told when something is wrong.

mod browser;
mod failures;
mod flow;
mod people;

use crate::support::{Engine, nik};
use browser::Browser;
use domain::document::DocumentKind;
use hyper::StatusCode;

/// What person `person` types in step 1.
fn identity(person: u32) -> Vec<(&'static str, String)> {
    vec![
        ("nik", nik(person)),
        ("kk", "9902020102150003".to_owned()),
        ("full_name", "Siti Aminah".to_owned()),
        ("birth_place", "Kabupaten Sintetis 01".to_owned()),
        ("birth_date", "2000-05-17".to_owned()),
        ("phone", format!("0812{person:08}")),
        ("email", format!("siti{person}@contoh.example")),
    ]
}

/// Step 2's first page.
const PROFILE: [(&str, &str); 4] =
    [("certificate_name", "Siti Aminah"), ("birth_regency", "9901"), ("sex", "female"), ("category", "cpns")];

/// Its last page.
const CREDENTIALS: [(&str, &str); 6] = [
    ("password", "kuda-laut-47"),
    ("password_repetition", "kuda-laut-47"),
    ("questions", "Apa nama hewan peliharaan pertama Anda?"),
    ("answer", "Kucing"),
    ("second_question", "Apa judul buku pertama yang Anda tamatkan?"),
    ("second_answer", "Laskar"),
];

/// Steps by letter: identity, profile, KTP, swafoto, credentials. Each must lead on.
async fn walk(browser: &mut Browser, person: u32, steps: &str) {
    for step in steps.chars() {
        let before = browser.at.clone();
        match step {
            'i' => {
                browser.get("/daftar").await;
                browser.fill("/daftar", &identity(person)).await;
            }
            'p' => browser.fill_here("data", &PROFILE).await,
            'k' => browser.upload(DocumentKind::Ktp, &crate::support::PHOTO).await,
            's' => browser.upload(DocumentKind::Swafoto, &crate::support::PHOTO).await,
            'c' => {
                browser.stage("sandi").await;
                browser.fill_here("sandi", &CREDENTIALS).await;
            }
            other => panic!("no step {other}"),
        }
        assert_eq!(browser.status, StatusCode::OK, "{step} at {before}: {}", browser.text);
        assert!(browser.fault().is_none(), "{step}: {}", browser.text);
    }
}

async fn browser(settings: &str) -> (Engine, Browser) {
    let engine = Engine::start(settings).await;
    let browser = Browser::open(&engine).await;
    (engine, browser)
}
