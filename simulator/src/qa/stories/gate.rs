//! The gate is shut: before the window, after it, by the agencies, for maintenance.

use crate::qa::exchange::{Ask, Reply, Source};
use crate::qa::session::{Session, json};
use crate::qa::story::{Needs, Wrong, stories};
use domain::schedule::{Announcement, Schedule};
use domain::wire::{Faults, Gate, GateBook, GateChange, JSON, paths};
use domain::{Failure, Timestamp};
use hyper::Method;
use std::time::Duration;

stories! {
    "not-open": Needs::INSIDE, "/" => not_open;
    "awaiting-formations": Needs::INSIDE, "/" => awaiting_formations;
    "closed": Needs::INSIDE, "/daftar" => closed;
    "maintenance": Needs::INSIDE, "/" => maintenance;
}

/// Longest wait that anybody is told, in seconds.
const WAIT_S_MAX: u32 = 600;

async fn not_open(s: &mut Session) -> Result<(), Wrong> {
    let visitor = s.visitor();
    s.remark("Somebody has the page with its captcha already when the opening is put back by an hour.");
    let captcha = s.captcha().await?;
    let opens_at = now().plus(Duration::from_secs(3_600));
    s.capture(
        "OPENS_AT",
        &String::from(opens_at),
        Source::Shell("date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%S.000Z"),
    );
    move_gate(s, |schedule| schedule.opens_at = Some(opens_at)).await?;
    let status = s.status().await?;
    s.holds("the status says so, with the time in three zones", {
        status.gate == Gate::BeforeOpening
            && status.opens_at == Some(opens_at)
            && status.opens_at_local.is_some()
    })?;
    let reply = s.open_with(&visitor, captcha).await?;
    told_when(s, &reply, Failure::NotOpen)?;
    let reply = s.ask_captcha().await?;
    told_when(s, &reply, Failure::NotOpen)?;
    s.remark("Its time comes: the engine's clock goes on by an hour less a second, and then by an hour.");
    s.break_by(Faults { clock_ahead_s: 3_590, ..Faults::default() }).await?;
    let reply = s.ask_captcha().await?;
    let problem = s.refused(&reply, Failure::NotOpen)?;
    s.holds(
        "seconds before the opening it says how many",
        problem.retry_after_s.is_some_and(|wait| wait <= 10),
    )?;
    s.break_by(Faults { clock_ahead_s: 3_600, ..Faults::default() }).await?;
    let captcha = s.captcha().await?;
    let reply = s.open_with(&visitor, captcha).await?;
    s.went(&reply, 201)?;
    s.break_by(Faults::default()).await?;
    s.remark("And put forward again while people wait: it opens for them at once.");
    move_gate(s, |schedule| schedule.opens_at = Some(now())).await?;
    let mut visitor = s.visitor();
    s.gets_through(&mut visitor).await.map(drop)
}

async fn awaiting_formations(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.remark("The window is open; the agencies still verify, which has its own switch.");
    move_gate(s, |schedule| schedule.formations_ready = false).await?;
    let status = s.status().await?;
    s.holds("the status says so", status.gate == Gate::AwaitingFormations)?;
    let reply = s.open(&visitor).await?;
    s.refused(&reply, Failure::AwaitingFormations)?;
    s.has_no_account(&visitor).await?;
    move_gate(s, |schedule| schedule.formations_ready = true).await?;
    s.gets_through(&mut visitor).await.map(drop)
}

async fn closed(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.remark("The deadline passes when everything is entered and only \"Iya\" is missing.");
    s.complete(&mut visitor).await?;
    move_gate(s, |schedule| schedule.closes_at = Some(now())).await?;
    let reply = s.confirm(&visitor).await?;
    let problem = s.refused(&reply, Failure::Closed)?;
    s.holds("nobody is told to come again", problem.retry_after_s.is_none())?;
    let reply = s.profile(&visitor).await?;
    s.refused(&reply, Failure::Closed)?;
    let late = s.visitor();
    let reply = s.open(&late).await?;
    s.refused(&reply, Failure::Closed)?;
    s.has_no_account(&visitor).await?;
    s.remark("It is extended, and that is announced: whoever was under way goes on where they were.");
    let announced = "Pendaftaran diperpanjang.";
    move_gate(s, |schedule| {
        schedule.closes_at = None;
        schedule.announcements.push(Announcement { at: now(), text: announced.to_owned() });
    })
    .await?;
    let status = s.status().await?;
    s.holds("everybody can read it", status.announcements.iter().any(|entry| entry.text == announced))?;
    let reply = s.confirm(&visitor).await?;
    let made = s.take_account(&visitor, &reply, 201)?;
    s.told(visitor.nik, made.account_number);
    Ok(())
}

async fn maintenance(s: &mut Session) -> Result<(), Wrong> {
    let mut visitor = s.visitor();
    s.complete(&mut visitor).await?;
    s.remark("Maintenance is switched on while people are under way.");
    move_gate(s, |schedule| schedule.maintenance = true).await?;
    let status = s.status().await?;
    s.holds("the status is still told", status.gate == Gate::Maintenance)?;
    let reply = s.confirm(&visitor).await?;
    s.refused(&reply, Failure::Maintenance)?;
    let reply = s.ask_captcha().await?;
    s.refused(&reply, Failure::Maintenance)?;
    let password = visitor.password.clone();
    let reply = s.log_in(&visitor, &password).await?;
    s.refused(&reply, Failure::Maintenance)?;
    s.has_no_account(&visitor).await?;
    move_gate(s, |schedule| schedule.maintenance = false).await?;
    s.draft_is_whole(&visitor, 2).await?;
    let reply = s.confirm(&visitor).await?;
    let made = s.take_account(&visitor, &reply, 201)?;
    s.told(visitor.nik, made.account_number);
    Ok(())
}

fn told_when(s: &mut Session, reply: &Reply, failure: Failure) -> Result<(), Wrong> {
    let problem = s.refused(reply, failure)?;
    let told = problem.retry_after_s.is_some_and(|seconds| (1..=WAIT_S_MAX).contains(&seconds));
    s.holds("it says when to come again, in ten minutes at most, since openings are moved", told)
}

/// An operator moves the schedule.
async fn move_gate(s: &mut Session, change: impl FnOnce(&mut Schedule)) -> Result<(), Wrong> {
    let ask: Ask = s.operator(Method::GET, paths::GATE);
    let reply = s.send(ask).await?;
    let mut schedule = s.read::<GateBook>(&reply, 200)?.schedule;
    change(&mut schedule);
    let change = GateChange { schedule, by: Some("Rina".to_owned()), revision: None };
    let ask = s.operator(Method::PUT, paths::GATE).body(JSON, json(&change));
    let reply = s.send(ask).await?;
    s.went(&reply, 200)
}

fn now() -> Timestamp {
    Timestamp::from_ms(chrono::Utc::now().timestamp_millis())
}
