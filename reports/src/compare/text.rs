//! A comparison for the terminal: aligned columns, in English.

use super::{Against, Comparison, Difference};
use crate::number::JOINT;
use crate::texts::Lang;

const LANG: Lang = Lang::En;

/// The comparison as text that ends with a line break.
#[must_use]
pub fn compare_text(comparison: &Comparison) -> String {
    let each = comparison.against.iter().map(|against| one(&comparison.base, against));
    each.collect::<Vec<_>>().join("\n").replace(JOINT, " ")
}

fn one(base: &str, against: &Against) -> String {
    let mut text = format!("base        {base}\nagainst     {}\n", against.name);
    let reasons: Vec<&str> = against.reasons.iter().map(|reason| reason.text(LANG)).collect();
    let comparable =
        if against.comparable { "yes".to_owned() } else { format!("NO: {}", reasons.join(", ")) };
    text.push_str(&format!("comparable  {comparable}\nintervals   {}\n\n", intervals(against)));
    text.push_str(&row(["", "base", "other", "difference", "95 % interval", ""]));
    for difference in &against.differences {
        let cells = difference.cells(LANG);
        let verdict = difference.verdict(LANG);
        text.push_str(&row([
            LANG.measure(difference.measure),
            &cells.base,
            &cells.other,
            &cells.difference,
            &cells.interval,
            verdict,
        ]));
    }
    text
}

fn intervals(against: &Against) -> String {
    let Against { windows, window_s, .. } = against;
    if !against.has_intervals() {
        return format!("none: fewer than {} windows of {window_s} s", super::resample::WINDOWS_MIN);
    }
    let pairs = if against.paired { ", in pairs of the same moment" } else { "" };
    format!(
        "{windows} windows of {window_s} s drawn again{pairs}; chance inside these runs, not between days"
    )
}

fn row(cells: [&str; 6]) -> String {
    let [name, base, other, difference, interval, verdict] = cells;
    let line = format!("{name:26}{base:>12}{other:>12}{difference:>12}  {interval:<26}{verdict}");
    format!("{}\n", line.trim_end())
}

/// The numbers of one measure as people read them.
pub(super) struct Cells {
    pub(super) base: String,
    pub(super) other: String,
    pub(super) difference: String,
    pub(super) interval: String,
}

impl Difference {
    pub(super) fn cells(&self, lang: Lang) -> Cells {
        let none = || "\u{2013}".to_owned();
        let plain = |value: Option<f64>| value.map_or_else(none, |value| lang.measured(value, self.unit));
        let signed = |value: f64| {
            let text = lang.measured(value.abs(), self.unit);
            match value {
                0.0 => text,
                value if value < 0.0 => format!("\u{2212}{text}"),
                _ => format!("+{text}"),
            }
        };
        let interval = self.low.zip(self.high);
        Cells {
            base: plain(self.base),
            other: plain(self.other),
            difference: self.difference.map_or_else(none, signed),
            interval: interval
                .map_or_else(none, |(low, high)| format!("{} \u{2026} {}", signed(low), signed(high))),
        }
    }

    /// Nothing where there is no interval.
    pub(super) fn verdict(&self, lang: Lang) -> &'static str {
        match (self.low, self.is_clear()) {
            (None, _) => "",
            (_, true) => lang.texts().clear,
            (_, false) => lang.texts().unclear,
        }
    }
}
