//! Every word that a reader sees, in both languages, and how values are put into sentences.

mod en;
mod id;
mod recorded;

use crate::compare::Measure;

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Indonesian.
    Id,
}

impl Lang {
    pub(crate) fn texts(self) -> &'static Texts {
        match self {
            Lang::En => &en::TEXTS,
            Lang::Id => &id::TEXTS,
        }
    }

    /// What people call a step of the flow; a name that is not known here is shown as it is.
    pub(crate) fn step(self, name: &str) -> &str {
        look_up(self.texts().steps, name)
    }

    /// What people call a measure that runs are compared by.
    pub(crate) fn measure(self, measure: Measure) -> &'static str {
        let place = Measure::ALL.iter().position(|known| *known == measure).expect("all measures are listed");
        self.texts().measures[place]
    }

    /// What people call a resource; likewise.
    pub(crate) fn resource(self, name: &str) -> &str {
        look_up(self.texts().resources, name)
    }
}

impl Texts {
    /// What people call the cause of a disturbance; a name that is not known here is shown as it is.
    pub(crate) fn cause<'a>(&self, name: &'a str) -> &'a str {
        look_up(self.causes, name)
    }
}

fn look_up<'a>(names: &[(&str, &'static str)], name: &'a str) -> &'a str {
    names.iter().find(|(known, _)| *known == name).map_or(name, |(_, text)| text)
}

/// The form of a template for a count: what stands before the bar is for one, what stands after it for more or none.
pub(crate) fn plural(template: &str, count: u64) -> &str {
    let (one, many) = template.split_once('|').unwrap_or((template, template));
    if count == 1 { one } else { many }
}

/// Puts values into the places of a template: `{count} people`.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let put = |text: String, (key, value): &(&str, &str)| text.replace(&format!("{{{key}}}"), value);
    values.iter().fold(template.to_owned(), put)
}

/// The texts of one language. A word in braces is a place for a value.
pub(crate) struct Texts {
    pub(crate) months: [&'static str; 12],
    /// Names of steps: as recorded, as shown.
    pub(crate) steps: &'static [(&'static str, &'static str)],
    /// Names of resources: likewise.
    pub(crate) resources: &'static [(&'static str, &'static str)],
    // Conventions
    pub(crate) html_lang: &'static str,
    pub(crate) page_title: &'static str,
    pub(crate) minute_unit: &'static str,
    pub(crate) hour_unit: &'static str,
    pub(crate) byte_unit: &'static str,
    // The verdict
    pub(crate) sentence_held: &'static str,
    pub(crate) sentence_unaudited: &'static str,
    pub(crate) sentence_unjudged: &'static str,
    pub(crate) sentence_missed: &'static str,
    pub(crate) sentence_void: &'static str,
    pub(crate) sentence_broken: &'static str,
    pub(crate) sentence_partial: &'static str,
    pub(crate) people_registered: &'static str,
    pub(crate) people_refused: &'static str,
    pub(crate) people_unserved: &'static str,
    pub(crate) people_not_sent: &'static str,
    pub(crate) people_open: &'static str,
    pub(crate) people_kept: &'static str,
    pub(crate) and: &'static str,
    pub(crate) broken_lost: &'static str,
    pub(crate) broken_duplicated: &'static str,
    pub(crate) broken_answers: &'static str,
    pub(crate) reason_limited: &'static str,
    pub(crate) reason_invalid: &'static str,
    pub(crate) reason_unaudited: &'static str,
    pub(crate) no_reason: &'static str,
    pub(crate) badge_objectives_met: &'static str,
    pub(crate) badge_objectives_missed: &'static str,
    pub(crate) badge_objectives_none: &'static str,
    pub(crate) badge_audit_clean: &'static str,
    pub(crate) badge_audit_violated: &'static str,
    pub(crate) badge_audit_unavailable: &'static str,
    pub(crate) badge_generator_valid: &'static str,
    pub(crate) badge_generator_limited: &'static str,
    pub(crate) badge_generator_invalid: &'static str,
    pub(crate) badge_exit_code: &'static str,
    // Objectives
    pub(crate) objectives_title: &'static str,
    pub(crate) objective: &'static str,
    pub(crate) observed: &'static str,
    pub(crate) result: &'static str,
    pub(crate) met: &'static str,
    pub(crate) missed: &'static str,
    pub(crate) not_observed: &'static str,
    // Key figures
    pub(crate) figures_title: &'static str,
    pub(crate) figure_registered: &'static str,
    pub(crate) figure_registered_remark: &'static str,
    pub(crate) figure_rate: &'static str,
    pub(crate) figure_rate_remark: &'static str,
    pub(crate) figure_response: &'static str,
    pub(crate) figure_service: &'static str,
    pub(crate) figure_latency_remark: &'static str,
    pub(crate) figure_unserved: &'static str,
    pub(crate) figure_unserved_remark: &'static str,
    pub(crate) figure_busiest: &'static str,
    // What was re-enacted
    pub(crate) scenario_title: &'static str,
    pub(crate) scenario: &'static str,
    pub(crate) arrivals: &'static str,
    pub(crate) planned: &'static str,
    pub(crate) seed: &'static str,
    pub(crate) seed_remark: &'static str,
    pub(crate) portal: &'static str,
    pub(crate) portal_own: &'static str,
    pub(crate) duration: &'static str,
    pub(crate) cut_short: &'static str,
    // Over time
    pub(crate) arrivals_title: &'static str,
    pub(crate) arrivals_lead: &'static str,
    pub(crate) arrivals_described: &'static str,
    pub(crate) gathered_mean: &'static str,
    pub(crate) gathered_worst: &'static str,
    pub(crate) people_per_s: &'static str,
    pub(crate) since_start: &'static str,
    pub(crate) intended: &'static str,
    pub(crate) started: &'static str,
    pub(crate) registered: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) unserved: &'static str,
    // Funnel
    pub(crate) funnel_title: &'static str,
    pub(crate) funnel_lead: &'static str,
    pub(crate) funnel_says: &'static str,
    pub(crate) step: &'static str,
    pub(crate) share_of_all: &'static str,
    pub(crate) entered: &'static str,
    pub(crate) passed: &'static str,
    pub(crate) unfinished: &'static str,
    // Outcomes
    pub(crate) outcomes_title: &'static str,
    pub(crate) outcomes_equal: &'static str,
    pub(crate) outcomes_differ: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) expected: &'static str,
    pub(crate) difference: &'static str,
    // Latency
    pub(crate) over_time_title: &'static str,
    pub(crate) over_time_lead: &'static str,
    pub(crate) response_p99: &'static str,
    pub(crate) service_p99: &'static str,
    pub(crate) response_p50: &'static str,
    pub(crate) service_p50: &'static str,
    pub(crate) time_taken_log: &'static str,
    pub(crate) latency_described: &'static str,
    pub(crate) nothing_measured: &'static str,
    pub(crate) distribution_title: &'static str,
    pub(crate) distribution_lead: &'static str,
    pub(crate) whole_registration: &'static str,
    pub(crate) single_requests: &'static str,
    pub(crate) percentile_axis: &'static str,
    pub(crate) response: &'static str,
    pub(crate) service: &'static str,
    pub(crate) lateness_title: &'static str,
    pub(crate) lateness_lead: &'static str,
    pub(crate) lateness_p99: &'static str,
    pub(crate) time_late_log: &'static str,
    // Steps
    pub(crate) steps_title: &'static str,
    pub(crate) max: &'static str,
    // Failures
    pub(crate) recovery_title: &'static str,
    pub(crate) recovery_lead: &'static str,
    pub(crate) recovery_after: &'static str,
    pub(crate) recovery_never: &'static str,
    pub(crate) under_way: &'static str,
    pub(crate) under_way_described: &'static str,
    pub(crate) causes: &'static [(&'static str, &'static str)],

    pub(crate) failures_title: &'static str,
    pub(crate) failures_lead: &'static str,
    pub(crate) failures_none: &'static str,
    pub(crate) failure_expected: &'static str,
    pub(crate) failure_unexpected: &'static str,
    pub(crate) failure: &'static str,
    pub(crate) when: &'static str,
    pub(crate) answers: &'static str,
    pub(crate) first_seen: &'static str,
    pub(crate) last_seen: &'static str,
    pub(crate) failure_says: &'static str,
    // Resources
    pub(crate) resources_title: &'static str,
    pub(crate) resources_lead: &'static str,
    pub(crate) no_resources: &'static str,
    pub(crate) resource: &'static str,
    pub(crate) busy: &'static str,
    pub(crate) mean: &'static str,
    pub(crate) busiest_second: &'static str,
    pub(crate) busiest: &'static str,
    pub(crate) resource_says: &'static str,
    pub(crate) engine: &'static str,
    pub(crate) generator: &'static str,
    pub(crate) consumed: &'static str,
    pub(crate) engine_consumed: &'static str,
    pub(crate) generator_consumed: &'static str,
    // Audit
    pub(crate) audit_title: &'static str,
    pub(crate) audit_clean: &'static str,
    pub(crate) audit_violated: &'static str,
    pub(crate) audit_unavailable: &'static str,
    pub(crate) acknowledged: &'static str,
    pub(crate) stored: &'static str,
    pub(crate) lost: &'static str,
    pub(crate) duplicated: &'static str,
    pub(crate) unexpected_outcomes: &'static str,
    pub(crate) unacknowledged_stored: &'static str,
    pub(crate) unknown: &'static str,
    // Method
    pub(crate) method_title: &'static str,
    pub(crate) lateness: &'static str,
    pub(crate) percentiles: &'static str,
    pub(crate) response_means: &'static str,
    pub(crate) service_means: &'static str,
    pub(crate) lateness_means: &'static str,
    pub(crate) percentiles_mean: &'static str,
    pub(crate) clamped: &'static str,
    pub(crate) fitness_title: &'static str,
    pub(crate) signal: &'static str,
    pub(crate) bound: &'static str,
    pub(crate) fit: &'static str,
    pub(crate) unfit: &'static str,
    pub(crate) machine_title: &'static str,
    pub(crate) processor: &'static str,
    pub(crate) cores: &'static str,
    pub(crate) memory: &'static str,
    pub(crate) system: &'static str,
    pub(crate) versions: &'static str,
    pub(crate) started_at: &'static str,
    pub(crate) finished_at: &'static str,
    pub(crate) requests: &'static str,
    pub(crate) amplification: &'static str,
    pub(crate) repeat_title: &'static str,
    pub(crate) scenario_text: &'static str,
    pub(crate) made_from: &'static str,
    // Unfinished runs, fairness, comparison
    pub(crate) sentence_unfinished: &'static str,
    pub(crate) badge_objectives_unjudged: &'static str,
    pub(crate) abandoned: &'static str,
    pub(crate) fairness_title: &'static str,
    pub(crate) fairness_all: &'static str,
    pub(crate) fairness_even: &'static str,
    pub(crate) fairness_differs: &'static str,
    pub(crate) by_arrival: &'static str,
    pub(crate) by_region: &'static str,
    pub(crate) regions_left_out: &'static str,
    pub(crate) arrived_between: &'static str,
    pub(crate) region: &'static str,
    pub(crate) share_of_group: &'static str,
    pub(crate) arrived: &'static str,
    pub(crate) group_says: &'static str,
    pub(crate) amplification_lead: &'static str,
    pub(crate) compare_title: &'static str,
    pub(crate) compare_base: &'static str,
    pub(crate) compare_with: &'static str,
    pub(crate) compare_clear: &'static str,
    pub(crate) compare_none_clear: &'static str,
    pub(crate) not_comparable: &'static str,
    pub(crate) compare_windows: &'static str,
    pub(crate) compare_pairs: &'static str,
    pub(crate) compare_too_short: &'static str,
    pub(crate) measure: &'static str,
    pub(crate) other_run: &'static str,
    pub(crate) interval: &'static str,
    pub(crate) clear: &'static str,
    pub(crate) unclear: &'static str,
    /// In the order of `Measure::ALL`.
    pub(crate) measures: [&'static str; 11],
    /// In the order of `Reason::ALL`.
    pub(crate) reasons: [&'static str; 7],
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All templates of a language, by the text of the source file: a struct's fields cannot be listed.
    fn templates(source: &str) -> Vec<(String, Vec<String>)> {
        let field = |line: &str| {
            let (name, text) = line.trim().split_once(": \"")?;
            let mut places: Vec<String> =
                text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect();
            places.sort();
            places.dedup();
            Some((name.to_owned(), places))
        };
        source.replace(":\n        \"", ": \"").lines().filter_map(field).collect()
    }

    #[test]
    fn both_languages_have_the_same_places_for_values() {
        let (en, id) = (templates(include_str!("texts/en.rs")), templates(include_str!("texts/id.rs")));
        assert!(en.len() > 100, "only {} texts were found", en.len());
        assert_eq!(en, id);
    }

    #[test]
    fn both_languages_name_the_same_steps() {
        let names = |lang: Lang| lang.texts().steps.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert_eq!(names(Lang::En), names(Lang::Id));
        assert_eq!(Lang::Id.step("identity"), "1 Pengecekan Identitas");
        assert_eq!(Lang::Id.step("a step of a later release"), "a step of a later release");
    }

    #[test]
    fn one_is_not_many() {
        let template = "{count} person|{count} people";
        assert_eq!(
            [0, 1, 2].map(|count| plural(template, count)),
            ["{count} people", "{count} person", "{count} people"]
        );
        assert_eq!([1, 2].map(|count| plural("{count} orang", count)), ["{count} orang"; 2]);
    }

    #[test]
    fn values_are_put_in_their_places() {
        assert_eq!(fill("{a} of {b}, {a}", &[("a", "1"), ("b", "2")]), "1 of 2, 1");
        assert_eq!(fill("{a} of {b}", &[("b", "2")]), "{a} of 2");
    }
}
