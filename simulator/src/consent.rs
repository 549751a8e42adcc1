//! Whom the simulator may load: here as a pure decision on an address, in `asking` by asking the target.
//!
//! Loopback needs no consent. Everybody else has to serve the token of `--consent`, and rate and length are
//! capped unless that document says otherwise. Government hosts are refused for ever, whatever they serve.

mod asking;
mod document;

pub(crate) use asking::{ASKED_EVERY, ask, withdrawn};
pub(crate) use document::Agreement;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _};

/// A portal that may be loaded: plain HTTP on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Permitted {
    /// Where to connect.
    pub(crate) address: SocketAddr,
    /// As given, for messages and the record.
    pub(crate) url: String,
}

/// Why a target may not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Not an address at all.
    #[error("{url} is no address like http://127.0.0.1:8080")]
    Malformed {
        /// As given.
        url: String,
    },
    /// A host of a state.
    #[error("{host} is a government host: it is never loaded, whoever agrees")]
    Government {
        /// The host.
        host: String,
    },
    /// Elsewhere.
    #[error("{host} is not this machine: loading it needs its consent, by --consent TOKEN")]
    NotLoopback {
        /// The host.
        host: String,
    },
}

impl Refusal {
    /// Whether the address is wrong, rather than the wish to load it.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Refusal::Malformed { .. })
    }
}

/// Labels that mark the second level of states' domains: `.go.id`, `.gov`, `.gov.uk`, `.mil.id` and the like.
const STATE_LABELS: [&str; 6] = ["go", "gov", "gob", "gouv", "govt", "mil"];

/// Decides on a target on this machine, given as a URL.
///
/// # Errors
/// [`Refusal`], with the reason.
pub(crate) fn decide(url: &str) -> Result<Permitted, Refusal> {
    let place = Place::of(url)?;
    let Some(ip) = loopback(&place.host) else { return Err(Refusal::NotLoopback { host: place.host }) };
    let address = SocketAddr::new(ip, place.port);
    Ok(Permitted { address, url: format!("http://{address}") })
}

/// Decides on a target elsewhere that is going to be asked for its consent.
///
/// # Errors
/// [`Refusal`], with the reason; a host that has no address is taken for malformed.
pub(crate) fn decide_elsewhere(url: &str) -> Result<Permitted, Refusal> {
    let place = Place::of(url)?;
    // Resolved once: whom the name means later has not been asked.
    let address = (place.host.as_str(), place.port).to_socket_addrs().ok().and_then(|mut found| found.next());
    let address = address.ok_or_else(|| Refusal::Malformed { url: url.to_owned() })?;
    Ok(Permitted { address, url: format!("http://{}:{}", place.host, place.port) })
}

/// Host and port of a URL that may be asked for at all.
struct Place {
    host: String,
    port: u16,
}

impl Place {
    fn of(url: &str) -> Result<Place, Refusal> {
        let malformed = || Refusal::Malformed { url: url.to_owned() };
        let uri: hyper::Uri = url.parse().map_err(|_| malformed())?;
        uri.scheme().ok_or_else(malformed)?;
        let authority = uri.authority().ok_or_else(malformed)?;
        let host = authority.host().trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
        if host.is_empty() || authority.as_str().contains('@') {
            return Err(malformed());
        }
        if is_government(&host) {
            return Err(Refusal::Government { host });
        }
        // TLS is not offered, and a path would be silently dropped.
        if uri.scheme_str() != Some("http") || !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return if loopback(&host).is_some() {
                Err(malformed())
            } else {
                Err(Refusal::NotLoopback { host })
            };
        }
        Ok(Place { host, port: authority.port_u16().unwrap_or(80) })
    }
}

/// Names are not resolved: one that points to loopback today may point elsewhere tomorrow. `localhost` is
/// reserved (RFC 6761).
fn loopback(host: &str) -> Option<IpAddr> {
    if host == "localhost" {
        return Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    host.parse::<IpAddr>().ok().filter(|ip| ip.to_canonical().is_loopback())
}

fn is_government(host: &str) -> bool {
    let mut labels = host.rsplit('.');
    let (top, second) = (labels.next().unwrap_or_default(), labels.next());
    STATE_LABELS.contains(&top)
        || (top.len() == 2 && second.is_some_and(|label| STATE_LABELS.contains(&label)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_needs_no_consent() {
        let check =
            |url: &str, expect: &str| assert_eq!(decide(url).unwrap().address.to_string(), expect, "{url}");
        check("http://127.0.0.1:8080", "127.0.0.1:8080");
        check("http://127.0.0.1:8080/", "127.0.0.1:8080");
        check("http://127.8.9.1:1", "127.8.9.1:1");
        check("http://localhost:99", "127.0.0.1:99");
        check("http://LOCALHOST", "127.0.0.1:80");
        check("http://[::1]:8080", "[::1]:8080");
        check("http://[::ffff:127.0.0.1]:8080", "[::ffff:127.0.0.1]:8080");
    }

    #[test]
    fn others_are_refused() {
        let check = |url: &str, expect: &str| assert_eq!(decide(url).unwrap_err().to_string(), expect);
        let elsewhere =
            |host| format!("{host} is not this machine: loading it needs its consent, by --consent TOKEN");
        let state = |host| format!("{host} is a government host: it is never loaded, whoever agrees");
        let malformed = |url| format!("{url} is no address like http://127.0.0.1:8080");
        check("http://contoh.example", &elsewhere("contoh.example"));
        check("https://contoh.example:443/x", &elsewhere("contoh.example"));
        check("http://10.0.0.1", &elsewhere("10.0.0.1"));
        check("http://0.0.0.0:80", &elsewhere("0.0.0.0"));
        check("http://127.0.0.1.contoh.example", &elsewhere("127.0.0.1.contoh.example"));
        check("http://localhost.contoh.example", &elsewhere("localhost.contoh.example"));
        check("http://gogo.example", &elsewhere("gogo.example"));
        check("https://daftar-sscasn.bkn.go.id", &state("daftar-sscasn.bkn.go.id"));
        check("http://BKN.GO.ID.", &state("bkn.go.id"));
        check("http://go.id", &state("go.id"));
        check("http://service.gov.uk", &state("service.gov.uk"));
        check("http://example.gov", &state("example.gov"));
        check("127.0.0.1:8080", &malformed("127.0.0.1:8080"));
        check("nowhere", &malformed("nowhere"));
        check("ftp://127.0.0.1", &malformed("ftp://127.0.0.1"));
        check("https://127.0.0.1", &malformed("https://127.0.0.1"));
        check("http://127.0.0.1:8080/daftar", &malformed("http://127.0.0.1:8080/daftar"));
        check("http://x@127.0.0.1", &malformed("http://x@127.0.0.1"));
        check("", &malformed(""));
    }
}
