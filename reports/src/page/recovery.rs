//! What was disturbed, and how long it took until people got through as before.

use maud::{Markup, html};
use record::Recovery;

use super::View;
use crate::chart::{Line, LineChart, Scale, TimeAxis};
use crate::texts::fill;

/// Nothing where the scenario disturbs nothing.
pub(super) fn section(view: &View<'_>) -> Markup {
    let recoveries = &view.record.recoveries;
    if recoveries.is_empty() {
        return html! {};
    }
    let body = html! {
        ul { @for recovery in recoveries { li { (says(view, recovery)) } } }
        (chart(view))
    };
    view.titled(view.texts.recovery_title, view.texts.recovery_lead, &body)
}

fn says(view: &View<'_>, recovery: &Recovery) -> String {
    let template = match recovery.recovered_after_s {
        Some(_) => view.texts.recovery_after,
        None => view.texts.recovery_never,
    };
    let [from, until] = [recovery.from_s, recovery.until_s].map(|at_s| view.lang.seconds(at_s));
    let after = recovery.recovered_after_s.map(|after_s| view.lang.seconds(after_s)).unwrap_or_default();
    let [before, most] =
        [recovery.under_way_before, recovery.under_way_max].map(|people| view.lang.count(people));
    let values = [
        ("cause", view.texts.cause(&recovery.cause)),
        ("from", &from),
        ("until", &until),
        ("after", &after),
        ("before", &before),
        ("most", &most),
    ];
    fill(template, &values)
}

fn chart(view: &View<'_>) -> Markup {
    let texts = view.texts;
    let axis = TimeAxis::new(&view.run.timeline);
    let values = axis.worst(|row| Some(row.in_flight as f64));
    let highest = values.iter().flatten().copied().fold(0.0, f64::max);
    let text = |value: f64| view.lang.three_digits_short(value);
    LineChart {
        title: texts.under_way,
        description: fill(texts.under_way_described, &[("highest", &text(highest))]),
        y_name: texts.under_way,
        y: Scale::linear_whole(highest),
        y_text: &text,
        x_name: texts.since_start,
        x_ticks: axis.ticks(view.lang),
        places: axis.places(),
        names: axis.names(view.lang),
        lines: vec![Line { name: texts.under_way, class: "started", values }],
    }
    .render()
}
