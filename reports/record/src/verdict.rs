//! The three judgements on a run, and the exit code that follows from them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the run says, in three closed words and one number.
///
/// Built by [`Verdict::new`], so that `exit_code` always follows from the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// Whether the load generator was fit to judge anything.
    pub generator: GeneratorVerdict,
    /// Whether the scenario's objectives were met.
    pub objectives: ObjectivesVerdict,
    /// Whether what applicants were told is what the store holds.
    pub audit: AuditVerdict,
    /// The process's exit code, see [`Verdict::exit_code`].
    pub exit_code: u8,
}

/// Fitness of the load generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GeneratorVerdict {
    /// It kept to its schedule; the figures are about the system under test.
    Valid,
    /// It kept up by and large; figures near its limits need care. Does not fail the run.
    Limited,
    /// It could not keep up: the run judges nothing (exit code 4).
    Invalid,
}

/// The scenario's objectives as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ObjectivesVerdict {
    /// All of them hold.
    Met,
    /// At least one does not (exit code 3).
    Missed,
    /// The scenario states none.
    None,
}

/// The comparison of acknowledgements with the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuditVerdict {
    /// Nothing lost, nothing doubled, nobody answered wrongly.
    Clean,
    /// A registration was lost, doubled or wrongly answered (exit code 5).
    Violated,
    /// The store could not be asked.
    Unavailable,
}

impl Verdict {
    /// Puts the three together and fills in the exit code.
    #[must_use]
    pub fn new(generator: GeneratorVerdict, objectives: ObjectivesVerdict, audit: AuditVerdict) -> Verdict {
        let mut verdict = Verdict { generator, objectives, audit, exit_code: 0 };
        verdict.exit_code = verdict.exit_code();
        verdict
    }

    /// 5 for a violated audit, else 4 for an invalid generator, else 3 for missed objectives, else 0.
    ///
    /// A broken promise outranks everything: it is true whatever the generator did.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if self.audit == AuditVerdict::Violated {
            5
        } else if self.generator == GeneratorVerdict::Invalid {
            4
        } else if self.objectives == ObjectivesVerdict::Missed {
            3
        } else {
            0
        }
    }
}
