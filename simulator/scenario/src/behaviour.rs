//! How applicants type, think and wait. Every time is a function of seed, arrival and step: nothing is remembered.

use crate::arrivals::Arrivals;
use crate::number::{round_count, seconds};
use crate::random::{Use, generator};
use crate::retries::{Devices, Leaving, Retries};
use crate::step::Step;
use rand_distr::{Distribution, StandardNormal};
use std::time::Duration;

/// Thinking times before each step, and patience. Medians are those of real people, before [`Behaviour::time_compression`].
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// Reading the first page, in seconds.
    pub reading_s_median: f64,
    /// Typing the form of step 1, in seconds.
    pub identity_s_median: f64,
    /// Typing and choosing the profile, in seconds.
    pub profile_s_median: f64,
    /// Finding or taking one photo, in seconds.
    pub photo_s_median: f64,
    /// Typing passwords, questions and answers, in seconds.
    pub credentials_s_median: f64,
    /// Reading over everything before "Iya", in seconds.
    pub review_s_median: f64,
    /// Standard deviation of the logarithm of all of the above.
    pub think_sigma: f64,
    /// Solving one captcha, in seconds.
    pub captcha_s_median: f64,
    /// Standard deviation of the logarithm of that.
    pub captcha_sigma: f64,
    /// Thinking times are divided by this, so that a short run sees whole registrations; 1 is real time.
    pub time_compression: f64,
    /// A request without an answer after this long has failed, in seconds; never compressed.
    pub step_timeout_s: f64,
    /// An arrival that could not be sent this long after its instant is not sent any more, in seconds; never compressed.
    pub patience_s: f64,
    /// Captchas that are mistyped by somebody who knows better.
    pub captcha_slip_share: f64,
    /// Captchas of one form before somebody gives up.
    pub captcha_tries_max: u32,
    /// Applicants who press the last button twice.
    pub double_click_share: f64,
    /// Who comes before the opening looks again after this, in seconds; never compressed.
    pub opening_poll_s: f64,
    /// For how long they do so, in seconds; never compressed.
    pub opening_patience_s: f64,
    /// Questions for the status by people who don't register, per second.
    pub pollers_per_s: f64,
    /// How long somebody waits for their turn who is told where they stand; median, in seconds; never compressed.
    pub queue_patience_s_median: f64,
    /// What follows a step that could not be served.
    pub retries: Retries,
    /// Who leaves, and comes back.
    pub leaving: Leaving,
    /// What they sit at.
    pub devices: Devices,
}

impl Behaviour {
    /// Nobody thinks, errs or tries again: for measurements of everything else.
    #[must_use]
    pub fn thoughtless(step_timeout_s: f64, patience_s: f64) -> Behaviour {
        Behaviour {
            reading_s_median: 0.0,
            identity_s_median: 0.0,
            profile_s_median: 0.0,
            photo_s_median: 0.0,
            credentials_s_median: 0.0,
            review_s_median: 0.0,
            think_sigma: 0.0,
            captcha_s_median: 0.0,
            captcha_sigma: 0.0,
            time_compression: 1.0,
            step_timeout_s,
            patience_s,
            captcha_slip_share: 0.0,
            captcha_tries_max: 1,
            double_click_share: 0.0,
            opening_poll_s: 1.0,
            opening_patience_s: 0.0,
            pollers_per_s: 0.0,
            queue_patience_s_median: 3_600.0,
            retries: Retries::NONE,
            leaving: Leaving::NOBODY,
            devices: Devices::PLAIN,
        }
    }

    /// How long applicant `arrival` thinks, reads or types before `step`, after the answer to the step before. Lognormal.
    ///
    /// Before identity and credentials that is the form and its captcha. The challenges of both captchas come with their page, so
    /// that the time before [`Step::Captcha`] is that of reading the first page, and the second challenge is asked for at once.
    pub fn think(&self, seed: u64, arrival: u64, step: Step) -> Duration {
        let mut random = generator(seed, Use::Thinking(step), arrival);
        let mut draw = |law: Option<ThinkLaw>| {
            law.map_or(0.0, |law| {
                let normal: f64 = StandardNormal.sample(&mut random);
                law.median_s * (law.sigma * normal).exp()
            })
        };
        let [form, captcha] = self.laws(step);
        seconds((draw(form) + draw(captcha)) / self.time_compression)
    }

    /// How long the next captcha of a form takes after `slips` that were mistyped: only the captcha, the form is still there.
    pub(crate) fn captcha_again(&self, seed: u64, arrival: u64, step: Step, slips: u32) -> Duration {
        let normal: f64 =
            StandardNormal.sample(&mut generator(seed, Use::CaptchaAgain(step, slips), arrival));
        seconds(self.captcha_s_median * (self.captcha_sigma * normal).exp() / self.time_compression)
    }

    /// The mean of [`Behaviour::think`] over applicants.
    pub fn think_mean(&self, step: Step) -> Duration {
        let mean_s: f64 = self.laws(step).into_iter().flatten().map(ThinkLaw::mean_s).sum();
        seconds(mean_s / self.time_compression)
    }

    /// The mean thinking time of a whole registration.
    pub fn think_mean_total(&self) -> Duration {
        Step::ALL.into_iter().map(|step| self.think_mean(step)).sum()
    }

    /// The longest that one request may last.
    pub fn step_timeout(&self) -> Duration {
        seconds(self.step_timeout_s)
    }

    /// The latest after its instant that an arrival is still sent.
    pub fn patience(&self) -> Duration {
        seconds(self.patience_s)
    }

    /// What is done before a step: the form, and the captcha where there is one.
    fn laws(&self, step: Step) -> [Option<ThinkLaw>; 2] {
        let form = |median_s| Some(ThinkLaw { median_s, sigma: self.think_sigma });
        let captcha = Some(ThinkLaw { median_s: self.captcha_s_median, sigma: self.captcha_sigma });
        match step {
            Step::Status | Step::Review => [None, None],
            Step::Captcha => [form(self.reading_s_median), None],
            Step::Identity => [form(self.identity_s_median), captcha],
            Step::Profile => [form(self.profile_s_median), None],
            Step::Ktp | Step::Swafoto => [form(self.photo_s_median), None],
            Step::Credentials => [form(self.credentials_s_median), captcha],
            Step::Confirmation => [form(self.review_s_median), None],
        }
    }
}

/// One lognormal time.
#[derive(Clone, Copy)]
struct ThinkLaw {
    median_s: f64,
    sigma: f64,
}

impl ThinkLaw {
    fn mean_s(self) -> f64 {
        self.median_s * (self.sigma * self.sigma / 2.0).exp()
    }
}

/// Applicants that may be under way at the same time, by Little's law: the most that come within one stay.
///
/// A stay is taken as one and a half times the mean thinking time, one timed-out request, and the waits of one step that is tried
/// in vain to the end, so that a system in trouble still meets everybody who comes. Where people leave, one time away is added, and
/// where the portal `makes_people_wait` for their turn, their patience with that; a tenth and ten more cover chance. Never more than there are applicants.
pub fn in_flight_by_littles_law(
    arrivals: &Arrivals,
    behaviour: &Behaviour,
    makes_people_wait: bool,
) -> usize {
    const WINDOWS: u32 = 1_000;
    let devices = &behaviour.devices;
    let slowness = 1.0 + devices.phone_share * (devices.phone_slowness - 1.0);
    let away_s = if behaviour.leaving.share > 0.0 {
        behaviour.leaving.return_s_median / behaviour.time_compression
    } else {
        0.0
    };
    let stay_s = behaviour.think_mean_total().as_secs_f64() * slowness * 1.5
        + behaviour.step_timeout_s
        + behaviour.opening_patience_s
        + behaviour.retries.trying_s()
        + if makes_people_wait { behaviour.queue_patience_s_median } else { 0.0 }
        + away_s;
    let most = (0..WINDOWS)
        .map(|window| arrivals.duration_s * f64::from(window) / f64::from(WINDOWS))
        .map(|start_s| arrivals.expected_by(start_s + stay_s) - arrivals.expected_by(start_s))
        .fold(0.0, f64::max);
    let bound = round_count(most * 1.1 + 10.0).clamp(1, arrivals.count.max(1));
    usize::try_from(bound).unwrap_or(usize::MAX)
}
