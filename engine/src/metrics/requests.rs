//! Requests answered, by step and outcome. Every request is counted here, so each counter is looked up in its family once: the family's
//! lock is taken when an outcome of a step is seen for the first time, and by whoever reads the metrics.

use domain::Failure;
use domain::document::DocumentKind;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry as Names;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Steps apart from uploads, which are named by their document.
pub(crate) const STEPS: [&str; 23] = [
    "status",
    "failures",
    "regencies",
    "openapi",
    "queue",
    "validation",
    "ticket",
    "ticket-state",
    "captcha",
    "identity",
    "review",
    "profile",
    "credentials",
    "confirmation",
    "card",
    "receipt",
    "activation",
    "activation-message",
    "login",
    "logout",
    "account",
    "password-reset",
    "reset-questions",
];

/// The counters, and those of them that were needed so far.
pub(super) struct Answered {
    family: Family<Labels, Counter>,
    by_step: HashMap<&'static str, [OnceLock<Counter>; OUTCOMES]>,
}

/// Well, or with one of the failures.
const OUTCOMES: usize = 1 + Failure::ALL.len();

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    step: &'static str,
    code: &'static str,
}

impl Answered {
    pub(super) fn new() -> Answered {
        let steps = STEPS.into_iter().chain(DocumentKind::ALL.iter().map(|kind| kind.name()));
        let by_step = steps.map(|step| (step, [const { OnceLock::new() }; OUTCOMES])).collect();
        Answered { family: Family::default(), by_step }
    }

    pub(super) fn name(&self, names: &mut Names) {
        names.register("requests", "Requests answered, by step and outcome", self.family.clone());
    }

    /// A request of `step` was answered: well, or with a failure.
    pub(super) fn answered(&self, step: &'static str, failure: Option<Failure>) {
        let labels = || Labels { step, code: failure.map_or("ok", Failure::code) };
        let outcome = failure.map_or(0, |failure| 1 + failure as usize);
        match self.by_step.get(step).and_then(|outcomes| outcomes.get(outcome)) {
            Some(counter) => counter.get_or_init(|| self.family.get_or_create_owned(&labels())).inc(),
            None => self.family.get_or_create(&labels()).inc(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_numbered_in_their_order() {
        for (at, &failure) in Failure::ALL.iter().enumerate() {
            assert_eq!(failure as usize, at, "{failure:?}");
        }
    }

    #[test]
    fn each_outcome_of_a_step_has_its_own_counter() {
        let answered = Answered::new();
        let outcomes = || std::iter::once(None).chain(Failure::ALL.iter().copied().map(Some));
        for (times, failure) in (1..).zip(outcomes()) {
            (0..times).for_each(|_| answered.answered("identity", failure));
            answered.answered("of no list", failure);
        }
        for (times, failure) in (1..).zip(outcomes()) {
            let code = failure.map_or("ok", Failure::code);
            let count = |step| answered.family.get_or_create(&Labels { step, code }).get();
            assert_eq!((count("identity"), count("of no list"), count("status")), (times, 1, 0), "{code}");
        }
    }
}
