//! The table that `just bench` prints: ours, the floor, their ratio, and whether a goal is met.

mod criterion;

pub use self::criterion::criterion;

use std::fmt::{self, Write as _};

/// A figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    group: String,
    name: String,
    unit: Unit,
    ours: f64,
    /// What it is measured against, and its figure.
    floor: Option<(String, f64)>,
    goal: Option<Goal>,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Time.
    Nanoseconds,
    /// How often a second.
    PerSecond,
    /// Memory or disk.
    Bytes,
    /// Of a whole.
    Share,
    /// A ratio.
    Times,
}

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// At most, in its unit.
    AtMost(f64),
    /// At most so many times the floor.
    TimesFloor(f64),
    /// At least so many times the floor.
    TimesFloorAtLeast(f64),
}

impl Row {
    /// A figure by itself.
    pub fn new(group: impl Into<String>, name: impl Into<String>, unit: Unit, ours: f64) -> Row {
        Row { group: group.into(), name: name.into(), unit, ours, floor: None, goal: None }
    }

    /// Beside its floor.
    #[must_use]
    pub fn over(self, floor: impl Into<String>, figure: f64) -> Row {
        Row { floor: Some((floor.into(), figure)), ..self }
    }

    /// With its goal.
    #[must_use]
    pub fn within(self, goal: Goal) -> Row {
        Row { goal: Some(goal), ..self }
    }

    /// Ours by the floor.
    pub fn ratio(&self) -> Option<f64> {
        self.floor.as_ref().filter(|(_, floor)| *floor > 0.0).map(|(_, floor)| self.ours / floor)
    }

    /// Whether the goal is met, where there is one.
    pub fn meets(&self) -> Option<bool> {
        match self.goal? {
            Goal::AtMost(most) => Some(self.ours <= most),
            Goal::TimesFloor(most) => Some(self.ratio()? <= most),
            Goal::TimesFloorAtLeast(least) => Some(self.ratio()? >= least),
        }
    }
}

/// The rows as a Markdown table, aligned so that it reads on a terminal too.
pub fn markdown(rows: &[Row]) -> String {
    let head = ["what", "ours", "floor", "", "ratio", "goal", ""].map(str::to_owned);
    let lines: Vec<[String; 7]> = std::iter::once(head).chain(rows.iter().map(cells)).collect();
    let widths: [usize; 7] =
        std::array::from_fn(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (cell, width) in line.iter().zip(widths) {
            write!(text, "| {cell:width$} ").expect("writing into a string does not fail");
        }
        text.push_str("|\n");
        if number == 0 {
            widths.iter().for_each(|width| text.extend(["|", &"-".repeat(width + 2)]));
            text.push_str("|\n");
        }
    }
    text
}

fn cells(row: &Row) -> [String; 7] {
    let (floor, figure) = match &row.floor {
        Some((name, figure)) => (name.clone(), row.unit.show(*figure)),
        None => Default::default(),
    };
    let met = row.meets().map_or("", |met| if met { "met" } else { "MISSED" });
    [
        format!("{}, {}", row.group, row.name),
        row.unit.show(row.ours),
        floor,
        figure,
        row.ratio().map_or(String::new(), |ratio| format!("{ratio:.2}")),
        row.goal.map_or(String::new(), |goal| goal.show(row.unit)),
        met.to_owned(),
    ]
}

impl Unit {
    fn show(self, figure: f64) -> String {
        match self {
            Unit::Nanoseconds if figure < 1e3 => format!("{figure:.1} ns"),
            Unit::Nanoseconds if figure < 1e6 => format!("{:.2} us", figure / 1e3),
            Unit::Nanoseconds if figure < 1e9 => format!("{:.2} ms", figure / 1e6),
            Unit::Nanoseconds => format!("{:.2} s", figure / 1e9),
            Unit::PerSecond => format!("{figure:.1} /s"),
            Unit::Bytes if figure < 1e6 => format!("{:.2} KB", figure / 1e3),
            Unit::Bytes => format!("{:.1} MB", figure / 1e6),
            Unit::Share => format!("{:.0} %", figure * 100.0),
            Unit::Times => format!("{figure:.2} x"),
        }
    }
}

impl Goal {
    fn show(self, unit: Unit) -> String {
        match self {
            Goal::AtMost(most) => format!("at most {}", unit.show(most)),
            Goal::TimesFloor(most) => format!("at most {most:.2} x"),
            Goal::TimesFloorAtLeast(least) => format!("at least {least:.2} x"),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(cells(self).join(" ").trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals() {
        let row = || Row::new("nik", "mixed", Unit::Nanoseconds, 12.0).over("read", 4.0);
        let check = |goal, expect| assert_eq!(row().within(goal).meets(), Some(expect), "{goal:?}");
        check(Goal::AtMost(12.0), true);
        check(Goal::AtMost(11.9), false);
        check(Goal::TimesFloor(3.0), true);
        check(Goal::TimesFloor(2.9), false);
        check(Goal::TimesFloorAtLeast(3.0), true);
        check(Goal::TimesFloorAtLeast(3.1), false);
        assert_eq!(row().meets(), None);
        assert_eq!(row().over("nothing", 0.0).within(Goal::TimesFloor(1.0)).meets(), None);
    }

    #[test]
    fn as_text() {
        let rows = [
            Row::new("nik", "mixed", Unit::Nanoseconds, 12.04).over("read", 4.0).within(Goal::AtMost(12.0)),
            Row::new("store", "each account", Unit::Bytes, 1_234.0),
        ];
        let expect = "\
| what                | ours    | floor |        | ratio | goal            |        |
|---------------------|---------|-------|--------|-------|-----------------|--------|
| nik, mixed          | 12.0 ns | read  | 4.0 ns | 3.01  | at most 12.0 ns | MISSED |
| store, each account | 1.23 KB |       |        |       |                 |        |
";
        assert_eq!(markdown(&rows), expect);
    }
}
