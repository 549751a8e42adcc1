//! The waiting room: who keeps a place, and which tokens are none.

use crate::qa::exchange::{Ask, Source};
use crate::qa::session::Session;
use crate::qa::story::Wrong;
use domain::Failure;
use domain::wire::{Faults, QUEUE_TOKEN, QueuePlace, QueueState, paths};
use hyper::Method;

/// The room calls somebody each ten seconds, by the engine's clock, and has place for two inside.
pub(super) async fn token_invalid(s: &mut Session) -> Result<(), Wrong> {
    s.remark("The first to come may begin at once; the second waits.");
    let first = come(s).await?;
    s.holds("the first is inside", first.state == QueueState::Admitted)?;
    let second = come(s).await?;
    s.holds("the second has a place", second.state == QueueState::Waiting && second.place == Some(1))?;
    s.remark("Reloading keeps the place, and so does a restart of the engine.");
    let reloaded = stands(s, &second.token).await?;
    s.holds("the same place", reloaded.place == Some(1))?;
    s.stage()?.end_engine().await;
    s.restarted("").await?;
    let kept = stands(s, &second.token).await?;
    s.holds("the same place or a better one", kept.place.unwrap_or(0) <= 1)?;
    let third = come(s).await?;
    s.holds("whoever comes now waits behind them", third.state == QueueState::Waiting)?;
    for (what, token) in forgeries(&first.token, &third.token) {
        s.remark(format!("{what}."));
        let reply = s.send(Ask::new(Method::GET, paths::QUEUE).header(QUEUE_TOKEN, token.clone())).await?;
        s.refused(&reply, Failure::QueueTokenInvalid)?;
        let reply = s.send(Ask::new(Method::POST, paths::CAPTCHAS).header(QUEUE_TOKEN, token)).await?;
        s.refused(&reply, Failure::QueueTokenInvalid)?;
    }
    s.remark("Without any, and with that of somebody who still waits.");
    let reply = s.ask_captcha().await?;
    s.refused(&reply, Failure::QueueTokenInvalid)?;
    let reply =
        s.send(Ask::new(Method::POST, paths::CAPTCHAS).header(QUEUE_TOKEN, third.token.clone())).await?;
    s.refused(&reply, Failure::Busy)?;
    s.remark("The second one's turn comes. With the token the whole flow is open.");
    s.break_by(Faults { clock_ahead_s: 15, ..Faults::default() }).await?;
    let called = stands(s, &second.token).await?;
    s.holds("the second is inside", called.state == QueueState::Admitted)?;
    let mut visitor = s.visitor();
    s.always_with(QUEUE_TOKEN, &called.token);
    s.gets_through(&mut visitor).await?;
    s.remark("An account uses the token up: nobody else can begin with it.");
    let reply = s.ask_captcha().await?;
    s.refused(&reply, Failure::QueueTokenInvalid).map(drop)
}

async fn come(s: &mut Session) -> Result<QueuePlace, Wrong> {
    let reply = s.send(Ask::new(Method::POST, paths::QUEUE)).await?;
    let place: QueuePlace = s.read(&reply, 201)?;
    s.capture("PLACE", &place.token, Source::Field("token"));
    Ok(place)
}

async fn stands(s: &mut Session, token: &str) -> Result<QueuePlace, Wrong> {
    let reply = s.send(Ask::new(Method::GET, paths::QUEUE).header(QUEUE_TOKEN, token)).await?;
    s.read(&reply, 200)
}

fn forgeries(inside: &str, waiting: &str) -> Vec<(&'static str, String)> {
    let (own, _) = waiting.split_once('.').unwrap_or_default();
    let (_, ticket) = inside.split_once('.').unwrap_or_default();
    let last = if inside.ends_with('0') { "1" } else { "0" };
    let changed = format!("{}{last}", inside.get(..inside.len().saturating_sub(1)).unwrap_or_default());
    vec![
        ("Forged: one character of it is another", changed),
        ("Somebody else's ticket with one's own name", format!("{own}.{ticket}")),
        ("Not a token at all", "nomor-antrean-1".to_owned()),
    ]
}
