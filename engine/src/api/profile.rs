//! `PUT /drafts/{token}/profile`: step 2, Lengkapi Data.

use super::answer::{self, ApiError};
use super::{check_gate, drafts, read_form};
use crate::app::App;
use crate::store::DraftId;
use domain::draft::Step;
use domain::name::{Name, NameFault};
use domain::wire::Profile;
use domain::{Failure, RegionSet, region};
use hyper::body::Incoming;
use server::Answer;

pub(super) async fn put(app: &App, id: DraftId, body: Incoming) -> Result<Answer, ApiError> {
    check_gate(app)?;
    let profile: Profile = read_form(app, body).await?;
    check(&profile, app.config.regions)?;
    let now = app.clock.now();
    let draft = app.store.update_draft(id, &mut |draft| {
        draft.admit(Step::Profile, now)?;
        draft.profile = Some(profile.clone());
        Ok(())
    })?;
    drafts::settle(app, &draft).await?;
    Ok(answer::no_content())
}

fn check(profile: &Profile, regions: RegionSet) -> Result<(), ApiError> {
    Name::parse(&profile.certificate_name).map_err(|fault| {
        let failure = match fault {
            NameFault::Title => Failure::NameHasTitle,
            NameFault::Malformed => Failure::IdentityMismatch,
        };
        ApiError::of_field("certificate_name", failure)
    })?;
    if is_regency(&profile.birth_regency, regions) {
        Ok(())
    } else {
        Err(ApiError::of_field("birth_regency", Failure::BirthplaceUnknown))
    }
}

fn is_regency(code: &str, regions: RegionSet) -> bool {
    let Ok(code) = code.parse::<u16>() else { return false };
    region::regencies().any(|(known, _)| known == code)
        || (regions == RegionSet::RealAndSynthetic
            && region::synthetic_regencies().any(|(known, _)| known == code))
}
