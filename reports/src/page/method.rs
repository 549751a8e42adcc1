//! How it was measured: what the words mean, whether the generator was fit, the machine, and how to repeat it.

use maud::{Markup, html};
use record::{Evidence, FORMAT, RUN_JSON};

use super::View;
use crate::texts::{fill, plural};

pub(super) fn section(view: &View<'_>) -> Markup {
    let (record, texts) = (view.record, view.texts);
    let body = html! {
        dl.facts {
            dt { (texts.response) } dd { (texts.response_means) }
            dt { (texts.service) } dd { (texts.service_means) }
            dt { (texts.lateness) } dd { (texts.lateness_means) }
            dt { (texts.percentiles) } dd { (texts.percentiles_mean) (clamped(view)) }
        }
        h3 { (texts.fitness_title) }
        (fitness(view))
        h3 { (texts.machine_title) }
        (machine(view))
        h3 { (texts.repeat_title) }
        pre { code { (record.command) } }
        details {
            summary { (texts.scenario_text) " " span.quiet { (record.scenario.file) ", SHA-256 " (short(&record.scenario.sha256)) } }
            pre { code { (record.scenario.text) } }
        }
        p.quiet { (fill(texts.made_from, &[("file", RUN_JSON), ("format", FORMAT)])) }
    };
    view.titled(texts.method_title, "", &body)
}

fn clamped(view: &View<'_>) -> String {
    match view.record.latency_clamped {
        0 => String::new(),
        count => format!(" {}", fill(view.texts.clamped, &[("count", &view.lang.count(count))])),
    }
}

fn fitness(view: &View<'_>) -> Markup {
    let (evidence, texts) = (&view.record.generator.evidence, view.texts);
    if evidence.is_empty() {
        return html! { p.quiet { (texts.nothing_measured) } };
    }
    html! {
        div.wide { table {
            thead { tr {
                th scope="col" { (texts.signal) }
                th.number scope="col" { (texts.observed) }
                th.number scope="col" { (texts.bound) }
                th scope="col" { (texts.result) }
            } }
            tbody { @for signal in evidence { (signal_row(view, signal)) } }
        } }
    }
}

fn signal_row(view: &View<'_>, signal: &Evidence) -> Markup {
    html! {
        tr.marked[!signal.fit] {
            th scope="row" { (view.lang.recorded(&signal.signal)) }
            td.number { (view.lang.quantity(signal.observed, signal.unit)) }
            td.number { (view.lang.quantity(signal.bound, signal.unit)) }
            td {
                @if signal.fit { span.mark.good { (view.texts.fit) } } @else { span.mark.bad { (view.texts.unfit) } }
            }
        }
    }
}

fn machine(view: &View<'_>) -> Markup {
    let (machine, texts, lang) = (&view.record.environment, view.texts, view.lang);
    let cores =
        fill(plural(texts.cores, machine.cpus.into()), &[("count", &lang.count(machine.cpus.into()))]);
    let versions: Vec<String> =
        machine.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    html! {
        dl.facts {
            dt { (texts.processor) } dd {
                (cores) @if let Some(model) = &machine.cpu_model { ", " (model) }
            }
            dt { (texts.memory) } dd { (lang.bytes(machine.memory_bytes as f64)) }
            dt { (texts.system) } dd { (machine.os) }
            dt { (texts.versions) } dd { (versions.join(", ")) }
            dt { (texts.started_at) } dd { (lang.instant(view.record.started_at)) }
            dt { (texts.finished_at) } dd { (lang.instant(view.record.finished_at)) }
            dt { (texts.requests) } dd {
                (lang.count(view.record.requests.total)) ", "
                (fill(texts.amplification, &[("times", &lang.decimal(view.record.requests.amplification, 2))]))
            }
        }
    }
}

/// Enough of a digest to tell two files apart by eye.
fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
