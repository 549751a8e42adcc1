//! What the listener itself answers, on behalf of a service that was never asked.

use crate::Answer;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode, Uri};

/// To those who were turned away for the number of their connections, before anything was read.
pub(crate) const TOO_MANY_CONNECTIONS: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-length: 0\r\nretry-after: 5\r\ncache-control: no-store\r\nconnection: close\r\n\r\n";

/// Seconds after which it may be tried again.
const RETRY_AFTER_S: u32 = 5;

/// A problem of HTTP alone (RFC 9457: type `about:blank`, title that of the status), and the end of the connection.
pub(crate) fn answer(status: StatusCode) -> Answer {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = format!("{{\"title\":\"{title}\",\"status\":{}}}", status.as_u16());
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    }
    answer
}

/// The answer to the stand-in of a head that was refused: its path is the status.
pub(crate) fn to_stand_in(target: &Uri) -> Answer {
    let status = target.path().trim_start_matches('/').parse().unwrap_or(StatusCode::BAD_REQUEST);
    answer(status)
}
