//! The transcript: what happened, in order, for somebody who was not there.

use super::Told;
use super::hidden::{self, Names};
use crate::qa::exchange::{Ask, Delivery, Entry, Exchange, Reply, Side};
use std::fmt::Write as _;

/// Most characters of a body that is shown.
const BODY_CHARS_MAX: usize = 900;

pub(super) fn transcript(told: &Told<'_>) -> String {
    let mut text = heading(told);
    let mut names = Names::default();
    let mut number = 0;
    for entry in told.entries {
        match entry {
            Entry::Remark(remark) => write!(text, "{}\n\n", hidden::masked(remark)),
            Entry::Deed(deed) => write!(text, "**{}**\n\n", hidden::masked(deed)),
            Entry::Holds(statement) => write!(text, "- [x] {}\n\n", hidden::masked(statement)),
            Entry::Exchange(exchange) => {
                number += 1;
                names.learn(exchange);
                text.push_str(&shown(number, exchange, &names));
                Ok(())
            }
        }
        .expect("a string takes text");
    }
    if let Some(wrong) = told.wrong {
        writeln!(text, "- [ ] **{}**", hidden::masked(&wrong.what)).expect("a string takes text");
    }
    text
}

fn heading(told: &Told<'_>) -> String {
    let row = told.row;
    let verdict =
        if told.wrong.is_none() { "As the catalogue has it." } else { "**Not as the catalogue has it.**" };
    let mut text = format!("# {}\n\n{}\n\n{verdict}\n\n", row.id, row.cause);
    let mut facts = vec![("what the applicant sees", row.seen()), ("contact", row.contact_name().to_owned())];
    facts.extend(row.reproduce.clone().map(|how| ("brought about by", how)));
    facts.push(("settings of the engine beside the usual", one_line(told.story.needs.engine)));
    facts.push(("settings of the registry stand-in", one_line(told.story.needs.registry)));
    for (name, value) in facts.into_iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(text, "- {name}: {}", hidden::masked(&value)).expect("a string takes text");
    }
    text.push_str("\nPeople are synthetic; the middle of their numbers is hidden, values that differ each time have a name.\n\n");
    text
}

fn one_line(settings: &str) -> String {
    let lines: Vec<_> = settings.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.iter().map(|line| format!("`{line}`")).collect::<Vec<_>>().join(", ")
}

fn shown(number: usize, exchange: &Exchange, names: &Names) -> String {
    let Ask { side, method, path, headers, .. } = &exchange.ask;
    let whom = match side {
        Side::Portal => "",
        Side::Operations => " (operators' port)",
        Side::Registry => " (registry stand-in)",
    };
    let readable = |text: &str| hidden::masked(&names.named(text, |name| format!("${name}")));
    let mut text = format!(
        "### {number}. {method} {}{whom}\n\n```http\n{method} {} HTTP/1.1\n",
        readable(path),
        readable(path)
    );
    for (name, value) in headers {
        let value = if *name == "authorization" { hidden::header(name, value) } else { readable(value) };
        writeln!(text, "{name}: {value}").expect("a string takes text");
    }
    if !exchange.ask.body.is_empty() {
        write!(text, "\n{}\n", asked_body(&exchange.ask, &readable)).expect("a string takes text");
    }
    text.push_str(match exchange.ask.delivery {
        Delivery::Whole | Delivery::Unheard => "",
        Delivery::Chunked => "\n(in chunks, without a declared length)\n",
        Delivery::Stalled(_) => "\n(and then nothing more)\n",
    });
    text.push_str("```\n\n");
    match &exchange.reply {
        Ok(reply) => text.push_str(&answered(reply, exchange.wait_us + exchange.receive_us, &readable)),
        Err(why) => write!(text, "No answer: {why}.\n\n").expect("a string takes text"),
    }
    text
}

fn asked_body(ask: &Ask, readable: &impl Fn(&str) -> String) -> String {
    let bytes = ask.body.len();
    if ask.is_text() {
        return shortened(&readable(&String::from_utf8_lossy(&ask.body)));
    }
    match ask.delivery {
        Delivery::Stalled(declared) => format!("({bytes} of the {declared} bytes that were declared)"),
        _ => format!("({bytes} bytes: files/{})", super::file_name(ask)),
    }
}

fn answered(reply: &Reply, took_us: u64, readable: &impl Fn(&str) -> String) -> String {
    let mut text = format!("```http\nHTTP/1.1 {}\n", reply.status);
    for (name, value) in &reply.headers {
        let value = if name == "set-cookie" { "***".to_owned() } else { readable(value) };
        writeln!(text, "{name}: {value}").expect("a string takes text");
    }
    let body = match reply.header("content-type") {
        _ if reply.body.is_empty() => String::new(),
        Some(kind) if kind.contains("json") || kind.starts_with("text/") => {
            format!("\n{}\n", shortened(&readable(&reply.text())))
        }
        _ => format!("\n({} bytes)\n", reply.body.len()),
    };
    write!(text, "{body}```\n\nAfter {:.1} ms.\n\n", took_us as f64 / 1_000.0).expect("a string takes text");
    text
}

/// Pictures and long texts are cut; what is cut is said.
fn shortened(text: &str) -> String {
    let mut parts = text.split("data:image/png;base64,");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once('"').map_or("", |(_, rest)| rest);
        kept.push_str(&format!("data:image/png;base64,…\"{rest}"));
    }
    let chars = kept.chars().count();
    if chars <= BODY_CHARS_MAX {
        return kept;
    }
    let head: String = kept.chars().take(BODY_CHARS_MAX).collect();
    format!("{head}… ({} characters more)", chars - BODY_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_bodies_are_shortened() {
        let check = |text: &str, expect: &str| assert_eq!(shortened(text), expect);
        check("{\"a\":1}", "{\"a\":1}");
        check(
            "{\"image\":\"data:image/png;base64,AAAA\",\"id\":1}",
            "{\"image\":\"data:image/png;base64,…\",\"id\":1}",
        );
        let long = "x".repeat(BODY_CHARS_MAX + 5);
        assert!(shortened(&long).ends_with("… (5 characters more)"));
    }
}
