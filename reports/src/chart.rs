//! A small chart module: lines on axes, and bars.
//!
//! The drawing is an inline SVG that stretches to any width; its texts are HTML beside it, so that they stay readable
//! on a phone and on paper. Colours come from classes in the page's style sheet.

mod bar;
mod line;
mod scale;
mod time;

pub(crate) use bar::{Part, bar, swatch};
pub(crate) use line::{Line, LineChart};
pub(crate) use scale::Scale;
pub(crate) use time::TimeAxis;

/// The drawing's own units in both directions; the page stretches them.
const EXTENT: f64 = 1_000.0;

/// A coordinate with as many digits as anybody can see.
fn coordinate(position: f64) -> String {
    let text = format!("{:.1}", position * EXTENT);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
