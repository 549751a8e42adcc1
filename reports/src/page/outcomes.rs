//! Final answers, expected against observed.

use maud::{Markup, html};
use record::Outcome;

use super::View;
use crate::texts::fill;

pub(super) fn section(view: &View<'_>) -> Markup {
    let texts = view.texts;
    let outcomes = &view.record.outcomes;
    if outcomes.is_empty() {
        return html! {};
    }
    let differing = outcomes.iter().filter(|outcome| outcome.expected != outcome.observed).count() as u64;
    let lead = match differing {
        0 => texts.outcomes_equal.to_owned(),
        _ => {
            let counts = [view.lang.count(differing), view.lang.count(outcomes.len() as u64)];
            fill(texts.outcomes_differ, &[("differing", &counts[0]), ("all", &counts[1])])
        }
    };
    let body = html! {
        div.wide { table {
            thead { tr {
                th scope="col" { (texts.outcome) }
                th.number scope="col" { (texts.expected) }
                th.number scope="col" { (texts.observed) }
                th.number scope="col" { (texts.difference) }
            } }
            tbody { @for outcome in outcomes { (row(view, outcome)) } }
        } }
    };
    view.titled(texts.outcomes_title, &lead, &body)
}

fn row(view: &View<'_>, outcome: &Outcome) -> Markup {
    let differs = outcome.expected != outcome.observed;
    html! {
        tr.marked[differs] {
            th scope="row" { code { (outcome.code) } }
            td.number { (view.lang.count(outcome.expected)) }
            td.number { (view.lang.count(outcome.observed)) }
            td.number {
                @if differs { span.mark.bad { (view.lang.difference(outcome.expected, outcome.observed)) } }
                @else { span.quiet { "=" } }
            }
        }
    }
}
