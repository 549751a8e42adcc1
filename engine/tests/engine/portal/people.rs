//! Two people in one browser, forms from elsewhere, and who may see what.

use super::{Browser, PROFILE, browser, identity, walk};
use crate::support::{Engine, nik};
use hyper::{Method, StatusCode};

/// Siti has begun; then Budi begins at the same device. Neither's pages ever show the other's numbers, and each goes on by their NIK.
#[tokio::test]
async fn two_people_in_one_browser_never_see_each_other() {
    let (engine, mut browser) = browser("activation = \"off\"").await;
    walk(&mut browser, 1, "ip").await;
    let siti = browser.draft();
    browser.get("/daftar").await;
    assert!(!browser.text.contains(&nik(1)) && browser.value("nik") == Some(""), "{}", browser.text);
    assert!(browser.text.contains("Lanjutkan pendaftaran"));
    walk(&mut browser, 2, "i").await;
    let budi = browser.draft();
    assert!(browser.text.contains(&nik(2)) && !browser.text.contains(&nik(1)));
    for stage in ["", "/data", "/dokumen", "/periksa", "/selesai", "/konfirmasi"] {
        browser.get(&format!("{siti}{stage}")).await;
        assert_eq!(browser.at.split('?').next(), Some("/daftar/lanjut"), "{stage}");
        assert!(!browser.text.contains(&nik(1)) && !browser.text.contains("siti1@"), "{}", browser.text);
    }
    // A form of Siti's that is still open in another tab doesn't get into Budi's registration either.
    browser.get(&budi).await;
    browser.fill(&format!("{siti}/data"), &PROFILE).await;
    assert_eq!(browser.at.split('?').next(), Some("/daftar/lanjut"));
    browser.fill("/daftar/lanjut", &[("nik", nik(2))]).await;
    assert_eq!(browser.fault_at("nik"), Some("draft-expired"), "Budi's NIK doesn't open Siti's");
    browser.fill("/daftar/lanjut", &[("nik", nik(1))]).await;
    assert_eq!(browser.draft(), siti);
    walk(&mut browser, 1, "ksc").await;
    browser.fill_here::<&str>("konfirmasi", &[]).await;
    assert_eq!(engine.exported().await, [nik(1)]);
    // Now Budi asks for Siti's card by going back.
    browser.get("/daftar/lanjut").await;
    browser.fill("/daftar/lanjut", &[("nik", nik(2))]).await;
    assert_eq!(browser.draft(), budi);
    browser.get(&format!("{siti}/selesai")).await;
    assert!(!browser.text.contains("Nomor tanda terima"), "{}", browser.text);
}

/// The token alone opens nothing: it takes the NIK as well. Closing a registration makes the browser forget it.
#[tokio::test]
async fn on_another_device_and_off_this_one() {
    let (engine, mut browser) = browser("").await;
    let token = engine.client().await.opened(1).await;
    let path = format!("/daftar/lanjut?kode={token}");
    browser.get(&path).await;
    assert!(!browser.text.contains(&nik(1)) && browser.set_cookies.iter().all(|set| !set.contains(&token)));
    browser.fill("/daftar/lanjut", &[("nik", nik(2))]).await;
    assert_eq!(browser.fault_at("nik"), Some("draft-expired"));
    browser.fill("/daftar/lanjut", &[("nik", nik(1))]).await;
    assert!(browser.at.ends_with("/data"), "{}", browser.at);
    let draft = browser.draft();
    browser.fill_here::<&str>("tutup", &[]).await;
    assert_eq!(browser.at, "/");
    browser.get(&draft).await;
    browser.fill("/daftar/lanjut", &[("nik", nik(1))]).await;
    assert_eq!(browser.fault_at("nik"), Some("draft-expired"), "{}", browser.text);
}

/// A form counts only with the token of the browser that it was shown in.
#[tokio::test]
async fn forms_from_elsewhere_do_nothing() {
    let (engine, mut browser) = browser("").await;
    let lookups = engine.lookups();
    browser.get("/daftar").await;
    let page = browser.text.clone();
    let mut stranger = Browser::open(&engine).await;
    stranger.get("/").await;
    stranger.text = page.clone();
    stranger.fill("/daftar", &identity(1)).await;
    assert_eq!((stranger.status.as_u16(), stranger.fault()), (409, Some("form-outdated")));
    browser.text = page.replace("name=\"token\" value=\"", "name=\"token\" value=\"0");
    browser.fill("/daftar", &identity(1)).await;
    assert_eq!(browser.fault(), Some("form-outdated"));
    browser.text = page.replace("name=\"versi\" value=\"1\"", "name=\"versi\" value=\"0\"");
    browser.fill("/daftar", &identity(1)).await;
    assert_eq!(browser.fault(), Some("form-outdated"));
    browser.go(Method::POST, "/daftar", "application/json", b"{}".to_vec()).await;
    assert_eq!((browser.status, browser.fault()), (StatusCode::CONFLICT, Some("form-outdated")));
    assert_eq!(engine.lookups(), lookups, "nobody was asked about");
    browser.text = page;
    browser.fill("/daftar", &identity(1)).await;
    assert!(browser.at.ends_with("/data"));
}

#[tokio::test]
async fn cookies_are_for_browsers_alone() {
    let engine = Engine::start("secure_cookies = true").await;
    let mut browser = Browser::open(&engine).await;
    walk(&mut browser, 1, "i").await;
    assert!(browser.set_cookies.len() >= 3, "{:?}", browser.set_cookies);
    for cookie in &browser.set_cookies {
        assert!(cookie.contains("; HttpOnly; SameSite=") && cookie.ends_with("; Secure"), "{cookie}");
        let is_of_forms = cookie.starts_with("formulir=");
        assert_eq!(cookie.contains("SameSite=Strict"), !is_of_forms, "{cookie}");
    }
    assert!(!browser.text.contains(browser.cookies.values().max_by_key(|value| value.len()).unwrap()));
}
