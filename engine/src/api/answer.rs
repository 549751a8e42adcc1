//! Answers as they go out: JSON, or a problem that says what the applicant can do and nothing of the inside.

use crate::app::App;
use crate::committer::CommitError;
use crate::overload::{Reason, Rule, TurnedAway, seconds_up};
use crate::photos::PhotoError;
use crate::pool::PoolError;
use crate::store::{StoreError, UpdateError};
use crate::waits;
use bytes::Bytes;
use domain::Failure;
use domain::identity::Fault;
use domain::wire::{self, Parity, Problem};
use domain::zone::LocalTimes;
use http_body_util::Full;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use hyper::{Response, StatusCode};
use serde::Serialize;
use server::{Answer, BodyError};
use std::fmt;

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct ApiError {
    failure: Failure,
    faults: Vec<Fault>,
    /// Where it is known.
    retry_after_s: Option<u32>,
    /// What to do about it, in Indonesian.
    detail: Option<String>,
    /// Which rule under overload turned it away, if one did.
    reason: Option<Reason>,
    /// For the log alone.
    inside: Option<String>,
}

impl ApiError {
    /// What the applicant is told.
    pub(crate) fn failure(&self) -> Failure {
        self.failure
    }

    /// Which rule under overload turned it away, if one did.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// The policy has turned somebody away. Whose turn it is they are told, since coming back sooner is in vain.
    pub(super) fn turned_away(app: &App, turned: TurnedAway) -> ApiError {
        let detail = match app.overload.door.rule() {
            Rule::Turns => app.overload.door.turn().map(|turn| {
                let (others, until) = match turn.parity {
                    Parity::Even => ("genap", "ganjil"),
                    Parity::Odd => ("ganjil", "genap"),
                };
                let at = LocalTimes::of(turn.until).wib;
                format!(
                    "Saat ini giliran NIK dengan angka terakhir {others}. Giliran NIK {until} mulai {at}."
                )
            }),
            _ => None,
        };
        ApiError { detail, ..ApiError::from(turned) }
    }

    /// The form has faults; the first gives the answer its code.
    pub(crate) fn of_faults(faults: Vec<Fault>) -> ApiError {
        let failure = faults.first().map_or(Failure::Internal, |fault| fault.failure);
        ApiError { faults, ..ApiError::from(failure) }
    }

    /// The fault is that of one field.
    pub(crate) fn of_field(field: &'static str, failure: Failure) -> ApiError {
        ApiError { faults: vec![Fault { field, failure }], ..ApiError::from(failure) }
    }

    /// The same as a fault of `field`.
    pub(crate) fn at(self, field: &'static str) -> ApiError {
        let failure = self.failure;
        ApiError { faults: vec![Fault { field, failure }], ..self }
    }

    /// `error` as a fault of `field`, unless the system is at fault.
    pub(super) fn at_field(field: &'static str, error: impl Into<ApiError>) -> ApiError {
        let error = error.into();
        if error.failure.is_transient() { error } else { error.at(field) }
    }

    /// Something inside failed: `cause` goes to the log, `failure` to the applicant.
    pub(crate) fn inside(failure: Failure, cause: &dyn fmt::Display) -> ApiError {
        ApiError { inside: Some(cause.to_string()), ..ApiError::from(failure) }
    }

    /// The same, with the time after which a repeat makes sense, where it is known.
    pub(super) fn retry_after(self, seconds: Option<u32>) -> ApiError {
        ApiError { retry_after_s: seconds.or(self.retry_after_s), ..self }
    }

    /// The same; where the gate is shut, with the time that its schedule tells.
    pub(crate) fn timed(self, app: &App) -> ApiError {
        let retry_after_s = app.gate.retry_after_s(self.failure, app.clock.now());
        self.retry_after(retry_after_s)
    }

    /// The answer of the API.
    pub(crate) fn answer(&self, step: &'static str) -> Answer {
        self.log(step);
        let problem = self.problem();
        let mut answer = problem_answer(self.status(), &problem);
        if let Some(seconds) = problem.retry_after_s {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.failure.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What the applicant is told. To be asked for once: those who are told to come again are spread.
    pub(crate) fn problem(&self) -> Problem {
        let problem = match self.faults.first() {
            Some(&first) => Problem::of_faults(first, &self.faults),
            None => Problem { detail: self.detail.clone(), ..Problem::of(self.failure) },
        };
        let soon = || self.failure.is_transient().then(waits::soon);
        match self.retry_after_s.or_else(soon) {
            Some(seconds) => problem.retry_after(seconds),
            None => problem,
        }
    }

    /// What is inside is logged here, and only here.
    pub(crate) fn log(&self, step: &'static str) {
        if let Some(cause) = &self.inside {
            tracing::warn!(step, code = self.failure.code(), cause, "a request failed inside");
        }
    }
}

/// `body` as JSON.
pub(super) fn json<T: Serialize>(status: StatusCode, body: &T) -> Answer {
    with_body(status, wire::JSON, body)
}

/// Done, and nothing to say.
pub(super) fn no_content() -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// No such path. The catalogue has no code for that: it is about people, not about programs that ask for what isn't there.
pub(crate) fn not_found() -> Answer {
    with_body(
        StatusCode::NOT_FOUND,
        Problem::MEDIA_TYPE,
        &Blank { title: "Alamat tidak ditemukan", status: 404 },
    )
}

/// The path has another method.
pub(crate) fn method_not_allowed(allowed: &'static str) -> Answer {
    let body = Blank { title: "Metode tidak diizinkan", status: 405 };
    let mut answer = with_body(StatusCode::METHOD_NOT_ALLOWED, Problem::MEDIA_TYPE, &body);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}

/// A problem of HTTP alone: RFC 9457 gives it the type `about:blank`.
#[derive(Serialize)]
struct Blank {
    title: &'static str,
    status: u16,
}

fn problem_answer(status: StatusCode, problem: &Problem) -> Answer {
    with_body(status, Problem::MEDIA_TYPE, problem)
}

fn with_body<T: Serialize>(status: StatusCode, media_type: &'static str, body: &T) -> Answer {
    let body = serde_json::to_vec(body).expect("answers have string keys and no failing serialiser");
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

impl AsRef<ApiError> for ApiError {
    fn as_ref(&self) -> &ApiError {
        self
    }
}

impl From<TurnedAway> for ApiError {
    fn from(turned: TurnedAway) -> ApiError {
        let told = (!turned.retry_after.is_zero())
            .then(|| u32::try_from(seconds_up(turned.retry_after)).unwrap_or(u32::MAX));
        ApiError { reason: Some(turned.why), ..ApiError::from(turned.failure()).retry_after(told) }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> ApiError {
        ApiError {
            failure,
            faults: Vec::new(),
            retry_after_s: None,
            detail: None,
            reason: None,
            inside: None,
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match error {
            StoreError::Io(cause) => ApiError::inside(Failure::StorageUnavailable, &cause),
            StoreError::Damaged(cause) => ApiError::inside(Failure::Internal, &cause),
            StoreError::Earlier => ApiError::inside(Failure::Internal, &"an earlier register"),
        }
    }
}

impl From<UpdateError> for ApiError {
    fn from(error: UpdateError) -> ApiError {
        match error {
            // A draft that never was is answered like one that is over: nobody learns which.
            UpdateError::Absent => ApiError::from(Failure::DraftExpired),
            UpdateError::Refused(failure) => ApiError::from(failure),
            UpdateError::Store(error) => ApiError::from(error),
        }
    }
}

impl From<PoolError> for ApiError {
    fn from(error: PoolError) -> ApiError {
        match error {
            PoolError::Full => ApiError { reason: Some(Reason::Full), ..ApiError::from(Failure::Busy) },
            PoolError::TurnedAway(turned) => ApiError::from(turned),
            PoolError::Lost => ApiError::inside(Failure::Internal, &error),
        }
    }
}

impl From<PhotoError> for ApiError {
    fn from(error: PhotoError) -> ApiError {
        match error {
            PhotoError::Refused(failure) => ApiError::from(failure),
            PhotoError::Pool(error) => ApiError::from(error),
            PhotoError::Io(cause) => ApiError::inside(Failure::StorageUnavailable, &cause),
        }
    }
}

impl From<CommitError> for ApiError {
    fn from(error: CommitError) -> ApiError {
        match error {
            CommitError::Refused(failure) => ApiError::from(failure),
            CommitError::Full => ApiError { reason: Some(Reason::Full), ..ApiError::from(Failure::Busy) },
            CommitError::Store(cause) => ApiError::inside(Failure::StorageUnavailable, &cause),
        }
    }
}

impl From<BodyError<Failure>> for ApiError {
    fn from(error: BodyError<Failure>) -> ApiError {
        ApiError::from(match error {
            BodyError::TooLarge => Failure::FileTooLarge,
            BodyError::TooSlow | BodyError::CutOff => Failure::UploadTooSlow,
            BodyError::Refused(failure) => failure,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_its_answer() {
        for &failure in Failure::ALL {
            let answer = ApiError::inside(failure, &"connection to 10.0.0.7:5432 refused").answer("test");
            assert_eq!(answer.status().as_u16(), failure.status());
            assert_eq!(answer.headers()[CONTENT_TYPE], Problem::MEDIA_TYPE);
            assert_eq!(answer.headers().contains_key(RETRY_AFTER), failure.is_transient(), "{failure}");
        }
    }

    #[test]
    fn what_is_inside_stays_inside() {
        let secret = "/var/lib/register";
        for error in [
            ApiError::from(StoreError::Io(std::io::Error::other(secret))),
            ApiError::from(StoreError::Damaged(secret.to_owned())),
            ApiError::from(CommitError::Store(secret.to_owned())),
            ApiError::from(PhotoError::Io(std::io::Error::other(secret))),
        ] {
            assert_eq!(error.inside.as_deref(), Some(secret));
            assert!(!format!("{:?}", error.answer("test").body()).contains(secret));
        }
    }
}
