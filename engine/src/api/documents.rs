//! `PUT /drafts/{token}/documents/{kind}`: a file. Refused on its length, then on its first bytes, then on its headers; only what passes
//! is opened.

use super::answer::{self, ApiError};
use super::check_gate;
use super::drafts;
use crate::app::App;
use crate::store::DraftId;
use bytes::Bytes;
use domain::Failure;
use domain::document::DocumentKind;
use domain::draft::{Document, Draft, Step};
use domain::limits::DocumentLimits;
use domain::wire::DocumentTaken;
use hyper::StatusCode;
use hyper::body::Incoming;
use server::{Answer, BodyBounds};

pub(super) async fn put(
    app: &App,
    id: DraftId,
    kind: DocumentKind,
    body: Incoming,
) -> Result<Answer, ApiError> {
    let limits = admit(app, id, kind)?;
    let bounds = BodyBounds { bytes_max: u64::from(limits.bytes_max), timeout: app.config.body_timeout };
    let reading = server::read(body, bounds, |start| limits.check_magic(start).map(drop));
    let file = app.overload.limit.outside(reading).await??;
    Ok(answer::json(StatusCode::OK, &take(app, id, kind, limits, file).await?))
}

/// Judges a file that is there whole, and makes it part of the draft.
pub(crate) async fn take(
    app: &App,
    id: DraftId,
    kind: DocumentKind,
    limits: DocumentLimits,
    file: Bytes,
) -> Result<DocumentTaken, ApiError> {
    let document = app.photos.take(id, kind, limits, file).await?;
    let taken = DocumentTaken {
        kind,
        bytes: document.bytes,
        dimensions: document.dimensions,
        blurred: document.blurred,
    };
    let (draft, replaced) =
        attach(app, id, kind, &document).inspect_err(|_| app.photos.remove(&document.blob))?;
    drafts::settle(app, &draft).await?;
    if let Some(replaced) = replaced {
        // After a crash the draft may be what it was before, unless it is on disk: its file has to stay until then.
        app.committer.settle().await?;
        app.photos.remove(&replaced.blob);
    }
    Ok(taken)
}

/// What a file of `kind` may be, where the draft takes one now.
pub(crate) fn admit(app: &App, id: DraftId, kind: DocumentKind) -> Result<DocumentLimits, ApiError> {
    check_gate(app)?;
    let limits = app.config.limits.document(kind).ok_or(Failure::FormOutdated)?;
    drafts::load(app, id, app.clock.now())?.admit(Step::Document, app.clock.now())?;
    Ok(limits)
}

/// The last upload wins; the draft as it is left is given back, and the upload that was replaced.
fn attach(
    app: &App,
    id: DraftId,
    kind: DocumentKind,
    document: &Document,
) -> Result<(Draft, Option<Document>), ApiError> {
    let now = app.clock.now();
    let mut replaced = None;
    let draft = app.store.update_draft(id, &mut |draft| {
        draft.admit(Step::Document, now)?;
        replaced = draft.documents.insert(kind, document.clone());
        Ok(())
    })?;
    Ok((draft, replaced))
}
