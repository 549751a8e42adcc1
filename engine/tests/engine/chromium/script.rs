//! What the script adds: checks while one types, nothing lost with the connection, the camera.

use super::{Browser, fill_identity, go_to_documents};
use crate::support::{Engine, nik};
use serde_json::json;

pub(super) async fn fields_are_checked_as_one_types(browser: &Browser) {
    let engine = Engine::start("").await;
    let lookups = engine.lookups();
    browser.fresh(&engine, "/daftar").await;
    browser.type_in("nik", "990101170500001").await;
    browser.type_in("kk", "9902020102150003").await;
    browser.wait("#nik-salah[data-kode=nik-malformed]").await;
    browser.type_in("nik", &nik(1)).await;
    browser.type_in("full_name", "Dr. Siti Aminah").await;
    browser.click("#birth_place").await;
    browser.wait("#full_name-salah[data-kode=name-has-title]").await;
    assert!(!browser.has("#nik-salah").await && !browser.has("#kk-salah").await);
    assert_eq!(engine.lookups(), lookups);
}

/// The portal goes away under somebody who has filled everything in.
pub(super) async fn nothing_is_lost_with_the_connection(browser: &Browser) {
    let engine = Engine::start("").await;
    browser.fresh(&engine, "/daftar").await;
    fill_identity(browser, 1).await;
    engine.stop().await;
    browser.submit().await;
    browser.wait(".galat").await;
    assert!(browser.text(".galat").await.contains("Koneksi terputus"));
    assert_eq!(
        (browser.value("nik").await, browser.value("email").await),
        (nik(1), "siti1@contoh.example".to_owned())
    );
}

/// Refused or absent: somebody is told what to do, and chooses a file.
pub(super) async fn without_a_camera(browser: &Browser) {
    let engine = Engine::start("").await;
    browser.fresh(&engine, "/daftar").await;
    go_to_documents(browser, &engine, 1).await;
    browser.click("form[data-kamera] button[type=button]").await;
    browser.wait("#swafoto-salah[data-kode=camera-missing]").await;
    assert!(browser.text("#swafoto-salah").await.starts_with("Swafoto belum diambil."));
    browser.upload("swafoto", "swafoto.jpg").await;
    browser.wait("form[data-kamera] .terunggah").await;
}

pub(super) async fn with_a_camera(browser: &Browser) {
    let engine = Engine::start("").await;
    browser.fresh(&engine, "/daftar").await;
    go_to_documents(browser, &engine, 1).await;
    browser.click("form[data-kamera] button[type=button]").await;
    let sees = "const done = arguments[0], video = document.querySelector('video');
        const look = () => video?.videoWidth ? done(true) : requestAnimationFrame(look); look();";
    browser.wait("video").await;
    assert_eq!(browser.run_async(sees, Vec::new()).await, json!(true));
    browser.click("form[data-kamera] div > .tombol .utama").await;
    browser.wait("form[data-kamera] .pratinjau").await;
    browser.click("form[data-kamera] button[type=submit]").await;
    browser.wait("form[data-kamera] .terunggah").await;
}
