//! What people get to see of a run: a page, a JUnit report, some lines for the terminal.
//!
//! Everything is made from the run record alone, so that an old run gives the same pages again. Nothing is measured
//! or judged here.

mod capacity;
mod chart;
mod compare;
mod judgement;
mod junit;
mod number;
mod page;
mod text;
mod texts;

pub use capacity::capacity_page;
pub use compare::{
    Against, Comparison, Difference, Measure, Reason, Subject, compare, compare_page, compare_text,
};
pub use junit::junit;
pub use page::page;
pub use text::verdict_text;
pub use texts::Lang;
