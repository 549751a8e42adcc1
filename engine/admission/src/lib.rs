//! Overload policies as pure state machines: an event comes in, a decision goes out. No IO, no async, no clock of their own.
//!
//! The engine runs them on the wall clock; a simulation of capacity can run the very same code on its own.

/// Who gets in when more arrives than can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Everybody.
    None,
    /// At most so many at a time; whoever comes on top is turned away at once.
    ConcurrencyLimit {
        /// Requests under way at a time.
        in_flight_max: usize,
    },
}

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
    /// A policy with nothing under way.
    pub fn new(policy: Policy) -> Admission {
        Admission { policy, in_flight: 0, counts: Counts::default() }
    }

    /// A request has come.
    pub fn arrived(&mut self) -> Decision {
        self.counts.offered += 1;
        let room = match self.policy {
            Policy::None => true,
            Policy::ConcurrencyLimit { in_flight_max } => self.in_flight < in_flight_max,
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
        assert_eq!(counts.shed as usize, events.matches('-').count());
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
