//! The stories, a file for each group of the catalogue.

mod account;
mod documents;
mod flow;
mod gate;
mod identity;
mod overload;
mod phenomena;
mod registry;
mod storage;

use super::story::Story;

/// Every story.
pub(super) fn all() -> impl Iterator<Item = &'static Story> {
    let groups = [
        gate::STORIES,
        identity::STORIES,
        documents::STORIES,
        flow::STORIES,
        account::STORIES,
        registry::STORIES,
        storage::STORIES,
        overload::STORIES,
        phenomena::STORIES,
    ];
    groups.into_iter().flatten()
}

/// The story of this row.
pub(crate) fn story_of(id: &str) -> Option<&'static Story> {
    all().find(|story| story.id == id)
}
