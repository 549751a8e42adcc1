//! The contract over HTTP: every request and answer of the flow, as it stands on the wire, unchecked.
//!
//! Paths and keys are English, what an applicant reads is Indonesian. What comes in is checked into the types of the other modules
//! ([`crate::identity::check`] and its like) before anything is done with it.

mod flow;
pub mod paths;
mod problem;
mod registry;

pub use flow::{
    AccountMade, CaptchaAnswer, CaptchaChallenge, Category, CredentialsForm, DocumentTaken, DraftOpened,
    ExportedAccount, Gate, OpenDraft, Profile, QuestionForm, Review, Status, Warning,
};
pub use problem::{FieldProblem, Problem};
pub use registry::{RegistryAnswer, RegistryQuestion};

/// Media type of every answer that isn't a problem.
pub const JSON: &str = "application/json";

/// The header that makes a confirmation repeatable.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
