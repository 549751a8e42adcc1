//! The happy path, with two photographs, to the card and back in.

use super::{Browser, fill_credentials, go_to_documents};
use crate::support::{Engine, nik};

pub(super) async fn from_the_home_page_to_the_card_and_back_in(browser: &Browser) {
    let engine = Engine::start("activation = \"off\"").await;
    browser.fresh(&engine, "/").await;
    assert_eq!(browser.text("h1").await, "Selamat Datang di Portal SSCASN");
    browser.click("main a.utama").await;
    browser.wait("form[action='/daftar']").await;
    go_to_documents(browser, &engine, 1).await;
    browser.upload("ktp", "ktp.jpg").await;
    browser.wait("form[action$='/dokumen/ktp'] .terunggah").await;
    browser.upload("swafoto", "swafoto.jpg").await;
    browser.wait("form[action$='/dokumen/swafoto'] .terunggah").await;
    browser.click("main a.utama").await;
    fill_credentials(browser, "kuda-laut-47").await;
    browser.submit().await;

    browser.wait("a[data-dialog]").await;
    assert!(browser.text("main").await.contains(&nik(1)));
    browser.click("a[data-dialog]").await;
    browser.wait("dialog[open]").await;
    browser.click("dialog [data-tutup]").await;
    assert!(!browser.has("dialog[open]").await, "Tidak leaves everything as it is");
    browser.click("a[data-dialog]").await;
    browser.wait("dialog[open]").await;
    // Somebody clicks twice.
    let twice = "const b = document.querySelector('dialog button'); b.click(); b.click();";
    browser.run(twice, Vec::new()).await;
    browser.wait(".tanda").await;
    assert_eq!(engine.exported().await, [nik(1)]);
    browser.back().await;
    browser.wait(".tanda").await;
    browser.click("main a.utama").await;
    browser.wait(".receipt").await;
    assert!(browser.text("main").await.contains("Kartu Informasi Akun"));

    browser.goto(&engine, "/masuk").await;
    browser.type_in("nik", &nik(1)).await;
    browser.type_in("password", "kuda-laut-47").await;
    browser.submit().await;
    browser.wait("form[action='/keluar']").await;
    assert!(browser.text("main").await.contains("siti1@contoh.example"));
    browser.click("form[action='/keluar'] button").await;
    browser.wait(".sambutan").await;
    browser.goto(&engine, "/akun").await;
    assert_eq!(browser.path().await, "/masuk");
}
