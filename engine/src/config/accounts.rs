//! Settings for accounts that are made: activation, messages, sessions, the sweep.

use domain::Limits;
use domain::access::LockRules;
use domain::activation::ActivationRules;
use lettre::message::Mailbox;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Checked settings for what comes after confirmation.
#[derive(Clone)]
pub(crate) struct AccountsConfig {
    pub(crate) activation: ActivationRules,
    pub(crate) login_lock: LockRules,
    pub(crate) session_life: Duration,
    pub(crate) sessions_max: usize,
    pub(crate) sweep_period: Duration,
    /// After the first failure; then twice as long each time.
    pub(crate) outbox_retry: Duration,
    /// Cookies go over TLS only.
    pub(crate) secure_cookies: bool,
    pub(crate) mail: MailConfig,
}

/// How messages look and where they go.
#[derive(Clone)]
pub(crate) struct MailConfig {
    pub(crate) from: Mailbox,
    /// What links begin with, without a slash at the end; the listener's own address where nothing is set.
    pub(crate) public_url: Option<String>,
    pub(crate) way: MailWay,
}

/// Where messages go.
#[derive(Clone)]
pub(crate) enum MailWay {
    /// A file each, into this folder, or into `outbox` beside the register.
    Files(Option<PathBuf>),
    /// To a relay.
    Smtp(AsyncSmtpTransportBuilder),
}

/// The keys as they are written; numbers are within their ranges already.
pub(super) struct RawAccounts {
    pub(super) activation: Option<String>,
    pub(super) activation_hours: u64,
    pub(super) activation_tries: u64,
    pub(super) activation_resends: u64,
    pub(super) login_failures_max: u64,
    pub(super) login_lock_minutes: u64,
    pub(super) session_minutes: u64,
    pub(super) sessions_max: u64,
    pub(super) sweep_ms: u64,
    pub(super) outbox_retry_ms: u64,
    pub(super) secure_cookies: bool,
    pub(super) public_url: Option<String>,
    pub(super) mail_from: Option<String>,
    pub(super) outbox_folder: Option<PathBuf>,
    pub(super) smtp_url: Option<String>,
}

const MAIL_FROM: &str = "Simulasi Portal SSCASN <tidak-balas@contoh.example>";

impl RawAccounts {
    /// `None` where something is wrong; the problems say what.
    pub(super) fn check(self, limits: Option<&Limits>, problems: &mut Vec<String>) -> Option<AccountsConfig> {
        let activation = match self.activation.as_deref() {
            None | Some("profile") => limits.is_some_and(|limits| limits.activation),
            Some("on") => true,
            Some("off") => false,
            Some(other) => {
                problems.push(format!("activation = {other:?} is none of profile, on, off"));
                false
            }
        };
        let life = activation.then(|| Duration::from_secs(self.activation_hours * 3_600));
        let (tries, resends) = (super::small(self.activation_tries), super::small(self.activation_resends));
        let lock = Duration::from_secs(self.login_lock_minutes * 60);
        Some(AccountsConfig {
            activation: ActivationRules { life, tries, resends },
            login_lock: LockRules { failures_max: super::small(self.login_failures_max), lock },
            session_life: Duration::from_secs(self.session_minutes * 60),
            sessions_max: super::count(self.sessions_max),
            sweep_period: Duration::from_millis(self.sweep_ms),
            outbox_retry: Duration::from_millis(self.outbox_retry_ms),
            secure_cookies: self.secure_cookies,
            mail: check_mail(self, problems)?,
        })
    }
}

fn check_mail(raw: RawAccounts, problems: &mut Vec<String>) -> Option<MailConfig> {
    let from = raw.mail_from.as_deref().unwrap_or(MAIL_FROM).parse::<Mailbox>();
    if from.is_err() {
        problems.push("mail_from is no address like Portal <portal@contoh.example>".to_owned());
    }
    let public_url = raw.public_url.map(|url| url.trim_end_matches('/').to_owned());
    if public_url.as_deref().is_some_and(|url| !is_web_address(url)) {
        problems.push("public_url is no address like https://portal.contoh.example".to_owned());
    }
    if raw.smtp_url.is_some() && raw.outbox_folder.is_some() {
        problems.push("outbox_folder and smtp_url cannot both be set: messages go one way".to_owned());
    }
    let way = match raw.smtp_url.as_deref().map(relay) {
        None => Ok(MailWay::Files(raw.outbox_folder)),
        Some(relay) => relay.map(MailWay::Smtp),
    };
    match way {
        Ok(way) => Some(MailConfig { from: from.ok()?, public_url, way }),
        Err(problem) => {
            problems.push(format!("smtp_url {problem}"));
            None
        }
    }
}

fn is_web_address(url: &str) -> bool {
    let parsed = url.parse::<hyper::Uri>().ok();
    parsed.is_some_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https"))
            && url.authority().is_some()
            && url.query().is_none()
    })
}

/// A relay elsewhere is spoken to over TLS only: messages carry names and links.
fn relay(url: &str) -> Result<AsyncSmtpTransportBuilder, &'static str> {
    const FORM: &str = "is no address like smtp://127.0.0.1:25 or smtps://user:password@relay.contoh.example";
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| FORM)?;
    let parsed = url.parse::<hyper::Uri>().map_err(|_| FORM)?;
    let encrypted = parsed.scheme_str() == Some("smtps")
        || parsed.query().is_some_and(|query| query.split('&').any(|pair| pair == "tls=required"));
    if encrypted || parsed.host().is_some_and(is_loopback) {
        Ok(builder)
    } else {
        Err("would send in the clear: use smtps://, add ?tls=required, or name a relay on this machine")
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl MailConfig {
    /// What links begin with on an engine that listens on `listen`.
    pub(crate) fn links_begin_with(&self, listen: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{listen}"))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use domain::Timestamp;

    const LEAST: &str = "store = \"s\"\nregistry_url = \"http://127.0.0.1:1\"\n";

    #[test]
    fn activation_by_profile_or_by_setting() {
        let check = |settings: &str, expect_hours: Option<i64>| {
            let config = Config::parse("e", &format!("{LEAST}{settings}")).ok().unwrap();
            let begun = config.accounts.activation.begin(7, Timestamp::from_ms(0));
            assert_eq!(begun.map(|begun| begun.expires_at.as_ms() / 3_600_000), expect_hours, "{settings}");
        };
        check("", Some(48));
        check("limits_profile = \"2024\"", None);
        check("limits_profile = \"2024\"\nactivation = \"profile\"", None);
        check("limits_profile = \"2024\"\nactivation = \"on\"\nactivation_hours = 2", Some(2));
        check("activation = \"off\"", None);
    }

    #[test]
    fn problems() {
        let check = |settings: &str, expect: &str| {
            let found =
                Config::parse("e", &format!("{LEAST}{settings}")).err().map(|error| error.to_string());
            assert_eq!(found.as_deref().unwrap_or("fine"), expect, "{settings}");
        };
        check("activation = \"yes\"", "e: activation = \"yes\" is none of profile, on, off");
        check("session_minutes = 0", "e: session_minutes = 0 is out of range: 1 to 1440");
        check("mail_from = \"portal\"", "e: mail_from is no address like Portal <portal@contoh.example>");
        check("public_url = \"portal\"", "e: public_url is no address like https://portal.contoh.example");
        check(
            "outbox_folder = \"o\"\nsmtp_url = \"smtp://127.0.0.1\"",
            "e: outbox_folder and smtp_url cannot both be set: messages go one way",
        );
        for fine in [
            "smtp://127.0.0.1:25",
            "smtp://localhost",
            "smtp://[::1]:2525",
            "smtps://a:b@relay.contoh.example",
            "smtp://relay.contoh.example?tls=required",
        ] {
            check(&format!("smtp_url = {fine:?}"), "fine");
        }
        for clear in [
            "smtp://relay.contoh.example",
            "smtp://10.0.0.7:25",
            "smtp://relay.contoh.example?tls=opportunistic",
            "smtp://127.0.0.1.contoh.example",
        ] {
            let told = "e: smtp_url would send in the clear: use smtps://, add ?tls=required, or name a relay on this machine";
            check(&format!("smtp_url = {clear:?}"), told);
        }
        for none in ["", "relay", "http://127.0.0.1"] {
            let told = "e: smtp_url is no address like smtp://127.0.0.1:25 or smtps://user:password@relay.contoh.example";
            check(&format!("smtp_url = {none:?}"), told);
        }
    }
}
