//! The page: its whole for one run, its verdict in every state, and what must never be in it.

use record::{Recovery, Run};
use reports::{Lang, page, verdict_text};

use crate::runs;
use crate::sample::{Plan, healthy, overloaded, run};

/// A line for each tag, so that a difference is a few lines, and without the style sheet, which is a file of its own.
fn lines_of(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}<style></style>{after}").replace("><", ">\n<")
}

/// The texts of a piece of the page, one a line.
fn texts_of(page: &str, tag: &str) -> String {
    let (_, rest) = page.split_once(&format!("<{tag}")).unwrap();
    let (piece, _) = rest.split_once(&format!("</{tag}>")).unwrap();
    let texts = piece.split('>').skip(1).map(|text| text.split('<').next().unwrap_or_default().trim());
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn whole_page_of_an_overloaded_run() {
    insta::assert_snapshot!(lines_of(&page(&overloaded(), Lang::En)));
}

#[test]
fn verdict_in_every_state_and_both_languages() {
    let mut said = String::new();
    for (name, run) in runs::all() {
        for lang in [Lang::En, Lang::Id] {
            said.push_str(&format!("== {name}\n{}\n\n", texts_of(&page(&run, lang), "header")));
        }
    }
    insta::assert_snapshot!(said);
}

#[test]
fn verdict_has_the_colour_of_its_meaning() {
    let classes = ["good", "good", "bad", "caution", "caution", "void", "bad", "caution"];
    for ((name, run), class) in runs::all().into_iter().zip(classes) {
        let header = format!("<header class=\"verdict {class}\">");
        assert!(page(&run, Lang::En).contains(&header), "{name} is not {class}");
    }
}

#[track_caller]
fn check_offline(run: &Run) {
    for lang in [Lang::En, Lang::Id] {
        let page = page(run, lang);
        for foreign in
            ["<script", "<link", "<img", "<iframe", "src=", "href=", "url(", "@import", "onload", "{count}"]
        {
            assert!(!page.contains(foreign), "{foreign} in the page");
        }
    }
}

#[test]
fn page_needs_nothing_from_elsewhere() {
    runs::all().iter().for_each(|(_, run)| check_offline(run));
    check_offline(&runs::empty());
}

#[test]
fn no_place_in_a_template_stays_empty() {
    for (name, run) in runs::all() {
        for lang in [Lang::En, Lang::Id] {
            let lines = lines_of(&page(&run, lang));
            // Braces occur in the scenario's own text only, of which the sample has none.
            let open = lines.lines().find(|line| line.contains('{'));
            assert_eq!(open, None, "{name}");
        }
    }
}

#[test]
fn text_of_others_is_escaped() {
    let mut run = healthy();
    let evil = "</code><script>alert('1')</script>\"";
    run.record.scenario.text = evil.to_owned();
    run.record.scenario.name = evil.to_owned();
    run.record.command = evil.to_owned();
    run.record.notes = vec![evil.to_owned()];
    run.record.outcomes[0].code = evil.to_owned();
    run.record.failures_seen[0].code = evil.to_owned();
    run.record.resources[0].name = evil.to_owned();
    run.record.generator.reason = Some(evil.to_owned());
    check_offline(&run);
}

#[test]
fn empty_run_has_a_page_that_says_so() {
    let page = page(&runs::empty(), Lang::En);
    assert_eq!(page.matches("Nothing was measured.").count(), 4);
    assert!(page.contains("No answer carried a failure."));
    assert!(!page.contains("NaN") && !page.contains("inf"), "a number that is none");
}

#[test]
fn tags_are_closed_in_order() {
    for (name, run) in runs::all() {
        let page = lines_of(&page(&run, Lang::Id));
        let mut open: Vec<&str> = Vec::new();
        for piece in page.split('<').skip(1) {
            let tag = piece.split(['>', ' ', '\n']).next().unwrap_or_default();
            match tag.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed), "{name}: <{piece}"),
                None if !["meta", "!DOCTYPE"].contains(&tag) => open.push(tag),
                None => {}
            }
        }
        assert!(open.is_empty(), "{name}: {open:?}");
    }
}

/// Response and service, expected and observed: never one without the other.
#[test]
fn figures_of_the_record_are_on_the_page() {
    let run = overloaded();
    let page = page(&run, Lang::En).replace('\u{a0}', " ");
    let people = run.record.applicants;
    assert!(page.contains(&format!(
        "of {} people who came, {} got their account",
        people.arrived, people.registered
    )));
    for outcome in &run.record.outcomes {
        let row = format!(
            "<code>{}</code></th><td class=\"number\">{}</td><td class=\"number\">{}</td>",
            outcome.code, outcome.expected, outcome.observed
        );
        assert!(page.contains(&row), "{row}");
    }
    for (name, class) in [("response", "line response"), ("service", "line service")] {
        assert!(page.matches(&format!("class=\"{class}\"")).count() >= 6, "{name} is not in each chart");
    }
}

/// Nothing is said of disturbances where there were none; else how long each took, or that it took too long.
#[test]
fn disturbances_are_told_with_their_recovery() {
    let mut run = overloaded();
    assert!(!page(&run, Lang::En).contains("Disturbances"));
    let recovery = |cause: &str, recovered_after_s| Recovery {
        cause: cause.to_owned(),
        from_s: 5.0,
        until_s: 8.0,
        under_way_before: 40,
        under_way_max: 1_210,
        recovered_after_s,
    };
    run.record.recoveries = vec![recovery("registry-outage", Some(14.5)), recovery("engine-kill", None)];
    let mut said = String::new();
    for lang in [Lang::En, Lang::Id] {
        let page = page(&run, lang);
        let items = page.split("<li>").filter_map(|item| item.split('<').next());
        items.filter(|item| item.contains("8,00") || item.contains("8.00")).for_each(|item| {
            said.push_str(item);
            said.push('\n');
        });
    }
    insta::assert_snapshot!(format!("{said}\n{}", verdict_text(&run.record, None, false)));
}

#[test]
fn hour_long_run_stays_a_page_of_modest_size() {
    let mut long = run(Plan { seconds: 20, opening_per_s: 20, overload: true });
    let rows = (0..3_600_u32)
        .map(|second| record::TimelineRow { second, ..long.timeline.rows[second as usize % 20] });
    long.timeline.rows = rows.collect();
    let page = page(&long, Lang::En);
    assert!(page.contains("Each point is the worst of 15 seconds."));
    assert!(page.contains("Each point is the mean of 15 seconds."));
    assert!(page.len() < 400_000, "{} bytes", page.len());
}
