//! HAR 1.2 (W3C, "HTTP Archive format", the version that browsers write), for whoever would rather click through the exchange.

use super::Told;
use super::hidden::{self, exchanges};
use crate::qa::exchange::{Ask, Exchange, Reply};
use domain::Timestamp;
use serde_json::{Value, json};

pub(super) fn har(told: &Told<'_>) -> String {
    let entries: Vec<_> = exchanges(told.entries).map(entry).collect();
    let har = json!({"log": {
        "version": "1.2",
        "creator": {"name": "lonjakan", "version": env!("CARGO_PKG_VERSION")},
        "comment": format!("{}: {}", told.row.id, told.row.cause),
        "entries": entries,
    }});
    format!("{har:#}\n")
}

fn entry(exchange: &Exchange) -> Value {
    let ms = |us: u64| us as f64 / 1_000.0;
    json!({
        "startedDateTime": String::from(Timestamp::from_ms(exchange.begun_ms)),
        "time": ms(exchange.wait_us + exchange.receive_us),
        "request": request(exchange),
        "response": exchange.reply.as_ref().map_or_else(|why| unanswered(why), response),
        "cache": {},
        // The request goes out with the first packets: what isn't waiting is nothing that one could measure.
        "timings": {"send": 0, "wait": ms(exchange.wait_us), "receive": ms(exchange.receive_us)},
    })
}

fn request(exchange: &Exchange) -> Value {
    let Ask { method, path, headers, body, .. } = &exchange.ask;
    let (_, query) = path.split_once('?').unwrap_or((path, ""));
    let query: Vec<_> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let mut request = json!({
        "method": method.as_str(),
        "url": hidden::masked(&format!("http://{}{path}", exchange.host)),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": std::iter::once(("host", exchange.host.as_str()))
            .chain(headers.iter().map(|(name, value)| (*name, value.as_str())))
            .map(|(name, value)| json!({"name": name, "value": hidden::header(name, value)}))
            .collect::<Vec<_>>(),
        "queryString": query,
        "headersSize": -1,
        "bodySize": body.len(),
    });
    if !body.is_empty() {
        let kind =
            headers.iter().find(|(name, _)| *name == "content-type").map_or("", |(_, value)| value.as_str());
        let text = if exchange.ask.is_text() {
            hidden::masked(&String::from_utf8_lossy(body))
        } else {
            String::new()
        };
        request["postData"] = json!({"mimeType": kind, "text": text});
        if !exchange.ask.is_text() {
            request["postData"]["comment"] = format!("files/{}", super::file_name(&exchange.ask)).into();
        }
    }
    request
}

fn response(reply: &Reply) -> Value {
    let kind = reply.header("content-type").unwrap_or_default();
    let readable = kind.contains("json") || kind.starts_with("text/");
    let text = if readable { hidden::masked(&reply.text()) } else { String::new() };
    json!({
        "status": reply.status,
        "statusText": hyper::StatusCode::from_u16(reply.status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default(),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": reply.headers.iter()
            .map(|(name, value)| json!({"name": name, "value": hidden::masked(value)}))
            .collect::<Vec<_>>(),
        "content": {"size": reply.body.len(), "mimeType": kind, "text": text},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": reply.body.len(),
    })
}

/// As browsers write a request that failed.
fn unanswered(why: &str) -> Value {
    json!({
        "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [],
        "content": {"size": 0, "mimeType": "x-unknown"}, "redirectURL": "", "headersSize": -1, "bodySize": -1,
        "comment": why,
    })
}
