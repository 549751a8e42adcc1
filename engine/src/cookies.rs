//! Cookies: read, and set so that no script reads them and no other site's form has them sent.

use crate::app::App;
use hyper::header::{COOKIE, HeaderMap, HeaderValue};
use std::time::Duration;

/// A cookie that a browser is to keep.
#[derive(Clone, Copy)]
pub(crate) struct Cookie<'a> {
    pub(crate) name: &'a str,
    /// Digits, letters and punctuation of ASCII; nothing where it is taken back.
    pub(crate) value: &'a str,
    /// Requests for what begins so bring it.
    pub(crate) path: &'a str,
    /// Zero takes it back.
    pub(crate) life: Duration,
    pub(crate) site: SameSite,
}

/// Which requests that another site causes bring a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameSite {
    /// None.
    Strict,
    /// Those of a link that was followed.
    Lax,
}

/// The header that sets `cookie`, over TLS only where the settings say so.
pub(crate) fn set(app: &App, cookie: Cookie<'_>) -> HeaderValue {
    let Cookie { name, value, path, life, site } = cookie;
    let secure = if app.config.accounts.secure_cookies { "; Secure" } else { "" };
    let seconds = life.as_secs();
    let text = format!("{name}={value}; Path={path}; HttpOnly; SameSite={site:?}; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).expect("digits, letters and punctuation of ASCII are a header")
}

/// The value of the cookie `name`.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    all(headers).find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// Every cookie that a request brings, by its name.
pub(crate) fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='))
}
