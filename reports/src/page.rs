//! The page: one HTML file that needs nothing else.

use maud::{DOCTYPE, html};
use record::Run;

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Indonesian.
    Id,
}

/// The whole page as one offline HTML file.
#[must_use]
pub fn page(run: &Run, _lang: Lang) -> String {
    html! { (DOCTYPE) html { body { h1 { (run.record.scenario.name) } } } }.into_string()
}
