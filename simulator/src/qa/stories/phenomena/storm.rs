//! An outage of some seconds under load, and who is how long in the way of whom when it is over.

use crate::qa::cast::Visitor;
use crate::qa::exchange::Ask;
use crate::qa::exchange::Reply;
use crate::qa::session::{Session, json};
use crate::qa::story::Wrong;
use crate::qa::wire;
use domain::captcha::CaptchaKey;
use domain::wire::{CaptchaAnswer, CaptchaChallenge, Faults, JSON, StoreFault, paths};
use hyper::Method;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// People who come during the outage.
const PEOPLE: usize = 24;

/// How long nothing can be stored.
const OUTAGE: Duration = Duration::from_secs(2);

/// Longest time in which all must be through once it is over. Whoever is told to wait six seconds comes after six.
const RECOVERY_MAX: Duration = Duration::from_secs(20);

/// When somebody who was refused comes again.
#[derive(Clone, Copy, PartialEq)]
enum Patience {
    /// After a twentieth of a second, whatever the answer said.
    Reloads,
    /// After the time that the answer said, which differs from person to person.
    AsTold,
}

/// What a storm came to.
struct Storm {
    requests: usize,
    recovered_after: Duration,
}

pub(super) async fn retry_storm(s: &mut Session) -> Result<(), Wrong> {
    let naive = storm(s, Patience::Reloads).await?;
    let patient = storm(s, Patience::AsTold).await?;
    for (who, storm) in [("who reload at once", &naive), ("who come when they were told to", &patient)] {
        let (requests, seconds) = (storm.requests, storm.recovered_after.as_secs_f64());
        let amplification = requests as f64 / (2 * PEOPLE) as f64;
        s.holds(
            format!(
                "{PEOPLE} people {who}: {requests} requests, {amplification:.1} times what is needed; the last is through \
                 {seconds:.1} s after the outage"
            ),
            storm.recovered_after <= RECOVERY_MAX,
        )?;
    }
    s.holds("whoever waits as told asks at most half as often", patient.requests * 2 <= naive.requests)?;
    s.remark("Afterwards the portal is as it was.");
    let mut visitor = s.visitor();
    s.gets_through(&mut visitor).await.map(drop)
}

async fn storm(s: &mut Session, patience: Patience) -> Result<Storm, Wrong> {
    s.break_by(Faults { store: StoreFault::Full, ..Faults::default() }).await?;
    let what =
        if patience == Patience::Reloads { "and reload at once" } else { "and come when they are told to" };
    s.deed(format!(
        "Nothing can be stored for {} s. Meanwhile {PEOPLE} people try step 1 {what}.",
        OUTAGE.as_secs()
    ));
    let (portal, key, length) = (s.portal, s.captcha_key.clone(), s.captcha_length);
    let mut coming = JoinSet::new();
    for _ in 0..PEOPLE {
        let visitor = s.visitor();
        let forms = s.opening(&visitor, CaptchaAnswer { id: String::new(), answer: String::new() });
        coming.spawn(comes(portal, key.clone(), length, visitor, forms, patience));
    }
    tokio::time::sleep(OUTAGE).await;
    s.break_by(Faults::default()).await?;
    let over = Instant::now();
    let mut requests = 0;
    while let Some(came) = coming.join_next().await {
        requests += came.map_err(|error| Wrong::new(error.to_string()))??;
    }
    Ok(Storm { requests, recovered_after: over.elapsed() })
}

/// One person until step 1 succeeds; gives the requests that it took.
async fn comes(
    portal: SocketAddr,
    key: CaptchaKey,
    length: usize,
    visitor: Visitor,
    form: Ask,
    patience: Patience,
) -> Result<usize, Wrong> {
    let gone_wrong = |what: String| Wrong::new(format!("{}: {what}", visitor.nik.masked()));
    let begun = Instant::now();
    for attempt in 1.. {
        let challenge =
            wire::send(portal, &Ask::new(Method::POST, paths::CAPTCHAS)).await.reply.map_err(gone_wrong)?;
        let challenge: CaptchaChallenge =
            challenge.json().ok_or_else(|| gone_wrong(format!("captcha: {}", challenge.status)))?;
        let captcha = CaptchaAnswer { answer: key.answer(&challenge.id, length), id: challenge.id };
        let mut body: serde_json::Value = serde_json::from_slice(&form.body).unwrap_or_default();
        body["captcha"] = serde_json::json!(captcha);
        let ask = Ask::new(Method::POST, paths::DRAFTS).body(JSON, json(&body));
        let reply = wire::send(portal, &ask).await.reply.map_err(gone_wrong)?;
        if reply.is_success() {
            return Ok(2 * attempt);
        }
        if reply.status != 503 || begun.elapsed() > OUTAGE + RECOVERY_MAX {
            return Err(gone_wrong(format!("step 1: {}", reply.status)));
        }
        tokio::time::sleep(wait(&reply, patience)).await;
    }
    unreachable!("attempts don't end by themselves")
}

fn wait(reply: &Reply, patience: Patience) -> Duration {
    let told = reply.header("retry-after").and_then(|seconds| seconds.parse().ok());
    match (patience, told) {
        (Patience::AsTold, Some(seconds)) => Duration::from_secs(seconds),
        _ => Duration::from_millis(50),
    }
}
