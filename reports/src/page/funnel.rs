//! The way through the steps: who entered, who went on, who stayed behind.

use maud::{Markup, html};
use record::FunnelStep;

use super::View;
use crate::chart::{Part, bar, swatch};
use crate::texts::fill;

pub(super) fn section(view: &View<'_>) -> Markup {
    let texts = view.texts;
    let widest = view.record.funnel.iter().map(|step| step.entered).max().unwrap_or(0).max(1);
    let body = html! {
        ul.legend {
            @for (class, name) in [("passed", texts.passed), ("refused", texts.refused), ("failed", texts.unserved), ("open", texts.unfinished)] {
                li { (swatch(class)) (name) }
            }
        }
        div.wide { table.bars style="--numbers:4" {
            thead { tr {
                th scope="col" { (texts.step) }
                th.drawn scope="col" { (texts.share_of_all) }
                th.number scope="col" { (texts.entered) }
                th.number scope="col" { (texts.passed) }
                th.number scope="col" { (texts.refused) }
                th.number scope="col" { (texts.unserved) }
            } }
            tbody { @for step in &view.record.funnel { (row(view, step, widest)) } }
        } }
    };
    view.titled(texts.funnel_title, texts.funnel_lead, &body)
}

fn row(view: &View<'_>, step: &FunnelStep, widest: u64) -> Markup {
    let cell = |count: u64| html! { td.number.zero[count == 0] { (view.lang.count(count)) } };
    html! {
        tr {
            th scope="row" { (view.step(&step.step)) }
            td.drawn { (bar(&says(view, step), &parts(step, widest))) }
            (cell(step.entered)) (cell(step.passed)) (cell(step.refused)) (cell(step.failed))
        }
    }
}

fn says(view: &View<'_>, step: &FunnelStep) -> String {
    let counts = [step.entered, step.passed, step.refused, step.failed].map(|count| view.lang.count(count));
    let keys = ["entered", "passed", "refused", "failed"];
    let mut values: Vec<(&str, &str)> = keys.into_iter().zip(counts.iter().map(String::as_str)).collect();
    values.push(("step", view.step(&step.step)));
    fill(view.texts.funnel_says, &values)
}

fn parts(step: &FunnelStep, widest: u64) -> Vec<Part> {
    let open = step.entered.saturating_sub(step.passed + step.refused + step.failed);
    let mut parts = Vec::new();
    let mut from = 0;
    for (class, count) in
        [("passed", step.passed), ("refused", step.refused), ("failed", step.failed), ("open", open)]
    {
        if count > 0 {
            let share = |count: u64| count as f64 / widest as f64;
            parts.push(Part { class, from: share(from), to: share(from + count) });
        }
        from += count;
    }
    parts
}
