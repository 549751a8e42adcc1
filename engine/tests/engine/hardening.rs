//! What must hold whoever asks: headers on every answer, no number in a log, slow uploads cut, TLS where it is set.

use crate::flow::check_refused;
use crate::support::{Answer, Client, EXPORT_KEY, Engine, KEY, PHOTO, Registry, nik};
use domain::Failure;
use domain::document::DocumentKind;
use domain::wire::{RegistryAnswer, paths};
use http_body_util::Full;
use hyper::header::ACCEPT;
use hyper::{Method, Request, StatusCode};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

fn check_headers(answer: &Answer) {
    for (name, start) in [
        ("cache-control", "no-store"),
        ("content-security-policy", "default-src 'none'; "),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        let said = answer.headers.get(name).and_then(|value| value.to_str().ok());
        assert!(said.is_some_and(|said| said.starts_with(start)), "{name} of {answer:?}");
    }
    assert!(!answer.headers.contains_key("strict-transport-security"), "without TLS: {answer:?}");
}

#[tokio::test]
async fn every_answer_says_what_browsers_are_not_to_do() {
    let engine = Engine::start("").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    let answers = [
        client.call(Method::GET, paths::STATUS, "").await,
        client.call(Method::POST, paths::CAPTCHAS, "").await,
        client.profile(&token, |_| ()).await,
        client.call(Method::GET, &paths::draft(&token), "").await,
        client.confirm(&token).await,
        client.call(Method::GET, "/none", "").await,
        client.call(Method::DELETE, paths::STATUS, "").await,
        client.call(Method::POST, paths::DRAFTS, "{").await,
    ];
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses, [200, 201, 204, 200, 409, 404, 405, 409]);
    answers.iter().for_each(check_headers);
}

/// Everything that this process logs, at every level, from every thread.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    log
});

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A registration with whatever can go wrong on its way, and then neither log nor metrics nor a refusal know whose it was.
#[tokio::test]
async fn no_log_no_metric_and_no_refusal_holds_what_is_personal() {
    LazyLock::force(&LOG);
    let person = 77_777;
    let engine = Engine::start("registry_timeout_ms = 50\nlogin_failures_max = 2").await;
    let mut client = engine.client().await;
    let mut said = Vec::new();
    for does in [
        Registry::Status(500),
        Registry::Silent,
        Registry::Babbles,
        Registry::Says(RegistryAnswer::UNKNOWN),
        Registry::Says(RegistryAnswer { kk_agrees: false, ..crate::support::AGREES }),
    ] {
        engine.registry(does);
        said.push(client.open(person, |_| ()).await.text);
    }
    engine.registry(Registry::Says(crate::support::AGREES));
    for change in [
        |form: &mut domain::wire::OpenDraft| form.nik.push('0'),
        |form: &mut domain::wire::OpenDraft| form.kk.truncate(15),
        |form: &mut domain::wire::OpenDraft| form.email.push('@'),
        |form: &mut domain::wire::OpenDraft| form.captcha.answer = "----".to_owned(),
    ] {
        said.push(client.open(person, change).await.text);
    }
    let token = client.opened(person).await;
    client.fill(&token, "pks").await;
    said.push(client.credentials(&token, |form| form["password_repetition"] = json!("other")).await.text);
    said.push(client.document(&token, DocumentKind::Ktp, PHOTO.slice(..100)).await.text);
    client.fill(&token, "c").await;
    let confirmed = client.confirm(&token).await;
    assert_eq!(confirmed.status, StatusCode::CREATED, "{confirmed:?}");
    said.push(confirmed.text);
    said.push(client.open(person, |_| ()).await.text);
    said.push(client.confirm("no-such-draft-7f3a").await.text);
    let mut operator = Client::connect(engine.operations).await;
    said.push(operator.call(Method::GET, "/metrics", "").await.text);
    drop((client, operator));
    engine.stop().await;

    let form = crate::support::form(
        person,
        domain::wire::CaptchaAnswer { id: String::new(), answer: String::new() },
    );
    let (nik, phone, email) = (nik(person), form.phone.clone(), form.email.clone());
    let log = String::from_utf8(LOG.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("a request failed inside"), "nothing was caught: {log}");
    let secrets = [
        ("NIK", nik.as_str()),
        ("KK", form.kk.as_str()),
        ("phone", phone.as_str()),
        ("e-mail", email.as_str()),
        ("password", "kuda-laut-47"),
        ("answer to a question", "Kucing"),
        ("token", token.as_str()),
        ("token of nobody", "no-such-draft-7f3a"),
        ("captcha key", &hex::encode(KEY)),
        ("export key", EXPORT_KEY),
        ("hash", "$argon2"),
    ];
    for (what, secret) in secrets {
        assert!(!log.contains(secret), "{what} in the log");
        assert!(!said.iter().any(|text| text.contains(secret)), "{what} in an answer or a metric");
    }
}

#[tokio::test]
async fn metrics_come_in_the_format_that_is_asked_for() {
    let engine = Engine::start("").await;
    let mut operator = Client::connect(engine.operations).await;
    engine.client().await.opened(1).await;
    for (accept, media_type, declaration) in [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8", "# TYPE engine_requests_total counter"),
        (
            "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            "# TYPE engine_requests counter",
        ),
    ] {
        let request = Request::get("/metrics").header("host", "engine").header(ACCEPT, accept);
        let answer = operator.send(request.body(Full::default()).unwrap()).await;
        assert_eq!(answer.headers["content-type"], media_type);
        assert!(answer.text.lines().any(|line| line == declaration), "{}", answer.text);
        assert!(answer.text.contains("\nengine_requests_total{step=\"identity\",code=\"ok\"} 1\n"));
    }
}

/// A photo that comes in time, and one that stalls: `upload-too-slow`, and the step may be repeated.
#[tokio::test]
async fn an_upload_that_stalls_is_told_so() {
    let engine = Engine::start("body_timeout_ms = 100").await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    client.fill(&token, "p").await;
    let mut stream = TcpStream::connect(engine.address).await.unwrap();
    let path = paths::document(&token, DocumentKind::Ktp);
    let head = format!("PUT {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", PHOTO.len());
    stream.write_all(&[head.as_bytes(), &PHOTO[..500]].concat()).await.unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    let text = String::from_utf8(text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 408 ") && body.contains("\"upload-too-slow\""), "{text}");
    client.fill(&token, "k").await;
}

#[tokio::test]
async fn tls_is_a_setting() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["portal.example".to_owned()]).unwrap();
    let files = TempDir::new().unwrap();
    let (certificate, key) = (files.path().join("certificate.pem"), files.path().join("key.pem"));
    std::fs::write(&certificate, cert.pem()).unwrap();
    std::fs::write(&key, signing_key.serialize_pem()).unwrap();
    let settings = format!(
        "tls_certificate = {certificate:?}\ntls_key = {key:?}\npublic_url = \"https://portal.contoh.example\""
    );
    let engine = Engine::start(&settings).await;

    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(engine.address).await.unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector.connect("portal.example".try_into().unwrap(), stream).await.unwrap();
    let mut client = Client::over(stream).await;
    let answer = client.call(Method::GET, paths::STATUS, "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000");
    let token = client.complete(1).await;
    assert_eq!(client.confirm(&token).await.status, StatusCode::CREATED);
    check_refused(&client.open(1, |_| ()).await, Failure::NikRegistered);
}
