//! Asks a target whether it agrees to be loaded: before the first request, and again every minute.

use super::document::{Agreement, WELL_KNOWN};
use crate::client::{Browser, Outgoing};
use crate::exit::CommandError;
use hyper::Method;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// From one question to the next.
pub(crate) const ASKED_EVERY: Duration = Duration::from_secs(60);

const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

const DOCUMENT_BYTES_MAX: usize = 64 * 1024;

/// What the target at `address` agrees to, if it holds the token.
///
/// # Errors
/// That it does not consent, and why.
pub(crate) async fn ask(address: SocketAddr, token: &str) -> Result<Agreement, CommandError> {
    let refused = |why: String| CommandError::NoConsent(format!("http://{address} does not consent: {why}"));
    let mut browser = Browser::new(address, DOCUMENT_BYTES_MAX);
    let deadline = Instant::now() + ANSWER_TIMEOUT;
    let heard = browser.send(&Outgoing::new(Method::GET, WELL_KNOWN), deadline).await;
    let heard = heard.map_err(|lost| refused(format!("{WELL_KNOWN}: {lost}")))?;
    if heard.status != hyper::StatusCode::OK {
        return Err(refused(format!("{WELL_KNOWN}: status {}", heard.status)));
    }
    Agreement::read(&String::from_utf8_lossy(&heard.body), token).map_err(|error| refused(error.to_string()))
}

/// Done when the target no longer agrees to what it agreed to: what to say of it.
pub(crate) async fn withdrawn(
    address: SocketAddr,
    token: &str,
    agreed: Agreement,
    every: Duration,
) -> CommandError {
    loop {
        sleep(every).await;
        match ask(address, token).await {
            Ok(agreement) if agreement.covers(&agreed) => {}
            Ok(_) => {
                let what = format!("http://{address} consents to less than it did: the run is cut short");
                return CommandError::NoConsent(what);
            }
            Err(error) => return error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// Answers one connection after the other with these texts.
    async fn target(answers: Vec<&'static str>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = [0; 1024];
                let read = stream.read(&mut head).await.unwrap();
                assert!(head[..read].starts_with(b"GET /.well-known/lonjakan-consent HTTP/1.1\r\n"));
                let length = answer.len();
                let text = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}"
                );
                stream.write_all(text.as_bytes()).await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn what_is_served_is_what_counts() {
        let check = async |answer: &'static str, expect: Option<&str>| {
            let found = ask(target(vec![answer]).await, "secret").await.map_err(|error| {
                assert_eq!(error.exit() as u8, 6);
                error.to_string()
            });
            match expect {
                None => assert!(found.is_ok(), "{found:?}"),
                Some(words) => assert!(found.as_ref().unwrap_err().contains(words), "{found:?}"),
            }
        };
        check("secret\n", None).await;
        check("other\n", Some("does not hold the token")).await;
        check("", Some("does not hold the token")).await;
        check("secret\nrate_per_s_max = many\n", Some("rate_per_s_max")).await;
        let nobody = ask(([127, 0, 0, 1], 1).into(), "secret").await.unwrap_err();
        assert!(nobody.to_string().contains("does not consent"), "{nobody}");
    }

    #[tokio::test]
    async fn a_withdrawal_is_noticed() {
        let watch = async |answers| {
            let address = target(answers).await;
            let agreed = ask(address, "secret").await.unwrap();
            withdrawn(address, "secret", agreed, Duration::from_millis(1)).await.to_string()
        };
        let taken_back = watch(vec!["secret", "secret", "no more"]).await;
        assert!(taken_back.contains("does not hold the token"), "{taken_back}");
        let lowered = watch(vec!["secret\nrate_per_s_max = 50", "secret\nrate_per_s_max = 5"]).await;
        assert!(lowered.contains("less than it did"), "{lowered}");
    }
}
