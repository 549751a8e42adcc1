//! A request for a page, and how it is answered.

use super::drafts;
use super::forms::FormToken;
use super::layout::Page;
use crate::api::answer::ApiError;
use crate::app::App;
use crate::{cookies, sessions};
use bytes::Bytes;
use domain::Failure;
use domain::wire::Problem;
use http_body_util::Full;
use hyper::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE,
};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use server::Answer;

/// Ours and nothing else, nothing inline. Captchas and photos that are looked at before they are sent are pictures of the page itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Who asks, and what they brought.
pub(super) struct Visit<'a> {
    pub(super) app: &'a App,
    pub(super) headers: &'a HeaderMap,
    pub(super) head: &'a Parts,
    pub(super) token: FormToken,
}

/// A refusal, and what is shown of it.
pub(super) struct Refused {
    pub(super) error: ApiError,
    pub(super) instead: Instead,
}

/// What somebody sees in place of what they asked for.
pub(super) enum Instead {
    /// A page about the refusal.
    Page,
    /// The form again, with what is wrong in it.
    Form(Box<(Problem, Page)>),
    /// Another page, which helps them on.
    Elsewhere(String),
}

impl<'a> Visit<'a> {
    /// # Errors
    /// Where the system has no random bytes.
    pub(super) fn new(app: &'a App, head: &'a Parts) -> Result<Visit<'a>, ApiError> {
        let headers = &head.headers;
        Ok(Visit { app, headers, head, token: FormToken::of(app, headers)? })
    }

    /// The value of `key` in the query.
    pub(super) fn asked(&self, key: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.head.uri.query().unwrap_or_default().as_bytes());
        pairs.find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
    }

    /// `page` in its frame.
    pub(super) fn page(&self, status: StatusCode, page: &Page) -> Answer {
        let has_session = cookies::read(self.headers, sessions::COOKIE_NAME).is_some();
        let mut answer = Response::new(Full::new(Bytes::from(page.framed(has_session).into_string())));
        *answer.status_mut() = status;
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        answer
    }

    /// `page`, and all is well.
    pub(super) fn shown(&self, page: &Page) -> Answer {
        self.page(StatusCode::OK, page)
    }

    /// A refusal of what was filled in: `form` draws the page again, with what is wrong. What is about more than the form has a page
    /// of its own.
    pub(super) fn again(&self, error: ApiError, form: impl FnOnce(&Problem) -> Page) -> Refused {
        let error = error.timed(self.app);
        let problem = error.problem();
        let is_about_more = match problem.code {
            Failure::NotOpen
            | Failure::AwaitingFormations
            | Failure::Closed
            | Failure::AlreadyFinal
            | Failure::StepOutOfOrder
            | Failure::CameraMissing
            | Failure::QueueTokenInvalid => true,
            Failure::DraftExpired | Failure::FormOutdated => problem.fields.is_empty(),
            _ => false,
        };
        if is_about_more {
            return Refused::from(error);
        }
        let page = form(&problem);
        Refused { error, instead: Instead::Form(Box::new((problem, page))) }
    }

    /// What every answer to a browser says beside.
    pub(super) fn secured(&self, mut answer: Answer) -> Answer {
        let headers = answer.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static("camera=(self)"));
        if let Some(cookie) = self.token.new_cookie(self.app) {
            headers.append(SET_COOKIE, cookie);
        }
        answer
    }

    /// Whether this browser has registrations under way.
    pub(super) fn has_drafts(&self) -> bool {
        drafts::tokens_in(self.headers).next().is_some()
    }
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Refused {
        Refused { error, instead: Instead::Page }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Refused {
        Refused::from(ApiError::from(failure))
    }
}

impl AsRef<ApiError> for Refused {
    fn as_ref(&self) -> &ApiError {
        &self.error
    }
}

/// The answer to a form that was taken: another page, so that a reload sends nothing twice.
pub(super) fn see_other(path: &str) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::SEE_OTHER;
    let path = HeaderValue::from_str(path).expect("our paths are ASCII without control characters");
    answer.headers_mut().insert(LOCATION, path);
    answer
}

/// The same answer with a cookie.
pub(super) fn with_cookie(mut answer: Answer, cookie: HeaderValue) -> Answer {
    answer.headers_mut().append(SET_COOKIE, cookie);
    answer
}
