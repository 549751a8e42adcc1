//! The page: one HTML file that needs nothing else, for a screen, a phone or paper.
//!
//! No script, no font and no picture from elsewhere; colours follow the reader's light or dark setting. The sections
//! stand in the order in which questions are asked: did it hold, what was tried, what happened, why, can I trust it.

mod arrivals;
mod audit;
mod failures;
mod fairness;
mod figures;
mod funnel;
mod headline;
mod latency;
mod method;
mod objectives;
mod outcomes;
mod recovery;
mod resources;
mod scenario;
mod steps;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use record::{Run, RunRecord};

use crate::texts::{Lang, Texts};

const STYLE: &str = include_str!("page/style.css");

/// The whole page as one offline HTML file.
#[must_use]
pub fn page(run: &Run, lang: Lang) -> String {
    let view = View { run, record: &run.record, lang, texts: lang.texts() };
    let title = format!("{} · {}", run.record.scenario.name, view.texts.page_title);
    document(lang, &title, &view.sections())
}

/// A page of this product around its sections.
pub(crate) fn document(lang: Lang, title: &str, sections: &Markup) -> String {
    let head = html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        title { (title) }
        style { (PreEscaped(STYLE)) }
    };
    html! {
        (DOCTYPE)
        html lang=(lang.texts().html_lang) {
            head { (head) }
            body { main { (sections) } }
        }
    }
    .into_string()
}

/// What every section looks at.
struct View<'a> {
    run: &'a Run,
    record: &'a RunRecord,
    lang: Lang,
    texts: &'static Texts,
}

impl View<'_> {
    fn sections(&self) -> Markup {
        html! {
            (headline::section(self))
            (figures::section(self))
            (objectives::section(self))
            (scenario::section(self))
            (arrivals::section(self))
            (recovery::section(self))
            (funnel::section(self))
            (outcomes::section(self))
            (latency::section(self))
            (steps::section(self))
            (failures::section(self))
            (fairness::section(self))
            (resources::section(self))
            (audit::section(self))
            (method::section(self))
        }
    }

    /// A section with its heading and one sentence that says what to look for.
    fn titled(&self, title: &str, lead: &str, body: &Markup) -> Markup {
        html! {
            section {
                h2 { (title) }
                @if !lead.is_empty() { p.lead { (lead) } }
                (body)
            }
        }
    }

    /// A step as people call it.
    fn step<'b>(&self, name: &'b str) -> &'b str {
        self.lang.step(name)
    }
}
