//! The script: the same requests by curl against any base address, with the values of that run in place of this one's, and every
//! status and code compared. It holds no key: it asks for them by the environment, or asks a person to solve the captcha.

use super::Told;
use super::hidden::Names;
use crate::qa::exchange::{Ask, Delivery, Entry, Exchange, Side, Source};
use domain::captcha::ALPHABET;
use std::fmt::Write as _;

/// Bytes a second of an upload that stalls, as curl can do it.
const STALLED_BYTES_PER_S: u64 = 200;

pub(super) fn script(told: &Told<'_>) -> String {
    let mut text = head(told);
    let mut names = Names::default();
    for entry in told.entries {
        match entry {
            Entry::Remark(remark) => comment(&mut text, remark),
            Entry::Holds(_) => {}
            Entry::Deed(deed) => {
                write!(text, "pause {}\n\n", quoted(deed, &Names::default())).expect("a string takes text");
            }
            Entry::Exchange(exchange) => {
                text.push_str(&lines(exchange, &names));
                names.learn(exchange);
            }
        }
    }
    text.push_str("echo 'As it was.'\n");
    text
}

fn head(told: &Told<'_>) -> String {
    let row = told.row;
    let mut about = String::new();
    comment(&mut about, &format!("{}: {}", row.id, row.cause));
    let settings =
        [("the engine", told.story.needs.engine), ("the registry stand-in", told.story.needs.registry)];
    for (whose, lines) in settings.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        comment(&mut about, &format!("It needs these settings of {whose}:"));
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            comment(&mut about, &format!("    {}", line.trim()));
        }
    }
    let alphabet = String::from_utf8_lossy(ALPHABET);
    let (length, letters) = (told.captcha_length, ALPHABET.len());
    format!(
        r#"#!/bin/sh
{about}#
# BASE is the portal; CAPTCHA_KEY, where it is known, solves its captchas (otherwise you do). OPERATIONS and EXPORT_KEY are the
# operators' port and key, REGISTRY the registry stand-in, where they are asked. Needs curl, and openssl for the key.
set -u
BASE=${{BASE:-http://127.0.0.1:8080}}
OPERATIONS=${{OPERATIONS:-http://127.0.0.1:8081}}
REGISTRY=${{REGISTRY:-http://127.0.0.1:8082}}
HERE=$(cd "$(dirname "$0")" && pwd)
TEMP=$(mktemp -d)
trap 'rm -rf "$TEMP"' EXIT

request() {{ STATUS=$(curl -sS --max-time 40 -o "$TEMP/body" -w '%{{http_code}}' "$@" 2>"$TEMP/error"); }}
expect() {{
    CODE=$(field code)
    [ "$1" -ge 400 ] || CODE=
    [ "$STATUS" = "$1" ] && [ "$CODE" = "$2" ] && {{ echo "ok   $STATUS $CODE"; return; }}
    echo "NOT  $STATUS $CODE in place of $1 $2"; cat "$TEMP/body" "$TEMP/error"; exit 1
}}
field() {{ sed -n 's/.*"'"$1"'":"\{{0,1\}}\([^",}}]*\)"\{{0,1\}}.*/\1/p' "$TEMP/body" 2>/dev/null | head -n 1; }}
answer() {{
    if [ -z "${{CAPTCHA_KEY:-}}" ]; then
        field image | sed 's/^data:image\/png;base64,//' | base64 -d >captcha.png
        printf 'what stands in captcha.png? ' >&2; read -r typed; echo "$typed"; return
    fi
    digest=$(printf 'answer\000%s' "$1" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$CAPTCHA_KEY" -r | cut -d ' ' -f 1)
    at=1
    for letter in $(seq {length}); do
        pair=$(printf '%s' "$digest" | cut -c "$at-$((at + 3))"); at=$((at + 4))
        printf '%s' '{alphabet}' | cut -c "$((0x$pair % {letters} + 1))" | tr -d '\n'
    done
}}
pause() {{ [ -t 0 ] || {{ echo "only a person can go on: $1"; exit 75; }}; printf '%s (Enter) ' "$1"; read -r _; }}

"#
    )
}

fn comment(text: &mut String, remark: &str) {
    for line in remark.lines() {
        writeln!(text, "# {line}").expect("a string takes text");
    }
}

fn lines(exchange: &Exchange, names: &Names) -> String {
    let Ask { side, method, path, headers, body, delivery, from } = &exchange.ask;
    let base = match side {
        Side::Portal => "$BASE",
        Side::Operations => "$OPERATIONS",
        Side::Registry => "$REGISTRY",
    };
    let path = names.named(path, |name| format!("${{{name}}}"));
    let mut line = format!("request -X {method} \"{base}{path}\"");
    for (name, value) in headers {
        let value = match *name {
            "authorization" if *side == Side::Operations => {
                "\"authorization: Bearer ${EXPORT_KEY:?}\"".to_owned()
            }
            "authorization" if *side == Side::Registry => {
                "\"authorization: Bearer ${CONTROL_KEY:?}\"".to_owned()
            }
            name => quoted(&format!("{name}: {value}"), names),
        };
        write!(line, " -H {value}").expect("a string takes text");
    }
    if let Some(from) = from {
        write!(line, " --interface {from}").expect("a string takes text");
    }
    let file = || format!("\"@$HERE/files/{}\"", super::file_name(&exchange.ask));
    match delivery {
        _ if body.is_empty() => {}
        _ if exchange.ask.is_text() => {
            write!(line, " --data-binary {}", quoted(&String::from_utf8_lossy(body), names))
                .expect("a string takes text");
        }
        Delivery::Chunked => write!(line, " -H 'transfer-encoding: chunked' --data-binary {}", file())
            .expect("a string takes text"),
        Delivery::Stalled(declared) => write!(
            line,
            " -H 'content-length: {declared}' --limit-rate {STALLED_BYTES_PER_S} --data-binary {}",
            file()
        )
        .expect("a string takes text"),
        Delivery::Whole | Delivery::Unheard => {
            write!(line, " --data-binary {}", file()).expect("a string takes text");
        }
    }
    line.push('\n');
    match &exchange.reply {
        Ok(reply) => {
            let code = reply.code().map_or("", |code| code.code());
            writeln!(line, "expect {} '{code}'", reply.status).expect("a string takes text");
        }
        Err(why) => comment(&mut line, &format!("no answer: {why}")),
    }
    for capture in &exchange.captures {
        let name = &capture.name;
        match capture.source {
            Source::Field(field) => writeln!(line, "{name}=$(field {field})"),
            Source::Captcha(number) => writeln!(line, "{name}=$(answer \"$CAPTCHA_{number}\")"),
            Source::Shell(command) => writeln!(line, "{name}=$({command})"),
            Source::Message(what) => writeln!(line, "printf '{what}? '; read -r {name}"),
        }
        .expect("a string takes text");
    }
    line.push('\n');
    line
}

/// In single quotes, with variables between them.
fn quoted(text: &str, names: &Names) -> String {
    let text = text.replace('\'', "'\\''");
    format!("'{}'", names.named(&text, |name| format!("'\"${{{name}}}\"'")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qa::exchange::Capture;

    #[test]
    fn texts_are_quoted_around_variables() {
        let mut names = Names::default();
        let mut exchange = Exchange {
            ask: Ask::new(hyper::Method::GET, "/"),
            host: String::new(),
            begun_ms: 0,
            wait_us: 0,
            receive_us: 0,
            reply: Err(String::new()),
            captures: Vec::new(),
        };
        let capture =
            Capture { name: "TOKEN_1".to_owned(), value: "abcd".to_owned(), source: Source::Field("token") };
        exchange.captures.push(capture);
        names.learn(&exchange);
        assert_eq!(quoted("it's abcd.", &names), "'it'\\''s '\"${TOKEN_1}\"'.'");
    }
}
