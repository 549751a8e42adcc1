//! A bounded pool of threads for work that takes milliseconds: hashing a password, opening a photo.
//!
//! A full queue is told at once, so that the applicant hears "busy" while it is still cheap. Work whose client has gone is dropped
//! before it costs anything.

use crate::metrics::PoolMetrics;
use crate::overload::{Line, TurnedAway};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;
use std::{io, thread};
use tokio::sync::oneshot;

/// Threads that share a queue. Each keeps a scratch `S` from job to job, so that large buffers are made once.
pub(crate) struct Pool<S> {
    jobs: flume::Sender<Job<S>>,
    /// Who has to be asked before the queue is.
    line: Option<Arc<Line>>,
    metrics: PoolMetrics,
}

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// Why work was not done.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum PoolError {
    #[error("too much work waits")]
    Full,
    #[error("turned away by the overload policy")]
    TurnedAway(TurnedAway),
    #[error("the work failed in an unforeseen way")]
    Lost,
}

impl<S: 'static> Pool<S> {
    /// Starts `threads` threads for at most `queue_max` waiting jobs.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub(crate) fn start(
        name: &str,
        threads: usize,
        queue_max: usize,
        metrics: PoolMetrics,
        scratch: impl Fn() -> S + Clone + Send + 'static,
    ) -> io::Result<Pool<S>> {
        let (jobs, waiting) = flume::bounded::<Job<S>>(queue_max);
        metrics.set_threads(threads);
        for number in 0..threads {
            let (waiting, scratch) = (waiting.clone(), scratch.clone());
            thread::Builder::new().name(format!("{name}-{number}")).spawn(move || {
                let mut kept = scratch();
                for job in waiting {
                    if catch_unwind(AssertUnwindSafe(|| job(&mut kept))).is_err() {
                        kept = scratch();
                    }
                }
            })?;
        }
        Ok(Pool { jobs, line: None, metrics })
    }

    /// The same, with a line before its queue.
    pub(crate) fn behind(self, line: Option<Arc<Line>>) -> Pool<S> {
        Pool { line, ..self }
    }

    /// Does `work` on a thread of the pool.
    ///
    /// # Errors
    /// [`PoolError::TurnedAway`] by the policy; [`PoolError::Full`] at once where too much waits; [`PoolError::Lost`] where the work
    /// panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let slot = match &self.line {
            Some(line) => Some(line.enter().await.map_err(PoolError::TurnedAway)?),
            None => None,
        };
        let (reply, answer) = oneshot::channel();
        let metrics = self.metrics.clone();
        let queued = Instant::now();
        let job = Box::new(move |scratch: &mut S| {
            metrics.waited(queued.elapsed());
            if reply.is_closed() {
                metrics.client_gone();
                return;
            }
            let started = Instant::now();
            let done = work(scratch);
            let took = started.elapsed();
            // Only now, whatever has become of the client meanwhile: until here a thread was taken.
            if let Some(slot) = slot {
                slot.worked(took);
            }
            // Counted before it is answered, so that who has the answer finds it counted.
            metrics.worked(took, !reply.is_closed());
            reply.send(done).ok();
        });
        if self.jobs.try_send(job).is_err() {
            self.metrics.refused();
            return Err(PoolError::Full);
        }
        answer.await.map_err(|_| PoolError::Lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;
    use std::sync::mpsc;

    fn pool(threads: usize, queue_max: usize) -> Pool<u32> {
        Pool::start("test", threads, queue_max, Metrics::new().pool("test"), || 0).unwrap()
    }

    #[tokio::test]
    async fn scratch_is_kept_and_made_anew_after_a_panic() {
        let pool = pool(1, 8);
        for expect in [1, 2] {
            let counted = pool.run(|kept| {
                *kept += 1;
                *kept
            });
            assert_eq!(counted.await, Ok(expect));
        }
        assert_eq!(pool.run(|_| -> () { panic!("on purpose") }).await, Err(PoolError::Lost));
        assert_eq!(pool.run(|kept| *kept).await, Ok(0));
    }

    #[tokio::test]
    async fn a_full_queue_is_told_at_once() {
        let pool = pool(1, 1);
        let (go, gate) = mpsc::channel::<()>();
        let (begun, has_begun) = mpsc::channel::<()>();
        let held = pool.run(move |_| {
            begun.send(()).unwrap();
            gate.recv().unwrap();
        });
        let waiting = async {
            has_begun.recv().unwrap();
            let queued = pool.run(|_| ());
            let refused = async {
                assert_eq!(pool.run(|_| ()).await, Err(PoolError::Full));
                go.send(()).unwrap();
            };
            // Polled in order: the queue's one place is taken when the last comes.
            tokio::join!(biased; queued, refused).0
        };
        let (held, waiting) = tokio::join!(biased; held, waiting);
        assert_eq!((held, waiting), (Ok(()), Ok(())));
    }

    #[tokio::test]
    async fn work_whose_client_has_gone_is_dropped() {
        let pool = pool(1, 8);
        let (go, gate) = mpsc::channel::<()>();
        let held = pool.run(move |_| gate.recv().unwrap());
        let rest = async {
            let mut abandoned = Box::pin(pool.run(|kept| *kept += 1));
            assert!(futures_poll_once(&mut abandoned).await.is_none());
            drop(abandoned);
            go.send(()).unwrap();
        };
        tokio::join!(biased; held, rest).0.unwrap();
        assert_eq!(pool.run(|kept| *kept).await, Ok(0));
    }

    async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        let ready = std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        });
        ready.await
    }
}
