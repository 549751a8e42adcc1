//! `GET /metrics`: OpenMetrics 1.0 to whoever asks for it, as Prometheus does, and the text format 0.0.4 to everybody else, `promtool`
//! and `curl` among them.

use crate::Answer;
use http_body_util::Full;
use hyper::Response;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use std::borrow::Cow;
use std::fmt::Write;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The answer to whoever asks with these headers. `open_metrics` is what prometheus-client writes.
#[must_use]
pub fn metrics_answer(headers: &HeaderMap, open_metrics: String) -> Answer {
    let (media_type, body) = negotiated(headers, open_metrics);
    let mut answer = Response::new(Full::from(body));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}

fn negotiated(headers: &HeaderMap, open_metrics: String) -> (&'static str, String) {
    let accepts = headers.get_all(ACCEPT).iter().filter_map(|accept| accept.to_str().ok());
    if accepts.into_iter().any(|accept| accept.contains("application/openmetrics-text")) {
        (OPEN_METRICS, open_metrics)
    } else {
        (TEXT, to_text_format(&open_metrics))
    }
}

/// The samples are the same in both. A counter is declared here by the name that its samples have; units and the end are not told.
fn to_text_format(open_metrics: &str) -> String {
    let mut text = String::with_capacity(open_metrics.len());
    let mut help = None;
    for line in open_metrics.lines() {
        let mut words = line.splitn(4, ' ');
        let (mark, keyword) = (words.next(), words.next());
        match (mark, keyword, words.next(), words.next()) {
            (Some("#"), Some("HELP"), Some(name), said) => help = Some((name, said.unwrap_or_default())),
            (Some("#"), Some("TYPE"), Some(name), Some(kind)) => {
                let (name, kind) = declared(name, kind);
                if let Some((_, said)) = help.take() {
                    append(&mut text, format_args!("# HELP {name} {said}"));
                }
                append(&mut text, format_args!("# TYPE {name} {kind}"));
            }
            (Some("#"), ..) => {}
            _ => append(&mut text, format_args!("{line}")),
        }
    }
    text
}

fn declared<'a>(name: &'a str, kind: &'a str) -> (Cow<'a, str>, &'a str) {
    match kind {
        "counter" => (Cow::Owned(format!("{name}_total")), kind),
        "info" => (Cow::Owned(format!("{name}_info")), "gauge"),
        "unknown" => (Cow::Borrowed(name), "untyped"),
        _ => (Cow::Borrowed(name), kind),
    }
}

fn append(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing into a string does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "\
# HELP engine_requests Requests answered, by step and outcome.
# TYPE engine_requests counter
engine_requests_total{step=\"identity\",code=\"nik-not-found\"} 1
# HELP engine_pool_threads Threads of a pool.
# TYPE engine_pool_threads gauge
engine_pool_threads{pool=\"password\"} 2
# EOF
";

    #[test]
    fn both_formats() {
        let ask = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            negotiated(&headers, WRITTEN.to_owned())
        };
        let prometheus =
            "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        assert_eq!(ask(prometheus), (OPEN_METRICS, WRITTEN.to_owned()));
        let plain = WRITTEN
            .replace("HELP engine_requests ", "HELP engine_requests_total ")
            .replace("TYPE engine_requests ", "TYPE engine_requests_total ")
            .replace("# EOF\n", "");
        assert_eq!(ask("*/*"), (TEXT, plain));
    }
}
