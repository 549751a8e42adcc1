//! `POST /drafts`: step 1, Pengecekan Identitas. The cheapest refusals come first; the registry, which costs quota, comes last.

use super::answer::{self, ApiError};
use super::entry::{Guest, enter_named};
use super::route::draft_id;
use super::{check_gate, read_form};
use crate::app::App;
use crate::registry::RegistryError;
use crate::store::Claim;
use crate::waits;
use domain::draft::Draft;
use domain::identity::{self, Identity, Rules};
use domain::wire::{DraftOpened, OpenDraft, RegistryQuestion};
use domain::{Failure, Timestamp};
use hyper::StatusCode;
use hyper::body::Incoming;
use server::Answer;

pub(super) async fn open(app: &App, guest: Guest, body: Incoming) -> Result<Answer, ApiError> {
    check_gate(app)?;
    let form: OpenDraft = read_form(app, body).await?;
    Ok(answer::json(StatusCode::CREATED, &begin(app, guest, form).await?))
}

/// Opens a draft for whoever `form` says they are.
pub(crate) async fn begin(app: &App, guest: Guest, form: OpenDraft) -> Result<DraftOpened, ApiError> {
    // Before the captcha is used up: whoever is sent away can answer the same one when they come back soon.
    let _pass = enter_named(app, &form.nik)?;
    guest.check_holder(app, &form.nik)?;
    let beginning = app.overload.begin()?;
    let now = app.clock.now();
    app.captchas.redeem(&form.captcha, now).map_err(|failure| ApiError::of_field("captcha", failure))?;
    let rules = Rules { regions: app.config.regions, limits: &app.config.limits, today: now.date_wib() };
    let (identity, warnings) = identity::check(form, &rules).map_err(ApiError::of_faults)?;
    check_claims(app, &identity)?;
    check_registry(app, &identity).await?;

    guest.bind(app, identity.nik)?;
    let token = new_token()?;
    let expires_at = now.plus(app.config.draft_life);
    app.store.open_draft(draft_id(&token), &Draft::open(identity, warnings.clone(), expires_at))?;
    beginning.begun();
    Ok(DraftOpened { token, expires_at, warnings })
}

/// Early and kind, not binding: what holds is decided at confirmation.
fn check_claims(app: &App, identity: &Identity) -> Result<(), ApiError> {
    if app.holder(Claim::Nik(identity.nik))?.is_some() {
        return Err(ApiError::of_field("nik", Failure::NikRegistered));
    }
    if app.holder(Claim::Email(&identity.email.key()))?.is_some() {
        return Err(ApiError::of_field("email", Failure::ContactInUse));
    }
    if app.holder(Claim::Phone(identity.phone.key()))?.is_some() {
        return Err(ApiError::of_field("phone", Failure::ContactInUse));
    }
    Ok(())
}

async fn check_registry(app: &App, identity: &Identity) -> Result<(), ApiError> {
    let answer =
        app.registry.verify(&RegistryQuestion::about(identity)).await.map_err(|error| match &error {
            RegistryError::Slow => ApiError::from(Failure::from(&error)),
            // It is spent until the day turns; asking again before that spends nobody's time but the applicant's.
            RegistryError::Quota => ApiError::from(Failure::from(&error))
                .retry_after(Some(waits::until(app.clock.now().until_midnight_wib()))),
            RegistryError::Down(cause) => ApiError::inside(Failure::from(&error), cause),
        })?;
    identity::judge_registry_answer(answer).map_err(|failure| match failure {
        Failure::NikKkMismatch => ApiError::of_field("kk", failure),
        Failure::IdentityMismatch if answer.name_agrees => ApiError::of_field("birth_date", failure),
        Failure::IdentityMismatch => ApiError::of_field("full_name", failure),
        other => ApiError::of_field("nik", other),
    })
}

/// 128 bits from the system's generator: whoever has it has the draft, so it must not be guessable.
fn new_token() -> Result<String, ApiError> {
    let mut token = [0; 16];
    getrandom::fill(&mut token).map_err(|error| ApiError::inside(Failure::Internal, &error))?;
    Ok(hex::encode(token))
}

/// Waits until `draft`, as it was just left, is on disk, once it could be confirmed: whoever says "Iya" next and is cut off by a crash
/// says it again to a draft that must still be complete. Before that, a crash may cost the steps of the last moment.
pub(super) async fn settle(app: &App, draft: &Draft) -> Result<(), ApiError> {
    if draft.is_complete() {
        app.committer.settle().await?;
    }
    Ok(())
}

/// The draft `id`, as long as it may be looked at.
pub(crate) fn load(app: &App, id: crate::store::DraftId, now: Timestamp) -> Result<Draft, ApiError> {
    let draft = app.store.draft(id)?.ok_or(Failure::DraftExpired)?;
    draft.check_time(now)?;
    Ok(draft)
}
