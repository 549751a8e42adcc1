//! Who may see which registration in a browser.
//!
//! Each registration has an address of its own, and its token is a cookie of that address's name: two people who register side by side
//! in one browser can't get into each other's. Beside that the browser knows whose turn it is: only the registration that was opened
//! last is shown, and every other asks for its NIK before it shows anything.

use super::forms;
use super::target::Stage;
use super::visit::{Instead, Refused, Visit, see_other, with_cookie};
use crate::api::answer::ApiError;
use crate::api::drafts::load;
use crate::api::route::draft_id;
use crate::cookies::{self, Cookie, SameSite};
use crate::store::DraftId;
use domain::document::DocumentKind;
use domain::draft::Draft;
use domain::{Failure, Timestamp};
use hyper::HeaderMap;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use server::Answer;
use std::fmt;
use std::time::Duration;

/// Names a registration in addresses. It opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle([u8; 8]);

/// A registration that this browser may see.
pub(super) struct Opened {
    pub(super) handle: Handle,
    pub(super) id: DraftId,
    pub(super) draft: Draft,
}

/// Begins the names of cookies with tokens.
const TOKEN_COOKIE: &str = "draf-";

/// The registration that is shown.
const CURRENT_COOKIE: &str = "draf";

const PATH: &str = "/daftar";

/// A cookie outlives its registration for so long, so that the browser is told that it is over.
const AFTERLIFE: Duration = Duration::from_secs(24 * 3_600);

impl Handle {
    /// Characters of its text.
    pub(super) const CHARS: usize = 16;

    pub(super) fn of(token: &str) -> Handle {
        let id = draft_id(token).0;
        Handle(std::array::from_fn(|at| id[at]))
    }

    pub(super) fn parse(text: &str) -> Option<Handle> {
        let mut bytes = [0; 8];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Handle(bytes))
    }

    /// The page of `stage`.
    pub(super) fn path(self, stage: Stage) -> String {
        format!("{PATH}/{self}{}", stage.suffix())
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// The registration `handle`, where it is the one that this browser shows.
pub(super) fn id_in(headers: &HeaderMap, handle: Handle) -> Option<DraftId> {
    let is_current = cookies::read(headers, CURRENT_COOKIE) == Some(handle.to_string().as_str());
    token_in(headers, handle).filter(|_| is_current).map(draft_id)
}

/// The token of `handle`, if this browser has it.
pub(super) fn token_in(headers: &HeaderMap, handle: Handle) -> Option<&str> {
    let token = cookies::read(headers, &format!("{TOKEN_COOKIE}{handle}"))?;
    (Handle::of(token) == handle).then_some(token)
}

/// The tokens of all registrations that a browser has under way, whoever's.
pub(super) fn tokens_in(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    cookies::all(headers).filter_map(|(name, token)| {
        let handle = Handle::parse(name.strip_prefix(TOKEN_COOKIE)?)?;
        (Handle::of(token) == handle).then_some(token)
    })
}

/// The registration at an address, for whoever may see it.
pub(super) fn open(visit: &Visit<'_>, handle: Handle) -> Result<Opened, Refused> {
    let Some(id) = id_in(visit.headers, handle) else {
        let (error, path) = (ApiError::from(Failure::DraftExpired), format!("{PATH}/lanjut?draf={handle}"));
        return Err(Refused { error, instead: Instead::Elsewhere(path) });
    };
    let draft = load(visit.app, id, visit.app.clock.now())?;
    Ok(Opened { handle, id, draft })
}

/// Leads to the registration of `token`, which the browser shows from now on.
pub(super) fn enter(visit: &Visit<'_>, token: &str, expires_at: Timestamp, stage: Stage) -> Answer {
    let handle = Handle::of(token);
    let left_ms = expires_at.as_ms().saturating_sub(visit.app.clock.now().as_ms());
    let life = Duration::from_millis(u64::try_from(left_ms).unwrap_or(0)).saturating_add(AFTERLIFE);
    let answer = see_other(&handle.path(stage));
    let answer = with_cookie(answer, set(visit, &format!("{TOKEN_COOKIE}{handle}"), token, life));
    with_cookie(answer, set(visit, CURRENT_COOKIE, &handle.to_string(), life))
}

/// `POST …/tutup`: the browser forgets the registration.
pub(super) async fn leave(visit: &Visit<'_>, opened: &Opened, body: Incoming) -> Result<Answer, Refused> {
    forms::read(visit, body).await?;
    let name = format!("{TOKEN_COOKIE}{}", opened.handle);
    let answer = with_cookie(see_other("/"), set(visit, &name, "", Duration::ZERO));
    Ok(with_cookie(answer, set(visit, CURRENT_COOKIE, "", Duration::ZERO)))
}

/// The page on which a registration goes on.
pub(super) fn next_stage(visit: &Visit<'_>, draft: &Draft) -> Stage {
    let lacks = |kind: DocumentKind| {
        kind.is_required()
            && visit.app.config.limits.document(kind).is_some()
            && !draft.documents.contains_key(&kind)
    };
    if draft.account.is_some() {
        Stage::Done
    } else if draft.profile.is_none() {
        Stage::Profile
    } else if DocumentKind::ALL.into_iter().any(lacks) {
        Stage::Documents
    } else if draft.credentials.is_none() {
        Stage::Credentials
    } else {
        Stage::Review
    }
}

fn set(visit: &Visit<'_>, name: &str, value: &str, life: Duration) -> HeaderValue {
    cookies::set(visit.app, Cookie { name, value, path: PATH, life, site: SameSite::Strict })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cookie under another registration's name opens nothing, and neither does one that isn't the last.
    #[test]
    fn a_browser_shows_one_registration() {
        let (siti, budi) = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210");
        let check = |cookie: &str, token: &str, expect: bool| {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", HeaderValue::from_str(cookie).unwrap());
            assert_eq!(id_in(&headers, Handle::of(token)), expect.then(|| draft_id(token)), "{cookie}");
        };
        let of = |token: &str| format!("draf-{}={token}", Handle::of(token));
        let current = |token: &str| format!("draf={}", Handle::of(token));
        check(&format!("{}; {}", of(siti), current(siti)), siti, true);
        check(&of(siti), siti, false);
        check(&current(siti), siti, false);
        let both = format!("{}; {}; {}", of(siti), of(budi), current(budi));
        check(&both, siti, false);
        check(&both, budi, true);
        let foreign = format!("draf-{}={budi}; {}", Handle::of(siti), current(siti));
        check(&foreign, siti, false);
        check(&foreign, budi, false);
    }
}
