//! The first form of a gate: no ids, no line, no people. It goes when the engine drives a [`crate::Gate`].

use crate::Policy;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is worked on, and [`Admission::finished`] is told when it is done.
    Admit,
    /// It is turned away before any work.
    Shed,
}

/// A policy at work, with what it has counted.
#[derive(Clone, Debug)]
pub struct Admission {
    policy: Policy,
    in_flight: usize,
    counts: Counts,
}

/// What an admission has decided so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests that came.
    pub offered: u64,
    /// Those that were worked on.
    pub admitted: u64,
    /// Those that were turned away.
    pub shed: u64,
}

impl Admission {
    /// A policy with nothing under way. It knows a bound on requests under way, and nothing of other
    /// policies.
    pub fn new(policy: Policy) -> Admission {
        Admission { policy, in_flight: 0, counts: Counts::default() }
    }

    /// A request has come.
    pub fn arrived(&mut self) -> Decision {
        self.counts.offered += 1;
        let room = match self.policy {
            Policy::ConcurrencyLimit { in_flight_max } => self.in_flight < in_flight_max,
            _ => true,
        };
        if !room {
            self.counts.shed += 1;
            return Decision::Shed;
        }
        self.counts.admitted += 1;
        self.in_flight += 1;
        Decision::Admit
    }

    /// A request that was admitted is done, well or badly.
    pub fn finished(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Requests under way.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// What was decided so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `+` a request comes and is admitted, `-` it comes and is shed, `.` one is done.
    fn check(policy: Policy, events: &str, in_flight: usize) {
        let mut admission = Admission::new(policy);
        for (at, event) in events.chars().enumerate() {
            match event {
                '+' => assert_eq!(admission.arrived(), Decision::Admit, "{events} at {at}"),
                '-' => assert_eq!(admission.arrived(), Decision::Shed, "{events} at {at}"),
                _ => admission.finished(),
            }
        }
        assert_eq!(admission.in_flight(), in_flight, "{events}");
        let counts = admission.counts();
        assert_eq!(counts.offered, counts.admitted + counts.shed);
        assert_eq!(usize::try_from(counts.shed), Ok(events.matches('-').count()));
    }

    #[test]
    fn policies() {
        check(Policy::None, "++++", 4);
        check(Policy::None, "++..+", 1);
        check(Policy::ConcurrencyLimit { in_flight_max: 2 }, "++--.+-", 2);
        check(Policy::ConcurrencyLimit { in_flight_max: 2 }, "++..++-", 2);
        check(Policy::ConcurrencyLimit { in_flight_max: 0 }, "--", 0);
    }
}
