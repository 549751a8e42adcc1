//! What an honest portal has to answer where the register itself is wrong about somebody: what the register says.

use domain::identity::{self, Rules};
use domain::wire::{CaptchaAnswer, RegistryQuestion};
use domain::{Date, Limits, RegionSet};
use dukcapil::{Register, RegisterErrors};
use people::{Applicant, CaptchaMistake, Expected, Population};
use scenario::RegistryPlan;

/// The register of a run, and the rules by which a portal comes to ask it.
#[derive(Clone, Debug)]
pub(crate) struct RegisterOfRun {
    register: Register,
    errors: RegisterErrors,
    limits: Limits,
    today: Date,
}

impl RegisterOfRun {
    pub(crate) fn new(
        population: Population,
        plan: &RegistryPlan,
        limits: Limits,
        today: Date,
    ) -> RegisterOfRun {
        let errors = RegisterErrors {
            unsynchronised_share: plan.unsynchronised_share,
            stale_share: plan.stale_share,
            wrong_person_share: plan.wrong_person_share,
        };
        RegisterOfRun { register: Register::new(population, errors), errors, limits, today }
    }

    /// What becomes of `applicant`: what their own mistakes lead to, unless the register refuses them before.
    pub(crate) fn expected(&self, applicant: &Applicant) -> Expected {
        let at_first =
            matches!(applicant.wrong_captcha, Some(CaptchaMistake::Mistyped | CaptchaMistake::Expired));
        if self.errors.total() <= 0.0 || at_first {
            return applicant.expected;
        }
        let form = applicant.open_draft(CaptchaAnswer { id: String::new(), answer: String::new() });
        let rules = Rules { regions: RegionSet::RealAndSynthetic, limits: &self.limits, today: self.today };
        // What the form itself is refused for never gets as far as the register.
        let Ok((identity, _)) = identity::check(form, &rules) else { return applicant.expected };
        let answer = self.register.verify(&RegistryQuestion::about(&identity));
        identity::judge_registry_answer(answer).map_or_else(Expected::Refused, |()| applicant.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Failure;
    use people::{Crowd, Defect, Shares};

    /// Outcomes of 400 applicants, a quarter of them with an old card, a quarter with a bad photo.
    fn outcomes(unsynchronised_share: f64) -> Vec<Expected> {
        let text = format!(
            "format = 1\nseed = 1\n[arrivals]\nshape = \"constant\"\nper_s = 1\nduration_s = 9\n\
             [registry]\nunsynchronised_share = {unsynchronised_share}\n"
        );
        let plan = scenario::parse("t.toml", &text).unwrap();
        let today = "2026-11-21".parse().unwrap();
        let population = Population::new(5, 10_000, today).unwrap();
        let shares = Shares::new([(Defect::KkStale, 0.25), (Defect::PhotoTooLarge, 0.25)]).unwrap();
        let limits = plan.engine.limits();
        let crowd = Crowd::new(population, shares, limits.clone());
        let register = RegisterOfRun::new(population, &plan.registry, limits, today);
        (0..400).map(|arrival| register.expected(&crowd.applicant(arrival))).collect()
    }

    #[test]
    fn whom_the_register_lacks_is_not_found_whatever_else_is_wrong() {
        let before = outcomes(0.0);
        let after = outcomes(0.3);
        let not_found = Expected::Refused(Failure::NikNotFound);
        assert!(!before.contains(&not_found));
        let mut lost = 0;
        for (before, after) in before.iter().zip(&after) {
            assert!(after == before || *after == not_found, "{before:?} became {after:?}");
            lost += usize::from(*after == not_found);
        }
        assert!((80..160).contains(&lost), "{lost}");
        assert_eq!(outcomes(1.0), vec![not_found; 400]);
    }
}
