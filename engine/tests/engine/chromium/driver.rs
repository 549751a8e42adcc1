//! Chromium by WebDriver: what a person does with a page, and nothing that sleeps.

use crate::support::{Engine, KEY, photo};
use domain::captcha::CaptchaKey;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A machine that does other things as well may take its time.
const PATIENCE: Duration = Duration::from_secs(30);

/// chromedriver, until it is dropped.
pub(super) struct Driver {
    process: Child,
    port: u16,
    /// Two photographs.
    files: TempDir,
}

pub(super) struct Browser {
    client: Client,
    files: PathBuf,
}

impl Driver {
    /// `None`, with a line that says so, where there is no browser.
    #[expect(clippy::print_stderr, reason = "who reads the log has to know what was not tested")]
    pub(super) fn start() -> Option<Driver> {
        let there = |name: &str| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
        };
        if !there("chromium") || !there("chromedriver") {
            eprintln!("skipped: no chromium and chromedriver here, so no page was opened in a browser");
            return None;
        }
        // The port that it takes on one address may be somebody's on another; then it ends.
        let (process, port) = (0..5).find_map(|_| started()).expect("chromedriver says its port");
        let files = TempDir::new().unwrap();
        for (name, seed) in [("ktp.jpg", 7), ("swafoto.jpg", 11)] {
            let jpeg = photo(|x, y| (x * seed) ^ (y * 13));
            std::fs::write(files.path().join(name), jpeg).unwrap();
        }
        let mut large = photo(|x, y| x ^ y).to_vec();
        large.resize(3_000_000, 0);
        std::fs::write(files.path().join("besar.jpg"), large).unwrap();
        std::fs::write(files.path().join("gambar.png"), b"\x89PNG\r\n\x1a\n not a photo").unwrap();
        Some(Driver { process, port, files })
    }

    /// A fresh browser with further switches.
    pub(super) async fn browser(&self, switches: &[&str]) -> Browser {
        let mut args = vec!["headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"];
        args.extend(["window-size=1280,1000", "no-proxy-server"]);
        args.extend(switches);
        let Value::Object(capabilities) = json!({ "goog:chromeOptions": { "args": args } }) else {
            panic!("an object is written above")
        };
        let address = format!("http://127.0.0.1:{}", self.port);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&address).await.unwrap();
        Browser { client, files: self.files.path().to_owned() }
    }
}

/// A process on a free port; `None` where it ended without one.
fn started() -> Option<(Child, u16)> {
    let mut process = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let port = lines.map_while(Result::ok).find_map(|line| {
        line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
    });
    if port.is_none() {
        process.wait().unwrap();
    }
    Some((process, port?))
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Browser {
    /// Opens a page as somebody who was never here: cookies know no ports.
    pub(super) async fn fresh(&self, engine: &Engine, path: &str) {
        self.goto(engine, "/pengumuman").await;
        self.client.delete_all_cookies().await.unwrap();
        self.goto(engine, path).await;
    }

    pub(super) async fn goto(&self, engine: &Engine, path: &str) {
        self.client.goto(&format!("http://{}{path}", engine.address)).await.unwrap();
    }

    pub(super) async fn reload(&self) {
        self.client.refresh().await.unwrap();
    }

    pub(super) async fn back(&self) {
        self.client.back().await.unwrap();
    }

    pub(super) async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// Waits until there is such an element.
    pub(super) async fn wait(&self, css: &str) {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        if found.is_err() {
            let (path, text) = (self.path().await, self.text("main").await);
            panic!("waited in vain for {css} at {path}: {text}");
        }
    }

    /// What such an element says.
    pub(super) async fn text(&self, css: &str) -> String {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    pub(super) async fn has(&self, css: &str) -> bool {
        self.client.find(Locator::Css(css)).await.is_ok()
    }

    pub(super) async fn click(&self, css: &str) {
        self.wait(css).await;
        self.client.find(Locator::Css(css)).await.unwrap().click().await.unwrap();
    }

    /// Presses the button of the page's form.
    pub(super) async fn submit(&self) {
        self.click("main form[data-lancar] button.utama").await;
    }

    /// Types into the field `name`, in place of what is there.
    pub(super) async fn type_in(&self, name: &str, text: &str) {
        let css = format!("main [name={name}]:not([type=hidden])");
        self.wait(&css).await;
        let field = self.client.find(Locator::Css(&css)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Sets a field that is typed differently in each country.
    pub(super) async fn set(&self, name: &str, value: &str) {
        self.run(
            "document.getElementById(arguments[0]).value = arguments[1];",
            vec![json!(name), json!(value)],
        )
        .await;
    }

    pub(super) async fn choose(&self, name: &str, value: &str) {
        self.click(&format!("#{name} option[value='{value}']")).await;
    }

    pub(super) async fn value(&self, name: &str) -> String {
        let found = self.run("return document.getElementById(arguments[0]).value;", vec![json!(name)]).await;
        found.as_str().unwrap_or_default().to_owned()
    }

    /// The id of the element that has the keyboard.
    pub(super) async fn focused(&self) -> String {
        let found = self.run("return document.activeElement.id;", Vec::new()).await;
        found.as_str().unwrap_or_default().to_owned()
    }

    /// Reads the captcha as its key does.
    pub(super) async fn solve_captcha(&self) {
        let id = self.run("return document.querySelector('[name=captcha_id]').value;", Vec::new()).await;
        let answer = CaptchaKey::new(KEY).answer(id.as_str().unwrap(), 4);
        self.type_in("captcha", &answer).await;
    }

    /// Chooses a file for the document `kind` and sends it.
    pub(super) async fn upload(&self, kind: &str, file: &str) {
        let path = self.files.join(file);
        self.wait(&format!("#{kind}")).await;
        let input = self.client.find(Locator::Css(&format!("#{kind}"))).await.unwrap();
        input.send_keys(path.to_str().unwrap()).await.unwrap();
        self.click(&format!("form[action$='/dokumen/{kind}'] button[type=submit]")).await;
    }

    pub(super) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap()
    }

    pub(super) async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute_async(script, arguments).await.unwrap()
    }

    /// The page as a picture, `width` pixels wide and as high as it is.
    pub(super) async fn picture(&self, width: u32) -> Vec<u8> {
        self.client.set_window_size(width, 900).await.unwrap();
        let height = self.run("return document.documentElement.scrollHeight;", Vec::new()).await;
        let height = u32::try_from(height.as_u64().unwrap_or(900)).unwrap_or(900).clamp(900, 6_000) + 150;
        self.client.set_window_size(width, height).await.unwrap();
        self.client.screenshot().await.unwrap()
    }

    pub(super) async fn close(self) {
        self.client.close().await.unwrap();
    }
}
