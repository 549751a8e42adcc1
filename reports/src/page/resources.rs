//! How busy everything of bounded capacity was, and which was the busiest.

use maud::{Markup, html};
use record::Resource;

use super::View;
use crate::chart::{Part, bar};
use crate::texts::fill;

pub(super) fn section(view: &View<'_>) -> Markup {
    let (record, texts) = (view.record, view.texts);
    let lead = match &record.busiest {
        Some(name) => fill(texts.resources_lead, &[("name", view.lang.resource(name))]),
        None => texts.no_resources.to_owned(),
    };
    let body = html! {
        @if !record.resources.is_empty() {
            div.wide { table.bars style="--numbers:2" {
                thead { tr {
                    th scope="col" { (texts.resource) }
                    th.drawn scope="col" { (texts.busy) }
                    th.number scope="col" { (texts.mean) }
                    th.number scope="col" { (texts.busiest_second) }
                } }
                tbody { @for resource in &record.resources { (row(view, resource)) } }
            } }
        }
        (consumption(view))
    };
    view.titled(texts.resources_title, &lead, &body)
}

fn row(view: &View<'_>, resource: &Resource) -> Markup {
    let is_busiest = view.record.busiest.as_ref() == Some(&resource.name);
    let [mean, max] = [resource.busy_share_mean, resource.busy_share_max].map(|share| view.lang.share(share));
    let name = view.lang.resource(&resource.name);
    let says = fill(view.texts.resource_says, &[("name", name), ("mean", &mean), ("max", &max)]);
    let class = if is_busiest { "busiest" } else { "busy" };
    let parts = [
        Part { class: "peak", from: 0.0, to: resource.busy_share_max },
        Part { class, from: 0.0, to: resource.busy_share_mean },
    ];
    html! {
        tr.busiest[is_busiest] {
            th scope="row" {
                (name)
                @if is_busiest { " " span.mark.caution { (view.texts.busiest) } }
                div.quiet { (view.lang.recorded(&resource.capacity)) }
            }
            td.drawn { (bar(&says, &parts)) }
            td.number { (mean) }
            td.number { (max) }
        }
    }
}

fn consumption(view: &View<'_>) -> Markup {
    let (record, texts, lang) = (view.record, view.texts, view.lang);
    let generator = &record.generator;
    html! {
        dl.facts {
            @if let Some(engine) = record.engine {
                dt { (texts.engine) }
                dd {
                    (fill(texts.consumed, &[
                        ("cpu", &lang.seconds(engine.cpu_seconds)),
                        ("memory", &lang.bytes(engine.rss_bytes_max as f64)),
                    ]))
                    (fill(texts.engine_consumed, &[
                        ("store", &lang.bytes(engine.store_bytes as f64)),
                        ("restarts", &lang.count(engine.restarts)),
                    ]))
                }
            }
            dt { (texts.generator) }
            dd {
                (fill(texts.consumed, &[
                    ("cpu", &lang.seconds(generator.cpu_seconds)),
                    ("memory", &lang.bytes(generator.rss_bytes_max as f64)),
                ]))
                (fill(texts.generator_consumed, &[("share", &lang.share(generator.cpu_share_max))]))
            }
        }
    }
}
