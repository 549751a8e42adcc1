//! Every page as it looks at three widths, and what axe-core has to say of it.

use super::{Browser, fill_credentials, fill_identity, go_to_documents};
use crate::support::Engine;
use serde_json::json;
use std::path::PathBuf;

const WIDTHS: [u32; 3] = [360, 768, 1_280];

const ASK: &str = "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then((found) =>
    done(found.violations.map((one) => `${one.impact} ${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`)));";

struct Looks<'a> {
    browser: &'a Browser,
    axe: String,
    folder: PathBuf,
    found: Vec<String>,
}

impl Looks<'_> {
    async fn at(&mut self, name: &str) {
        for width in WIDTHS {
            let picture = self.browser.picture(width).await;
            std::fs::write(self.folder.join(format!("{name}-{width}.png")), picture).unwrap();
            let overflow =
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth;";
            let overflow = self.browser.run(overflow, Vec::new()).await;
            if overflow != json!(0) {
                self.found.push(format!("{name}: {overflow} pixels too wide at {width}"));
            }
            self.browser.run(&self.axe, Vec::new()).await;
            let violations = self.browser.run_async(ASK, Vec::new()).await;
            for violation in violations.as_array().unwrap() {
                self.found.push(format!("{name} at {width}: {}", violation.as_str().unwrap()));
            }
        }
    }
}

pub(super) async fn every_page(browser: &Browser) {
    let axe = std::fs::read_to_string(std::env::var("LONJAKAN_AXE").expect("LONJAKAN_AXE")).unwrap();
    let folder = PathBuf::from(std::env::var("LONJAKAN_LOOKS").expect("LONJAKAN_LOOKS"));
    std::fs::create_dir_all(&folder).unwrap();
    let mut looks = Looks { browser, axe, folder, found: Vec::new() };
    let engine = Engine::start("activation = \"on\"").await;
    browser.fresh(&engine, "/").await;
    for (name, path) in [
        ("beranda", "/"),
        ("pengumuman", "/pengumuman"),
        ("bantuan", "/bantuan"),
        ("tiket", "/bantuan/tiket"),
        ("masuk", "/masuk"),
        ("aktivasi", "/aktivasi"),
        ("lupa-sandi", "/lupa-sandi"),
        ("antrean-kosong", "/antrean"),
        ("lanjut", "/daftar/lanjut"),
        ("tidak-ada", "/tidak-ada"),
        ("identitas", "/daftar"),
    ] {
        browser.goto(&engine, path).await;
        looks.at(name).await;
    }
    browser.submit().await;
    browser.wait("#nik-salah").await;
    assert_eq!(browser.focused().await, "nik");
    looks.at("identitas-salah").await;
    go_through(&mut looks, &engine).await;
    for (name, settings) in [
        ("belum-dibuka", "opens_at = \"2026-11-18T13:00:00Z\"\ncloses_at = \"2026-12-18T13:00:00Z\""),
        ("pemeliharaan", "maintenance = true"),
    ] {
        let engine = Engine::start(settings).await;
        browser.fresh(&engine, "/daftar").await;
        looks.at(name).await;
    }
    let engine =
        Engine::start("admission = \"waiting-room\"\nadmission_calls_per_s = 0.1\nadmission_active_max = 1")
            .await;
    engine.client().await.call(hyper::Method::POST, domain::wire::paths::QUEUE, "").await;
    browser.fresh(&engine, "/daftar").await;
    browser.wait("#urutan").await;
    looks.at("antrean").await;
    let serious: Vec<_> = looks.found.iter().filter(|line| !line.contains(": minor")).collect();
    assert!(serious.is_empty(), "{serious:#?}");
}

/// The steps of the flow, each page with something in it.
async fn go_through(looks: &mut Looks<'_>, engine: &Engine) {
    let browser = looks.browser;
    browser.goto(engine, "/daftar").await;
    fill_identity(browser, 1).await;
    browser.submit().await;
    browser.wait("form[action$='/data']").await;
    looks.at("data").await;
    go_to_documents(browser, engine, 2).await;
    browser.upload("ktp", "gambar.png").await;
    browser.wait("#ktp-salah").await;
    browser.upload("ktp", "ktp.jpg").await;
    browser.wait("form[action$='/dokumen/ktp'] .terunggah").await;
    looks.at("dokumen").await;
    browser.upload("swafoto", "swafoto.jpg").await;
    browser.wait("form[action$='/dokumen/swafoto'] .terunggah").await;
    browser.click("main a.utama").await;
    browser.wait("#password").await;
    looks.at("sandi").await;
    fill_credentials(browser, "kuda-laut-47").await;
    browser.submit().await;
    browser.wait("a[data-dialog]").await;
    looks.at("periksa").await;
    browser.click("a[data-dialog]").await;
    browser.wait("dialog[open]").await;
    looks.at("dialog").await;
    browser.click("dialog button").await;
    browser.wait(".tanda").await;
    looks.at("selesai").await;
}
