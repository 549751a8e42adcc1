//! The pages that a person uses, served beside the API: templates, plain forms, and a little JavaScript that they can do without.
//!
//! A page asks and does by the functions that the API's endpoints are made of, never over HTTP; and it is judged under overload as the
//! endpoint whose work it does ([`target::Target::endpoint`]). One group of pages, one file; `layout` and `fields` are what pages are
//! made of, `texts` is what they say, `forms` reads what comes back, `drafts` is who may see which registration.

mod activation;
mod assets;
mod captcha;
mod credentials;
mod documents;
mod done;
mod drafts;
mod fields;
mod forms;
mod help;
mod home;
mod identity;
mod layout;
mod login;
mod profile;
mod queue;
mod refusal;
mod reset;
mod resume;
mod review;
mod target;
pub(crate) mod texts;
mod visit;

use crate::api;
use crate::api::answer::ApiError;
use crate::api::entry::Guest;
use crate::app::App;
use crate::overload::Reason;
use hyper::body::Incoming;
use hyper::header::ACCEPT;
use hyper::{Request, StatusCode};
use server::Answer;
use target::{Stage, Target};
use visit::{Instead, Refused, Visit, see_other, with_cookie};

/// Answers a browser.
pub(crate) async fn answer(app: &App, request: Request<Incoming>) -> Answer {
    let path = request.uri().path();
    if let Some(asset) = assets::find(path) {
        return asset.answer(request.method(), request.headers());
    }
    let Some(target) = Target::of(path) else { return not_found(app, request) };
    if !target.takes(request.method()) {
        return api::answer::method_not_allowed(target.methods());
    }
    let (head, body) = request.into_parts();
    let visit = match Visit::new(app, &head) {
        Ok(visit) => visit,
        Err(error) => return error.answer("page"),
    };
    let posts = head.method == hyper::Method::POST;
    let endpoint =
        target.endpoint(posts, target.draft().and_then(|handle| drafts::id_in(&head.headers, handle)));
    let work = async |guest: Guest, request: Request<Incoming>| {
        let body = request.into_body();
        if posts { take(&visit, target, guest, body).await } else { show(&visit, target) }
    };
    let request = Request::from_parts(head.clone(), body);
    let answered = api::judged(app, endpoint, request, work).await;
    visit.secured(answered.unwrap_or_else(|refused| tell(&visit, target, endpoint.step(), refused)))
}

fn show(visit: &Visit<'_>, target: Target) -> Result<Answer, Refused> {
    match target {
        Target::Home => Ok(home::show(visit)),
        Target::Announcements => Ok(home::announcements(visit)),
        Target::Queue => queue::show(visit),
        Target::Begin => identity::show(visit),
        Target::Resume => Ok(resume::show(visit)),
        Target::Draft(handle, stage) => {
            let opened = drafts::open(visit, handle)?;
            match stage {
                Stage::Overview => Ok(see_other(&handle.path(drafts::next_stage(visit, &opened.draft)))),
                Stage::Profile => profile::show(visit, &opened),
                Stage::Documents => documents::show(visit, &opened),
                Stage::Credentials => credentials::show(visit, &opened),
                Stage::Review => review::show(visit, &opened),
                Stage::Confirmation => review::ask(visit, &opened),
                Stage::Done => done::show(visit, &opened),
                Stage::Document(_) | Stage::Leave => Ok(see_other(&handle.path(Stage::Overview))),
            }
        }
        Target::Login => Ok(login::show(visit)),
        Target::Account => login::account(visit),
        Target::Activation => Ok(activation::show(visit)),
        Target::Reset => reset::show(visit),
        Target::Help => Ok(help::show(visit)),
        Target::Ticket => help::ticket(visit),
        Target::Logout | Target::ActivationMessage | Target::ResetAnswers | Target::QueueLeave => {
            Ok(see_other(target.instead()))
        }
    }
}

async fn take(visit: &Visit<'_>, target: Target, guest: Guest, body: Incoming) -> Result<Answer, Refused> {
    match target {
        Target::Begin => identity::take(visit, guest, body).await,
        Target::Resume => resume::take(visit, body).await,
        Target::QueueLeave => queue::leave(visit, body).await,
        Target::Draft(handle, stage) => {
            let opened = drafts::open(visit, handle)?;
            match stage {
                Stage::Profile => profile::take(visit, opened, body).await,
                Stage::Document(kind) => documents::take(visit, opened, kind, body).await,
                Stage::Credentials => credentials::take(visit, opened, body).await,
                Stage::Confirmation => review::confirm(visit, opened, body).await,
                Stage::Leave => drafts::leave(visit, &opened, body).await,
                Stage::Overview | Stage::Documents | Stage::Review | Stage::Done => {
                    Ok(see_other(&handle.path(Stage::Overview)))
                }
            }
        }
        Target::Login => login::take(visit, body).await,
        Target::Logout => login::leave(visit, body).await,
        Target::Activation => activation::take(visit, body).await,
        Target::ActivationMessage => activation::send_again(visit, body).await,
        Target::Reset => reset::ask(visit, body).await,
        Target::ResetAnswers => reset::take(visit, body).await,
        Target::Ticket => help::take(visit, body).await,
        Target::Home | Target::Announcements | Target::Queue | Target::Account | Target::Help => {
            Ok(see_other(target.instead()))
        }
    }
}

/// What somebody is told who was refused: the form again with what is wrong in it, or a page about it. Whoever lacks a place in the
/// waiting room is led there.
fn tell(visit: &Visit<'_>, target: Target, step: &'static str, refused: Refused) -> Answer {
    let Refused { error, instead } = refused;
    error.log(step);
    if matches!(error.reason(), Some(Reason::NoPlace | Reason::NotCalled)) && target != Target::Queue {
        // A place with which somebody else has begun is theirs: whoever comes next in this browser gets another.
        let is_anothers = target == Target::Begin && error.reason() == Some(Reason::NoPlace);
        let answer = see_other("/antrean");
        return if is_anothers { with_cookie(answer, api::queue::forgotten(visit.app)) } else { answer };
    }
    let status = error.status();
    let (problem, page) = match instead {
        Instead::Elsewhere(path) => return see_other(&path),
        Instead::Form(form) => *form,
        Instead::Page => {
            let problem = error.timed(visit.app).problem();
            let page = refusal::page(visit, target, &problem);
            (problem, page)
        }
    };
    let mut answer = visit.page(status, &page);
    if let Some(seconds) = problem.retry_after_s {
        answer.headers_mut().insert(hyper::header::RETRY_AFTER, seconds.into());
    }
    answer
}

/// People get a page, programs a problem.
fn not_found(app: &App, request: Request<Incoming>) -> Answer {
    let head = request.into_parts().0;
    let mut accepted = head.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    if !accepted.any(|value| value.contains("text/html")) {
        return api::answer::not_found();
    }
    match Visit::new(app, &head) {
        Ok(visit) => visit.secured(visit.page(StatusCode::NOT_FOUND, &refusal::nowhere())),
        Err(error) => ApiError::answer(&error, "page"),
    }
}
