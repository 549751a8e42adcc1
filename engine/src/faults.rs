//! What operators have broken on purpose: a rehearsal of what the machine and its disk may do by themselves. Only where the settings
//! allow it, which production mode refuses.

use crate::clock::Clock;
use domain::wire::{Faults, StoreFault};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// The switches, as they are now.
pub(crate) struct FaultSwitches {
    faults: Mutex<Faults>,
    changed: Condvar,
}

impl FaultSwitches {
    /// With nothing broken.
    pub(crate) fn new() -> Arc<FaultSwitches> {
        Arc::new(FaultSwitches { faults: Mutex::new(Faults::default()), changed: Condvar::new() })
    }

    /// What is broken now.
    pub(crate) fn now(&self) -> Faults {
        *self.lock()
    }

    /// Breaks exactly this, and mends the rest.
    pub(crate) fn set(&self, faults: Faults) {
        tracing::warn!(?faults, "an operator breaks things on purpose");
        *self.lock() = faults;
        self.changed.notify_all();
    }

    /// Waits for as long as the register holds its answers back. It blocks the thread.
    pub(crate) fn wait_while_held(&self) {
        let held = |faults: &mut Faults| faults.store == StoreFault::Held;
        drop(self.changed.wait_while(self.lock(), held).expect("nothing panics while it is held"));
    }

    /// `clock`, as far ahead as the switches say.
    pub(crate) fn in_front_of(self: &Arc<Self>, clock: Clock) -> Clock {
        let switches = Arc::clone(self);
        Clock::new(move || clock.now().plus(Duration::from_secs(switches.lock().clock_ahead_s.into())))
    }

    fn lock(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().expect("nothing panics while it is held")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    #[test]
    fn the_clock_runs_ahead_and_back() {
        let switches = FaultSwitches::new();
        let clock = switches.in_front_of(Clock::new(|| Timestamp::from_ms(1_000)));
        assert_eq!(clock.now(), Timestamp::from_ms(1_000));
        switches.set(Faults { clock_ahead_s: 60, ..Faults::default() });
        assert_eq!(clock.now(), Timestamp::from_ms(61_000));
        switches.set(Faults::default());
        assert_eq!(clock.now(), Timestamp::from_ms(1_000));
    }
}
