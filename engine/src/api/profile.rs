//! `PUT /drafts/{token}/profile`: step 2, Lengkapi Data.

use super::answer::{self, ApiError};
use super::{check_gate, drafts, read_form};
use crate::app::App;
use crate::store::DraftId;
use domain::draft::Step;
use domain::profile;
use domain::wire::Profile;
use hyper::body::Incoming;
use server::Answer;

pub(super) async fn put(app: &App, id: DraftId, body: Incoming) -> Result<Answer, ApiError> {
    check_gate(app)?;
    let profile: Profile = read_form(app, body).await?;
    keep(app, id, &profile).await?;
    Ok(answer::no_content())
}

/// Keeps what was chosen, where it is within the rules.
pub(crate) async fn keep(app: &App, id: DraftId, profile: &Profile) -> Result<(), ApiError> {
    profile::check(profile, app.config.regions)
        .map_err(|fault| ApiError::of_field(fault.field, fault.failure))?;
    let now = app.clock.now();
    let draft = app.store.update_draft(id, &mut |draft| {
        draft.admit(Step::Profile, now)?;
        draft.profile = Some(profile.clone());
        Ok(())
    })?;
    drafts::settle(app, &draft).await
}
