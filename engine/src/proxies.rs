//! Whose request it is that a proxy passes on. Without this everybody behind it would be one address, and share one budget.
//!
//! `X-Forwarded-For`, or else `Forwarded` (RFC 7239), is read from its end, which the proxy nearest to us has written: the first address
//! there that is no trusted proxy is the client's. What stands before it, anybody may have made up. From a connection that doesn't come
//! from a trusted proxy both are ignored.

use hyper::Request;
use hyper::header::{FORWARDED, HeaderMap, HeaderName};
use ipnet::IpNet;
use server::Peer;
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Networks whose word about their clients is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Of addresses like `10.0.0.7` and networks like `10.0.0.0/8`.
    ///
    /// # Errors
    /// The first text that is neither.
    pub(crate) fn parse(texts: &[String]) -> Result<TrustedProxies, String> {
        let network = |text: &String| {
            let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| text.clone())
        };
        texts.iter().map(network).collect::<Result<_, _>>().map(TrustedProxies)
    }

    /// Makes the [`Peer`] of `request` the client's address.
    pub(crate) fn see_through<B>(&self, request: &mut Request<B>) {
        if self.0.is_empty() {
            return;
        }
        let Some(&Peer(peer)) = request.extensions().get::<Peer>() else { return };
        let client = self.client(peer.ip(), request.headers());
        request.extensions_mut().insert(Peer(SocketAddr::new(client, peer.port())));
    }

    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer;
        let mut hops = hops(headers).into_iter().rev();
        while self.trusts(nearest) {
            // Where a proxy hides whom it has it from, the proxy itself is who we deal with.
            let Some(Some(before)) = hops.next() else { break };
            nearest = before;
        }
        nearest
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address.to_canonical()))
    }
}

/// The addresses that a request has come through, the client's first; `None` for one that isn't told or can't be read.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let elements = |name: HeaderName| {
        let values = headers.get_all(name).into_iter().map(|value| value.to_str().unwrap_or_default());
        values.flat_map(|value| value.split(',')).map(str::trim).map(str::to_owned).collect::<Vec<_>>()
    };
    let by_header = elements(X_FORWARDED_FOR);
    if !by_header.is_empty() {
        return by_header.iter().map(|element| address(element)).collect();
    }
    let told_for = |element: &String| {
        let pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for")).find_map(|(_, value)| address(value))
    };
    elements(FORWARDED).iter().map(told_for).collect()
}

/// With or without quotes, brackets and a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim().trim_matches('"');
    bare.parse::<SocketAddr>()
        .map(|address| address.ip())
        .ok()
        .or_else(|| bare.trim_start_matches('[').trim_end_matches(']').parse().ok())
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_the_last_whom_a_trusted_proxy_names() {
        let trusted = ["10.0.0.0/8".to_owned(), "2001:db8::1".to_owned()];
        let proxies = TrustedProxies::parse(&trusted).unwrap();
        let check = |peer: &str, headers: &[(&'static str, &'static str)], expect: &str| {
            let mut request = Request::new(());
            request.extensions_mut().insert(Peer(SocketAddr::new(peer.parse().unwrap(), 7)));
            for (name, value) in headers {
                request.headers_mut().append(*name, value.parse().unwrap());
            }
            proxies.see_through(&mut request);
            let seen = request.extensions().get::<Peer>().unwrap().0;
            assert_eq!((seen.ip().to_string().as_str(), seen.port()), (expect, 7), "{peer} {headers:?}");
        };
        let xff = "x-forwarded-for";
        check("10.0.0.7", &[(xff, "198.51.100.4")], "198.51.100.4");
        check("10.0.0.7", &[(xff, "203.0.113.9, 198.51.100.4, 10.0.0.8")], "198.51.100.4");
        check("10.0.0.7", &[(xff, "203.0.113.9"), (xff, "198.51.100.4")], "198.51.100.4");
        check("2001:db8::1", &[(xff, "[2001:db8:5::2]:4711")], "2001:db8:5::2");
        check(
            "10.0.0.7",
            &[("forwarded", "for=203.0.113.9;proto=https, For=\"198.51.100.4:80\"")],
            "198.51.100.4",
        );
        // Nobody else is believed, and nothing that can't be read.
        check("198.51.100.4", &[(xff, "203.0.113.9")], "198.51.100.4");
        check("10.0.0.7", &[(xff, "203.0.113.9, unknown")], "10.0.0.7");
        check("10.0.0.7", &[("forwarded", "for=_hidden")], "10.0.0.7");
        check("10.0.0.7", &[], "10.0.0.7");
        check("10.0.0.7", &[(xff, "10.0.0.9")], "10.0.0.9");
    }

    #[test]
    fn what_is_no_network_is_told() {
        let check = |text: &str| TrustedProxies::parse(&[text.to_owned()]).err();
        assert_eq!(check("proxy.contoh.example"), Some("proxy.contoh.example".to_owned()));
        assert_eq!(check("10.0.0.0/40"), Some("10.0.0.0/40".to_owned()));
    }
}
