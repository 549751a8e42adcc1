//! What every applicant's request goes through first: whose it is, whether it is for the API or for a page, and what the browser is told
//! not to do with the answer.

use crate::app::App;
use crate::{api, headers, portal};
use domain::wire::paths;
use hyper::Request;
use hyper::body::Incoming;
use server::Answer;
use std::sync::Arc;

/// Answers an applicant.
pub(crate) async fn answer(app: Arc<App>, mut request: Request<Incoming>) -> Answer {
    app.config.listening.trusted_proxies.see_through(&mut request);
    let answer = if request.uri().path().starts_with(paths::BASE) {
        api::answer(&app, request).await
    } else {
        portal::answer(&app, request).await
    };
    headers::secured(answer)
}
