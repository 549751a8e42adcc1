//! What a portal has asked a browser to keep and to send along, as far as one portal goes: names and values. One site, one path, one
//! run: scopes and dates make no difference here, but a cookie that is taken back is gone.

use hyper::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use std::collections::BTreeMap;

/// The cookies of one browser.
#[derive(Clone, Debug, Default)]
pub(super) struct Cookies(BTreeMap<String, String>);

impl Cookies {
    /// Keeps what an answer says.
    pub(super) fn keep(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let mut parts = cookie.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            if parts.any(|part| part.eq_ignore_ascii_case("Max-Age=0")) {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Sends them along.
    pub(super) fn show(&self, headers: &mut HeaderMap) {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !pairs.is_empty()
            && let Ok(value) = HeaderValue::try_from(pairs.join("; "))
        {
            headers.insert(COOKIE, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_sent_and_taken_back() {
        let mut cookies = Cookies::default();
        let mut check = |set: &[&'static str], expect: Option<&str>| {
            let mut headers = HeaderMap::new();
            for cookie in set {
                headers.append(SET_COOKIE, HeaderValue::from_static(cookie));
            }
            cookies.keep(&headers);
            let mut sent = HeaderMap::new();
            cookies.show(&mut sent);
            assert_eq!(sent.get(COOKIE).map(|value| value.to_str().unwrap()), expect, "{set:?}");
        };
        check(&[], None);
        check(&["antrean=ab.cd; Path=/; HttpOnly; Max-Age=60"], Some("antrean=ab.cd"));
        check(&["sesi=1-x", "antrean=ef.gh"], Some("antrean=ef.gh; sesi=1-x"));
        check(&["antrean=; Max-Age=0; Path=/", "nonsense"], Some("sesi=1-x"));
    }
}
