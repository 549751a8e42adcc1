//! A horizontal bar of parts, for funnels, resources and spans of time.

use maud::{Markup, html};

use super::{EXTENT, coordinate};

/// A piece of a bar; both ends are shares of the bar's whole length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// Class in the style sheet, which gives the colour.
    pub(crate) class: &'static str,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// A bar with what it says for people who cannot see it. A part that is not empty is at least a hair wide.
pub(crate) fn bar(says: &str, parts: &[Part]) -> Markup {
    html! {
        svg.bar viewBox=(format!("0 0 {EXTENT} 10")) preserveAspectRatio="none" role="img" {
            title { (says) }
            rect.trough width=(EXTENT) height="10" {}
            @for part in parts.iter().filter(|part| part.to >= part.from) {
                @let (from, to) = (part.from.clamp(0.0, 1.0 - HAIR), part.to.clamp(0.0, 1.0));
                rect.(part.class) x=(coordinate(from)) width=(coordinate((to - from).max(HAIR))) height="10" {}
            }
        }
    }
}

/// A square of a part's colour, for a legend.
pub(crate) fn swatch(class: &'static str) -> Markup {
    html! { svg.swatch viewBox="0 0 10 10" aria-hidden="true" { rect.(class) width="10" height="10" {} } }
}

const HAIR: f64 = 0.003;
