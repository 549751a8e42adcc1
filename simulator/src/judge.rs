//! The judgements: was the generator fit, and were the objectives met. Pure.

mod objectives;

pub(crate) use objectives::{Observed, evaluate};
use record::{Evidence, GeneratorVerdict, Unit};
use scenario::GeneratorPlan;

/// What tells whether the generator kept up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Fitness {
    /// Arrivals whose instant came.
    pub(crate) arrived: u64,
    /// How late applicants were sent on their way, 99th percentile.
    pub(crate) arrival_lateness_us_p99: u64,
    /// How late any request was sent, 99th percentile.
    pub(crate) request_lateness_us_p99: u64,
    /// Arrivals that could not be sent at all.
    pub(crate) not_sent: u64,
    /// Arrivals that found every user busy.
    pub(crate) found_all_busy: u64,
    /// Applicants who failed because this machine had no descriptor, port or memory left.
    pub(crate) own_limit: u64,
    /// Share of one core in the busiest second.
    pub(crate) cpu_share_max: f64,
    /// Descriptors held at most, and allowed.
    pub(crate) descriptors: (u64, u64),
    /// Share of the machine's processor time that other programs took; unknown for a portal that isn't ours.
    pub(crate) others_cpu_share: Option<f64>,
    /// Share of the machine's processor time that the host of a virtual machine gave to others.
    pub(crate) stolen_cpu_share: Option<f64>,
    /// How late a timer of the generator fires that has nothing to do with applicants, 99th percentile.
    pub(crate) stall_us_p99: u64,
    /// Cores that its threads waited for in the worst second (run-queue delay).
    pub(crate) waiting_share_max: f64,
    /// The largest step of the wall's clock.
    pub(crate) clock_step_us: u64,
}

/// What a signal outside of its bound means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Applicants did not come as the schedule says: nothing can be said about the portal.
    Invalidates,
    /// It may have: figures near it need care.
    Limits,
}

struct Signal {
    name: &'static str,
    observed: f64,
    bound: f64,
    unit: Unit,
    weight: Weight,
}

/// Over this share of arrivals that found everybody busy, figures need care: some were late, if only by
/// little.
const FOUND_ALL_BUSY_SHARE_MAX: f64 = 0.01;

/// Over this share of the machine's processor time in other hands, figures are of a smaller machine than the
/// record says.
const OTHERS_CPU_SHARE_MAX: f64 = 0.25;

/// Over this share of a virtual machine's processor time in its host's hands, its cores stood still for milliseconds at a time: at
/// 25,000 arrivals a second, the 99th percentile of lateness was over 4 ms in each of eleven rounds that lost so much, ours or not.
const STOLEN_CPU_SHARE_MAX: f64 = 0.05;

/// Over this many cores waited for, on average over a second, the generator did what it did with delay.
const WAITING_SHARE_MAX: f64 = 1.0;

/// A clock that steps by more makes times of day wrong by as much: those of the record, of gates, of drafts.
const CLOCK_STEP_US_MAX: f64 = 100_000.0;

/// Over this share of the allowed descriptors the next surge will hit the limit.
const DESCRIPTOR_SHARE_MAX: f64 = 0.9;

/// Judges the generator: the verdict, why it is not simply valid, and every signal.
pub(crate) fn judge_generator(
    plan: &GeneratorPlan,
    fitness: &Fitness,
) -> (GeneratorVerdict, Option<String>, Vec<Evidence>) {
    let signals = signals(plan, fitness);
    let outside = |weight| signals.iter().find(|signal| signal.weight == weight && !signal.is_fit());
    let (verdict, reason) = if fitness.arrived == 0 {
        (GeneratorVerdict::Invalid, Some("nobody arrived: there is nothing to judge by".to_owned()))
    } else if let Some(signal) = outside(Weight::Invalidates) {
        (GeneratorVerdict::Invalid, Some(signal.in_words()))
    } else if let Some(signal) = outside(Weight::Limits) {
        (GeneratorVerdict::Limited, Some(signal.in_words()))
    } else {
        (GeneratorVerdict::Valid, None)
    };
    (verdict, reason, signals.iter().map(Signal::evidence).collect())
}

fn signals(plan: &GeneratorPlan, fitness: &Fitness) -> Vec<Signal> {
    let of_arrived =
        |count: u64| if fitness.arrived == 0 { 0.0 } else { count as f64 / fitness.arrived as f64 };
    let (held, allowed) = fitness.descriptors;
    let signal = |name, observed, bound, unit, weight| Signal { name, observed, bound, unit, weight };
    let lateness_us_max = plan.lateness_ms_p99_max * 1_000.0;
    let (arrivals_us, requests_us) =
        (fitness.arrival_lateness_us_p99 as f64, fitness.request_lateness_us_p99 as f64);
    let mut signals = vec![
        signal("lateness of arrivals, p99", arrivals_us, lateness_us_max, Unit::Us, Weight::Invalidates),
        signal("lateness of requests, p99", requests_us, lateness_us_max, Unit::Us, Weight::Invalidates),
        signal(
            "stalls of its timers, p99",
            fitness.stall_us_p99 as f64,
            lateness_us_max,
            Unit::Us,
            Weight::Invalidates,
        ),
        signal(
            "arrivals not sent",
            of_arrived(fitness.not_sent),
            plan.not_sent_share_max,
            Unit::Share,
            Weight::Invalidates,
        ),
        signal(
            "connections this machine refused",
            fitness.own_limit as f64,
            0.0,
            Unit::Count,
            Weight::Invalidates,
        ),
        signal(
            "arrivals that found every user busy",
            of_arrived(fitness.found_all_busy),
            FOUND_ALL_BUSY_SHARE_MAX,
            Unit::Share,
            Weight::Limits,
        ),
        signal(
            "own processor time in the busiest second",
            fitness.cpu_share_max,
            plan.cpu_share_max,
            Unit::Share,
            Weight::Limits,
        ),
        signal(
            "waiting for a core in the worst second",
            fitness.waiting_share_max,
            WAITING_SHARE_MAX,
            Unit::Share,
            Weight::Limits,
        ),
        signal(
            "step of the wall clock",
            fitness.clock_step_us as f64,
            CLOCK_STEP_US_MAX,
            Unit::Us,
            Weight::Limits,
        ),
        signal(
            "file descriptors held",
            if allowed == 0 { 0.0 } else { held as f64 / allowed as f64 },
            DESCRIPTOR_SHARE_MAX,
            Unit::Share,
            Weight::Limits,
        ),
    ];
    let taken = [
        ("processor time of other programs", fitness.others_cpu_share, OTHERS_CPU_SHARE_MAX),
        ("processor time that the host took away", fitness.stolen_cpu_share, STOLEN_CPU_SHARE_MAX),
    ];
    let known = |(name, share, bound)| {
        Option::map(share, |share| signal(name, share, bound, Unit::Share, Weight::Limits))
    };
    signals.extend(taken.into_iter().filter_map(known));
    signals
}

impl Signal {
    fn is_fit(&self) -> bool {
        self.observed <= self.bound
    }

    fn in_words(&self) -> String {
        let amount = |value: f64| match self.unit {
            Unit::Us => format!("{:.1} ms", value / 1_000.0),
            Unit::Share => format!("{:.1} %", value * 100.0),
            Unit::S | Unit::Count | Unit::PerS | Unit::Bytes => format!("{value}"),
        };
        format!("{}: {}, which is over {}", self.name, amount(self.observed), amount(self.bound))
    }

    fn evidence(&self) -> Evidence {
        let Signal { name, observed, bound, unit, .. } = *self;
        Evidence { signal: name.to_owned(), observed, bound, unit, fit: self.is_fit() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: GeneratorPlan = GeneratorPlan {
        applicants_in_flight_max: 100,
        lateness_ms_p99_max: 20.0,
        cpu_share_max: 0.8,
        not_sent_share_max: 0.001,
        connections: scenario::Connections::Own,
        idle: scenario::Idle::Sleep,
        memory_mib_max: None,
    };

    const HEALTHY: Fitness = Fitness {
        arrived: 1_000,
        arrival_lateness_us_p99: 20_000,
        request_lateness_us_p99: 1_500,
        not_sent: 1,
        found_all_busy: 10,
        own_limit: 0,
        cpu_share_max: 0.8,
        descriptors: (900, 1_000),
        others_cpu_share: Some(0.25),
        stolen_cpu_share: Some(0.05),
        stall_us_p99: 20_000,
        waiting_share_max: 1.0,
        clock_step_us: 100_000,
    };

    #[test]
    fn verdicts() {
        use GeneratorVerdict::{Invalid, Limited, Valid};
        let check = |change: fn(&mut Fitness), expect, reason: Option<&str>| {
            let mut fitness = HEALTHY;
            change(&mut fitness);
            let (verdict, found, evidence) = judge_generator(&PLAN, &fitness);
            assert_eq!((verdict, found.as_deref()), (expect, reason));
            assert_eq!(evidence.iter().all(|signal| signal.fit), verdict == Valid || fitness.arrived == 0);
        };
        check(|_| (), Valid, None);
        check(
            |f| f.arrival_lateness_us_p99 = 20_001,
            Invalid,
            Some("lateness of arrivals, p99: 20.0 ms, which is over 20.0 ms"),
        );
        check(
            |f| f.request_lateness_us_p99 = 31_000,
            Invalid,
            Some("lateness of requests, p99: 31.0 ms, which is over 20.0 ms"),
        );
        check(
            |f| f.stall_us_p99 = 20_001,
            Invalid,
            Some("stalls of its timers, p99: 20.0 ms, which is over 20.0 ms"),
        );
        check(
            |f| f.waiting_share_max = 1.5,
            Limited,
            Some("waiting for a core in the worst second: 150.0 %, which is over 100.0 %"),
        );
        check(
            |f| f.clock_step_us = 3_600_000_000,
            Limited,
            Some("step of the wall clock: 3600000.0 ms, which is over 100.0 ms"),
        );
        check(|f| f.not_sent = 2, Invalid, Some("arrivals not sent: 0.2 %, which is over 0.1 %"));
        check(|f| f.own_limit = 1, Invalid, Some("connections this machine refused: 1, which is over 0"));
        check(
            |f| f.found_all_busy = 11,
            Limited,
            Some("arrivals that found every user busy: 1.1 %, which is over 1.0 %"),
        );
        check(
            |f| f.cpu_share_max = 0.81,
            Limited,
            Some("own processor time in the busiest second: 81.0 %, which is over 80.0 %"),
        );
        check(
            |f| f.descriptors.0 = 901,
            Limited,
            Some("file descriptors held: 90.1 %, which is over 90.0 %"),
        );
        check(
            |f| f.others_cpu_share = Some(0.3),
            Limited,
            Some("processor time of other programs: 30.0 %, which is over 25.0 %"),
        );
        check(
            |f| f.stolen_cpu_share = Some(0.06),
            Limited,
            Some("processor time that the host took away: 6.0 %, which is over 5.0 %"),
        );
        check(|f| (f.others_cpu_share, f.stolen_cpu_share) = (None, None), Valid, None);
        // What invalidates outweighs what limits, wherever it stands.
        check(
            |f| (f.cpu_share_max, f.not_sent) = (2.0, 500),
            Invalid,
            Some("arrivals not sent: 50.0 %, which is over 0.1 %"),
        );
        check(|f| *f = Fitness::default(), Invalid, Some("nobody arrived: there is nothing to judge by"));
    }
}
