//! Settings of the applicants' listener: how many, how slow, and whether by TLS.

use crate::proxies::TrustedProxies;
use server::{Bounds, Pace};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Checked settings of the listener.
#[derive(Clone, Debug)]
pub(crate) struct ListeningConfig {
    pub(crate) bounds: Bounds,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) tls: Option<TlsFiles>,
}

/// Where certificate and key are; they are read when the engine starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// The keys as they are written; numbers are within their ranges already.
pub(super) struct RawListening {
    pub(super) listen: Option<SocketAddr>,
    pub(super) connections_max: u64,
    pub(super) connections_per_address_max: Option<u64>,
    pub(super) trusted_proxies: Vec<String>,
    pub(super) idle_timeout_ms: u64,
    pub(super) header_timeout_ms: u64,
    pub(super) body_rate_min: u64,
    pub(super) body_timeout: Duration,
    pub(super) tls_certificate: Option<PathBuf>,
    pub(super) tls_key: Option<PathBuf>,
    pub(super) public_url: Option<String>,
}

/// For everything but an upload: the longest of it is waiting for the registry and the pools.
const ANSWER_TIME: Duration = Duration::from_secs(120);

impl RawListening {
    pub(super) fn is_tls(&self) -> bool {
        self.tls_certificate.is_some() || self.tls_key.is_some()
    }

    pub(super) fn check(self, problems: &mut Vec<String>) -> ListeningConfig {
        let defaults = Bounds::default();
        let bounds = Bounds {
            connections_max: super::count(self.connections_max),
            connections_per_address_max: super::count(self.per_address()),
            idle_timeout: Duration::from_millis(self.idle_timeout_ms),
            header_timeout: Duration::from_millis(self.header_timeout_ms),
            body_pace: Pace { bytes_per_s_min: super::small(self.body_rate_min), ..defaults.body_pace },
            request_timeout: self.body_timeout + ANSWER_TIME,
            ..defaults
        };
        let trusted_proxies = TrustedProxies::parse(&self.trusted_proxies).unwrap_or_else(|text| {
            problems.push(format!("trusted_proxies: {text:?} is no address or network like 10.0.0.0/8"));
            TrustedProxies::default()
        });
        ListeningConfig { bounds, trusted_proxies, tls: self.check_tls(problems) }
    }

    /// Whether everybody seems to come from one address: by a proxy that isn't trusted to name them, or in a test.
    pub(super) fn everybody_is_one(&self) -> bool {
        self.is_loopback() && self.trusted_proxies.is_empty()
    }

    fn is_loopback(&self) -> bool {
        self.listen.is_none_or(|listen| listen.ip().is_loopback())
    }

    /// Half, so that nobody takes all; on a loopback address everybody comes from there, by a proxy or in a test.
    fn per_address(&self) -> u64 {
        let is_loopback = self.is_loopback();
        let default = if is_loopback { self.connections_max } else { self.connections_max.div_ceil(2) };
        self.connections_per_address_max.unwrap_or(default)
    }

    fn check_tls(self, problems: &mut Vec<String>) -> Option<TlsFiles> {
        let files = match (self.tls_certificate, self.tls_key) {
            (None, None) => return None,
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (Some(_), None) => {
                problems.push("tls_key is missing: the key of tls_certificate".to_owned());
                None
            }
            (None, Some(_)) => {
                problems.push("tls_certificate is missing: the certificate of tls_key".to_owned());
                None
            }
        };
        if !self.public_url.is_some_and(|url: String| url.starts_with("https://")) {
            problems.push(
                "public_url is no address like https://portal.contoh.example: with TLS, links in messages need the name \
                 that the certificate is for"
                    .to_owned(),
            );
        }
        files
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn parse(text: &str) -> Result<Config, String> {
        let least = "store = \"s\"\nregistry_url = \"http://127.0.0.1:1\"\n";
        Config::parse("e", &format!("{least}{text}")).map_err(|error| error.to_string())
    }

    #[test]
    fn one_address_may_have_half() {
        let check = |text: &str, expect: usize| {
            let config = parse(text).ok().unwrap();
            assert_eq!(config.listening.bounds.connections_per_address_max, expect, "{text}");
        };
        check("", 20_000);
        check("connections_max = 101", 101);
        check("listen = \"0.0.0.0:80\"\nconnections_max = 101", 51);
        check("listen = \"[::1]:80\"\nconnections_max = 101", 101);
        check("listen = \"0.0.0.0:80\"\nconnections_per_address_max = 7", 7);
    }

    #[test]
    fn proxies_are_networks() {
        let problem = parse("trusted_proxies = [\"10.0.0.7\", \"proxy\"]").err();
        let expect = "e: trusted_proxies: \"proxy\" is no address or network like 10.0.0.0/8";
        assert_eq!(problem.as_deref(), Some(expect));
    }

    #[test]
    fn tls_needs_two_files_and_a_name() {
        let check = |text: &str, expect: &str| {
            let found = parse(text).map(|config| {
                assert!(config.accounts.secure_cookies);
                config.listening.tls.map_or(String::new(), |files| format!("{files:?}"))
            });
            assert_eq!(found.unwrap_or_else(|problem| problem), expect, "{text}");
        };
        check(
            "tls_certificate = \"c.pem\"\ntls_key = \"k.pem\"\npublic_url = \"https://portal.contoh.example\"",
            "TlsFiles { certificate: \"c.pem\", key: \"k.pem\" }",
        );
        check(
            "tls_certificate = \"c.pem\"\npublic_url = \"https://portal.contoh.example\"",
            "e: tls_key is missing: the key of tls_certificate",
        );
        check(
            "tls_key = \"k.pem\"\npublic_url = \"https://portal.contoh.example\"",
            "e: tls_certificate is missing: the certificate of tls_key",
        );
        for public_url in ["", "public_url = \"http://portal.contoh.example\""] {
            check(
                &format!("tls_certificate = \"c.pem\"\ntls_key = \"k.pem\"\n{public_url}"),
                "e: public_url is no address like https://portal.contoh.example: with TLS, links in messages need the \
                 name that the certificate is for",
            );
        }
    }
}
