//! How many connections each address has: one that asks for all of them must not get them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard};

/// Counts by address. It is locked when a connection begins and when it ends, never for a request.
#[derive(Clone)]
pub(crate) struct Peers {
    max: usize,
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection's place, given back when it is dropped.
pub(crate) struct Seat {
    peers: Peers,
    address: IpAddr,
}

impl Peers {
    pub(crate) fn new(max: usize) -> Peers {
        Peers { max, counts: Arc::default() }
    }

    /// A place for one more from `address`, or `None` where it has its share.
    pub(crate) fn seat(&self, address: IpAddr) -> Option<Seat> {
        let address = household(address);
        let mut counts = self.counts();
        let count = counts.entry(address).or_insert(0);
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(Seat { peers: self.clone(), address })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.counts.lock().expect("nothing panics while it is held")
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.peers.counts().entry(self.address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// What is one customer of a network: an IPv4 address, or 64 bits of an IPv6 one (RFC 6177 gives a home no less).
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_share() {
        let peers = Peers::new(2);
        let seat = |address: &str| peers.seat(address.parse().unwrap());
        let (first, second) = (seat("192.0.2.1"), seat("::ffff:192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(seat("192.0.2.1").is_none());
        let (near, far) = (seat("2001:db8::1"), seat("2001:db8:0:0:9::9"));
        assert!(near.is_some() && far.is_some());
        assert!(seat("2001:db8::7").is_none());
        let other = seat("2001:db8:0:1::1");
        assert!(other.is_some());
        drop(first);
        assert!(seat("192.0.2.1").is_some());
        drop((second, near, far, other));
        assert!(peers.counts().is_empty());
    }
}
