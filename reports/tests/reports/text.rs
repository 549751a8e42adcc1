//! The verdict on the terminal.

use std::path::Path;

use reports::verdict_text;

use crate::runs;

#[test]
fn verdict_in_every_state() {
    let page = Path::new("target/runs/opening-rush/report.html");
    let texts = runs::all().into_iter().map(|(name, run)| {
        let text = verdict_text(&run.record, Some(page), false);
        format!("== {name}\n{text}")
    });
    insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n"));
}

#[test]
fn colour_changes_nothing_but_colour() {
    for (name, run) in runs::all() {
        let plain = verdict_text(&run.record, None, false);
        let coloured = verdict_text(&run.record, None, true);
        assert!(!plain.contains('\u{1b}'), "{name}");
        assert!(coloured.contains('\u{1b}'), "{name}");
        assert_eq!(without_colour(&coloured), plain, "{name}");
    }
}

/// Takes out `ESC [ ... m`.
fn without_colour(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    first + &pieces.map(|piece| piece.split_once('m').unwrap().1).collect::<String>()
}

#[test]
fn every_line_is_aligned_and_about_fifteen_there_are() {
    for (name, run) in runs::all() {
        let text = verdict_text(&run.record, Some(Path::new("report.html")), false);
        assert!((12..=18).contains(&text.lines().count()), "{name}: {} lines", text.lines().count());
        for line in text.lines() {
            assert!(line.as_bytes()[11] == b' ' && line.as_bytes()[12] != b' ', "{name}: {line}");
            assert!(line.chars().count() <= 130, "{name}: {line}");
        }
    }
}

#[test]
fn run_without_anything_still_has_a_verdict() {
    let text = verdict_text(&runs::empty().record, None, false);
    assert!(text.contains("nothing measured"), "{text}");
    assert!(text.contains("0 arrived: 0 registered (–)"), "{text}");
    assert!(text.contains("no resource could be measured"), "{text}");
}
