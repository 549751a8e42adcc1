//! No answer shows anything of the inside: the search that every answer goes through, and what a refusal may consist of.

use super::exchange::Reply;
use super::story::Wrong;

/// Words that only programs know. They are searched for in refusals; what an applicant typed comes back in none.
const WORDS: [&str; 16] = [
    "sled",
    "tokio",
    "hyper",
    "argon2",
    "serde",
    "panicked",
    "backtrace",
    ".rs:",
    "src/",
    "os error",
    "register/",
    "thread '",
    "errno",
    "localhost",
    "no json",
    "at line",
];

/// Headers that an answer may have. Others say what nobody asked for, such as which server it is.
const HEADERS: [&str; 22] = [
    "allow",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "etag",
    "last-modified",
    "location",
    "permissions-policy",
    "referrer-policy",
    "retry-after",
    "set-cookie",
    "vary",
    "x-content-type-options",
    "x-frame-options",
];

/// Searches an answer. `secrets` are addresses, ports and folders of this run.
///
/// # Errors
/// Where something is found.
pub(super) fn check(reply: &Reply, secrets: &[String]) -> Result<(), Wrong> {
    if let Some((name, _)) = reply.headers.iter().find(|(name, _)| !HEADERS.contains(&name.as_str())) {
        return Err(Wrong::new(format!("an answer has the header {name}, which it should not have")));
    }
    // A picture is noise, in which any four letters may stand.
    let is_picture =
        reply.header("content-type").is_some_and(|kind| kind.starts_with("image/") || kind.contains("pdf"));
    if is_picture {
        return Ok(());
    }
    // A number behind a key of JSON is no port.
    let mut text = without_data_urls(&reply.text()).replace("\":", "\" ");
    for (name, value) in &reply.headers {
        text.push_str(&format!("\n{name}: {value}"));
    }
    if let Some(secret) = secrets.iter().find(|secret| text.contains(secret.as_str())) {
        return Err(Wrong::new(format!("an answer of status {} shows {secret}", reply.status)));
    }
    if reply.status >= 400 {
        let lower = text.to_lowercase();
        if let Some(word) = WORDS.iter().find(|word| lower.contains(**word)) {
            return Err(Wrong::new(format!("a refusal of status {} says {word:?}", reply.status)));
        }
    }
    Ok(())
}

fn without_data_urls(text: &str) -> String {
    let mut parts = text.split("data:image/png;base64,");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(part.split_once('"').map_or("", |(_, rest)| rest));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_searched() {
        let check = |status, headers: &[(&str, &str)], body: &str, expect: Option<&str>| {
            let headers =
                headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let reply = Reply { status, headers, body: body.to_owned().into() };
            let found =
                check(&reply, &[":4711".to_owned(), "/store".to_owned()]).err().map(|wrong| wrong.what);
            assert_eq!(found.as_deref(), expect, "{body}");
        };
        check(200, &[("content-type", "application/json")], "{}", None);
        check(200, &[], "{\"image\":\"data:image/png;base64,sled:4711\",\"id\":\"x\"}", None);
        check(200, &[], "{\"bytes\":47110}", None);
        check(200, &[], "{\"a\":\"at 10.0.0.1:4711\"}", Some("an answer of status 200 shows :4711"));
        check(500, &[], "cannot open /store/register", Some("an answer of status 500 shows /store"));
        check(500, &[], "Sled: broken", Some("a refusal of status 500 says \"sled\""));
        check(
            503,
            &[("server", "engine")],
            "",
            Some("an answer has the header server, which it should not have"),
        );
        check(503, &[("retry-after", "3 :4711")], "", Some("an answer of status 503 shows :4711"));
    }
}
