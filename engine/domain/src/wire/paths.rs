//! Paths of the flow, for whoever makes a request. The engine reads them back in its router.

use crate::document::DocumentKind;
use crate::draft::AccountNumber;
use crate::ticket::TicketNumber;

/// Where the flow begins.
pub const BASE: &str = "/api/v1";

/// `GET`: [`super::Status`].
pub const STATUS: &str = "/api/v1/status";

/// `POST` takes a place in the waiting room, `GET` asks for it again: [`super::QueuePlace`], or 204 where there is no waiting room.
/// `DELETE` gives it up.
pub const QUEUE: &str = "/api/v1/queue";

/// `POST`: [`super::CaptchaChallenge`].
pub const CAPTCHAS: &str = "/api/v1/captchas";

/// `POST` [`super::OpenDraft`]: [`super::DraftOpened`].
pub const DRAFTS: &str = "/api/v1/drafts";

/// `GET`: [`super::Catalogue`].
pub const FAILURES: &str = "/api/v1/failures";

/// `GET`: [`super::Regencies`].
pub const REGENCIES: &str = "/api/v1/regencies";

/// `POST` [`super::ValidationForm`]: [`super::Validated`].
pub const VALIDATIONS: &str = "/api/v1/validations";

/// `POST` [`super::TicketForm`]: [`super::TicketOpened`].
pub const TICKETS: &str = "/api/v1/tickets";

/// Under it an account by its number: [`card`].
pub const ACCOUNTS: &str = "/api/v1/accounts";

/// `GET`, with a session: [`super::Me`].
pub const ME: &str = "/api/v1/accounts/me";

/// Under it a receipt by its number: [`receipt`].
pub const RECEIPTS: &str = "/api/v1/receipts";

/// `POST` [`super::ActivationForm`]: [`super::Activated`].
pub const ACTIVATIONS: &str = "/api/v1/activations";

/// `POST` [`super::ActivationResend`]: [`super::ActivationResent`].
pub const ACTIVATION_MESSAGES: &str = "/api/v1/activations/messages";

/// `POST` [`super::LoginForm`]: [`super::SessionOpened`].
pub const SESSIONS: &str = "/api/v1/sessions";

/// `DELETE`, with a session: it ends.
pub const CURRENT_SESSION: &str = "/api/v1/sessions/current";

/// `POST` [`super::PasswordResetForm`].
pub const PASSWORD_RESETS: &str = "/api/v1/password-resets";

/// `POST` [`super::ResetQuestionsForm`]: [`super::ResetQuestions`].
pub const RESET_QUESTIONS: &str = "/api/v1/password-resets/questions";

/// `GET`: the description of all this, OpenAPI 3.1.
pub const OPENAPI: &str = "/api/v1/openapi.json";

/// `POST` [`super::RegistryQuestion`]: [`super::RegistryAnswer`]. This one is the population registry's.
pub const VERIFICATIONS: &str = "/v1/verifications";

/// `GET`, on the listener for operations, with the export key: [`super::ExportedAccount`] a line.
pub const EXPORT: &str = "/export/accounts";

/// `GET` [`super::GateBook`] and `PUT` [`super::GateChange`], on the listener for operations, with the export key.
pub const GATE: &str = "/gate";

/// `GET` and `PUT` [`super::Faults`], on the listener for operations, with the export key, where the settings allow faults.
pub const FAULTS: &str = "/faults";

/// `GET`, on the listener for operations, with the export key: [`super::ExportedTicket`] a line.
pub const HELPDESK: &str = "/tickets";

/// `GET`: [`super::TicketShown`].
pub fn ticket(number: TicketNumber) -> String {
    format!("{TICKETS}/{number}")
}

/// `PUT` [`super::TicketAnswer`], on the listener for operations, with the export key: [`super::ExportedTicket`].
pub fn helpdesk(id: &str) -> String {
    format!("{HELPDESK}/{id}")
}

/// `GET`, with a session, or with `?receipt=…`: Kartu Informasi Akun as a page, or as PDF by `Accept` or `&format=pdf`.
pub fn card(number: AccountNumber) -> String {
    format!("{ACCOUNTS}/{number}/card")
}

/// `GET`: [`super::ReceiptChecked`].
pub fn receipt(receipt: &str) -> String {
    format!("{RECEIPTS}/{receipt}")
}

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
