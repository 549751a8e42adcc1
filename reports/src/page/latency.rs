//! Latency over time and by percentile, response and service always together, and the generator's lateness.

use hdrhistogram::Histogram;
use maud::{Markup, html};
use record::{Kind, TimelineRow, WHOLE};

use super::View;
use crate::chart::{Line, LineChart, Scale, TimeAxis};
use crate::texts::fill;

/// Points of a distribution's line.
const POINTS: u32 = 100;
/// The highest percentile shown is 99.9999 %.
const NINES_AT_MOST: f64 = 6.0;

pub(super) fn section(view: &View<'_>) -> Markup {
    let texts = view.texts;
    html! {
        (view.titled(texts.over_time_title, &over_time_lead(view), &over_time(view)))
        (view.titled(texts.distribution_title, texts.distribution_lead, &distributions(view)))
        (view.titled(texts.lateness_title, &lateness_lead(view), &lateness(view)))
    }
}

fn over_time_lead(view: &View<'_>) -> String {
    match TimeAxis::new(&view.run.timeline).bucket_s() {
        1 => view.texts.over_time_lead.to_owned(),
        seconds => {
            let gathered = fill(view.texts.gathered_worst, &[("seconds", &seconds.to_string())]);
            format!("{} {gathered}", view.texts.over_time_lead)
        }
    }
}

fn over_time(view: &View<'_>) -> Markup {
    let texts = view.texts;
    let lines: [TimeLine; 4] = [
        (texts.response_p99, "response", |row| row.response_us_p99),
        (texts.service_p99, "service", |row| row.service_us_p99),
        (texts.response_p50, "response light", |row| row.response_us_p50),
        (texts.service_p50, "service light", |row| row.service_us_p50),
    ];
    time_chart(view, texts.over_time_title, texts.time_taken_log, &lines)
}

fn lateness_lead(view: &View<'_>) -> String {
    let lateness = view.record.lateness_us;
    let values = [lateness.p50, lateness.p99, lateness.max].map(|us| view.lang.micros(us as f64));
    fill(view.texts.lateness_lead, &[("median", &values[0]), ("p99", &values[1]), ("max", &values[2])])
}

fn lateness(view: &View<'_>) -> Markup {
    let line: TimeLine = (view.texts.lateness_p99, "lateness", |row| row.lateness_us_p99);
    time_chart(view, view.texts.lateness_title, view.texts.time_late_log, &[line])
}

/// Name, class and column of a line over time.
type TimeLine = (&'static str, &'static str, fn(&TimelineRow) -> Option<u64>);

fn time_chart(view: &View<'_>, title: &str, y_name: &str, columns: &[TimeLine]) -> Markup {
    let axis = TimeAxis::new(&view.run.timeline);
    let line = |(name, class, column): &TimeLine| Line {
        name,
        class,
        values: axis.worst(|row| column(row).map(|us| us as f64)),
    };
    let lines: Vec<Line<'_>> = columns.iter().map(line).collect();
    log_chart(
        view,
        title,
        y_name,
        view.texts.since_start,
        lines,
        Places { ticks: axis.ticks(view.lang), places: axis.places(), names: axis.names(view.lang) },
    )
}

struct Places {
    ticks: Vec<(f64, String)>,
    places: Vec<f64>,
    names: Vec<String>,
}

fn log_chart(
    view: &View<'_>,
    title: &str,
    y_name: &str,
    x_name: &str,
    lines: Vec<Line<'_>>,
    places: Places,
) -> Markup {
    let values = || lines.iter().flat_map(|line| &line.values).flatten().copied();
    if values().next().is_none() {
        return html! { p.quiet { (view.texts.nothing_measured) } };
    }
    let text = |value: f64| view.lang.micros(value);
    let [low, high] = [values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max)].map(text);
    let chart = LineChart {
        title,
        description: fill(view.texts.latency_described, &[("low", &low), ("high", &high)]),
        y_name,
        y: Scale::log(values()),
        y_text: &|value| view.lang.micros_short(value),
        x_name,
        x_ticks: places.ticks,
        places: places.places,
        names: places.names,
        lines,
    };
    chart.render()
}

fn distributions(view: &View<'_>) -> Markup {
    let (texts, histograms) = (view.texts, &view.run.histograms);
    let whole = [Kind::Response, Kind::Service].map(|kind| histograms.get(WHOLE, kind).cloned());
    let [Some(response), Some(service)] = whole else {
        return html! { p.quiet { (texts.nothing_measured) } };
    };
    html! {
        h3 { (texts.whole_registration) }
        (distribution(view, texts.whole_registration, &response, &service))
        h3 { (texts.single_requests) }
        (distribution(view, texts.single_requests, &histograms.requests(Kind::Response), &histograms.requests(Kind::Service)))
    }
}

/// The other axis is logarithmic in what is left above a percentile: each nine has the same length.
fn distribution(view: &View<'_>, title: &str, response: &Histogram<u64>, service: &Histogram<u64>) -> Markup {
    let most = response.len().max(service.len()).max(100) as f64;
    let nines = most.log10().min(NINES_AT_MOST);
    let places: Vec<f64> = (0..=POINTS).map(|point| f64::from(point) / f64::from(POINTS)).collect();
    let quantiles: Vec<f64> = places.iter().map(|place| 1.0 - 10_f64.powf(-place * nines)).collect();
    let values = |of: &Histogram<u64>| {
        let at = |quantile: &f64| (!of.is_empty()).then(|| of.value_at_quantile(*quantile) as f64);
        quantiles.iter().map(at).collect()
    };
    let lines = vec![
        Line { name: view.texts.response, class: "response", values: values(response) },
        Line { name: view.texts.service, class: "service", values: values(service) },
    ];
    let names = quantiles.iter().map(|quantile| view.lang.quantile(*quantile)).collect();
    let title = format!("{}: {title}", view.texts.distribution_title);
    let ticks = percentile_ticks(view, nines);
    log_chart(
        view,
        &title,
        view.texts.time_taken_log,
        view.texts.percentile_axis,
        lines,
        Places { ticks, places, names },
    )
}

fn percentile_ticks(view: &View<'_>, nines: f64) -> Vec<(f64, String)> {
    let half = (2_f64.log10() / nines, view.lang.share(0.5).replace(".0", "").replace(",0", ""));
    let more = (1..=6_u8).filter(|count| f64::from(*count) <= nines);
    let named = more.map(|count| (f64::from(count) / nines, view.lang.percentile(count.into())));
    [half].into_iter().chain(named).collect()
}
