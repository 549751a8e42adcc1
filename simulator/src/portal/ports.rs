//! A port that nothing but its owner takes while the owner is away.

use std::fs;
use std::net::TcpListener;

/// Where the system does not say from which port on it gives ports away.
const EPHEMERAL_FROM: u16 = 32_768;

const LOWEST: u16 = 10_000;

/// A free address outside of the range from which the system gives ports to connections: there another program's connection could
/// take it while the engine is down, and a connection attempt from the very port would meet itself.
pub(super) fn lasting_address(nth: u16) -> Option<String> {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let from = range.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(EPHEMERAL_FROM);
    let ports = LOWEST..from.max(LOWEST);
    // Runs at the same time begin at different places.
    let offset = 1_000 * u32::from(nth) + std::process::id() % u32::try_from(ports.len().max(1)).unwrap_or(1);
    let begin = usize::try_from(offset).unwrap_or(0);
    let mut candidates = ports.clone().cycle().skip(begin).take(ports.len());
    let free = candidates.find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok())?;
    Some(format!("127.0.0.1:{free}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ports_that_are_free_and_not_given_away() {
        let [one, other] = [0, 1].map(|nth| lasting_address(nth).unwrap());
        assert!(one.starts_with("127.0.0.1:") && other.starts_with("127.0.0.1:"));
        let port = |address: &str| address.rsplit(':').next().unwrap().parse::<u16>().unwrap();
        assert!((LOWEST..EPHEMERAL_FROM).contains(&port(&one)), "{one}");
        let held = TcpListener::bind(&one).unwrap();
        assert_ne!(lasting_address(0).unwrap(), one);
        drop(held);
    }
}
