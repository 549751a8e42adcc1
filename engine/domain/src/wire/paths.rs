//! Paths of the flow, for whoever makes a request. The engine reads them back in its router.

use crate::document::DocumentKind;

/// Where the flow begins.
pub const BASE: &str = "/api/v1";

/// `GET`: [`super::Status`].
pub const STATUS: &str = "/api/v1/status";

/// `POST`: [`super::CaptchaChallenge`].
pub const CAPTCHAS: &str = "/api/v1/captchas";

/// `POST` [`super::OpenDraft`]: [`super::DraftOpened`].
pub const DRAFTS: &str = "/api/v1/drafts";

/// `POST` [`super::RegistryQuestion`]: [`super::RegistryAnswer`]. This one is the population registry's.
pub const VERIFICATIONS: &str = "/v1/verifications";

/// `GET`, on the listener for operations, with the export key: [`super::ExportedAccount`] a line.
pub const EXPORT: &str = "/export/accounts";

/// `GET`: [`super::Review`].
pub fn draft(token: &str) -> String {
    format!("{DRAFTS}/{token}")
}

/// `PUT` [`super::Profile`].
pub fn profile(token: &str) -> String {
    format!("{DRAFTS}/{token}/profile")
}

/// `PUT` a file: [`super::DocumentTaken`].
pub fn document(token: &str, kind: DocumentKind) -> String {
    format!("{DRAFTS}/{token}/documents/{kind}")
}

/// `PUT` [`super::CredentialsForm`].
pub fn credentials(token: &str) -> String {
    format!("{DRAFTS}/{token}/credentials")
}

/// `POST`: [`super::AccountMade`].
pub fn confirmation(token: &str) -> String {
    format!("{DRAFTS}/{token}/confirmation")
}
