//! Who was served, by moment of arrival and by region.

use maud::{Markup, html};
use record::{ArrivalGroup, RegionGroup, Served};

use super::View;
use crate::chart::{Part, bar, swatch};
use crate::texts::fill;

/// Regions shown by themselves; a page of hundreds would show nothing.
const REGIONS_AT_MOST: usize = 12;

/// Nothing for a record that does not have it.
pub(super) fn section(view: &View<'_>) -> Markup {
    let Some(fairness) = &view.record.fairness else { return html! {} };
    let texts = view.texts;
    let classes = [
        ("passed", texts.registered),
        ("refused", texts.refused),
        ("failed", texts.unserved),
        ("open", texts.unfinished),
    ];
    let regions = [("shown", REGIONS_AT_MOST), ("all", fairness.by_region.len())]
        .map(|(key, count)| (key, view.lang.count(count as u64)));
    let by_arrival = fairness.by_arrival.iter().map(|group| (span(view, group), group.served)).collect();
    let body = html! {
        ul.legend { @for (class, name) in classes { li { (swatch(class)) (name) } } }
        h3 { (texts.by_arrival) }
        (table(view, texts.arrived_between, by_arrival))
        h3 { (texts.by_region) }
        @if fairness.by_region.len() > REGIONS_AT_MOST {
            p.quiet { (fill(texts.regions_left_out, &regions.each_ref().map(|(key, count)| (*key, count.as_str())))) }
        }
        (table(view, texts.region, worst_served(&fairness.by_region)))
    };
    view.titled(texts.fairness_title, &lead(view, &fairness.by_arrival), &body)
}

/// The best and the worst served moment, where there are two.
fn lead(view: &View<'_>, groups: &[ArrivalGroup]) -> String {
    let came = groups.iter().filter(|group| group.served.arrived > 0);
    let mut by_share: Vec<(f64, &ArrivalGroup)> =
        came.map(|group| (unserved_share(group.served), group)).collect();
    by_share.sort_by(|one, other| one.0.total_cmp(&other.0));
    match (by_share.first(), by_share.last()) {
        (Some(best), Some(worst)) if worst.0 > best.0 => {
            let values = [
                ("worst", view.lang.share(worst.0)),
                ("span", span(view, worst.1)),
                ("best", view.lang.share(best.0)),
            ];
            fill(view.texts.fairness_differs, &values.each_ref().map(|(key, value)| (*key, value.as_str())))
        }
        (Some((share, _)), _) if *share > 0.0 => view.texts.fairness_even.to_owned(),
        _ => view.texts.fairness_all.to_owned(),
    }
}

fn worst_served(groups: &[RegionGroup]) -> Vec<(String, Served)> {
    let mut groups: Vec<&RegionGroup> = groups.iter().collect();
    if groups.len() > REGIONS_AT_MOST {
        groups.sort_by(|one, other| {
            let shares = [one, other].map(|group| unserved_share(group.served));
            shares[1].total_cmp(&shares[0]).then(other.served.arrived.cmp(&one.served.arrived))
        });
        groups.truncate(REGIONS_AT_MOST);
    }
    groups.into_iter().map(|group| (group.region.clone(), group.served)).collect()
}

fn table(view: &View<'_>, head: &str, groups: Vec<(String, Served)>) -> Markup {
    let texts = view.texts;
    let cell = |count: u64| html! { td.number.zero[count == 0] { (view.lang.count(count)) } };
    html! {
        div.wide { table.bars.dense style="--numbers:4" {
            thead { tr {
                th scope="col" { (head) }
                th.drawn scope="col" { (texts.share_of_group) }
                th.number scope="col" { (texts.arrived) }
                th.number scope="col" { (texts.registered) }
                th.number scope="col" { (texts.refused) }
                th.number scope="col" { (texts.unserved) }
            } }
            tbody { @for (name, served) in groups { tr {
                th scope="row" { (name) }
                td.drawn { (bar(&says(view, &name, served), &parts(served))) }
                (cell(served.arrived)) (cell(served.registered)) (cell(served.refused)) (cell(served.unserved))
            } } }
        } }
    }
}

fn says(view: &View<'_>, name: &str, served: Served) -> String {
    let counts = [served.arrived, served.registered, served.refused, served.unserved];
    let counts = counts.map(|count| view.lang.count(count));
    let keys = ["arrived", "registered", "refused", "unserved"];
    let mut values: Vec<(&str, &str)> = keys.into_iter().zip(counts.iter().map(String::as_str)).collect();
    values.push(("group", name));
    fill(view.texts.group_says, &values)
}

fn parts(served: Served) -> Vec<Part> {
    let whole = served.arrived.max(1) as f64;
    let open = served.arrived.saturating_sub(served.registered + served.refused + served.unserved);
    let counts = [
        ("passed", served.registered),
        ("refused", served.refused),
        ("failed", served.unserved),
        ("open", open),
    ];
    let mut from = 0;
    let mut parts = Vec::new();
    for (class, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        parts.push(Part { class, from: from as f64 / whole, to: (from + count) as f64 / whole });
        from += count;
    }
    parts
}

fn unserved_share(served: Served) -> f64 {
    served.unserved as f64 / served.arrived.max(1) as f64
}

/// A span of seconds, or of minutes where it is as long.
fn span(view: &View<'_>, group: &ArrivalGroup) -> String {
    let is_short = group.to_s - group.from_s < 60.0;
    let (unit, length_s) = if is_short { ("s", 1.0) } else { (view.texts.minute_unit, 60.0) };
    let [from, to] = [group.from_s, group.to_s].map(|at_s| view.lang.decimal(at_s / length_s, 0));
    format!("{from}\u{2013}{to}\u{a0}{unit}")
}
