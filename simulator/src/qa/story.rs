//! A story: what it needs, and the walk that leads to the failure. Data and a function; everything else is the same for all.

use super::session::Session;
use std::pin::Pin;

/// How one row of the catalogue is brought about.
#[derive(Clone, Copy)]
pub(crate) struct Story {
    /// The row's name.
    pub(crate) id: &'static str,
    pub(crate) needs: Needs,
    /// The page of the portal on which a person would see it.
    pub(crate) page: &'static str,
    pub(crate) walk: for<'a> fn(&'a mut Session) -> Walk<'a>,
}

/// A walk under way.
pub(crate) type Walk<'a> = Pin<Box<dyn Future<Output = Result<(), Wrong>> + Send + 'a>>;

/// What the services have to be like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs {
    /// Settings of the engine that differ from those of every story, in TOML.
    pub(crate) engine: &'static str,
    /// The same of the registry stand-in.
    pub(crate) registry: &'static str,
    /// It can be told on a portal that runs already: nothing but applicants' requests, under usual settings.
    pub(crate) outside: bool,
}

/// Something was not as the catalogue has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub(crate) struct Wrong {
    /// What, and what it should have been.
    pub(crate) what: String,
    /// A registration is lost, doubled, or made for somebody who was told another thing.
    pub(crate) grave: bool,
}

impl Needs {
    /// Usual settings, applicants' requests only.
    pub(crate) const OUTSIDE: Needs = Needs { engine: "", registry: "", outside: true };

    /// Usual settings; it moves switches or ends processes.
    pub(crate) const INSIDE: Needs = Needs { outside: false, ..Needs::OUTSIDE };

    /// Settings of the engine.
    pub(crate) const fn engine(engine: &'static str) -> Needs {
        Needs { engine, registry: "", outside: false }
    }

    /// Settings of the registry stand-in, beside them.
    pub(crate) const fn registry(self, registry: &'static str) -> Needs {
        Needs { registry, outside: false, ..self }
    }
}

impl Wrong {
    pub(crate) fn new(what: impl Into<String>) -> Wrong {
        Wrong { what: what.into(), grave: false }
    }

    pub(crate) fn grave(what: impl Into<String>) -> Wrong {
        Wrong { what: what.into(), grave: true }
    }
}

/// Writes a group's stories as a table: `"id": needs, "/page" => function;`.
macro_rules! stories {
    ($($id:literal: $needs:expr, $page:literal => $walk:path;)*) => {
        /// The stories of this file.
        pub(super) const STORIES: &[$crate::qa::story::Story] = &[$(
            $crate::qa::story::Story { id: $id, needs: $needs, page: $page, walk: |session| Box::pin($walk(session)) },
        )*];
    };
}
pub(super) use stories;
