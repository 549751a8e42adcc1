//! What operators have broken on purpose: a rehearsal of what the machine and its disk may do by themselves. Only where the settings
//! allow it, which production mode refuses.

use crate::clock::Clock;
use domain::wire::{Faults, FaultsShown, StoreFault};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// The switches, as they are now.
pub(crate) struct FaultSwitches {
    faults: Mutex<Faults>,
    changed: Condvar,
    held_count: AtomicU32,
}

impl FaultSwitches {
    /// With nothing broken.
    pub(crate) fn new() -> Arc<FaultSwitches> {
        let (faults, changed) = (Mutex::new(Faults::default()), Condvar::new());
        Arc::new(FaultSwitches { faults, changed, held_count: AtomicU32::new(0) })
    }

    /// What is broken now.
    pub(crate) fn now(&self) -> Faults {
        *self.lock()
    }

    /// The same, and what it has done.
    pub(crate) fn shown(&self) -> FaultsShown {
        FaultsShown { faults: self.now(), held_count: self.held_count.load(Ordering::SeqCst) }
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
        self.held_count.fetch_add(1, Ordering::SeqCst);
        drop(self.changed.wait_while(self.lock(), held).expect("nothing panics while it is held"));
        self.held_count.fetch_sub(1, Ordering::SeqCst);
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
