//! Who was meant to come, who was sent, who was done, on one axis.

use maud::Markup;

use super::View;
use crate::chart::{Line, LineChart, Scale, TimeAxis};
use crate::texts::fill;

pub(super) fn section(view: &View<'_>) -> Markup {
    let texts = view.texts;
    let axis = TimeAxis::new(&view.run.timeline);
    let mut lines = vec![
        Line { name: texts.intended, class: "intended", values: axis.rates(|row| row.arrivals_intended) },
        Line { name: texts.started, class: "started", values: axis.rates(|row| row.arrivals_started) },
        Line { name: texts.registered, class: "completed", values: axis.rates(|row| row.completed) },
        Line { name: texts.refused, class: "refused", values: axis.rates(|row| row.refused) },
        Line {
            name: texts.unserved,
            class: "failed",
            values: axis.rates(|row| row.failed.saturating_sub(row.abandoned)),
        },
    ];
    // Where nobody gives up, a line at 0 would only hide the others.
    if view.run.timeline.rows.iter().any(|row| row.abandoned > 0) {
        lines.push(Line {
            name: texts.abandoned,
            class: "abandoned",
            values: axis.rates(|row| row.abandoned),
        });
    }
    let highest = lines.iter().flat_map(|line| &line.values).flatten().copied().fold(0.0, f64::max);
    let text = |value: f64| view.lang.three_digits_short(value);
    let chart = LineChart {
        title: texts.arrivals_title,
        description: fill(texts.arrivals_described, &[("highest", &text(highest))]),
        y_name: texts.people_per_s,
        y: Scale::linear_whole(highest),
        y_text: &text,
        x_name: texts.since_start,
        x_ticks: axis.ticks(view.lang),
        places: axis.places(),
        names: axis.names(view.lang),
        lines,
    };
    view.titled(texts.arrivals_title, &lead(view, &axis), &chart.render())
}

fn lead(view: &View<'_>, axis: &TimeAxis<'_>) -> String {
    let texts = view.texts;
    match axis.bucket_s() {
        1 => texts.arrivals_lead.to_owned(),
        seconds => {
            let gathered = fill(texts.gathered_mean, &[("seconds", &seconds.to_string())]);
            format!("{} {gathered}", texts.arrivals_lead)
        }
    }
}
