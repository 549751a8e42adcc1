//! The search itself: what was tried decides what is tried next.

use crate::belief::{Belief, Interval};

/// What is looked for. All rates in one unit, which the search does not need to know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// The first rate to be tried.
    pub start: f64,
    /// No rate over this is tried.
    pub rate_max: f64,
    /// The interval is narrow enough once its width over its median is at most this.
    pub precision: f64,
    /// After so many trials the search ends with what it has.
    pub trials_max: usize,
}

/// How a trial comes to its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approach {
    /// From rest.
    Below,
    /// Out of an overload.
    Above,
}

/// What came of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every objective was met. From above: the system came back to what it does from below.
    Met,
    /// One was missed. From above: it did not come back.
    Missed,
    /// The generator was not fit to judge: nothing was learnt about the system.
    Unfit,
}

/// One trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// Its rate.
    pub rate: f64,
    /// How it came there.
    pub approach: Approach,
    /// What came of it.
    pub verdict: Verdict,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// A trial at this rate.
    Try {
        /// The rate.
        rate: f64,
        /// How to come there.
        approach: Approach,
    },
    /// Nothing: this is the answer.
    Over(Ending),
}

/// How a search ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ending {
    /// A capacity, as well as the trials allowed.
    Found(Found),
    /// The generator was the limit before the system was. The highest rate that was held, if any.
    GeneratorWasTheLimit(Option<f64>),
    /// The objectives were missed at every rate, down to this one.
    NothingIsHeld(f64),
    /// They were met at the highest rate that may be tried.
    NeverMissed(f64),
}

/// A capacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Where it lies.
    pub interval: Interval,
    /// Whether the interval became as narrow as was asked.
    pub precise: bool,
    /// Whether the sequential test at the interval's lower end was passed.
    pub confirmed: bool,
    /// Whether that rate is held also out of an overload: no is the mark of a metastable system. `None`: not tried.
    pub recovers: Option<bool>,
}

/// A search under way. Telling it the same trials again brings it to the same place: this is how one is resumed.
#[derive(Clone, Debug)]
pub struct Search {
    goal: Goal,
    trials: Vec<Trial>,
    /// The unfit trials since the last fit one.
    unfit: usize,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Bracket,
    Narrow,
    /// At one rate, by how many trials met are ahead of those missed.
    Confirm {
        rate: f64,
        ahead: i32,
    },
    Above {
        rate: f64,
    },
    Over(Ending),
}

/// One rate is given up after so many unfit trials in a row.
const UNFIT_MAX: usize = 2;

/// Rates below the first one by more than this factor aren't tried.
const DESCENT_MAX: f64 = 1_024.0;

/// Wald's sequential test of "met four times in five" against "missed four times in five", both errors at one in ten: the trials
/// ahead that decide are ln(0.9 / 0.1) / ln(0.8 / 0.2) = 1.6, so two.
const AHEAD_DECIDES: i32 = 2;

impl Search {
    /// Begins.
    #[must_use]
    pub fn new(goal: Goal) -> Search {
        Search { goal, trials: Vec::new(), unfit: 0, phase: Phase::Bracket }
    }

    /// What is to be done next; the same until a trial is told.
    #[must_use]
    pub fn next(&self) -> Next {
        let below = |rate| Next::Try { rate, approach: Approach::Below };
        match self.phase {
            Phase::Bracket => below(self.bracket_rate()),
            Phase::Narrow => below(self.belief().place(self.fit().count())),
            Phase::Confirm { rate, .. } => below(rate),
            Phase::Above { rate } => Next::Try { rate, approach: Approach::Above },
            Phase::Over(ending) => Next::Over(ending),
        }
    }

    /// What came of a trial.
    pub fn tell(&mut self, trial: Trial) {
        self.trials.push(trial);
        if trial.verdict == Verdict::Unfit {
            self.unfit += 1;
            if self.unfit >= UNFIT_MAX {
                self.phase = Phase::Over(self.ending_unfit(trial));
            }
        } else {
            self.unfit = 0;
            self.phase = self.after(trial);
        }
        if self.trials.len() >= self.goal.trials_max && !matches!(self.phase, Phase::Over(_)) {
            self.phase = Phase::Over(self.ending_early());
        }
    }

    /// What was told, in its order.
    #[must_use]
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// What the fit trials from below tell; at least one must have been told.
    #[must_use]
    pub fn belief(&self) -> Belief {
        Belief::of(&self.fit().map(|trial| (trial.rate, trial.verdict == Verdict::Met)).collect::<Vec<_>>())
    }

    fn after(&self, trial: Trial) -> Phase {
        let met = trial.verdict == Verdict::Met;
        match self.phase {
            Phase::Bracket => self.after_bracket(trial.rate),
            Phase::Narrow => self.narrow_or_confirm(),
            Phase::Confirm { rate, ahead } => match ahead + if met { 1 } else { -1 } {
                AHEAD_DECIDES.. => Phase::Above { rate },
                ..=-1 => self.narrow_or_confirm(),
                ahead => Phase::Confirm { rate, ahead },
            },
            Phase::Above { .. } => Phase::Over(self.found(true, Some(met))),
            Phase::Over(_) => self.phase,
        }
    }

    fn after_bracket(&self, rate: f64) -> Phase {
        match (self.highest_met(), self.lowest_missed()) {
            (Some(_), Some(_)) => self.narrow_or_confirm(),
            (Some(met), None) if met >= self.goal.rate_max => Phase::Over(Ending::NeverMissed(met)),
            (None, _) if rate * DESCENT_MAX <= self.goal.start => Phase::Over(Ending::NothingIsHeld(rate)),
            _ => Phase::Bracket,
        }
    }

    fn narrow_or_confirm(&self) -> Phase {
        let interval = self.belief().interval();
        if interval.relative_width() > self.goal.precision {
            Phase::Narrow
        } else {
            Phase::Confirm { rate: interval.low, ahead: 0 }
        }
    }

    fn bracket_rate(&self) -> f64 {
        match (self.highest_met(), self.lowest_missed()) {
            (Some(met), _) => (met * 2.0).min(self.goal.rate_max),
            (None, Some(missed)) => missed / 2.0,
            (None, None) => self.goal.start.min(self.goal.rate_max),
        }
    }

    /// Two unfit trials in a row: what is known without that rate has to do.
    fn ending_unfit(&self, trial: Trial) -> Ending {
        match self.phase {
            Phase::Above { .. } => self.found(true, None),
            _ if trial.approach == Approach::Below && self.is_enclosed() => self.found(false, None),
            _ => Ending::GeneratorWasTheLimit(self.highest_met()),
        }
    }

    fn ending_early(&self) -> Ending {
        match (self.highest_met(), self.lowest_missed()) {
            (Some(_), Some(_)) => self.found(matches!(self.phase, Phase::Above { .. }), None),
            (Some(met), None) => Ending::NeverMissed(met),
            (None, Some(missed)) => Ending::NothingIsHeld(missed),
            (None, None) => Ending::GeneratorWasTheLimit(None),
        }
    }

    fn found(&self, confirmed: bool, recovers: Option<bool>) -> Ending {
        let interval = self.belief().interval();
        let precise = interval.relative_width() <= self.goal.precision;
        Ending::Found(Found { interval, precise, confirmed, recovers })
    }

    fn is_enclosed(&self) -> bool {
        self.highest_met().is_some() && self.lowest_missed().is_some()
    }

    fn fit(&self) -> impl Iterator<Item = &Trial> {
        let counts = |trial: &&Trial| trial.approach == Approach::Below && trial.verdict != Verdict::Unfit;
        self.trials.iter().filter(counts)
    }

    fn highest_met(&self) -> Option<f64> {
        let met = self.fit().filter(|trial| trial.verdict == Verdict::Met);
        met.map(|trial| trial.rate).reduce(f64::max)
    }

    fn lowest_missed(&self) -> Option<f64> {
        let missed = self.fit().filter(|trial| trial.verdict == Verdict::Missed);
        missed.map(|trial| trial.rate).reduce(f64::min)
    }
}
