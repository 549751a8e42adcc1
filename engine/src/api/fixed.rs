//! Answers that are the same for everybody and for long: written once, told apart by an ETag, left to caches.

use bytes::Bytes;
use domain::wire;
use http_body_util::Full;
use hyper::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde::Serialize;
use server::Answer;
use sha2::{Digest, Sha256};

/// Whoever has asked within the last hour needn't ask again.
const CACHING: &str = "public, max-age=3600";

/// A body, and the tag that changes whenever the body does.
pub(super) struct Fixed {
    body: Bytes,
    etag: String,
}

impl Fixed {
    /// Writes `body` as JSON.
    pub(super) fn json<T: Serialize>(body: &T) -> Fixed {
        Fixed::new(serde_json::to_vec(body).expect("answers have string keys and no failing serialiser"))
    }

    /// Takes JSON that is written already.
    pub(super) fn new(body: impl Into<Bytes>) -> Fixed {
        let body = body.into();
        let etag = format!("\"{}\"", hex::encode(&Sha256::digest(&body)[..16]));
        Fixed { body, etag }
    }

    /// The body, or 304 where the client says that it has it.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Answer {
        let known = headers.get_all(IF_NONE_MATCH).iter().any(|tags| self.is_among(tags));
        let mut answer = Response::new(if known { Full::default() } else { Full::new(self.body.clone()) });
        if known {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = answer.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(CACHING));
        headers
            .insert(ETAG, HeaderValue::from_str(&self.etag).expect("quoted hexadecimal digits are a header"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if !known {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(wire::JSON));
        }
        answer
    }

    /// RFC 9110, 13.1.2: a star, or tags between commas, compared weakly.
    fn is_among(&self, tags: &HeaderValue) -> bool {
        let mut tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
        tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.etag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        let fixed = Fixed::json(&[1, 2]);
        let etag = fixed.etag.clone();
        let check = |tags: &[&str], expect: StatusCode| {
            let mut headers = HeaderMap::new();
            for tag in tags {
                headers.append(IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap());
            }
            let answer = fixed.answer(&headers);
            assert_eq!(answer.status(), expect, "{tags:?}");
            assert_eq!(answer.headers()[ETAG], *etag);
            assert_eq!(answer.headers().contains_key(CONTENT_TYPE), expect == StatusCode::OK);
            assert_eq!(hyper::body::Body::is_end_stream(answer.body()), expect != StatusCode::OK);
        };
        check(&[], StatusCode::OK);
        check(&["\"0\""], StatusCode::OK);
        check(&[&etag], StatusCode::NOT_MODIFIED);
        check(&[&format!("\"0\" , W/{etag}")], StatusCode::NOT_MODIFIED);
        check(&["\"0\"", &etag], StatusCode::NOT_MODIFIED);
        check(&["*"], StatusCode::NOT_MODIFIED);
        assert_ne!(Fixed::json(&[2, 1]).etag, etag);
    }
}
