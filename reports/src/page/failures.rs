//! Which failures were met, how often, and from when to when.

use maud::{Markup, html};
use record::FailureSeen;

use super::View;
use crate::chart::{Part, bar, swatch};
use crate::texts::fill;

pub(super) fn section(view: &View<'_>) -> Markup {
    let texts = view.texts;
    if view.record.failures_seen.is_empty() {
        return view.titled(texts.failures_title, texts.failures_none, &html! {});
    }
    let times = view.lang.decimal(view.record.requests.amplification, 2);
    let body = html! {
        p { (fill(texts.amplification_lead, &[("times", &times)])) }
        ul.legend {
            li { (swatch("refused")) (texts.failure_expected) }
            li { (swatch("failed")) (texts.failure_unexpected) }
        }
        div.wide { table.bars style="--numbers:3" {
            thead { tr {
                th scope="col" { (texts.failure) }
                th.drawn scope="col" { (texts.when) }
                th.number scope="col" { (texts.answers) }
                th.number scope="col" { (texts.first_seen) }
                th.number scope="col" { (texts.last_seen) }
            } }
            tbody { @for seen in &view.record.failures_seen { (row(view, seen)) } }
        } }
    };
    view.titled(texts.failures_title, texts.failures_lead, &body)
}

fn row(view: &View<'_>, seen: &FailureSeen) -> Markup {
    let length_s = view.record.duration_s.max(seen.last_s).max(f64::MIN_POSITIVE);
    let [first, last] = [seen.first_s, seen.last_s].map(|at_s| view.lang.seconds(at_s));
    let says = fill(view.texts.failure_says, &[("code", &seen.code), ("first", &first), ("last", &last)]);
    let span =
        Part { class: class(view, &seen.code), from: seen.first_s / length_s, to: seen.last_s / length_s };
    html! {
        tr {
            th scope="row" { code { (seen.code) } }
            td.drawn { (bar(&says, &[span])) }
            td.number { (view.lang.count(seen.count)) }
            td.number { (first) }
            td.number { (last) }
        }
    }
}

/// A failure is expected when some applicant's truth demands it.
fn class(view: &View<'_>, code: &str) -> &'static str {
    let is_expected = view.record.outcomes.iter().any(|outcome| outcome.code == code && outcome.expected > 0);
    if is_expected { "refused" } else { "failed" }
}
