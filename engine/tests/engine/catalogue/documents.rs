//! Files, and clients that are slow to send them.

use super::{SOON, Told};
use crate::support::{Answer, Client, Engine, PHOTO, photo};
use bytes::Bytes;
use domain::document::DocumentKind;
use domain::wire::paths;
use hyper::{HeaderMap, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An engine, and a draft that waits for its documents.
async fn waiting(settings: &str) -> (Engine, Client, String) {
    let engine = Engine::start(settings).await;
    let mut client = engine.client().await;
    let token = client.opened(1).await;
    client.fill(&token, "p").await;
    (engine, client, token)
}

/// What is refused leaves no file.
async fn uploaded(settings: &str, kind: DocumentKind, file: Bytes) -> Told {
    let (engine, mut client, token) = waiting(settings).await;
    let answer = client.document(&token, kind, file).await;
    assert_eq!(engine.files(), 0);
    Told::new(engine, answer)
}

/// [`PHOTO`] with nothing in it but more of it, up to `bytes`.
fn padded(bytes: usize) -> Bytes {
    [&PHOTO[..PHOTO.len() - 2], &vec![0; bytes - PHOTO.len()], &[0xff, 0xd9]].concat().into()
}

/// One byte over the limit; the limit itself is taken.
pub(super) async fn file_too_large() -> Told {
    let (engine, mut client, token) = waiting("").await;
    assert_eq!(client.document(&token, DocumentKind::Ktp, padded(200_000)).await.status, StatusCode::OK);
    let answer = client.document(&token, DocumentKind::Ktp, padded(200_001)).await;
    assert_eq!(engine.files(), 1, "what was taken before stays");
    Told::new(engine, answer)
}

/// 83 KB, where 2021 wanted 100.
pub(super) async fn file_too_small() -> Told {
    uploaded("limits_profile = \"2021\"", DocumentKind::Ktp, padded(83_000)).await
}

/// A PNG that is called a JPEG.
pub(super) async fn file_type() -> Told {
    uploaded("", DocumentKind::Ktp, Bytes::from_static(b"\x89PNG\r\n\x1a\n and whatever comes then")).await
}

/// Nothing in focus.
pub(super) async fn photo_blurred() -> Told {
    uploaded("blurred_photos = \"refuse\"", DocumentKind::Swafoto, photo(|x, _| x / 2 + 60)).await
}

/// Everything but the picture of oneself.
pub(super) async fn camera_missing() -> Told {
    let (engine, mut client, token) = waiting("").await;
    client.fill(&token, "kc").await;
    let answer = client.confirm(&token).await;
    Told::new(engine, answer)
}

/// Five hundred bytes, and then nothing.
pub(super) async fn upload_too_slow() -> Told {
    let (engine, _client, token) = waiting("body_timeout_ms = 100").await;
    let mut stream = TcpStream::connect(engine.address).await.unwrap();
    let path = paths::document(&token, DocumentKind::Ktp);
    let head = format!("PUT {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", PHOTO.len());
    stream.write_all(&[head.as_bytes(), &PHOTO[..500]].concat()).await.unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.unwrap();
    assert_eq!(engine.files(), 0);
    Told::new(engine, parse(&String::from_utf8(said).unwrap())).again_after_s(SOON)
}

/// An answer as it came over the wire, with its connection closed behind it.
fn parse(said: &str) -> Answer {
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    let (first, rest) = head.split_once("\r\n").unwrap();
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_lowercase().parse().unwrap(), value.parse().unwrap())
    };
    let status = StatusCode::from_bytes(&first.as_bytes()[9..12]).unwrap();
    Answer { status, headers: rest.lines().map(header).collect::<HeaderMap>(), text: body.to_owned() }
}
