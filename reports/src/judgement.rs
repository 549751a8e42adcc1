//! What a run amounts to, in one of seven words; decided from the record's verdict alone.

use record::{AuditVerdict, GeneratorVerdict, ObjectivesVerdict, RunRecord};

/// What a run amounts to. The order of the tests is that of the exit codes: 5 before 4 before 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The program was killed before the run had ended.
    Unfinished,
    /// A registration was lost, doubled or wrongly answered.
    Broken,
    /// The generator could not keep up, so nothing follows.
    Void,
    /// An objective was missed.
    Missed,
    /// No objective was set.
    Unjudged,
    /// Objectives met, but the store could not be asked.
    Unaudited,
    /// Objectives met, nothing lost.
    Held,
}

/// How a reader should take something; gives the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Caution,
    Bad,
    /// Says nothing either way.
    Void,
}

impl Standing {
    pub(crate) fn of(record: &RunRecord) -> Standing {
        if record.unfinished_at.is_some() {
            return Standing::Unfinished;
        }
        let verdict = record.verdict;
        match (verdict.audit, verdict.generator, verdict.objectives) {
            (AuditVerdict::Violated, _, _) => Standing::Broken,
            (_, GeneratorVerdict::Invalid, _) => Standing::Void,
            (_, _, ObjectivesVerdict::Missed) => Standing::Missed,
            (_, _, ObjectivesVerdict::None) => Standing::Unjudged,
            (AuditVerdict::Unavailable, _, ObjectivesVerdict::Met) => Standing::Unaudited,
            (AuditVerdict::Clean, _, ObjectivesVerdict::Met) => Standing::Held,
        }
    }

    /// What holds for a part of a run only is no good news yet.
    pub(crate) fn tone(self, is_partial: bool) -> Tone {
        match self {
            Standing::Held if is_partial => Tone::Caution,
            Standing::Broken | Standing::Missed => Tone::Bad,
            Standing::Void | Standing::Unfinished => Tone::Void,
            Standing::Unjudged | Standing::Unaudited => Tone::Caution,
            Standing::Held => Tone::Good,
        }
    }
}

impl Tone {
    /// Class in the page's style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Caution => "caution",
            Tone::Bad => "bad",
            Tone::Void => "void",
        }
    }

    pub(crate) fn of_generator(verdict: GeneratorVerdict) -> Tone {
        match verdict {
            GeneratorVerdict::Valid => Tone::Good,
            GeneratorVerdict::Limited => Tone::Caution,
            GeneratorVerdict::Invalid => Tone::Bad,
        }
    }

    pub(crate) fn of_objectives(verdict: ObjectivesVerdict) -> Tone {
        match verdict {
            ObjectivesVerdict::Met => Tone::Good,
            ObjectivesVerdict::Missed => Tone::Bad,
            ObjectivesVerdict::None => Tone::Void,
        }
    }

    pub(crate) fn of_audit(verdict: AuditVerdict) -> Tone {
        match verdict {
            AuditVerdict::Clean => Tone::Good,
            AuditVerdict::Violated => Tone::Bad,
            AuditVerdict::Unavailable => Tone::Caution,
        }
    }
}
