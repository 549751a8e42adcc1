//! A comparison as one offline HTML file.

use maud::{Markup, html};

use super::{Against, Comparison, Difference, Reason};
use crate::page::document;
use crate::texts::{Lang, fill};

/// The whole page.
#[must_use]
pub fn compare_page(comparison: &Comparison, lang: Lang) -> String {
    let texts = lang.texts();
    let body = html! {
        header.verdict.(if comparison.against.iter().all(|one| one.comparable) { "void" } else { "caution" }) {
            p.kicker { (texts.page_title) }
            h1 { (texts.compare_title) }
            p.reason { (texts.compare_base) ": " code { (comparison.base) } }
        }
        @for against in &comparison.against { (one(&comparison.base, against, lang)) }
    };
    document(lang, texts.compare_title, &body)
}

fn one(base: &str, against: &Against, lang: Lang) -> Markup {
    let texts = lang.texts();
    let title = fill(texts.compare_with, &[("name", &against.name), ("base", base)]);
    html! {
        section {
            h2 { (title) }
            p.lead { (lead(against, lang)) }
            @if !against.comparable { p.note { (not_comparable(against, lang)) } }
            div.wide { table {
                thead { tr {
                    th scope="col" { (texts.measure) }
                    th.number scope="col" { (texts.compare_base) }
                    th.number scope="col" { (texts.other_run) }
                    th.number scope="col" { (texts.difference) }
                    th.number.spare scope="col" { (texts.interval) }
                    th scope="col" {}
                } }
                tbody { @for difference in &against.differences { (row(difference, lang)) } }
            } }
            p.quiet { (intervals(against, lang)) }
        }
    }
}

fn row(difference: &Difference, lang: Lang) -> Markup {
    let cells = difference.cells(lang);
    html! {
        tr {
            th scope="row" { (lang.measure(difference.measure)) }
            td.number { (cells.base) }
            td.number { (cells.other) }
            td.number { (cells.difference) }
            td.number.spare { (cells.interval) }
            td { span.mark.caution[difference.is_clear()] .quiet[!difference.is_clear()] { (difference.verdict(lang)) } }
        }
    }
}

fn lead(against: &Against, lang: Lang) -> String {
    let clear = against.differences.iter().filter(|difference| difference.is_clear()).count() as u64;
    let all = lang.count(against.differences.len() as u64);
    match (against.has_intervals(), clear) {
        (false, _) => String::new(),
        (true, 0) => lang.texts().compare_none_clear.to_owned(),
        (true, _) => fill(lang.texts().compare_clear, &[("count", &lang.count(clear)), ("all", &all)]),
    }
}

fn not_comparable(against: &Against, lang: Lang) -> String {
    let reasons: Vec<&str> = against.reasons.iter().map(|reason: &Reason| reason.text(lang)).collect();
    fill(lang.texts().not_comparable, &[("reasons", &reasons.join(", "))])
}

fn intervals(against: &Against, lang: Lang) -> String {
    let texts = lang.texts();
    let seconds = lang.count(against.window_s.into());
    if !against.has_intervals() {
        return fill(texts.compare_too_short, &[("seconds", &seconds)]);
    }
    let windows = lang.count(against.windows as u64);
    let pairs = if against.paired { texts.compare_pairs } else { "" };
    fill(texts.compare_windows, &[("windows", &windows), ("seconds", &seconds), ("pairs", pairs)])
}
