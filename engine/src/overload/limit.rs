//! How many requests are under way, and how many may be. One number, no lock.

use super::{Reason, TurnedAway};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// A bound on requests under way, where there is one; the count in any case.
#[derive(Clone)]
pub(crate) struct Limit {
    under_way: Arc<AtomicUsize>,
    max: usize,
}

/// A request under way, until it is dropped.
pub(crate) struct Place(Limit);

impl Limit {
    pub(crate) fn new(max: Option<usize>) -> Limit {
        Limit { under_way: Arc::default(), max: max.unwrap_or(usize::MAX) }
    }

    /// A place for one more.
    ///
    /// # Errors
    /// [`TurnedAway`] where there are as many as there may be.
    pub(crate) fn enter(&self) -> Result<Place, TurnedAway> {
        let before = self.under_way.fetch_add(1, Relaxed);
        let place = Place(self.clone());
        if before < self.max { Ok(place) } else { Err(full()) }
    }

    /// Waits for a body. Meanwhile the request has no place: however slowly bodies come, they keep nobody out.
    ///
    /// # Errors
    /// [`TurnedAway`] where all places are taken by the time that the body is there.
    pub(crate) async fn outside<T>(&self, reading: impl Future<Output = T>) -> Result<T, TurnedAway> {
        let outside = Outside::of(self);
        let read = reading.await;
        drop(outside);
        if self.under_way() <= self.max { Ok(read) } else { Err(full()) }
    }

    /// Requests under way, those apart that wait for a body.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Relaxed);
    }
}

/// The place is taken back when this is dropped, also when the client goes.
struct Outside<'a>(&'a Limit);

impl Outside<'_> {
    fn of(limit: &Limit) -> Outside<'_> {
        limit.under_way.fetch_sub(1, Relaxed);
        Outside(limit)
    }
}

impl Drop for Outside<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_add(1, Relaxed);
    }
}

fn full() -> TurnedAway {
    TurnedAway::new(Reason::Full, Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn places() {
        let limit = Limit::new(Some(2));
        let (first, second) = (limit.enter().unwrap(), limit.enter().unwrap());
        assert_eq!(limit.enter().err(), Some(full()));
        assert_eq!(limit.under_way(), 2);
        drop(first);
        let third = limit.enter().unwrap();
        drop((second, third));
        assert_eq!(limit.under_way(), 0);
        let unlimited = Limit::new(None);
        let places: Vec<Place> = (0..1_000).map(|_| unlimited.enter().unwrap()).collect();
        assert_eq!(unlimited.under_way(), places.len());
    }

    /// Whoever sends their body slowly keeps nobody out, and may find the places taken when it is there.
    #[tokio::test]
    async fn a_body_on_its_way_has_no_place() {
        let limit = Limit::new(Some(1));
        let slow = limit.enter().unwrap();
        let (send, body) = oneshot::channel::<()>();
        let mut reading = Box::pin(limit.outside(body));
        tokio::select! {
            biased;
            _ = &mut reading => panic!("nothing was sent"),
            () = std::future::ready(()) => {}
        }
        assert_eq!(limit.under_way(), 0);
        let other = limit.enter().unwrap();
        send.send(()).unwrap();
        assert_eq!(reading.await.err(), Some(full()));
        drop(slow);
        assert_eq!(limit.under_way(), 1);
        drop(other);
        let gone = limit.enter().unwrap();
        drop(limit.outside(std::future::pending::<()>()));
        drop(gone);
        assert_eq!(limit.under_way(), 0);
    }
}
