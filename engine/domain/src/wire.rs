//! The contract over HTTP: every request and answer of the flow, as it stands on the wire, unchecked.
//!
//! Paths and keys are English, what an applicant reads is Indonesian. What comes in is checked into the types of the other modules
//! ([`crate::identity::check`] and its like) before anything is done with it.

mod account;
mod catalogue;
mod faults;
mod flow;
mod gate;
pub mod paths;
mod problem;
mod queue;
mod regencies;
mod registry;
mod status;
mod tickets;
mod validation;

pub use account::{
    AccountFlag, Activated, ActivationCode, ActivationForm, ActivationLink, ActivationResend,
    ActivationResent, LoginForm, Me, PasswordResetForm, ReceiptChecked, ReceiptHolder, ResetQuestions,
    ResetQuestionsForm, SessionOpened,
};
pub use catalogue::{Catalogue, CatalogueFailure, Phenomenon, PhenomenonKind};
pub use faults::{Faults, FaultsShown, StoreFault};
pub use flow::{
    AccountMade, CaptchaAnswer, CaptchaChallenge, Category, CredentialsForm, DocumentTaken, DraftOpened,
    ExportedAccount, Gate, OpenDraft, Profile, QuestionForm, Review, Warning,
};
pub use gate::{GateBook, GateChange, GateEntry, GateRefusal, KeyChange, changes};
pub use problem::{FieldProblem, Problem};
pub use queue::{NikTurn, Parity, QUEUE_COOKIE, QUEUE_TOKEN, QueuePlace, QueueState, WaitingRoom};
pub use regencies::{Regencies, Regency};
pub use registry::{RegistryAnswer, RegistryQuestion};
pub use status::{DocumentRule, Status};
pub use tickets::{ExportedTicket, TicketAnswer, TicketForm, TicketOpened, TicketShown};
pub use validation::{FieldWarning, Validated, ValidationForm};

/// What is personal or secret isn't printed: `{:?}` must not bring it into a log.
macro_rules! print_nothing_of {
    ($($name:ident),*) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        })*
    };
}

print_nothing_of!(OpenDraft, DraftOpened, Review, TicketForm, ValidationForm);
print_nothing_of!(ActivationLink, ActivationCode, ActivationResend, Me, ResetQuestionsForm);

/// Media type of every answer that isn't a problem.
pub const JSON: &str = "application/json";

/// The version of the forms that this release takes. It is raised when a page of an earlier release would send something else than
/// this one understands by it.
pub const FORM_VERSION: u32 = 1;

/// The header by which a page says which version of the forms it has; another one than [`FORM_VERSION`] is `form-outdated`. Programs
/// that write forms of their own may leave it out.
pub const FORM_VERSION_HEADER: &str = "form-version";

/// The header that makes a confirmation repeatable.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
