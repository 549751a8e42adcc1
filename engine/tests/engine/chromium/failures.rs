//! Ten ways in which somebody doesn't get through, as they see them.

use super::{Browser, fill_credentials, fill_identity, go_to_documents};
use crate::support::{AGREES, Engine, NOON, Registry, nik};
use domain::wire::RegistryAnswer;
use std::time::Duration;

/// Sends the form, and the failure stands at its field, which has the keyboard.
async fn told_at(browser: &Browser, field: &str, code: &str) {
    // The script may have said so at the field before; the head of the form is what the portal said.
    browser.wait(&format!(".galat[data-kode={code}]")).await;
    assert!(browser.has(&format!("#{field}-salah[data-kode={code}]")).await, "{code}");
    assert_eq!(browser.focused().await, field, "{code}");
}

/// Wrong captcha, registry that differs or is down, a NIK that is taken; files; a weak password; a draft that has ended.
pub(super) async fn at_the_form(browser: &Browser) {
    let engine = Engine::start("activation = \"off\"\nregistry_failures_max = 100").await;
    engine.client().await.register(1).await;
    browser.fresh(&engine, "/daftar").await;
    fill_identity(browser, 1).await;
    browser.type_in("captcha", "----").await;
    browser.submit().await;
    told_at(browser, "captcha", "captcha-wrong").await;
    browser.solve_captcha().await;
    browser.submit().await;
    told_at(browser, "nik", "nik-registered").await;

    browser.type_in("nik", &nik(2)).await;
    browser.type_in("email", "siti2@contoh.example").await;
    browser.type_in("phone", "081299990002").await;
    engine.registry(Registry::Says(RegistryAnswer { kk_agrees: false, ..AGREES }));
    browser.solve_captcha().await;
    browser.submit().await;
    told_at(browser, "kk", "nik-kk-mismatch").await;
    engine.registry(Registry::Status(500));
    browser.solve_captcha().await;
    browser.submit().await;
    browser.wait(".galat[data-kode=registry-down]").await;
    assert!(browser.text(".galat").await.contains("NIK Anda tidak dinyatakan salah"));
    assert_eq!(browser.value("nik").await, nik(2), "what was typed stays");

    engine.registry(Registry::Says(AGREES));
    go_to_documents(browser, &engine, 3).await;
    browser.upload("ktp", "besar.jpg").await;
    told_at(browser, "ktp", "file-too-large").await;
    browser.upload("ktp", "gambar.png").await;
    told_at(browser, "ktp", "file-type").await;
    browser.click("p.tombol a[href$='/sandi']").await;
    fill_credentials(browser, "12345678").await;
    browser.submit().await;
    told_at(browser, "password", "password-weak").await;

    engine.set_clock(NOON.plus(Duration::from_secs(24 * 3_600)));
    browser.reload().await;
    browser.wait(".galat[data-kode=draft-expired]").await;
    assert_eq!(engine.exported().await, [nik(1)]);
}

pub(super) async fn outside_of_the_window(browser: &Browser) {
    let engine = Engine::start("closes_at = \"2026-11-18T10:00:00Z\"").await;
    browser.fresh(&engine, "/daftar").await;
    browser.wait(".galat[data-kode=closed]").await;
    assert_eq!(browser.text("h1").await, "Pendaftaran sudah ditutup");
    let engine = Engine::start("opens_at = \"2026-11-18T13:00:00Z\"").await;
    browser.fresh(&engine, "/daftar").await;
    browser.wait(".galat[data-kode=not-open]").await;
    assert!(browser.text("main").await.contains("20.00 WIB"));
}

/// Somebody is inside; whoever comes next waits, keeps their place over a reload, and is let in without doing anything.
pub(super) async fn in_the_waiting_room(browser: &Browser) {
    let room = "admission = \"waiting-room\"\npassword_threads = 1\nadmission_calls_per_s = 0.5\nadmission_active_max = 2\n";
    let engine = Engine::start(room).await;
    engine.client().await.call(hyper::Method::POST, domain::wire::paths::QUEUE, "").await;
    browser.fresh(&engine, "/daftar").await;
    browser.wait("#urutan").await;
    let place = browser.text("#urutan").await;
    assert_eq!(browser.path().await, "/antrean");
    browser.reload().await;
    browser.wait("#urutan").await;
    assert_eq!(browser.text("#urutan").await, place);
    engine.set_clock(NOON.plus(Duration::from_secs(5)));
    browser.wait("form[action='/daftar']").await;
}
