//! How far the run is: a bar on a terminal, a plain line every five seconds without one.

use crate::observe::Counts;
use crate::output::say;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;

/// Somebody who is told.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Nobody.
    Quiet,
    /// A person at a terminal.
    Bar(ProgressBar),
    /// A log.
    Lines,
}

/// Seconds from one plain line to the next.
const LINE_EVERY_S: u32 = 5;

impl Progress {
    /// For a run of so many arrivals.
    pub(crate) fn new(planned: u64, quiet: bool) -> Progress {
        if quiet {
            return Progress::Quiet;
        }
        if !std::io::stderr().is_terminal() {
            return Progress::Lines;
        }
        let style =
            ProgressStyle::with_template("{elapsed_precise} {bar:16} {pos}/{len} arrived, {wide_msg}")
                .expect("the template is a constant that was tried");
        Progress::Bar(ProgressBar::new(planned).with_style(style))
    }

    /// Says a line that stays.
    pub(crate) fn say(&self, line: &str) {
        match self {
            Progress::Quiet => {}
            Progress::Bar(bar) => bar.suspend(|| say(line)),
            Progress::Lines => say(line),
        }
    }

    /// Second `second` is over.
    pub(crate) fn show(&self, second: u32, planned: u64, counts: &Counts, lateness_us_p99: u64) {
        match self {
            Progress::Quiet => {}
            Progress::Bar(bar) => {
                bar.set_position(arrived(counts));
                bar.set_message(state(counts, lateness_us_p99));
            }
            Progress::Lines if second.is_multiple_of(LINE_EVERY_S) => {
                let arrived = arrived(counts);
                say(&format!(
                    "{second:>4} s  {arrived}/{planned} arrived, {}",
                    state(counts, lateness_us_p99)
                ));
            }
            Progress::Lines => {}
        }
    }

    /// The load is over.
    pub(crate) fn end(&self) {
        if let Progress::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn arrived(counts: &Counts) -> u64 {
    counts.started + counts.not_sent
}

fn state(counts: &Counts, lateness_us_p99: u64) -> String {
    let Counts { started, registered, refused, failed, abandoned, not_sent, unfinished } = *counts;
    let under_way = started.saturating_sub(registered + refused + failed + abandoned + unfinished);
    let lateness_ms = lateness_us_p99 as f64 / 1_000.0;
    let mut state =
        format!("{under_way} under way, {registered} registered, {refused} refused, {failed} failed");
    if abandoned > 0 {
        state.push_str(&format!(", {abandoned} gave up"));
    }
    if not_sent > 0 {
        state.push_str(&format!(", {not_sent} not sent"));
    }
    state.push_str(&format!(", lateness p99 {lateness_ms:.1} ms"));
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states() {
        let check = |counts: [u64; 7], expect: &str| {
            let [started, registered, refused, failed, abandoned, not_sent, unfinished] = counts;
            let counts = Counts { started, registered, refused, failed, abandoned, not_sent, unfinished };
            assert_eq!(state(&counts, 1_540), expect);
        };
        check([9, 3, 2, 1, 0, 0, 0], "3 under way, 3 registered, 2 refused, 1 failed, lateness p99 1.5 ms");
        check(
            [11, 3, 2, 1, 2, 4, 3],
            "0 under way, 3 registered, 2 refused, 1 failed, 2 gave up, 4 not sent, lateness p99 1.5 ms",
        );
    }
}
