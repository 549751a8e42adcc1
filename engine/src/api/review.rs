//! `GET /drafts/{token}`: step 3, Pengecekan Ulang Data. It shows the data of the NIK that the draft was opened with, and of nobody else.

use super::answer::{self, ApiError};
use super::drafts;
use crate::app::App;
use crate::store::DraftId;
use domain::draft::Draft;
use domain::wire::{DocumentTaken, Review};
use hyper::StatusCode;
use server::Answer;

pub(super) fn show(app: &App, id: DraftId) -> Result<Answer, ApiError> {
    let draft = drafts::load(app, id, app.clock.now())?;
    Ok(answer::json(StatusCode::OK, &review(draft)))
}

fn review(draft: Draft) -> Review {
    let identity = draft.identity;
    let documents = draft.documents.into_iter().map(|(kind, document)| DocumentTaken {
        kind,
        bytes: document.bytes,
        dimensions: document.dimensions,
        blurred: document.blurred,
    });
    Review {
        nik: identity.nik.expose(),
        kk: identity.kk.expose(),
        full_name: identity.full_name.as_str().to_owned(),
        birth_place: identity.birth_place,
        birth_date: identity.birth_date,
        phone: identity.phone.key().to_owned(),
        email: identity.email.as_str().to_owned(),
        profile: draft.profile,
        documents: documents.collect(),
        has_credentials: draft.credentials.is_some(),
        warnings: draft.warnings,
        expires_at: draft.expires_at,
        account_number: draft.account,
    }
}
