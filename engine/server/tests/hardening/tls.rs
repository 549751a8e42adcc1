//! TLS with a certificate that the test signs itself.

use crate::support::{PATIENCE, read_all, serve_tls};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use server::{Bounds, Tls};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const GET: &[u8] = b"GET /a HTTP/1.1\r\nhost: portal.example\r\nconnection: close\r\n\r\n";

struct Issued {
    folder: TempDir,
    connector: TlsConnector,
}

impl Issued {
    fn new() -> Issued {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["portal.example".to_owned()]).unwrap();
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("certificate.pem"), cert.pem()).unwrap();
        fs::write(folder.path().join("key.pem"), signing_key.serialize_pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Issued { folder, connector: TlsConnector::from(Arc::new(config)) }
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn open(&self) -> Tls {
        Tls::open(&self.file("certificate.pem"), &self.file("key.pem")).unwrap()
    }

    async fn connect(&self, address: SocketAddr) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(address).await.unwrap();
        self.connector.connect("portal.example".try_into().unwrap(), stream).await.unwrap()
    }
}

#[tokio::test]
async fn requests_come_by_tls() {
    let issued = Issued::new();
    let address = serve_tls(Bounds::default(), Some(issued.open())).await;
    let mut stream = issued.connect(address).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    stream.write_all(GET).await.unwrap();
    let (answers, ended) = read_all(&mut stream, PATIENCE).await;
    assert_eq!((answers[0].body.as_str(), ended), ("GET /a ", true));
    assert!(answers[0].head.contains("\r\nstrict-transport-security: max-age=31536000\r\n"), "{answers:?}");
    // A refusal of the listener's own says so too.
    let mut stream = issued.connect(address).await;
    stream.write_all(b"GET / HTTP/1.1\n\n").await.unwrap();
    let (answers, _) = read_all(&mut stream, PATIENCE).await;
    assert_eq!(answers[0].status, 400);
    assert!(answers[0].head.contains("\r\nstrict-transport-security: "), "{answers:?}");
}

#[tokio::test]
async fn what_is_no_tls_is_hung_up_on_and_hurts_nobody() {
    let issued = Issued::new();
    let bounds = Bounds { handshake_timeout: Duration::from_millis(100), ..Bounds::default() };
    let address = serve_tls(bounds, Some(issued.open())).await;
    for bytes in [GET, b""] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut rest = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
        assert!(!rest.starts_with(b"HTTP"), "{rest:?}");
    }
    let mut stream = issued.connect(address).await;
    stream.write_all(GET).await.unwrap();
    assert_eq!(read_all(&mut stream, PATIENCE).await.0[0].status, 200);
}

#[tokio::test]
async fn without_tls_nobody_is_told_to_come_by_it() {
    let address = serve_tls(Bounds::default(), None).await;
    let (answers, _) = crate::support::exchange(address, GET).await;
    assert!(!answers[0].head.contains("strict-transport-security"));
}

#[test]
fn files_that_are_of_no_use_are_named() {
    let (issued, other) = (Issued::new(), Issued::new());
    let empty = issued.file("empty.pem");
    fs::write(&empty, "").unwrap();
    let check = |certificate: &Path, key: &Path, expect: &str| {
        let error = Tls::open(certificate, key).err().unwrap().to_string();
        assert!(error.contains(expect), "{error}");
    };
    let (certificate, key) = (issued.file("certificate.pem"), issued.file("key.pem"));
    check(&issued.file("none.pem"), &key, "none.pem");
    check(&empty, &key, "empty.pem");
    check(&key, &key, "key.pem");
    check(&certificate, &empty, "empty.pem");
    check(&certificate, &certificate, "certificate.pem");
    check(&certificate, &other.file("key.pem"), "cannot be used together");
}
