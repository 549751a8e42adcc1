//! Who may begin a registration: no more than the pools bring through, by crate `admission` on the machine's clock.

use super::{Reason, TurnedAway};
use admission::{Demand, Moment};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The rule, at work. Its lock is taken when somebody begins and when a pool has finished something, for some arithmetic.
pub(crate) struct Newcomers {
    state: Mutex<admission::Newcomers>,
    started: Instant,
}

/// Somebody begins; unless they do, another may when this is dropped.
pub(crate) struct Beginning(Option<Arc<Newcomers>>);

impl Newcomers {
    /// `pools` in the order in which [`Newcomers::worked`] numbers them; `share` as for [`admission::Newcomers::new`].
    pub(crate) fn new(pools: &[Demand], share: f64) -> Newcomers {
        Newcomers { state: Mutex::new(admission::Newcomers::new(pools, share)), started: Instant::now() }
    }

    /// Whether somebody may begin.
    ///
    /// # Errors
    /// [`TurnedAway`] where as many have begun as can be brought through.
    pub(crate) fn begin(self: &Arc<Self>) -> Result<Beginning, TurnedAway> {
        let now = Moment::default().plus(self.started.elapsed());
        let asked = self.state().ask(now);
        asked.map_err(|retry_after| TurnedAway::new(Reason::Newcomer, retry_after))?;
        Ok(Beginning(Some(Arc::clone(self))))
    }

    /// Pool number `pool` has worked for so long.
    pub(super) fn worked(&self, pool: usize, took: Duration) {
        self.state().worked(pool, took);
    }

    fn state(&self) -> MutexGuard<'_, admission::Newcomers> {
        self.state.lock().expect("nothing panics while it is held")
    }
}

impl Beginning {
    /// Where everybody may.
    pub(crate) fn free() -> Beginning {
        Beginning(None)
    }

    /// They have begun.
    pub(crate) fn begun(mut self) {
        self.0 = None;
    }
}

impl Drop for Beginning {
    fn drop(&mut self) {
        if let Some(newcomers) = &self.0 {
            newcomers.state().give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One person a minute, four at once.
    fn newcomers() -> Arc<Newcomers> {
        let demand = Demand { slots: 1, service_guess: Duration::from_secs(60), jobs_per_person: 1 };
        Arc::new(Newcomers::new(&[demand], 1.0))
    }

    #[test]
    fn who_does_not_begin_makes_room() {
        let newcomers = newcomers();
        for _ in 0..10 {
            drop(newcomers.begin().ok().unwrap());
        }
        for _ in 0..4 {
            newcomers.begin().ok().unwrap().begun();
        }
        let turned = newcomers.begin().err().unwrap();
        assert_eq!(turned.why, Reason::Newcomer);
        assert!(turned.retry_after > Duration::ZERO);
    }

    #[test]
    fn a_quicker_pool_lets_more_begin() {
        let newcomers = newcomers();
        for _ in 0..20_000 {
            newcomers.worked(0, Duration::ZERO);
        }
        let begun = (0..1_000).map_while(|_| newcomers.begin().ok()).map(Beginning::begun).count();
        assert!(begun > 100, "{begun}");
    }
}
