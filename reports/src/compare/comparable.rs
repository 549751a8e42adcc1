//! Whether two runs can be held against each other at all.

use record::{Environment, GeneratorVerdict, RunRecord};
use serde::Serialize;

use crate::texts::Lang;

/// Why a difference between two runs says nothing about the system alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The scenario files differ, if only by a byte.
    OtherScenario,
    /// Other cores, memory, processor or operating system.
    OtherMachine,
    /// Other versions of this program or of what it is built from.
    OtherVersions,
    /// One loaded its own engine, the other a portal that ran already, or another one.
    OtherTarget,
    /// Other parts of the arrivals.
    OtherPart,
    /// At least one of the generators could not keep up.
    GeneratorUnfit,
    /// At least one of them was cut short.
    CutShort,
}

impl Reason {
    const ALL: [Reason; 7] = [
        Reason::OtherScenario,
        Reason::OtherMachine,
        Reason::OtherVersions,
        Reason::OtherTarget,
        Reason::OtherPart,
        Reason::GeneratorUnfit,
        Reason::CutShort,
    ];

    /// In words, to stand within a sentence.
    pub(super) fn text(self, lang: Lang) -> &'static str {
        let place = Reason::ALL.iter().position(|reason| *reason == self).expect("all reasons are listed");
        lang.texts().reasons[place]
    }
}

/// All that hold, none for runs that can be compared.
pub(super) fn reasons(base: &RunRecord, other: &RunRecord) -> Vec<Reason> {
    let is_unfit = |record: &RunRecord| record.verdict.generator == GeneratorVerdict::Invalid;
    let found = [
        (Reason::OtherScenario, base.scenario.sha256 != other.scenario.sha256),
        (Reason::OtherMachine, machine(&base.environment) != machine(&other.environment)),
        (Reason::OtherVersions, base.environment.versions != other.environment.versions),
        (Reason::OtherTarget, base.target != other.target),
        (Reason::OtherPart, base.shard != other.shard),
        (Reason::GeneratorUnfit, is_unfit(base) || is_unfit(other)),
        (Reason::CutShort, base.partial || other.partial),
    ];
    found.into_iter().filter_map(|(reason, holds)| holds.then_some(reason)).collect()
}

/// Same scenario, seed and part: the same people at the same instants.
pub(super) fn had_the_same_arrivals(base: &RunRecord, other: &RunRecord) -> bool {
    let arrivals = |record: &RunRecord| (record.scenario.sha256.clone(), record.seed, record.shard);
    arrivals(base) == arrivals(other)
}

fn machine(environment: &Environment) -> (u32, u64, &str, Option<&str>) {
    let Environment { cpus, memory_bytes, os, cpu_model, .. } = environment;
    (*cpus, *memory_bytes, os, cpu_model.as_deref())
}
