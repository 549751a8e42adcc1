//! `GET /openapi.json`: the description of everything that applicants' programs may ask. A test holds it against the router, and the
//! tests over sockets hold every answer against it.

use super::fixed::Fixed;
use hyper::HeaderMap;
use server::Answer;
use std::sync::LazyLock;

/// OpenAPI 3.1.
const DOCUMENT: &str = include_str!("../../openapi.json");

static FIXED: LazyLock<Fixed> = LazyLock::new(|| Fixed::new(DOCUMENT));

pub(super) fn show(headers: &HeaderMap) -> Answer {
    FIXED.answer(headers)
}

#[cfg(test)]
mod tests {
    use super::super::route::{self, QueueVisit, Route, RouteError};
    use super::*;
    use domain::document::DocumentKind;
    use domain::draft::AccountNumber;
    use domain::ticket::TicketNumber;
    use hyper::Method;
    use serde_json::Value;
    use std::collections::HashSet;
    use std::mem::discriminant;

    /// Every route there is. One that is new does not compile until it stands here, and then not pass until it is documented.
    fn all() -> Vec<Route> {
        let draft = route::draft_id("0123456789abcdef0123456789abcdef");
        let all = [
            Route::Status,
            Route::Failures,
            Route::Regencies,
            Route::OpenApi,
            Route::Queue(QueueVisit::Take),
            Route::Validations,
            Route::Tickets,
            Route::Ticket(TicketNumber::new([0; 10])),
            Route::Captchas,
            Route::Drafts,
            Route::Draft(draft),
            Route::Profile(draft),
            Route::Document(draft, DocumentKind::Ktp),
            Route::Credentials(draft),
            Route::Confirmation(draft),
            Route::Card(AccountNumber(1)),
            Route::Receipt(None),
            Route::Activations,
            Route::ActivationMessages,
            Route::Sessions,
            Route::CurrentSession,
            Route::Me,
            Route::PasswordResets,
            Route::ResetQuestions,
        ];
        for route in all {
            match route {
                Route::Status
                | Route::Failures
                | Route::Regencies
                | Route::OpenApi
                | Route::Queue(_)
                | Route::Validations
                | Route::Tickets
                | Route::Ticket(_)
                | Route::Captchas
                | Route::Drafts
                | Route::Draft(_)
                | Route::Profile(_)
                | Route::Document(..)
                | Route::Credentials(_)
                | Route::Confirmation(_)
                | Route::Card(_)
                | Route::Receipt(_)
                | Route::Activations
                | Route::ActivationMessages
                | Route::Sessions
                | Route::CurrentSession
                | Route::Me
                | Route::PasswordResets
                | Route::ResetQuestions => {}
            }
        }
        all.into()
    }

    /// A path for a template.
    fn sample(template: &str) -> String {
        template
            .replace("{token}", "0123456789abcdef0123456789abcdef")
            .replace("{kind}", "ktp")
            .replace("tickets/{number}", "tickets/0000-0000-0000-0000")
            .replace("accounts/{number}", "accounts/1")
            .replace("{receipt}", "0000000001-0000-0000-0000-0000")
    }

    #[test]
    fn it_has_every_route_and_no_other() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let mut documented = HashSet::new();
        for (template, item) in document["paths"].as_object().unwrap() {
            let path = sample(template);
            assert!(!path.contains('{'), "{template} needs a sample");
            for method in
                [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD]
            {
                let known = item.get(method.as_str().to_lowercase()).is_some();
                match Route::of(&method, &path) {
                    Ok(route) => {
                        assert!(known, "{method} {template} is not documented");
                        documented.insert(discriminant(&route));
                    }
                    Err(RouteError::MethodNotAllowed(_)) => {
                        assert!(!known, "{method} {template} is no route");
                    }
                    Err(RouteError::NotFound) => panic!("{template} is no route"),
                }
            }
        }
        for route in all() {
            assert!(documented.contains(&discriminant(&route)), "{route:?} is not documented");
        }
    }
}
