//! Stops asking a registry that does not answer, and tries again with one question at a time.
//!
//! A pure state machine with the time passed in (the circuit breaker of M. Nygard, "Release It!"): so many failures in a row open it; while
//! open nobody waits in vain; after a pause one look-up probes; what that finds closes it, or keeps it open for twice as long.

use domain::Timestamp;
use std::time::Duration;

/// How quick to give up, and how long to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BreakerConfig {
    /// Failures in a row that open it.
    pub(crate) failures_max: u32,
    /// The first pause; each further one is twice as long.
    pub(crate) pause: Duration,
}

/// The longest pause, and the longest that a spent quota is believed without asking.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Whether to ask, and what to say if not. `R` is the reason for not asking.
#[derive(Debug)]
pub(crate) struct Breaker<R> {
    config: BreakerConfig,
    state: State<R>,
}

#[derive(Debug)]
enum State<R> {
    Closed {
        failures: u32,
    },
    /// `probing`: the pause is over, and somebody is asking.
    Open {
        until: Timestamp,
        pause: Duration,
        reason: R,
        probing: bool,
    },
}

impl<R: Clone> Breaker<R> {
    pub(crate) fn new(config: BreakerConfig) -> Breaker<R> {
        Breaker { config, state: State::Closed { failures: 0 } }
    }

    /// Whether to ask at `now`. Whoever is let through must tell how it went.
    ///
    /// # Errors
    /// Why not: the failure that opened it.
    pub(crate) fn ask(&mut self, now: Timestamp) -> Result<(), R> {
        match &mut self.state {
            State::Closed { .. } => Ok(()),
            State::Open { until, probing, .. } if now >= *until && !*probing => {
                *probing = true;
                Ok(())
            }
            State::Open { reason, .. } => Err(reason.clone()),
        }
    }

    /// A look-up was answered.
    pub(crate) fn answered(&mut self) {
        self.state = State::Closed { failures: 0 };
    }

    /// A look-up was not answered, for `reason`.
    pub(crate) fn failed(&mut self, now: Timestamp, reason: R) {
        self.state = match &self.state {
            State::Closed { failures } if failures + 1 < self.config.failures_max => {
                State::Closed { failures: failures + 1 }
            }
            State::Closed { .. } => self.open(now, self.config.pause, reason),
            // Those who were under way when it opened are no news; the probe is.
            State::Open { probing: false, .. } => return,
            State::Open { pause, .. } => self.open(now, (*pause * 2).min(PAUSE_MAX), reason),
        };
    }

    /// The probe's client has gone before it was answered: the next may probe.
    pub(crate) fn abandoned(&mut self) {
        if let State::Open { probing, .. } = &mut self.state {
            *probing = false;
        }
    }

    /// The registry said itself that asking is useless for `pause`.
    pub(crate) fn told_to_wait(&mut self, now: Timestamp, pause: Duration, reason: R) {
        self.state = self.open(now, pause.min(PAUSE_MAX), reason);
    }

    fn open(&self, now: Timestamp, pause: Duration, reason: R) -> State<R> {
        State::Open { until: now.plus(pause), pause, reason, probing: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Events at seconds: `?` may ask, `!` may not, `+` was answered, `-` failed, `g` has gone, `q` told to wait 5 s; `>` a second passes.
    fn check(events: &str) {
        let config = BreakerConfig { failures_max: 3, pause: Duration::from_secs(1) };
        let mut breaker = Breaker::new(config);
        let mut second = 0;
        for (place, event) in events.chars().enumerate() {
            let now = Timestamp::from_ms(second * 1_000);
            match event {
                '>' => second += 1,
                '?' => assert_eq!(breaker.ask(now), Ok(()), "{events} at {place}"),
                '!' => assert_eq!(breaker.ask(now), Err("why"), "{events} at {place}"),
                '+' => breaker.answered(),
                '-' => breaker.failed(now, "why"),
                'g' => breaker.abandoned(),
                'q' => breaker.told_to_wait(now, Duration::from_secs(5), "why"),
                other => panic!("no event {other}"),
            }
        }
    }

    #[test]
    fn it_opens_after_failures_in_a_row() {
        check("?-?-?+?-?-?");
        check("?-?-?-!!");
    }

    #[test]
    fn one_probes_after_the_pause() {
        check("---!>?!!+??");
        check("---!>?-!>!>?+?");
    }

    #[test]
    fn pauses_double() {
        check("--->?->!>?->!>!>!>?");
    }

    #[test]
    fn late_news_of_those_under_way_when_it_opened_is_none() {
        check("???-----!>?");
    }

    #[test]
    fn a_probe_that_has_gone_makes_room_for_the_next() {
        check("--->?!g?!");
    }

    #[test]
    fn a_spent_quota_is_believed_for_its_time() {
        check("?q!>>>>!>?+?");
    }

    #[test]
    fn pauses_end() {
        let config = BreakerConfig { failures_max: 1, pause: Duration::from_secs(20) };
        let mut breaker = Breaker::new(config);
        let mut now = Timestamp::from_ms(0);
        breaker.failed(now, ());
        for _ in 0..5 {
            now = now.plus(PAUSE_MAX);
            assert_eq!(breaker.ask(now), Ok(()));
            breaker.failed(now, ());
        }
    }
}
