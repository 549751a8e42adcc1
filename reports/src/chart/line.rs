//! Lines over an axis of times or percentiles.

use maud::{Markup, html};

use super::{EXTENT, Scale, coordinate};

/// A chart of lines that share both axes.
pub(crate) struct LineChart<'a> {
    /// What it shows, for people who cannot see it.
    pub(crate) title: &'a str,
    /// Its gist in a sentence, likewise.
    pub(crate) description: String,
    /// What the value axis counts.
    pub(crate) y_name: &'a str,
    pub(crate) y: Scale,
    /// How a value is written.
    pub(crate) y_text: &'a dyn Fn(f64) -> String,
    /// What the other axis counts.
    pub(crate) x_name: &'a str,
    /// Places on the other axis, 0 to 1, with what is written there.
    pub(crate) x_ticks: Vec<(f64, String)>,
    /// The place of each point.
    pub(crate) places: Vec<f64>,
    /// What each point is called when a pointer rests on it.
    pub(crate) names: Vec<String>,
    pub(crate) lines: Vec<Line<'a>>,
}

/// One line: a value for each place, or none.
pub(crate) struct Line<'a> {
    pub(crate) name: &'a str,
    /// Class in the style sheet, which gives colour, width and dashes.
    pub(crate) class: &'static str,
    pub(crate) values: Vec<Option<f64>>,
}

impl LineChart<'_> {
    pub(crate) fn render(&self) -> Markup {
        html! {
            figure.chart {
                (self.legend())
                div.axis-name { (self.y_name) }
                div.plot {
                    div.y-ticks aria-hidden="true" {
                        @for value in self.y.ticks() {
                            span style=(format!("bottom:{}%", percent(self.y.position(value)))) { ((self.y_text)(value)) }
                        }
                    }
                    (self.drawing())
                    div.x-ticks aria-hidden="true" {
                        @for (place, name) in &self.x_ticks {
                            span style=(format!("left:{}%", percent(*place))) { (name) }
                        }
                    }
                }
                div.axis-name.x { (self.x_name) }
            }
        }
    }

    fn legend(&self) -> Markup {
        html! {
            ul.legend {
                @for line in &self.lines {
                    li {
                        svg.key viewBox="0 0 28 10" aria-hidden="true" { path.line.(line.class) d="M0 5H28" {} }
                        (line.name)
                    }
                }
            }
        }
    }

    fn drawing(&self) -> Markup {
        html! {
            svg.drawing viewBox=(format!("0 0 {EXTENT} {EXTENT}")) preserveAspectRatio="none" role="img" {
                title { (self.title) }
                desc { (self.description) }
                @for value in self.y.ticks() {
                    path.grid d=(format!("M0 {}H{EXTENT}", coordinate(1.0 - self.y.position(value)))) {}
                }
                @for (place, _) in &self.x_ticks {
                    path.grid.faint d=(format!("M{} 0V{EXTENT}", coordinate(*place))) {}
                }
                @for line in &self.lines {
                    path.line.(line.class) d=(self.path(line)) {}
                }
                @for (index, name) in self.names.iter().enumerate() { (self.band(index, name)) }
            }
        }
    }

    /// A line is broken where a value is missing; a value alone is a dot.
    fn path(&self, line: &Line<'_>) -> String {
        let mut path = String::new();
        let mut is_begun = false;
        for (index, (place, value)) in self.places.iter().zip(&line.values).enumerate() {
            let Some(value) = value else {
                is_begun = false;
                continue;
            };
            let point = format!("{} {}", coordinate(*place), coordinate(1.0 - self.y.position(*value)));
            let is_alone = !is_begun && line.values.get(index + 1).is_none_or(Option::is_none);
            path.push(if is_begun { 'L' } else { 'M' });
            path.push_str(&point);
            path.push_str(if is_alone { "h0" } else { "" });
            is_begun = true;
        }
        path
    }

    /// An invisible strip around a point that shows all its values when a pointer rests on it.
    fn band(&self, index: usize, name: &str) -> Markup {
        let middle_to =
            |other: usize| self.places.get(other).map(|place| f64::midpoint(*place, self.places[index]));
        let left = index.checked_sub(1).and_then(middle_to).unwrap_or(0.0);
        let right = middle_to(index + 1).unwrap_or(1.0);
        let values = self.lines.iter().filter_map(|line| {
            let value = line.values.get(index).copied().flatten()?;
            Some(format!("\n{}: {}", line.name, (self.y_text)(value)))
        });
        html! {
            rect.band x=(coordinate(left)) width=(coordinate(right - left)) height=(EXTENT) {
                title { (name) (values.collect::<String>()) }
            }
        }
    }
}

fn percent(position: f64) -> String {
    format!("{:.2}", position * 100.0)
}
