//! Forms as browsers send them, and the token by which a form is known to come from a page of ours in the same browser.
//!
//! The browser has a random value as a cookie that other sites' pages cannot have sent along with a form; each form carries a digest of
//! it that only the engine can make.

use super::visit::Visit;
use crate::api::FORM_BYTES_MAX;
use crate::api::answer::ApiError;
use crate::app::App;
use crate::cookies::{self, Cookie, SameSite};
use bytes::Bytes;
use domain::Failure;
use domain::wire::{CaptchaAnswer, FORM_VERSION};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use maud::{Markup, html};
use server::BodyBounds;
use std::convert::Infallible;
use std::time::Duration;
use subtle::ConstantTimeEq;

const COOKIE_NAME: &str = "formulir";
const COOKIE_LIFE: Duration = Duration::from_secs(30 * 24 * 3_600);
const VALUE_DIGITS: usize = 32;
const TOKEN_DIGITS: usize = 32;

/// Fields beside the file, and what stands between them, at most.
const MULTIPART_OVERHEAD_BYTES_MAX: u32 = 8 * 1024;

/// What ties the forms of a browser to it.
pub(super) struct FormToken {
    value: String,
    token: String,
    is_new: bool,
}

/// What was filled in, by the fields' names.
#[derive(Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl FormToken {
    /// That of the browser that sent `headers`, or a new one.
    ///
    /// # Errors
    /// Where the system has no random bytes.
    pub(super) fn of(app: &App, headers: &hyper::HeaderMap) -> Result<FormToken, ApiError> {
        let is_one =
            |value: &&str| value.len() == VALUE_DIGITS && value.bytes().all(|b| b.is_ascii_hexdigit());
        let known = cookies::read(headers, COOKIE_NAME).filter(is_one);
        let value = match known {
            Some(value) => value.to_owned(),
            None => {
                let mut bytes = [0; VALUE_DIGITS / 2];
                getrandom::fill(&mut bytes).map_err(|error| ApiError::inside(Failure::Internal, &error))?;
                hex::encode(bytes)
            }
        };
        let mut token = app.secret.digest(&["form", &value]);
        token.truncate(TOKEN_DIGITS);
        Ok(FormToken { value, token, is_new: known.is_none() })
    }

    /// The hidden fields of a form.
    pub(super) fn fields(&self) -> Markup {
        html! {
            input type="hidden" name="token" value=(self.token);
            input type="hidden" name="versi" value=(FORM_VERSION);
        }
    }

    /// Set where the browser had none. A link that was followed brings it along, so that other tabs' forms stay good.
    pub(super) fn new_cookie(&self, app: &App) -> Option<HeaderValue> {
        let (name, value) = (COOKIE_NAME, self.value.as_str());
        let cookie = Cookie { name, value, path: "/", life: COOKIE_LIFE, site: SameSite::Lax };
        self.is_new.then(|| cookies::set(app, cookie))
    }

    /// A form from elsewhere, from another browser or of another release is out of date.
    fn check(&self, fields: &Fields) -> Result<(), Failure> {
        let is_ours = !self.is_new && bool::from(fields.get("token").as_bytes().ct_eq(self.token.as_bytes()));
        let is_current = fields.get("versi").parse() == Ok(FORM_VERSION);
        if is_ours && is_current { Ok(()) } else { Err(Failure::FormOutdated) }
    }
}

impl Fields {
    /// A form that is filled in already.
    pub(super) fn of(fields: &[(&str, &str)]) -> Fields {
        Fields(fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Whether it is a form that nobody has sent yet.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As typed; empty where there is no such field.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// The same, as the API's forms take it.
    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).to_owned()
    }

    /// Whether another captcha is all that is asked for.
    pub(super) fn wants_captcha(&self) -> bool {
        !self.get("ganti").is_empty()
    }

    /// The answer to the form's captcha.
    pub(super) fn captcha(&self) -> CaptchaAnswer {
        CaptchaAnswer { id: self.text("captcha_id"), answer: self.text("captcha") }
    }
}

/// Reads a form without files.
///
/// # Errors
/// A body that is too long or doesn't come, or a form that isn't of a page of ours in this browser.
pub(super) async fn read(visit: &Visit<'_>, body: Incoming) -> Result<Fields, ApiError> {
    let bytes = read_body(visit, body, FORM_BYTES_MAX).await?;
    let fields = Fields(form_urlencoded::parse(&bytes).into_owned().collect());
    visit.token.check(&fields)?;
    Ok(fields)
}

/// Reads a form with one file of at most `bytes_max`, which is empty where none was chosen.
///
/// # Errors
/// As for [`read`].
pub(super) async fn read_file(
    visit: &Visit<'_>,
    body: Incoming,
    bytes_max: u32,
) -> Result<(Fields, Bytes), ApiError> {
    let content_type = visit.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = content_type.and_then(|value| multer::parse_boundary(value).ok());
    let boundary = boundary.ok_or(Failure::FormOutdated)?;
    let bytes =
        read_body(visit, body, u64::from(bytes_max.saturating_add(MULTIPART_OVERHEAD_BYTES_MAX))).await?;
    let (fields, file) = split(bytes, boundary).await.map_err(|_| Failure::FormOutdated)?;
    visit.token.check(&fields)?;
    Ok((fields, file))
}

async fn read_body(visit: &Visit<'_>, body: Incoming, bytes_max: u64) -> Result<Bytes, ApiError> {
    let bounds = BodyBounds { bytes_max, timeout: visit.app.config.body_timeout };
    let reading = server::read(body, bounds, |_| Ok::<(), Failure>(()));
    Ok(visit.app.overload.limit.outside(reading).await??)
}

/// The parts of a multipart form: fields, and the one with a file's name.
async fn split(bytes: Bytes, boundary: String) -> Result<(Fields, Bytes), multer::Error> {
    let whole = futures_util::stream::once(std::future::ready(Ok::<Bytes, Infallible>(bytes)));
    let mut parts = multer::Multipart::new(whole, boundary);
    let (mut fields, mut file) = (Vec::new(), Bytes::new());
    while let Some(part) = parts.next_field().await? {
        match (part.name().map(ToOwned::to_owned), part.file_name().is_some()) {
            (Some(_), true) => file = part.bytes().await?,
            (Some(name), false) => fields.push((name, part.text().await?)),
            (None, _) => {}
        }
    }
    Ok((Fields(fields), file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn multipart() {
        let part = |head: &str, body: &str| {
            format!("--x\r\ncontent-disposition: form-data; {head}\r\n\r\n{body}\r\n")
        };
        let form = [
            part("name=\"token\"", "abc"),
            part("name=\"file\"; filename=\"ktp.jpg\"", "\u{1}\r\nfile"),
            "--x--\r\n".to_owned(),
        ];
        let (fields, file) = split(Bytes::from(form.concat()), "x".to_owned()).await.unwrap();
        assert_eq!((fields.get("token"), fields.get("none"), &file[..]), ("abc", "", &b"\x01\r\nfile"[..]));
        for cut in ["", "--x\r\n", "no boundary at all"] {
            let cut = split(Bytes::from(cut), "x".to_owned()).await;
            assert!(cut.is_err() || cut.is_ok_and(|(fields, file)| fields.0.is_empty() && file.is_empty()));
        }
    }
}
