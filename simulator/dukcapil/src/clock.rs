//! Both clocks: one that never steps, for lines and schedules, and the wall's, for the day.

use domain::Timestamp;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Tells the time. The clock that never steps is that of the runtime, which tests can stop; the wall's is passed in.
#[derive(Clone)]
pub struct Clock {
    begun: Instant,
    wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Clock {
    /// The machine's clocks. Has to be called within a runtime.
    pub fn system() -> Clock {
        Clock::with_wall(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// The machine's clock that never steps, with a wall clock of one's own.
    pub fn with_wall(wall: impl Fn() -> Timestamp + Send + Sync + 'static) -> Clock {
        Clock { begun: Instant::now(), wall: Arc::new(wall) }
    }

    /// Since this clock was made.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// What the wall says.
    pub(crate) fn wall(&self) -> Timestamp {
        (self.wall)()
    }

    /// Waits until so long after this clock was made.
    pub(crate) async fn sleep_until(&self, at: Duration) {
        tokio::time::sleep_until(self.begun + at).await;
    }
}
