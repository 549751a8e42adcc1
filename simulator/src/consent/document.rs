//! The document by which a target consents: a line that is the token, and lines that raise what is agreed to.

use scenario::Plan;

/// Where it is served.
pub(crate) const WELL_KNOWN: &str = "/.well-known/lonjakan-consent";

/// What a target agrees to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Agreement {
    /// Arrivals and pollers at the peak, per second.
    rate_per_s_max: f64,
    /// Length of the arrivals, in minutes.
    minutes_max: f64,
}

/// Why the document is no consent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoAgreement {
    /// The token isn't there.
    #[error("{WELL_KNOWN} does not hold the token of --consent")]
    Token,
    /// A line that should raise a bound.
    #[error("{WELL_KNOWN}: {line:?} is no bound; write rate_per_s_max = 50 or minutes_max = 60")]
    Bound {
        /// As served.
        line: String,
    },
}

/// What is agreed to where the document names nothing else.
const UNNAMED: Agreement = Agreement { rate_per_s_max: 10.0, minutes_max: 10.0 };

impl Agreement {
    /// Reads the document.
    ///
    /// # Errors
    /// [`NoAgreement`].
    pub(crate) fn read(text: &str, token: &str) -> Result<Agreement, NoAgreement> {
        let mut agreement = UNNAMED;
        if token.is_empty() || !text.lines().any(|line| line.trim() == token) {
            return Err(NoAgreement::Token);
        }
        for line in text.lines() {
            let wrong = || NoAgreement::Bound { line: line.to_owned() };
            let Some((key, value)) = line.split_once('=') else { continue };
            let bound = match key.trim() {
                "rate_per_s_max" => &mut agreement.rate_per_s_max,
                "minutes_max" => &mut agreement.minutes_max,
                _ => continue,
            };
            *bound = value.trim().parse().ok().filter(|bound: &f64| bound.is_finite()).ok_or_else(wrong)?;
        }
        Ok(agreement)
    }

    /// Whether it allows all that `other` allows.
    pub(crate) fn covers(&self, other: &Agreement) -> bool {
        self.rate_per_s_max >= other.rate_per_s_max && self.minutes_max >= other.minutes_max
    }

    /// What of the plan goes beyond it, in words; `None` if nothing does.
    pub(crate) fn exceeded_by(&self, plan: &Plan) -> Option<String> {
        let rate_per_s = plan.arrivals.peak_per_s() + plan.behaviour.pollers_per_s;
        let minutes = plan.arrivals.duration_s / 60.0;
        let Agreement { rate_per_s_max, minutes_max } = self;
        if rate_per_s > *rate_per_s_max {
            return Some(format!(
                "the target consents to {rate_per_s_max} arrivals a second, and the scenario peaks at {rate_per_s:.1}: \
                 lower it, or have {WELL_KNOWN} say rate_per_s_max"
            ));
        }
        (minutes > *minutes_max).then(|| {
            format!(
                "the target consents to {minutes_max} minutes, and the scenario lasts {minutes:.1}: shorten it, or have \
                 {WELL_KNOWN} say minutes_max"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents() {
        let check = |text: &str, expect: Result<(f64, f64), &str>| {
            let found = Agreement::read(text, "t0ken").map(|found| (found.rate_per_s_max, found.minutes_max));
            assert_eq!(found.map_err(|error| error.to_string()), expect.map_err(str::to_owned), "{text:?}");
        };
        let no_token = "/.well-known/lonjakan-consent does not hold the token of --consent";
        check("t0ken", Ok((10.0, 10.0)));
        check("hello\r\n t0ken \r\n", Ok((10.0, 10.0)));
        check("t0ken\nrate_per_s_max = 2.5\nminutes_max=90\nnote = x", Ok((2.5, 90.0)));
        check("", Err(no_token));
        check("t0ken2", Err(no_token));
        check("rate_per_s_max = 50", Err(no_token));
        check(
            "t0ken\nminutes_max = long",
            Err(
                "/.well-known/lonjakan-consent: \"minutes_max = long\" is no bound; write rate_per_s_max = 50 or minutes_max = 60",
            ),
        );
        assert_eq!(Agreement::read("\n", ""), Err(NoAgreement::Token));
    }

    #[test]
    fn plans_within_and_beyond() {
        let check = |text: &str, per_s: u32, duration_s: u32, words: Option<&str>| {
            let plan = format!(
                "format = 1\nseed = 1\n[arrivals]\nshape = 'constant'\nper_s = {per_s}\nduration_s = {duration_s}\n"
            );
            let plan = scenario::parse("t.toml", &plan).unwrap();
            let found = Agreement::read(text, "t").unwrap().exceeded_by(&plan);
            assert_eq!(found.is_some(), words.is_some(), "{found:?}");
            assert!(
                words.is_none_or(|words| found.as_ref().is_some_and(|found| found.contains(words))),
                "{found:?}"
            );
        };
        check("t", 10, 600, None);
        check("t", 11, 600, Some("peaks at 11.0"));
        check("t", 10, 660, Some("lasts 11.0"));
        check("t\nrate_per_s_max = 40\nminutes_max = 11", 40, 660, None);
    }
}
