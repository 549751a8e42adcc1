//! Quality assurance by name: for each row of the failure catalogue a story that brings it about on a fresh engine, checks every
//! fact of it and the state afterwards, and leaves papers that a colleague can read, run and click through.
//!
//! A story (`stories/`) is data and a function over a [`session::Session`], which records every exchange. `stage` starts the
//! services, `expect` and `inside` check answers, `papers` writes transcript, script and HAR, `run` tells several stories at once.

mod cast;
mod catalogue;
mod exchange;
mod expect;
mod inside;
mod papers;
mod replay;
mod run;
mod session;
mod stage;
mod steps;
mod stories;
mod story;
mod summary;
mod wire;

pub(crate) use cast::{POPULATION, SEED, Society};
pub(crate) use catalogue::{Row, rows};
pub(crate) use run::{Done, Order, Place, Verdict, stay};
pub(crate) use stories::story_of;
pub(crate) use story::Story;
pub(crate) use summary::{junit, page, table};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use toml::Table;

    /// A row without a story, and a story without a row, are found here.
    #[test]
    fn every_row_has_its_story_and_every_story_its_row() {
        let rows = rows();
        assert_eq!(rows.len(), 47);
        let named: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let told: Vec<&str> = stories::all().map(|story| story.id).collect();
        let once: BTreeSet<&str> = told.iter().copied().collect();
        assert_eq!(told.len(), once.len(), "a story is there twice");
        assert_eq!(named, once);
    }

    #[test]
    fn settings_of_stories_are_toml_and_pages_are_paths() {
        for story in stories::all() {
            for settings in [story.needs.engine, story.needs.registry] {
                assert!(settings.parse::<Table>().is_ok(), "{}: {settings}", story.id);
                assert!(!story.needs.outside || settings.is_empty(), "{} needs settings", story.id);
            }
            assert!(story.page.starts_with('/'), "{}", story.id);
        }
    }
}
