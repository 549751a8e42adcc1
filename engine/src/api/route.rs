//! Which endpoint a request is for.

use crate::store::DraftId;
use domain::document::DocumentKind;
use domain::wire::paths;
use hyper::Method;
use sha2::{Digest, Sha256};

/// An endpoint, with what its path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Status,
    Captchas,
    Drafts,
    Draft(DraftId),
    Profile(DraftId),
    Document(DraftId, DocumentKind),
    Credentials(DraftId),
    Confirmation(DraftId),
}

/// Why a request is for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RouteError {
    NotFound,
    /// The path is known; this is its method.
    MethodNotAllowed(&'static str),
}

impl Route {
    /// # Errors
    /// [`RouteError`].
    pub(super) fn of(method: &Method, path: &str) -> Result<Route, RouteError> {
        let (route, allowed) = parse(path).ok_or(RouteError::NotFound)?;
        if method.as_str() == allowed { Ok(route) } else { Err(RouteError::MethodNotAllowed(allowed)) }
    }

    /// The step of the flow, as metrics and logs call it.
    pub(super) const fn step(self) -> &'static str {
        match self {
            Route::Status => "status",
            Route::Captchas => "captcha",
            Route::Drafts => "identity",
            Route::Draft(_) => "review",
            Route::Profile(_) => "profile",
            Route::Document(_, kind) => kind.name(),
            Route::Credentials(_) => "credentials",
            Route::Confirmation(_) => "confirmation",
        }
    }
}

/// The name in the store of the draft that `token` opens.
pub(super) fn draft_id(token: &str) -> DraftId {
    let digest = Sha256::digest(token.as_bytes());
    DraftId(std::array::from_fn(|at| digest[at]))
}

fn parse(path: &str) -> Option<(Route, &'static str)> {
    match path {
        paths::STATUS => return Some((Route::Status, "GET")),
        paths::CAPTCHAS => return Some((Route::Captchas, "POST")),
        paths::DRAFTS => return Some((Route::Drafts, "POST")),
        _ => {}
    }
    let mut parts = path.strip_prefix(paths::DRAFTS)?.strip_prefix('/')?.split('/');
    let token = parts.next().filter(|token| !token.is_empty())?;
    let draft = draft_id(token);
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => Some((Route::Draft(draft), "GET")),
        (Some("profile"), None, _) => Some((Route::Profile(draft), "PUT")),
        (Some("documents"), Some(kind), None) => {
            Some((Route::Document(draft, DocumentKind::from_name(kind)?), "PUT"))
        }
        (Some("credentials"), None, _) => Some((Route::Credentials(draft), "PUT")),
        (Some("confirmation"), None, _) => Some((Route::Confirmation(draft), "POST")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes() {
        let draft = draft_id("abc");
        let check = |method: Method, path: &str, expect| {
            assert_eq!(Route::of(&method, path), expect, "{method} {path}");
        };
        check(Method::GET, paths::STATUS, Ok(Route::Status));
        check(Method::POST, paths::CAPTCHAS, Ok(Route::Captchas));
        check(Method::POST, paths::DRAFTS, Ok(Route::Drafts));
        check(Method::GET, &paths::draft("abc"), Ok(Route::Draft(draft)));
        check(Method::PUT, &paths::profile("abc"), Ok(Route::Profile(draft)));
        for kind in DocumentKind::ALL {
            check(Method::PUT, &paths::document("abc", kind), Ok(Route::Document(draft, kind)));
        }
        check(Method::PUT, &paths::credentials("abc"), Ok(Route::Credentials(draft)));
        check(Method::POST, &paths::confirmation("abc"), Ok(Route::Confirmation(draft)));
        check(Method::GET, &paths::profile("abc"), Err(RouteError::MethodNotAllowed("PUT")));
        check(Method::DELETE, paths::STATUS, Err(RouteError::MethodNotAllowed("GET")));
        for path in [
            "",
            "/",
            "/api/v1",
            "/api/v1/drafts/",
            "/api/v1/draftsabc",
            "/api/v1/drafts/abc/",
            "/api/v1/drafts/abc/x",
            "/api/v1/drafts/abc/documents",
            "/api/v1/drafts/abc/documents/cv",
            "/api/v1/drafts/abc/documents/ktp/x",
            "/api/v1/drafts/abc/profile/",
            "/API/V1/STATUS",
            "/api/v1/status/",
        ] {
            check(Method::GET, path, Err(RouteError::NotFound));
        }
    }

    #[test]
    fn tokens_are_told_apart() {
        assert_ne!(draft_id("abc"), draft_id("abd"));
        assert_eq!(draft_id("abc"), draft_id("abc"));
    }
}
