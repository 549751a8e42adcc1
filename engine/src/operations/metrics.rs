//! `GET /metrics`: OpenMetrics 1.0 to whoever asks for it, as Prometheus does, and the text format 0.0.4 to everybody else, `promtool`
//! and `curl` among them.

use hyper::header::{ACCEPT, HeaderMap};
use std::borrow::Cow;
use std::fmt::Write;

pub(super) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
pub(super) const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The media type that suits who asks, and the metrics in it. `open_metrics` is what prometheus-client writes.
pub(super) fn negotiated(headers: &HeaderMap, open_metrics: String) -> (&'static str, String) {
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
    use crate::metrics::Metrics;
    use domain::Failure;
    use std::time::Duration;

    #[test]
    fn both_formats() {
        let metrics = Metrics::new();
        metrics.answered("identity", Some(Failure::NikNotFound));
        metrics.pool("password").set_threads(2);
        metrics.pool("password").worked(Duration::from_millis(30), true);
        let ask = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            negotiated(&headers, metrics.encode())
        };
        let prometheus =
            "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        let (media_type, open) = ask(prometheus);
        assert_eq!(media_type, OPEN_METRICS);
        assert!(open.contains("# TYPE engine_requests counter\n") && open.ends_with("# EOF\n"));
        let (media_type, plain) = ask("*/*");
        assert_eq!(media_type, TEXT);
        assert!(plain.contains(
            "# HELP engine_requests_total Requests answered, by step and outcome.\n\
             # TYPE engine_requests_total counter\n\
             engine_requests_total{step=\"identity\",code=\"nik-not-found\"} 1\n"
        ));
        assert!(
            plain.contains("# TYPE engine_pool_threads gauge\nengine_pool_threads{pool=\"password\"} 2\n")
        );
        let samples = |text: &str| -> Vec<String> {
            text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
        };
        assert_eq!(samples(&plain), samples(&open));
        assert!(plain.lines().all(|line| !line.starts_with('#') || line.contains("engine_")), "{plain}");
    }
}
