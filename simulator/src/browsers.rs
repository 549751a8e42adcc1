//! Who uses which browser: one of their own with a connection of its own, as people do at home, or one that
//! others have used before.

use crate::client::Browser;
use scenario::Connections;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of an answer that no step of the flow comes near.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// The browsers of a run that nobody sits at.
#[derive(Debug)]
pub struct Browsers {
    address: SocketAddr,
    connections: Connections,
    idle: Mutex<Vec<Browser>>,
}

impl Browsers {
    /// None yet; all will talk to `address`.
    #[must_use]
    pub fn new(address: SocketAddr, connections: Connections) -> Browsers {
        Browsers { address, connections, idle: Mutex::default() }
    }

    /// Where they talk to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A browser for somebody, who sits at a shared computer or at their own.
    #[must_use]
    pub fn take(&self, at_shared: bool) -> Browser {
        let left_open = if self.is_passed_on(at_shared) { self.idle().pop() } else { None };
        left_open.unwrap_or_else(|| self.fresh())
    }

    /// A new one.
    #[must_use]
    pub fn fresh(&self) -> Browser {
        Browser::new(self.address, ANSWER_BYTES_MAX)
    }

    /// Whoever took it is done: the next may have it with its connection, or it is closed.
    pub fn give_back(&self, mut browser: Browser, at_shared: bool) {
        if !at_shared {
            // A pooled connection is no shared browser: the next person knows nothing of this one.
            browser.forget();
        }
        if self.is_passed_on(at_shared) {
            self.idle().push(browser);
        }
    }

    fn is_passed_on(&self, at_shared: bool) -> bool {
        at_shared || self.connections == Connections::Pooled
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Browser>> {
        // A list is whole after every statement, so it stays usable when a task panicked over it.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shared_and_pooled_ones_are_passed_on() {
        let check = |connections, at_shared, expect| {
            let browsers = Browsers::new(([127, 0, 0, 1], 9).into(), connections);
            browsers.give_back(browsers.fresh(), at_shared);
            assert_eq!(browsers.idle().len(), expect, "{connections:?} {at_shared}");
            drop(browsers.take(at_shared));
            assert_eq!(browsers.idle().len(), 0);
        };
        check(Connections::Own, false, 0);
        check(Connections::Own, true, 1);
        check(Connections::Pooled, false, 1);
    }
}
