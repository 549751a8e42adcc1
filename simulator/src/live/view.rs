//! A glance as a picture for the terminal. Pure: what is drawn depends on what is given alone.
//!
//! Made for 80 columns and 24 lines; a larger terminal shows more failures and resources, a smaller one is cut off at its end.

use super::Glance;
use crate::sample::{EngineRequests, InUse};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, Cell, LineGauge, Paragraph, Row, Sparkline, Table, Wrap};
use record::GeneratorVerdict;
use reports::Lang;

const LANG: Lang = Lang::En;

const QUIET: Style = Style::new().fg(Color::DarkGray);
const GOOD: Style = Style::new().fg(Color::Green);
const CARE: Style = Style::new().fg(Color::Yellow);
const BAD: Style = Style::new().fg(Color::Red);

/// Over this share of its capacity a resource is shown as nearly used up.
const BUSY_SHARE: f64 = 0.8;

/// Cells of a bar.
const BAR_CELLS: usize = 8;

/// Draws the run with this title; before its first second there is no glance yet. `said` is the last word on what goes on.
pub(super) fn draw(frame: &mut Frame<'_>, title: &str, glance: Option<&Glance>, said: &str) {
    let [head, counts, details, course, verdict, last] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(10),
        Constraint::Min(7),
        Constraint::Length(2),
        Constraint::Length(2),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let nothing_yet = Glance::default();
    let shown = glance.unwrap_or(&nothing_yet);
    draw_head(frame, head, title, shown);
    let [applicants, requests] = halves(counts);
    frame.render_widget(applicants_table(shown).block(Block::bordered().title(" applicants ")), applicants);
    frame.render_widget(requests_table(shown).block(Block::bordered().title(" requests ")), requests);
    let [failures, resources] = halves(details);
    draw_failures(frame, failures, shown);
    draw_resources(frame, resources, shown);
    draw_course(frame, course, shown);
    frame.render_widget(Paragraph::new(verdict_line(shown)).wrap(Wrap { trim: true }), verdict);
    let hint = Span::styled("Ctrl-C ends in order, twice at once  ", QUIET);
    frame.render_widget(Line::from(vec![hint, Span::raw(said)]), last);
}

fn halves(area: Rect) -> [Rect; 2] {
    Layout::horizontal([Constraint::Percentage(42), Constraint::Percentage(58)]).areas(area)
}

fn draw_head(frame: &mut Frame<'_>, area: Rect, title: &str, glance: &Glance) {
    let [line, gauge] = Layout::vertical([Constraint::Length(1); 2]).areas(area);
    let arrived = glance.counts.started + glance.counts.not_sent;
    let far = format!(
        "  after {}, {} of {} arrived",
        LANG.seconds_plain(glance.second),
        LANG.count(arrived),
        LANG.count(glance.planned)
    );
    let title = Span::styled(title, Modifier::BOLD);
    let said = if glance.planned == 0 { vec![title] } else { vec![title, Span::raw(far)] };
    frame.render_widget(Line::from(said), line);
    let ratio = arrived as f64 / glance.planned.max(1) as f64;
    let gauge_widget = LineGauge::default()
        .ratio(ratio.min(1.0))
        .filled_symbol("\u{2501}")
        .unfilled_symbol("\u{2500}")
        .filled_style(GOOD)
        .unfilled_style(QUIET);
    frame.render_widget(gauge_widget, gauge);
}

fn applicants_table(glance: &Glance) -> Table<'static> {
    let (counts, second) = (&glance.counts, glance.last());
    let row = |name: &'static str, count: u64, last: Option<u64>, style: Style| {
        let style = if count == 0 { Style::new() } else { style };
        let last = last.map_or(String::new(), |count| LANG.count(count));
        Row::new([Cell::from(name), figure(LANG.count(count)), figure(last)]).style(style)
    };
    let rows = [
        row("intended", glance.intended, Some(second.arrivals_intended), Style::new()),
        row("sent", counts.started, Some(second.arrivals_started), Style::new()),
        row("under way", glance.under_way(), None, Style::new()),
        row("registered", counts.registered, Some(second.completed), GOOD),
        row("refused", counts.refused, Some(second.refused), Style::new()),
        row("failed", counts.failed, None, BAD),
        row("gave up, not sent", counts.abandoned + counts.not_sent, None, CARE),
    ];
    let widths = [Constraint::Length(17), Constraint::Min(6), Constraint::Min(6)];
    let head = Row::new([Cell::from(""), figure("so far".to_owned()), figure("last s".to_owned())]);
    Table::new(rows, widths).header(head.style(QUIET))
}

fn requests_table(glance: &Glance) -> Table<'static> {
    let second = glance.last();
    let micros = |us: Option<u64>| us.map_or("\u{2013}".to_owned(), |us| LANG.micros(us as f64));
    let so_far = |quantiles: record::Quantiles| {
        let known = quantiles.count > 0;
        [known.then_some(quantiles.p50), known.then_some(quantiles.p99)]
    };
    let row = |name: &'static str, now: [Option<u64>; 2], all: [Option<u64>; 2]| {
        let figures = now.into_iter().chain(all).map(|us| figure(micros(us)));
        Row::new(std::iter::once(Cell::from(name)).chain(figures))
    };
    // Two plain figures side by side, under the columns of the percentiles.
    let pair = |[(name, value), (other, other_value)]: [(&'static str, String); 2]| {
        let (name, other) = (Cell::from(name), Cell::from(Text::from(other).right_aligned()));
        Row::new([name, figure(value), Cell::from(""), other, figure(other_value)])
    };
    let lateness = Some(glance.lateness_us_p99()).filter(|_| glance.second > 0);
    let mut rows = vec![
        row("response", [second.response_us_p50, second.response_us_p99], so_far(glance.response_us)),
        row("service", [second.service_us_p50, second.service_us_p99], so_far(glance.service_us)),
        row("lateness", [None, lateness], [None, None]),
        pair([
            ("answered", format!("{}/s", LANG.count(second.requests))),
            ("under way", LANG.count(glance.requests_under_way)),
        ]),
    ];
    if let Some(EngineRequests { under_way, in_line, waiting_room }) = glance.engine {
        rows.push(pair([("in engine", format!("{under_way:.0}")), ("in line", format!("{in_line:.0}"))]));
        if waiting_room > 0.0 {
            rows.push(pair([("outside", format!("{waiting_room:.0}")), ("", String::new())]));
        }
    }
    let widths = [9, 7, 7, 9, 8].map(Constraint::Min);
    let head = ["", "last s\np50", "\np99", "so far\np50", "\np99"].map(|text| figure(text.to_owned()));
    Table::new(rows, widths).header(Row::new(head).height(2).style(QUIET))
}

fn figure(text: String) -> Cell<'static> {
    Cell::from(Text::from(text).right_aligned())
}

fn draw_failures(frame: &mut Frame<'_>, area: Rect, glance: &Glance) {
    let block = Block::bordered().title(" answers that were no success ");
    let lines = usize::from(block.inner(area).height);
    let (shown, left) = fitting(&glance.failures, lines);
    let mut rows: Vec<_> = shown
        .iter()
        .map(|seen| Row::new([Cell::from(seen.code.clone()), figure(LANG.count(seen.count))]))
        .collect();
    if left > 0 {
        rows.push(Row::new([Cell::from(format!("and {left} others"))]).style(QUIET));
    }
    let table = Table::new(rows, [Constraint::Fill(3), Constraint::Fill(1)]);
    frame.render_widget(table.block(block), area);
}

/// As many as there is room for, and how many are left out.
fn fitting<T>(all: &[T], lines: usize) -> (&[T], usize) {
    if all.len() <= lines {
        return (all, 0);
    }
    let shown = lines.saturating_sub(1);
    (&all[..shown], all.len() - shown)
}

fn draw_resources(frame: &mut Frame<'_>, area: Rect, glance: &Glance) {
    let block = Block::bordered().title(" in use in the last second ");
    let lines = usize::from(block.inner(area).height);
    let mut busiest: Vec<&InUse> = glance.in_use.iter().collect();
    busiest.sort_by(|one, other| other.share.total_cmp(&one.share));
    let rows = busiest.into_iter().take(lines).map(|in_use| {
        let style = if in_use.share >= BUSY_SHARE { CARE } else { GOOD };
        Row::new([
            Cell::from(in_use.name),
            Cell::from(Span::styled(bar(in_use.share), style)),
            figure(LANG.share(in_use.share)),
        ])
    });
    let widths = [Constraint::Fill(1), Constraint::Length(8), Constraint::Length(7)];
    frame.render_widget(Table::new(rows, widths).block(block), area);
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of few cells")]
fn bar(share: f64) -> String {
    let filled = (share.clamp(0.0, 1.0) * BAR_CELLS as f64).round() as usize;
    format!("{}{}", "\u{2588}".repeat(filled), "\u{2591}".repeat(BAR_CELLS - filled))
}

/// Registrations by second, as far back as the terminal is wide.
fn draw_course(frame: &mut Frame<'_>, area: Rect, glance: &Glance) {
    let [label, bars] = Layout::horizontal([Constraint::Length(18), Constraint::Fill(1)]).areas(area);
    let kept = glance.recent.len().saturating_sub(usize::from(bars.width));
    let completed: Vec<u64> = glance.recent.iter().skip(kept).map(|row| row.completed).collect();
    let most = completed.iter().max().copied().unwrap_or(0);
    let text = format!("registered each\nsecond, max {}", LANG.count(most));
    frame.render_widget(Paragraph::new(text).style(QUIET), label);
    frame.render_widget(Sparkline::default().data(completed).style(GOOD), bars);
}

fn verdict_line(glance: &Glance) -> Line<'static> {
    let (word, style, reason) = match &glance.generator {
        None => ("not judged yet", QUIET, None),
        Some((GeneratorVerdict::Valid, _)) => ("valid so far", GOOD, None),
        Some((GeneratorVerdict::Limited, reason)) => ("limited so far", CARE, reason.clone()),
        Some((GeneratorVerdict::Invalid, reason)) => ("invalid so far", BAD, reason.clone()),
    };
    let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
    Line::from(vec![Span::raw("generator  "), Span::styled(word, style), Span::raw(reason)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::tests::glance;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    fn picture(width: u16, height: u16, glance: Option<&Glance>, said: &str) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, "opening-rush, seed 2018", glance, said)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn a_usual_terminal() {
        let said = "cutting the run short";
        insta::assert_snapshot!("usual", picture(80, 24, Some(&glance()), said));
    }

    #[test]
    fn a_large_one() {
        let glance = Glance { generator: Some((GeneratorVerdict::Valid, None)), ..glance() };
        insta::assert_snapshot!("large", picture(132, 32, Some(&glance), ""));
    }

    #[test]
    fn before_the_first_second() {
        insta::assert_snapshot!("first", picture(80, 24, None, "starting registry and engine"));
    }

    #[test]
    fn any_size_can_be_drawn() {
        for (width, height) in [(1, 1), (20, 5), (40, 12), (79, 23), (300, 100)] {
            picture(width, height, Some(&glance()), "");
        }
    }
}
