//! The percentiles of each step in figures, response over service.

use maud::{Markup, html};
use record::{Kind, Quantiles};

use super::View;

pub(super) fn section(view: &View<'_>) -> Markup {
    let texts = view.texts;
    let body = html! {
        div.wide { table.steps {
            thead { tr {
                th scope="col" { (texts.step) }
                @for name in ["p50", "p90", "p99", "p99.9"] {
                    th.number.spare[name == "p99.9"] scope="col" { (name) }
                }
                th.number scope="col" { (texts.max) }
            } }
            @for name in view.record.latency.keys() { (step(view, name)) }
        } }
    };
    view.titled(texts.steps_title, "", &body)
}

fn step(view: &View<'_>, name: &str) -> Markup {
    let latency = view.record.latency[name];
    let count = latency.response_us.count.max(latency.service_us.count);
    html! {
        tbody {
            tr { th scope="rowgroup" colspan="6" { (view.step(name)) " " span.quiet { (view.lang.count(count)) "\u{d7}" } } }
            tr { (cells(view, Kind::Response, latency.response_us)) }
            tr { (cells(view, Kind::Service, latency.service_us)) }
        }
    }
}

fn cells(view: &View<'_>, kind: Kind, quantiles: Quantiles) -> Markup {
    let name = if kind == Kind::Response { view.texts.response } else { view.texts.service };
    let text =
        |us: u64| if quantiles.count == 0 { "\u{2013}".to_owned() } else { view.lang.micros(us as f64) };
    html! {
        th.kind scope="row" { (name) }
        td.number { (text(quantiles.p50)) }
        td.number { (text(quantiles.p90)) }
        td.number { (text(quantiles.p99)) }
        td.number.spare { (text(quantiles.p999)) }
        td.number { (text(quantiles.max)) }
    }
}
