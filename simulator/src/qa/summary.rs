//! What came of all stories: a table for the terminal, a page in Markdown, and JUnit for CI.

use super::run::{Done, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::fmt::Write as _;
use std::time::Duration;

impl Verdict {
    fn word(&self) -> &'static str {
        match self {
            Verdict::Passed => "pass",
            Verdict::Failed(_) => "FAIL",
            Verdict::Grave(_) => "GRAVE",
            Verdict::Skipped(_) => "skip",
        }
    }

    fn why(&self) -> Option<&str> {
        match self {
            Verdict::Passed => None,
            Verdict::Failed(why) | Verdict::Grave(why) | Verdict::Skipped(why) => Some(why),
        }
    }
}

/// A line for each story, and the sum.
pub(crate) fn table(done: &[Done], took: Duration) -> String {
    let width = done.iter().map(|done| done.story.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Done { story, row, verdict, took, exchanges, .. } in done {
        let seen = verdict.why().map_or_else(|| row.seen(), str::to_owned);
        let seconds = took.as_secs_f64();
        writeln!(
            text,
            "{:<5} {story:<width$}  {seconds:>5.1} s {exchanges:>4} exchanges  {seen}",
            verdict.word()
        )
        .expect("a string takes text");
    }
    writeln!(text, "{}", sum(done, took)).expect("a string takes text");
    text
}

/// Passed of how many, in how long.
fn sum(done: &[Done], took: Duration) -> String {
    let passed = done.iter().filter(|done| done.verdict == Verdict::Passed).count();
    let skipped = done.iter().filter(|done| matches!(done.verdict, Verdict::Skipped(_))).count();
    let told = done.len() - skipped;
    let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
    format!("{passed} of {told} as the catalogue has it{skipped}, in {:.1} s", took.as_secs_f64())
}

/// The same with links to the papers.
pub(crate) fn page(done: &[Done], took: Duration) -> String {
    let mut text = format!("# Failures, each by its name\n\n{}.\n\n", sum(done, took));
    text.push_str(
        "| | story | what the applicant sees | contact | cause | papers |\n|---|---|---|---|---|---|\n",
    );
    for Done { story, row, verdict, exchanges, .. } in done {
        let papers = match verdict {
            Verdict::Skipped(_) => String::new(),
            _ => format!(
                "[transcript]({story}/transcript.md) of {exchanges} exchanges, [curl]({story}/curl.sh), [HAR]({story}/exchange.har)"
            ),
        };
        let (seen, contact, cause) = (row.seen(), row.contact_name(), &row.cause);
        let why = verdict.why().map_or_else(String::new, |why| format!(": {}", why.replace('|', "\\|")));
        writeln!(text, "| {}{why} | {story} | {seen} | {contact} | {cause} | {papers} |", verdict.word())
            .expect("a string takes text");
    }
    text
}

/// A test case for each story.
pub(crate) fn junit(done: &[Done], took: Duration) -> String {
    let mut suite = TestSuite::new("failures");
    suite.set_time(took);
    for done in done {
        let status = match &done.verdict {
            Verdict::Passed => TestCaseStatus::success(),
            Verdict::Failed(why) | Verdict::Grave(why) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(why.as_str());
                status
            }
            Verdict::Skipped(why) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(why.as_str());
                status
            }
        };
        let mut case = TestCase::new(done.story, status);
        case.set_classname("lonjakan.qa").set_time(done.took);
        case.set_system_out(format!("{}: {}", done.row.seen(), done.row.cause));
        suite.add_test_case(case);
    }
    let mut report = Report::new("lonjakan qa");
    report.set_time(took).add_test_suite(suite);
    report.to_string().expect("text that quick-junit has cleaned is always XML")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qa::rows;

    fn done() -> Vec<Done> {
        let verdicts = [
            Verdict::Passed,
            Verdict::Failed("the status is 200 in place of 503".to_owned()),
            Verdict::Grave("lost | gone".to_owned()),
            Verdict::Skipped("not here".to_owned()),
        ];
        let of = |(verdict, row): (Verdict, crate::qa::Row)| Done {
            story: "some-story",
            row,
            verdict,
            took: Duration::from_millis(1_500),
            exchanges: 3,
            folder: "x".into(),
        };
        verdicts.into_iter().zip(rows()).map(of).collect()
    }

    #[test]
    fn every_page_says_what_came_of_each() {
        let (done, took) = (done(), Duration::from_secs(5));
        let table = table(&done, took);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0], "pass  some-story    1.5 s    3 exchanges  403 Pendaftaran belum dibuka");
        assert_eq!(lines[1], "FAIL  some-story    1.5 s    3 exchanges  the status is 200 in place of 503");
        assert_eq!(lines[4], "1 of 3 as the catalogue has it, 1 skipped, in 5.0 s");
        let page = page(&done, took);
        let papers = "[transcript](some-story/transcript.md) of 3 exchanges";
        assert_eq!(page.matches(papers).count(), 3, "what was skipped has none: {page}");
        assert!(page.contains("| GRAVE: lost \\| gone | some-story |"), "{page}");
        let junit = junit(&done, took);
        for part in [
            "<testsuites name=\"lonjakan qa\" tests=\"4\" skipped=\"1\" failures=\"2\"",
            "<failure message=\"lost | gone\"/>",
            "<skipped message=\"not here\"/>",
        ] {
            assert!(junit.contains(part), "{part} is not in {junit}");
        }
    }
}
