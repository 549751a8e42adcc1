//! What was re-enacted, for whom, and from when.

use maud::{Markup, html};

use super::View;
use crate::texts::{fill, plural};

pub(super) fn section(view: &View<'_>) -> Markup {
    let (record, texts) = (view.record, view.texts);
    let planned = fill(
        plural(texts.planned, record.arrivals.planned),
        &[("count", &view.lang.count(record.arrivals.planned))],
    );
    let body = html! {
        @if !record.scenario.comment.is_empty() { blockquote { (record.scenario.comment) } }
        dl.facts {
            dt { (texts.scenario) } dd { (record.scenario.name) " " span.quiet { (record.scenario.file) } }
            dt { (texts.arrivals) } dd { (view.lang.recorded(&record.arrivals.shape)) " " span.quiet { (planned) } }
            dt { (texts.seed) } dd { code { (record.seed) } " " span.quiet { (texts.seed_remark) } }
            dt { (texts.portal) } dd { (record.target.as_deref().unwrap_or(texts.portal_own)) }
            dt { (texts.duration) } dd {
                (view.lang.seconds(record.duration_s))
                @if record.partial { " " strong { (texts.cut_short) } }
            }
        }
        @for note in &record.notes { p.note { (view.lang.recorded(note)) } }
    };
    view.titled(texts.scenario_title, "", &body)
}
