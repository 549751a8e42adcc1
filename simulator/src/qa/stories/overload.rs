//! More comes than can be done, or one person comes too often.

mod queue;

use crate::qa::exchange::Ask;
use crate::qa::session::{Session, json};
use crate::qa::story::{Needs, Wrong, stories};
use domain::Failure;
use domain::wire::{JSON, paths};
use hyper::Method;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

stories! {
    // A password that costs about a second, so that one request fills the one place.
    "busy": Needs::engine("admission = \"concurrency-limit\"\nadmission_in_flight_max = 1\npassword_memory_kib = 131072\npassword_passes = 8"), "/" => busy;
    "too-many-requests": Needs::engine("admission = \"budgets\""), "/daftar" => too_many_requests;
    "queue-token-invalid": Needs::engine("admission = \"waiting-room\"\nadmission_calls_per_s = 0.1\nadmission_active_max = 2"), "/antrean" => queue::token_invalid;
}

/// Fast is 50 ms; a machine that runs many stories at once gets more.
const FAST: Duration = Duration::from_millis(500);

/// More than any person's budget, in requests at once.
const HAMMERED_MAX: usize = 400;

async fn busy(s: &mut Session) -> Result<(), Wrong> {
    let visitor = s.visitor();
    s.deed("Three log in at the same moment, where there is place for one.");
    let mut coming = Vec::new();
    for _ in 0..3 {
        let form = serde_json::json!({ "nik": visitor.form.nik, "password": "kuda-laut-47" });
        let ask = Ask::new(Method::POST, paths::SESSIONS).body(JSON, json(&form));
        coming.push(s.in_background(ask)?);
    }
    let (mut served, mut turned_away) = (0, 0);
    for waiting in coming {
        let reply = s.back(waiting).await?;
        if reply.code() == Some(Failure::LoginFailed) {
            served += 1;
            continue;
        }
        s.refused(&reply, Failure::Busy)?;
        let took = s.last_wait();
        s.holds("the refusal comes at once", took < FAST)?;
        turned_away += 1;
    }
    s.holds(
        "who found the place free was served, and somebody was turned away",
        served >= 1 && turned_away >= 1,
    )?;
    s.remark("Whoever comes again later finds the place free.");
    let captcha = s.ask_captcha().await?;
    s.went(&captcha, 201)
}

async fn too_many_requests(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.opened(&mut visitor).await?;
    s.deed("The page is reloaded over and over.");
    let mut reply = s.review(&visitor).await?;
    for _ in 0..HAMMERED_MAX {
        if !reply.is_success() {
            break;
        }
        s.forget_last();
        reply = s.review(&visitor).await?;
    }
    s.refused(&reply, Failure::TooManyRequests)?;
    s.remark("It doesn't help to come from another address with the same draft.");
    let mut ask = Ask::new(Method::GET, paths::draft(&visitor.token));
    ask.from = Some(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)));
    let elsewhere = s.send(ask).await?;
    s.refused(&elsewhere, Failure::TooManyRequests)?;
    s.remark("Others behind the same address are not punished for it.");
    let mut neighbour = s.visitor();
    s.opened(&mut neighbour).await?;
    s.draft_is_whole(&neighbour, 0).await?;
    s.remark("After the time that was said, the draft is there as it was.");
    let wait = reply.header("retry-after").and_then(|seconds| seconds.parse().ok()).unwrap_or(1);
    tokio::time::sleep(Duration::from_secs(wait)).await;
    s.draft_is_whole(&visitor, 0).await?;
    s.has_no_account(&visitor).await
}
