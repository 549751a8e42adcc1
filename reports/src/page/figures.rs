//! The handful of figures that people ask for first.

use maud::{Markup, html};
use record::{Kind, WHOLE};

use super::View;
use crate::texts::fill;

struct Figure {
    name: &'static str,
    value: String,
    remark: String,
}

pub(super) fn section(view: &View<'_>) -> Markup {
    let figures = [people(view), rate(view), response(view), service(view), unserved(view), busiest(view)];
    html! {
        section aria-label=(view.texts.figures_title) {
            dl.figures {
                @for figure in figures {
                    div {
                        dt { (figure.name) }
                        dd.value { (figure.value) }
                        dd.remark { (figure.remark) }
                    }
                }
            }
        }
    }
}

fn people(view: &View<'_>) -> Figure {
    let people = view.record.applicants;
    let share = view.lang.share_of(people.registered, people.arrived);
    let remark = [("share", share.as_str()), ("arrived", &view.lang.count(people.arrived))];
    Figure {
        name: view.texts.figure_registered,
        value: view.lang.count(people.registered),
        remark: fill(view.texts.figure_registered_remark, &remark),
    }
}

fn rate(view: &View<'_>) -> Figure {
    let peak = view.lang.rate(view.record.registrations_per_s_peak);
    Figure {
        name: view.texts.figure_rate,
        value: view.lang.rate(view.record.registrations_per_s_mean),
        remark: fill(view.texts.figure_rate_remark, &[("peak", &peak)]),
    }
}

fn response(view: &View<'_>) -> Figure {
    latency(view, Kind::Response, view.texts.figure_response)
}

fn service(view: &View<'_>) -> Figure {
    latency(view, Kind::Service, view.texts.figure_service)
}

fn latency(view: &View<'_>, kind: Kind, name: &'static str) -> Figure {
    let quantiles = view.run.histograms.quantiles(WHOLE, kind);
    let median = view.lang.micros(quantiles.p50 as f64);
    Figure {
        name,
        value: view.lang.micros(quantiles.p99 as f64),
        remark: fill(view.texts.figure_latency_remark, &[("median", &median)]),
    }
}

fn unserved(view: &View<'_>) -> Figure {
    let people = view.record.applicants;
    let counts = [people.failed, people.abandoned, people.not_sent].map(|count| view.lang.count(count));
    let remark = [("failed", counts[0].as_str()), ("abandoned", &counts[1]), ("not_sent", &counts[2])];
    Figure {
        name: view.texts.figure_unserved,
        value: view.lang.count(people.failed + people.abandoned),
        remark: fill(view.texts.figure_unserved_remark, &remark),
    }
}

fn busiest(view: &View<'_>) -> Figure {
    let named =
        view.record.resources.iter().find(|resource| Some(&resource.name) == view.record.busiest.as_ref());
    let value =
        named.map_or_else(|| "\u{2013}".to_owned(), |resource| view.lang.share(resource.busy_share_mean));
    let remark = named.map_or(view.texts.no_resources, |resource| view.lang.resource(&resource.name));
    Figure { name: view.texts.figure_busiest, value, remark: remark.to_owned() }
}
