//! Which endpoint a request is for.

use crate::store::DraftId;
use domain::document::DocumentKind;
use domain::draft::AccountNumber;
use domain::receipt::ReceiptNumber;
use domain::ticket::TicketNumber;
use domain::wire::paths;
use hyper::Method;
use sha2::{Digest, Sha256};

/// An endpoint, with what its path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Status,
    Failures,
    Regencies,
    OpenApi,
    Queue(QueueVisit),
    Validations,
    Tickets,
    Ticket(TicketNumber),
    Captchas,
    Drafts,
    Draft(DraftId),
    Profile(DraftId),
    Document(DraftId, DocumentKind),
    Credentials(DraftId),
    Confirmation(DraftId),
    Card(AccountNumber),
    /// What isn't even a receipt in form is none that is genuine.
    Receipt(Option<ReceiptNumber>),
    Activations,
    ActivationMessages,
    Sessions,
    CurrentSession,
    Me,
    PasswordResets,
    ResetQuestions,
}

/// What somebody wants at the waiting room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueueVisit {
    Take,
    Ask,
    Leave,
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
        if path == paths::QUEUE {
            return QueueVisit::of(method).map(Route::Queue);
        }
        let (route, allowed) = parse(path).ok_or(RouteError::NotFound)?;
        if method.as_str() == allowed { Ok(route) } else { Err(RouteError::MethodNotAllowed(allowed)) }
    }

    /// The draft that it goes on with.
    pub(super) const fn draft(self) -> Option<DraftId> {
        match self {
            Route::Draft(id)
            | Route::Profile(id)
            | Route::Document(id, _)
            | Route::Credentials(id)
            | Route::Confirmation(id) => Some(id),
            _ => None,
        }
    }

    /// Whether a page sends something that somebody has filled in or decided there.
    pub(super) const fn takes_form(self) -> bool {
        match self {
            Route::Validations
            | Route::Tickets
            | Route::Drafts
            | Route::Profile(_)
            | Route::Document(..)
            | Route::Credentials(_)
            | Route::Confirmation(_)
            | Route::Activations
            | Route::ActivationMessages
            | Route::Sessions
            | Route::PasswordResets
            | Route::ResetQuestions => true,
            Route::Status
            | Route::Failures
            | Route::Regencies
            | Route::OpenApi
            | Route::Queue(_)
            | Route::Ticket(_)
            | Route::Captchas
            | Route::Draft(_)
            | Route::Card(_)
            | Route::Receipt(_)
            | Route::CurrentSession
            | Route::Me => false,
        }
    }

    /// Whether it is a step on the way to an account, for which one has to be let in by the waiting room.
    pub(super) const fn is_in_flow(self) -> bool {
        matches!(self, Route::Captchas | Route::Drafts) || self.draft().is_some()
    }

    /// The step of the flow, as metrics and logs call it.
    pub(crate) const fn step(self) -> &'static str {
        match self {
            Route::Status => "status",
            Route::Failures => "failures",
            Route::Regencies => "regencies",
            Route::OpenApi => "openapi",
            Route::Queue(_) => "queue",
            Route::Validations => "validation",
            Route::Tickets => "ticket",
            Route::Ticket(_) => "ticket-state",
            Route::Captchas => "captcha",
            Route::Drafts => "identity",
            Route::Draft(_) => "review",
            Route::Profile(_) => "profile",
            Route::Document(_, kind) => kind.name(),
            Route::Credentials(_) => "credentials",
            Route::Confirmation(_) => "confirmation",
            Route::Card(_) => "card",
            Route::Receipt(_) => "receipt",
            Route::Activations => "activation",
            Route::ActivationMessages => "activation-message",
            Route::Sessions => "login",
            Route::CurrentSession => "logout",
            Route::Me => "account",
            Route::PasswordResets => "password-reset",
            Route::ResetQuestions => "reset-questions",
        }
    }
}

impl QueueVisit {
    fn of(method: &Method) -> Result<QueueVisit, RouteError> {
        match *method {
            Method::POST => Ok(QueueVisit::Take),
            Method::GET => Ok(QueueVisit::Ask),
            Method::DELETE => Ok(QueueVisit::Leave),
            _ => Err(RouteError::MethodNotAllowed("GET, POST, DELETE")),
        }
    }
}

/// The name in the store of the draft that `token` opens.
pub(crate) fn draft_id(token: &str) -> DraftId {
    let digest = Sha256::digest(token.as_bytes());
    DraftId(std::array::from_fn(|at| digest[at]))
}

fn parse(path: &str) -> Option<(Route, &'static str)> {
    match path {
        paths::STATUS => return Some((Route::Status, "GET")),
        paths::FAILURES => return Some((Route::Failures, "GET")),
        paths::REGENCIES => return Some((Route::Regencies, "GET")),
        paths::OPENAPI => return Some((Route::OpenApi, "GET")),
        paths::VALIDATIONS => return Some((Route::Validations, "POST")),
        paths::TICKETS => return Some((Route::Tickets, "POST")),
        paths::CAPTCHAS => return Some((Route::Captchas, "POST")),
        paths::DRAFTS => return Some((Route::Drafts, "POST")),
        paths::ACTIVATIONS => return Some((Route::Activations, "POST")),
        paths::ACTIVATION_MESSAGES => return Some((Route::ActivationMessages, "POST")),
        paths::SESSIONS => return Some((Route::Sessions, "POST")),
        paths::CURRENT_SESSION => return Some((Route::CurrentSession, "DELETE")),
        paths::ME => return Some((Route::Me, "GET")),
        paths::PASSWORD_RESETS => return Some((Route::PasswordResets, "POST")),
        paths::RESET_QUESTIONS => return Some((Route::ResetQuestions, "POST")),
        _ => {}
    }
    if let Some(receipt) = path.strip_prefix(paths::RECEIPTS).and_then(|rest| rest.strip_prefix('/')) {
        let is_one = !receipt.is_empty() && !receipt.contains('/');
        return is_one.then(|| (Route::Receipt(receipt.parse().ok()), "GET"));
    }
    if let Some(account) = path.strip_prefix(paths::ACCOUNTS).and_then(|rest| rest.strip_prefix('/')) {
        let number = account.strip_suffix("/card").filter(|number| is_account_number(number))?;
        return Some((Route::Card(AccountNumber(number.parse().ok()?)), "GET"));
    }
    if let Some(number) = path.strip_prefix(paths::TICKETS).and_then(|rest| rest.strip_prefix('/')) {
        return Some((Route::Ticket(TicketNumber::parse(number)?), "GET"));
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

/// Digits, as many as fit; leading zeros may be left out.
fn is_account_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The metrics have a counter ready for its step.
    fn counted(route: Route) {
        let documents = DocumentKind::ALL.iter().map(|kind| kind.name());
        let mut steps = crate::metrics::STEPS.into_iter().chain(documents);
        assert!(steps.any(|step| step == route.step()), "{}", route.step());
    }

    #[test]
    fn routes_of_accounts() {
        let check = |method: Method, path: &str, expect| {
            assert_eq!(Route::of(&method, path), expect, "{method} {path}");
            expect.map(counted).ok();
        };
        let card = Route::Card(AccountNumber(12));
        check(Method::GET, &paths::card(AccountNumber(12)), Ok(card));
        check(Method::GET, "/api/v1/accounts/12/card", Ok(card));
        let receipt = "0000000012-7KQF-2M9D-XH4T-PV3A";
        check(Method::GET, &paths::receipt(receipt), Ok(Route::Receipt(receipt.parse().ok())));
        check(Method::GET, &paths::receipt("12"), Ok(Route::Receipt(None)));
        check(Method::POST, paths::ACTIVATIONS, Ok(Route::Activations));
        check(Method::POST, paths::ACTIVATION_MESSAGES, Ok(Route::ActivationMessages));
        check(Method::POST, paths::SESSIONS, Ok(Route::Sessions));
        check(Method::DELETE, paths::CURRENT_SESSION, Ok(Route::CurrentSession));
        check(Method::GET, paths::ME, Ok(Route::Me));
        check(Method::POST, paths::PASSWORD_RESETS, Ok(Route::PasswordResets));
        check(Method::POST, paths::RESET_QUESTIONS, Ok(Route::ResetQuestions));
        check(Method::POST, paths::ME, Err(RouteError::MethodNotAllowed("GET")));
        for path in [
            "/api/v1/accounts",
            "/api/v1/accounts/",
            "/api/v1/accounts/12",
            "/api/v1/accounts//card",
            "/api/v1/accounts/x/card",
            "/api/v1/accounts/+1/card",
            "/api/v1/accounts/99999999999999999999/card",
            "/api/v1/receipts",
            "/api/v1/receipts/",
            "/api/v1/receipts/a/b",
            "/api/v1/sessions/12",
        ] {
            check(Method::GET, path, Err(RouteError::NotFound));
        }
    }

    #[test]
    fn routes() {
        let draft = draft_id("abc");
        let check = |method: Method, path: &str, expect| {
            assert_eq!(Route::of(&method, path), expect, "{method} {path}");
            expect.map(counted).ok();
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
        check(Method::POST, paths::QUEUE, Ok(Route::Queue(QueueVisit::Take)));
        check(Method::GET, paths::QUEUE, Ok(Route::Queue(QueueVisit::Ask)));
        check(Method::DELETE, paths::QUEUE, Ok(Route::Queue(QueueVisit::Leave)));
        check(Method::PUT, paths::QUEUE, Err(RouteError::MethodNotAllowed("GET, POST, DELETE")));
        check(Method::GET, paths::FAILURES, Ok(Route::Failures));
        check(Method::GET, paths::REGENCIES, Ok(Route::Regencies));
        check(Method::GET, paths::OPENAPI, Ok(Route::OpenApi));
        check(Method::POST, paths::VALIDATIONS, Ok(Route::Validations));
        check(Method::POST, paths::TICKETS, Ok(Route::Tickets));
        let number = TicketNumber::new([7; 10]);
        check(Method::GET, &paths::ticket(number), Ok(Route::Ticket(number)));
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
            "/api/v1/tickets/",
            "/api/v1/tickets/abc",
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
