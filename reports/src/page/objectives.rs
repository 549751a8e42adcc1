//! What the scenario asked for, and what was observed.

use maud::{Markup, html};
use record::Objective;

use super::View;

/// Nothing where the scenario sets none.
pub(super) fn section(view: &View<'_>) -> Markup {
    let texts = view.texts;
    if view.record.objectives.is_empty() {
        return html! {};
    }
    let body = html! {
            div.wide { table {
                thead { tr {
                    th scope="col" { (texts.objective) }
                    th.number scope="col" { (texts.observed) }
                    th scope="col" { (texts.result) }
                } }
                tbody { @for objective in &view.record.objectives {
                    tr.marked[!objective.met] {
                        td { code { (objective.expression) } }
                        td.number { (observed(view, objective)) }
                        td { @if objective.met { span.mark.good { (texts.met) } } @else { span.mark.bad { (texts.missed) } } }
                    }
                } }
            } }
    };
    view.titled(texts.objectives_title, "", &body)
}

fn observed(view: &View<'_>, objective: &Objective) -> String {
    let seen = |value| view.lang.quantity(value, objective.unit);
    objective.observed.map_or_else(|| view.texts.not_observed.to_owned(), seen)
}
