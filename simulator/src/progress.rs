//! How far the run is, for whoever looks on: a view on a terminal, a plain line every five seconds without one, and Prometheus.

use crate::live::endpoint::Endpoint;
use crate::live::{Glance, Screen};
use crate::output::say;
use std::io::IsTerminal as _;
use std::sync::Arc;

/// Somebody who is told.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Nobody.
    Quiet,
    /// A person at a terminal.
    View(Screen),
    /// A log.
    Lines,
}

/// Everybody who is told.
#[derive(Debug)]
pub(crate) struct Audience {
    pub(crate) progress: Arc<Progress>,
    pub(crate) endpoint: Option<Endpoint>,
}

/// Seconds from one plain line to the next.
const LINE_EVERY_S: u32 = 5;

impl Progress {
    /// For a run with this title; a view where stderr is a terminal that can show one, unless `plain`.
    pub(crate) fn new(title: String, quiet: bool, plain: bool) -> Progress {
        if quiet {
            return Progress::Quiet;
        }
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if plain || is_dumb || !std::io::stderr().is_terminal() {
            return Progress::Lines;
        }
        Screen::open(title).map_or(Progress::Lines, Progress::View)
    }

    /// Says what is going on.
    pub(crate) fn say(&self, line: &str) {
        match self {
            Progress::Quiet => {}
            Progress::View(screen) => screen.say(line),
            Progress::Lines => say(line),
        }
    }

    fn show(&self, glance: Glance) {
        match self {
            Progress::View(screen) => screen.show(glance),
            Progress::Lines if is_line_due(glance.second) => {
                let (arrived, planned) = (arrived(&glance), glance.planned);
                say(&format!("{:>4} s  {arrived}/{planned} arrived, {}", glance.second, state(&glance)));
            }
            Progress::Lines | Progress::Quiet => {}
        }
    }

    /// The load is over.
    pub(crate) fn end(&self) {
        if let Progress::View(screen) = self {
            screen.close();
        }
    }
}

impl Audience {
    /// Whether anybody wants to see second `second`.
    pub(crate) fn watches(&self, second: u32) -> bool {
        let told = match *self.progress {
            Progress::Quiet => false,
            Progress::View(_) => true,
            Progress::Lines => is_line_due(second),
        };
        told || self.endpoint.is_some()
    }

    /// Shows it to everybody.
    pub(crate) fn show(&self, glance: Glance) {
        if let Some(endpoint) = &self.endpoint {
            endpoint.board.put(glance.clone());
        }
        self.progress.show(glance);
    }
}

fn is_line_due(second: u32) -> bool {
    second.is_multiple_of(LINE_EVERY_S)
}

fn arrived(glance: &Glance) -> u64 {
    glance.counts.started + glance.counts.not_sent
}

fn state(glance: &Glance) -> String {
    let counts = &glance.counts;
    let mut state = format!(
        "{} under way, {} registered, {} refused, {} failed",
        glance.under_way(),
        counts.registered,
        counts.refused,
        counts.failed
    );
    if counts.abandoned > 0 {
        state.push_str(&format!(", {} gave up", counts.abandoned));
    }
    if counts.not_sent > 0 {
        state.push_str(&format!(", {} not sent", counts.not_sent));
    }
    let lateness_ms = glance.lateness_us_p99() as f64 / 1_000.0;
    state.push_str(&format!(", lateness p99 {lateness_ms:.1} ms"));
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Counts;
    use record::TimelineRow;

    #[test]
    fn states() {
        let check = |counts: [u64; 7], expect: &str| {
            let [started, registered, refused, failed, abandoned, not_sent, unfinished] = counts;
            let counts = Counts { started, registered, refused, failed, abandoned, not_sent, unfinished };
            let row = TimelineRow { lateness_us_p99: Some(1_540), ..TimelineRow::default() };
            // The last second in which anything was sent.
            let recent = vec![row, TimelineRow::default()];
            assert_eq!(state(&Glance { counts, recent, ..Glance::default() }), expect);
        };
        check([9, 3, 2, 1, 0, 0, 0], "3 under way, 3 registered, 2 refused, 1 failed, lateness p99 1.5 ms");
        check(
            [11, 3, 2, 1, 2, 4, 3],
            "0 under way, 3 registered, 2 refused, 1 failed, 2 gave up, 4 not sent, lateness p99 1.5 ms",
        );
    }
}
