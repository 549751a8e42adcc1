//! What is the same for everybody: style, script, icon. Part of the program, compressed once, named by their contents, so that browsers
//! may keep them for good; they cost nothing worth judging under overload.

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::Full;
use hyper::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, VARY,
};
use hyper::{Method, Response, StatusCode};
use server::Answer;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::sync::LazyLock;

/// A year, and no question about it meanwhile: another content has another name.
const CACHING: &str = "public, max-age=31536000, immutable";

/// A part that every page refers to.
pub(super) struct Asset {
    path: String,
    media_type: &'static str,
    plain: Bytes,
    gzipped: Bytes,
}

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("portal", "css", "text/css; charset=utf-8", include_str!("portal.css")));
static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("portal", "js", "text/javascript; charset=utf-8", include_str!("portal.js")));
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("lambang", "svg", "image/svg+xml", include_str!("icon.svg")));

pub(super) fn style() -> &'static str {
    &STYLE.path
}

pub(super) fn script() -> &'static str {
    &SCRIPT.path
}

pub(super) fn icon() -> &'static str {
    &ICON.path
}

/// The part at `path`.
pub(super) fn find(path: &str) -> Option<&'static Asset> {
    [&*STYLE, &*SCRIPT, &*ICON].into_iter().find(|asset| asset.path == path)
}

impl Asset {
    fn new(stem: &str, extension: &str, media_type: &'static str, text: &'static str) -> Asset {
        let digest = hex::encode(&Sha256::digest(text.as_bytes())[..8]);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text.as_bytes()).expect("memory takes what is written to it");
        let gzipped = encoder.finish().expect("memory takes what is written to it");
        Asset {
            path: format!("/aset/{stem}.{digest}.{extension}"),
            media_type,
            plain: Bytes::from_static(text.as_bytes()),
            gzipped: Bytes::from(gzipped),
        }
    }

    pub(super) fn answer(&self, method: &Method, headers: &HeaderMap) -> Answer {
        if *method != Method::GET {
            let mut answer = Response::new(Full::default());
            *answer.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
            return answer;
        }
        let zipped = takes_gzip(headers);
        let body = if zipped { &self.gzipped } else { &self.plain };
        let mut answer = Response::new(Full::new(body.clone()));
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(CACHING));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if zipped {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        answer
    }
}

/// RFC 9110, 12.5.3, as far as one coding needs it: gzip is named, and not with weight 0.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    codings.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_for_whoever_takes_it() {
        let check = |accepted: &str, expect: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_str(accepted).unwrap());
            let answer = find(style()).unwrap().answer(&Method::GET, &headers);
            assert_eq!(answer.headers().contains_key(CONTENT_ENCODING), expect, "{accepted}");
            assert_eq!(answer.headers()[CACHE_CONTROL], CACHING);
        };
        check("gzip, deflate, br", true);
        check("br;q=1.0, GZIP;q=0.5", true);
        check("gzip;q=0", false);
        check("br", false);
        check("", false);
    }

    #[test]
    fn light_and_found_by_their_names_alone() {
        let weight: usize = [&STYLE, &SCRIPT, &ICON].iter().map(|asset| asset.gzipped.len()).sum();
        assert!(weight < 20_000, "{weight} bytes");
        assert!(find("/aset/portal.css").is_none() && find("/aset/").is_none());
    }
}
