//! Sessions: tokens that name their account, of which the store has digests only.

use crate::activation::account_of;
use crate::app::App;
use crate::cookies;
use crate::store::{Account, StoreError};
use domain::Timestamp;
use domain::access::Session;
use domain::draft::AccountNumber;
use hyper::header::{AUTHORIZATION, HeaderMap};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The cookie's name.
pub(crate) const COOKIE_NAME: &str = "sesi";

/// A session that somebody has shown.
pub(crate) struct Shown {
    pub(crate) account: Account,
    pub(crate) digest: String,
    pub(crate) expires_at: Timestamp,
}

/// A new session for account `number`: its token, and what the store keeps of it.
///
/// # Errors
/// Where the system has no random bytes.
pub(crate) fn new(
    number: AccountNumber,
    expires_at: Timestamp,
) -> Result<(String, Session), getrandom::Error> {
    let mut secret = [0; 16];
    getrandom::fill(&mut secret)?;
    let token = format!("{number}-{}", hex::encode(secret));
    let session = Session { digest: digest(&token), expires_at };
    Ok((token, session))
}

/// The session that a request shows, if it is one.
///
/// # Errors
/// Where the store cannot be read.
pub(crate) fn of(app: &App, headers: &HeaderMap) -> Result<Option<Shown>, StoreError> {
    let Some(token) = token_in(headers) else { return Ok(None) };
    let Some(number) = account_of(token) else { return Ok(None) };
    let (digest, now) = (digest(token), app.clock.now());
    let access = app.store.access(number)?;
    let is_ours = |session: &&Session| {
        now < session.expires_at && bool::from(session.digest.as_bytes().ct_eq(digest.as_bytes()))
    };
    let Some(expires_at) = access.sessions.iter().find(is_ours).map(|session| session.expires_at) else {
        return Ok(None);
    };
    let account = app.store.account(number)?;
    Ok(account.map(|account| Shown { account, digest, expires_at }))
}

/// The token of `Authorization: Bearer`, else that of the cookie.
fn token_in(headers: &HeaderMap) -> Option<&str> {
    if let Some(authorization) = headers.get(AUTHORIZATION) {
        return authorization.to_str().ok()?.strip_prefix("Bearer ").map(str::trim);
    }
    cookies::read(headers, COOKIE_NAME)
}

fn digest(token: &str) -> String {
    hex::encode(&Sha256::digest(token.as_bytes())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::{COOKIE, HeaderName, HeaderValue};

    #[test]
    fn where_tokens_stand() {
        let check = |headers: &[(HeaderName, &str)], expect: Option<&str>| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(name, HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(token_in(&map), expect, "{headers:?}");
        };
        check(&[], None);
        check(&[(AUTHORIZATION, "Bearer 12-ab")], Some("12-ab"));
        check(&[(AUTHORIZATION, "Basic 12-ab")], None);
        check(&[(AUTHORIZATION, "Basic x"), (COOKIE, "sesi=12-ab")], None);
        check(&[(COOKIE, "sesi=12-ab")], Some("12-ab"));
        check(&[(COOKIE, "a=b; sesi=12-ab; c=d")], Some("12-ab"));
        check(&[(COOKIE, "a=b"), (COOKIE, "sesi=12-ab")], Some("12-ab"));
        check(&[(COOKIE, "xsesi=12-ab; sesix=1")], None);
    }

    #[test]
    fn tokens_name_their_account_and_are_not_kept() {
        let (token, session) = new(AccountNumber(12), Timestamp::from_ms(5)).unwrap();
        assert_eq!(account_of(&token), Some(AccountNumber(12)));
        assert_eq!(session.digest, digest(&token));
        assert!(!token.contains(&session.digest));
        assert_ne!(new(AccountNumber(12), Timestamp::from_ms(5)).unwrap().0, token);
    }
}
