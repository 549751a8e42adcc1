//! An engine on a free port, with a registry that says what a test tells it to, a clock that the test moves, and a client.

use bytes::Bytes;
use domain::captcha::CaptchaKey;
use domain::document::DocumentKind;
use domain::wire::{
    AccountMade, CaptchaAnswer, CaptchaChallenge, DraftOpened, OpenDraft, RegistryAnswer, paths,
};
use domain::{Nik, RegionSet, Sex, Timestamp};
use engine::store::Store;
use engine::{App, Clock, Config, OpenError};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const KEY: [u8; 32] = [7; 32];
pub(crate) const EXPORT_KEY: &str = "let me export";
pub(crate) const NOON: Timestamp = Timestamp::from_ms(1_795_000_000_000);

pub(crate) const AGREES: RegistryAnswer =
    RegistryAnswer { found: true, kk_agrees: true, name_agrees: true, birth_date_agrees: true };

/// What the registry does.
#[derive(Clone, Copy)]
pub(crate) enum Registry {
    Says(RegistryAnswer),
    Status(u16),
    Babbles,
    /// It takes the question and never answers.
    Silent,
}

pub(crate) struct Engine {
    pub(crate) address: SocketAddr,
    pub(crate) operations: SocketAddr,
    registry: Arc<Mutex<Registry>>,
    lookups: Arc<AtomicUsize>,
    now_ms: Arc<AtomicI64>,
    folder: Arc<TempDir>,
    stop: tokio::sync::oneshot::Sender<()>,
    running: tokio::task::JoinHandle<server::Drained>,
}

impl Engine {
    /// With cheap passwords and whatever `settings` say on top.
    pub(crate) async fn start(settings: &str) -> Engine {
        Engine::start_in(Arc::new(TempDir::new().unwrap()), settings).await
    }

    pub(crate) async fn start_in(folder: Arc<TempDir>, settings: &str) -> Engine {
        Engine::start_at(folder, settings, NOON).await
    }

    /// At another time than noon: an engine that is started again must not believe that no time has passed.
    pub(crate) async fn start_at(folder: Arc<TempDir>, settings: &str, now: Timestamp) -> Engine {
        Engine::start_with(folder, settings, now, App::open).await
    }

    /// On a register of one's own.
    pub(crate) async fn start_on(store: Arc<dyn Store>) -> Engine {
        Engine::start_on_with(store, "").await
    }

    pub(crate) async fn start_on_with(store: Arc<dyn Store>, settings: &str) -> Engine {
        let open = |config, clock| App::open_with(config, clock, store);
        Engine::start_with(Arc::new(TempDir::new().unwrap()), settings, NOON, open).await
    }

    async fn start_with(
        folder: Arc<TempDir>,
        settings: &str,
        now: Timestamp,
        open: impl FnOnce(Config, Clock) -> Result<Arc<App>, OpenError>,
    ) -> Engine {
        let registry = Arc::new(Mutex::new(Registry::Says(AGREES)));
        let lookups = Arc::new(AtomicUsize::new(0));
        let registry_address = start_registry(Arc::clone(&registry), Arc::clone(&lookups)).await;
        let now_ms = Arc::new(AtomicI64::new(now.as_ms()));
        let clock = {
            let now_ms = Arc::clone(&now_ms);
            Clock::new(move || Timestamp::from_ms(now_ms.load(Ordering::SeqCst)))
        };
        let config =
            Config::parse("engine.toml", &config_text(folder.path(), registry_address, settings)).unwrap();
        let app = open(config, clock).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let operations = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = (listener.local_addr().unwrap(), operations.local_addr().unwrap());
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let running = tokio::spawn(engine::run(listener, operations, app, async {
            stopped.await.ok();
        }));
        Engine {
            address: addresses.0,
            operations: addresses.1,
            registry,
            lookups,
            now_ms,
            folder,
            stop,
            running,
        }
    }

    pub(crate) fn registry(&self, does: Registry) {
        *self.registry.lock().unwrap() = does;
    }

    pub(crate) fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }

    pub(crate) fn set_clock(&self, now: Timestamp) {
        self.now_ms.store(now.as_ms(), Ordering::SeqCst);
    }

    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.address).await
    }

    /// What an operator with the key asks for.
    pub(crate) async fn operate(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "engine")
            .header("authorization", format!("Bearer {EXPORT_KEY}"))
            .body(Full::new(body.into()))
            .unwrap();
        Client::connect(self.operations).await.send(request).await
    }

    /// Messages that were delivered, in the order of their accounts.
    pub(crate) fn outbox(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(self.folder.path().join("store").join("outbox"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        names.sort();
        names.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }

    /// The one message that is there, once it is there.
    pub(crate) async fn message(&self) -> Letter {
        until("a message", || self.outbox().len() == 1).await;
        Letter(self.outbox().remove(0))
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The lines of the export, as JSON.
    pub(crate) async fn export(&self) -> Vec<Value> {
        let mut operator = Client::connect(self.operations).await;
        let key = format!("Bearer {EXPORT_KEY}");
        let answer = operator.ask(Method::GET, paths::EXPORT, &[("authorization", &key)], "").await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn files(&self) -> usize {
        files_in(&self.folder.path().join("store").join("documents"))
    }

    /// Ends it in order, and gives its folder for the next.
    pub(crate) async fn stop(self) -> Arc<TempDir> {
        self.stop.send(()).unwrap();
        assert_eq!(self.running.await.unwrap(), server::Drained::Whole);
        self.folder
    }

    /// What an operator sees in the export: NIKs, in the order of their numbers.
    pub(crate) async fn exported(&self) -> Vec<String> {
        let mut operator = Client::connect(self.operations).await;
        let request = Request::get(paths::EXPORT)
            .header("host", "engine")
            .header("authorization", format!("Bearer {EXPORT_KEY}"))
            .body(Full::default())
            .unwrap();
        let answer = operator.send(request).await;
        assert_eq!(answer.status, StatusCode::OK);
        let nik =
            |line: &str| serde_json::from_str::<Value>(line).unwrap()["nik"].as_str().unwrap().to_owned();
        answer.text.lines().map(nik).collect()
    }
}

fn config_text(folder: &Path, registry: SocketAddr, settings: &str) -> String {
    let store = folder.join("store");
    let regions = if settings.contains("synthetic_regions") { "" } else { "synthetic_regions = true\n" };
    format!(
        "store = {store:?}\nregistry_url = \"http://{registry}\"\n{regions}\
         captcha_key = \"{}\"\nexport_key = \"{EXPORT_KEY}\"\npassword_memory_kib = 64\npassword_passes = 1\n{settings}\n",
        hex::encode(KEY)
    )
}

fn files_in(folder: &Path) -> usize {
    let count = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        if path.is_dir() { files_in(&path) } else { 1 }
    };
    std::fs::read_dir(folder).unwrap().map(count).sum()
}

async fn start_registry(does: Arc<Mutex<Registry>>, lookups: Arc<AtomicUsize>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handler = move |_: Request<Incoming>| {
        lookups.fetch_add(1, Ordering::SeqCst);
        let does = *does.lock().unwrap();
        async move {
            let (status, body) = match does {
                Registry::Says(answer) => (200, serde_json::to_string(&answer).unwrap()),
                Registry::Status(status) => (status, "at 10.0.0.7 something broke".to_owned()),
                Registry::Babbles => (200, "<html>".to_owned()),
                Registry::Silent => std::future::pending().await,
            };
            let mut answer = Response::new(Full::new(Bytes::from(body)));
            *answer.status_mut() = StatusCode::from_u16(status).unwrap();
            answer
        }
    };
    tokio::spawn(server::run(listener, server::Bounds::default(), handler, std::future::pending()));
    address
}

pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    queue_token: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The catalogue's code, or "ok".
    pub(crate) fn code(&self) -> String {
        if self.status.is_success() {
            return "ok".to_owned();
        }
        self.json()["code"].as_str().unwrap_or_else(|| panic!("no code in {self:?}")).to_owned()
    }
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Client::over(stream).await
    }

    /// On a stream that is open already.
    pub(crate) async fn over(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Client {
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Client { sender, queue_token: None }
    }

    /// The same, showing a place in the waiting room with every request from now on.
    pub(crate) fn queue_with(&mut self, token: &str) -> &mut Client {
        self.queue_token = Some(token.to_owned());
        self
    }

    pub(crate) async fn send(&mut self, mut request: Request<Full<Bytes>>) -> Answer {
        if let Some(token) = &self.queue_token {
            request.headers_mut().entry(domain::wire::QUEUE_TOKEN).or_insert(token.parse().unwrap());
        }
        self.sender.ready().await.unwrap();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let form = request.body().clone().collect().await.unwrap().to_bytes();
        let (head, body) = self.sender.send_request(request).await.unwrap().into_parts();
        let text = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
        let answer = Answer { status: head.status, headers: head.headers, text };
        crate::openapi::check(&method, &path, &form, &answer);
        answer
    }

    pub(crate) async fn call(&mut self, method: Method, path: &str, body: impl Into<Bytes>) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", "engine");
        self.send(request.body(Full::new(body.into())).unwrap()).await
    }

    /// With headers.
    pub(crate) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "engine");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::new(body.into())).unwrap()).await
    }

    /// With a form.
    pub(crate) async fn post(&mut self, path: &str, form: Value) -> Answer {
        self.call(Method::POST, path, form.to_string()).await
    }

    /// An account of `person`, as the confirmation answers.
    pub(crate) async fn register(&mut self, person: u32) -> AccountMade {
        let token = self.complete(person).await;
        let answer = self.confirm(&token).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        serde_json::from_value(answer.json()).unwrap()
    }

    pub(crate) async fn captcha(&mut self) -> CaptchaAnswer {
        let answer = self.call(Method::POST, paths::CAPTCHAS, "").await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        let challenge: CaptchaChallenge = serde_json::from_value(answer.json()).unwrap();
        let answer = CaptchaKey::new(KEY).answer(&challenge.id, 4);
        CaptchaAnswer { id: challenge.id, answer }
    }

    /// Step 1 with a form that `change` has had its way with.
    pub(crate) async fn open(&mut self, person: u32, change: impl FnOnce(&mut OpenDraft)) -> Answer {
        let mut form = form(person, self.captcha().await);
        change(&mut form);
        self.call(Method::POST, paths::DRAFTS, serde_json::to_vec(&form).unwrap()).await
    }

    /// Step 1, and the token that comes of it.
    pub(crate) async fn opened(&mut self, person: u32) -> String {
        let answer = self.open(person, |_| ()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        serde_json::from_value::<DraftOpened>(answer.json()).unwrap().token
    }

    pub(crate) async fn profile(&mut self, token: &str, change: impl FnOnce(&mut Value)) -> Answer {
        let mut profile = json!({
            "certificate_name": "Siti Aminah", "birth_regency": "9901", "sex": "female", "category": "cpns"
        });
        change(&mut profile);
        self.call(Method::PUT, &paths::profile(token), profile.to_string()).await
    }

    pub(crate) async fn document(
        &mut self,
        token: &str,
        kind: DocumentKind,
        file: impl Into<Bytes>,
    ) -> Answer {
        self.call(Method::PUT, &paths::document(token, kind), file).await
    }

    pub(crate) async fn credentials(&mut self, token: &str, change: impl FnOnce(&mut Value)) -> Answer {
        let captcha = self.captcha().await;
        let question = |question: &str| json!({"question": question, "answer": "Kucing"});
        let mut form = json!({
            "password": "kuda-laut-47", "password_repetition": "kuda-laut-47",
            "questions": [question("Hewan pertama?"), question("Hewan kedua?")], "captcha": captcha
        });
        change(&mut form);
        self.call(Method::PUT, &paths::credentials(token), form.to_string()).await
    }

    pub(crate) async fn confirm(&mut self, token: &str) -> Answer {
        self.call(Method::POST, &paths::confirmation(token), "").await
    }

    /// Everything up to the confirmation.
    pub(crate) async fn complete(&mut self, person: u32) -> String {
        let token = self.opened(person).await;
        self.fill(&token, "pksc").await;
        token
    }

    /// Steps by letter: profile, KTP, swafoto, credentials. Each must succeed.
    pub(crate) async fn fill(&mut self, token: &str, steps: &str) {
        for step in steps.chars() {
            let answer = match step {
                'p' => self.profile(token, |_| ()).await,
                'k' => self.document(token, DocumentKind::Ktp, PHOTO.clone()).await,
                's' => self.document(token, DocumentKind::Swafoto, PHOTO.clone()).await,
                'c' => self.credentials(token, |_| ()).await,
                other => panic!("no step {other}"),
            };
            assert!(answer.status.is_success(), "{step}: {answer:?}");
        }
    }
}

/// A message as it was delivered.
pub(crate) struct Letter(pub(crate) String);

impl Letter {
    pub(crate) fn token(&self) -> &str {
        let rest = self.0.split_once("/aktivasi?token=").unwrap().1;
        rest.split_whitespace().next().unwrap()
    }

    /// The line that is six digits.
    pub(crate) fn code(&self) -> &str {
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        self.0.lines().find(is_code).unwrap_or_else(|| panic!("no code in {}", self.0))
    }
}

/// Waits for what goes on in the background.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(30), "waited in vain for {what}");
        tokio::task::yield_now().await;
    }
}

/// The NIK of person `person`, a woman born on 17 May 2000.
pub(crate) fn nik(person: u32) -> String {
    let region = domain::region::synthetic_region(person % domain::region::SYNTHETIC_REGION_COUNT);
    let birth = "2000-05-17".parse().unwrap();
    let nik = Nik::compose(region, birth, Sex::Female, 10, RegionSet::RealAndSynthetic);
    nik.unwrap().expose()
}

pub(crate) fn form(person: u32, captcha: CaptchaAnswer) -> OpenDraft {
    OpenDraft {
        nik: nik(person),
        kk: "9902020102150003".to_owned(),
        full_name: "Siti Aminah".to_owned(),
        birth_place: "Kabupaten Sintetis 01".to_owned(),
        birth_date: "2000-05-17".parse().unwrap(),
        phone: format!("0812{person:08}"),
        email: format!("siti{person}@contoh.example"),
        captcha,
    }
}

/// A JPEG with something in it.
pub(crate) static PHOTO: LazyLock<Bytes> = LazyLock::new(|| photo(|x, y| (x * 7) ^ (y * 13)));

pub(crate) fn photo(shade: impl Fn(usize, usize) -> usize) -> Bytes {
    let (width, height) = (160u16, 200u16);
    let pixels: Vec<u8> = (0..usize::from(height))
        .flat_map(|y| (0..usize::from(width)).map(move |x| (x, y)))
        .map(|(x, y)| u8::try_from(shade(x, y) % 256).unwrap())
        .collect();
    let mut file = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut file, 80);
    encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Luma).unwrap();
    Bytes::from(file)
}
