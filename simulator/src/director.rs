//! What happens to the portal while applicants come: the registry's schedule begins with the load, and operators move the gate.

use crate::client::{Browser, Heard, Outgoing};
use crate::driver::Start;
use crate::portal::Portal;
use domain::schedule::Announcement;
use domain::wire::{self, GateBook, GateChange, paths};
use domain::{Timestamp, schedule};
use dukcapil::{CONTROL_ZERO_PATH, Zero};
use hyper::Method;
use scenario::GateMove;
use serde::Serialize;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Who is to do what.
#[derive(Debug)]
pub(crate) struct Director {
    moves: Vec<GateMove>,
    /// The engine's operations port, with its key.
    operations: Option<(SocketAddr, String)>,
    /// The stand-in, with its key.
    registry: Option<(SocketAddr, String)>,
}

/// Longest wait for an answer to an operator.
const PATIENCE: Duration = Duration::from_secs(10);

const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

impl Director {
    /// For `portal`; `control_key` opens its registry's control.
    pub(crate) fn new(moves: &[GateMove], portal: &Portal, control_key: Option<&str>) -> Director {
        Director {
            moves: moves.to_vec(),
            operations: portal.operations(),
            registry: portal.registry().zip(control_key.map(str::to_owned)),
        }
    }

    /// Does everything in its time, from the moment at which `started` says when the zero is.
    ///
    /// # Errors
    /// What could not be done, in words.
    pub(crate) async fn direct(self, mut started: watch::Receiver<Option<Start>>) -> Result<(), String> {
        let Some(start) = started.wait_for(Option::is_some).await.ok().and_then(|start| *start) else {
            return Ok(());
        };
        if let Some((address, key)) = &self.registry {
            let in_ms = start.zero.saturating_duration_since(Instant::now()).as_millis();
            let zero = Zero { in_ms: u64::try_from(in_ms).unwrap_or(0) };
            let told = order(*address, Method::PUT, CONTROL_ZERO_PATH, key, Some(&zero)).await;
            told.map_err(|error| format!("the registry was not told when the load begins: {error}"))?;
        }
        for one in &self.moves {
            if one.at_s > 0.0 {
                sleep_until(start.zero + Duration::from_secs_f64(one.at_s)).await;
            }
            let moved = self.make(one, start).await;
            moved.map_err(|error| format!("the gate was not moved at {} s: {error}", one.at_s))?;
        }
        Ok(())
    }

    async fn make(&self, one: &GateMove, start: Start) -> Result<(), String> {
        let (address, key) = self.operations.as_ref().ok_or("no --operations and --export-key were given")?;
        let heard = order::<()>(*address, Method::GET, paths::GATE, key, None).await?;
        let book: GateBook = serde_json::from_slice(&heard.body).map_err(|error| error.to_string())?;
        let schedule = moved(book.schedule, one, start.at.timestamp_millis());
        let change = GateChange { schedule, by: Some("scenario".to_owned()), revision: Some(book.revision) };
        order(*address, Method::PUT, paths::GATE, key, Some(&change)).await.map(drop)
    }
}

/// The schedule after a move, for a load whose zero is `zero_ms` after the epoch.
fn moved(mut schedule: schedule::Schedule, one: &GateMove, zero_ms: i64) -> schedule::Schedule {
    let at = |s: f64| {
        let ms = Duration::from_secs_f64(s.abs()).as_millis();
        let ms = i64::try_from(ms).unwrap_or(i64::MAX);
        Timestamp::from_ms(if s < 0.0 { zero_ms.saturating_sub(ms) } else { zero_ms.saturating_add(ms) })
    };
    schedule.opens_at = one.opens_at_s.map(at).or(schedule.opens_at);
    schedule.closes_at = one.closes_at_s.map(at).or(schedule.closes_at);
    schedule.formations_ready = one.formations_ready.unwrap_or(schedule.formations_ready);
    schedule.maintenance = one.maintenance.unwrap_or(schedule.maintenance);
    if let Some(text) = &one.announcement {
        schedule.announcements.push(Announcement { at: at(one.at_s), text: text.clone() });
    }
    schedule
}

async fn order<T: Serialize>(
    address: SocketAddr,
    method: Method,
    path: &str,
    key: &str,
    body: Option<&T>,
) -> Result<Heard, String> {
    let mut outgoing = Outgoing::new(method, path);
    if let Some(body) = body {
        let body = serde_json::to_vec(body).map_err(|error| error.to_string())?;
        outgoing = outgoing.with_body(wire::JSON, body);
    }
    outgoing.authorization = Some(format!("Bearer {key}"));
    let heard = Browser::new(address, ANSWER_BYTES_MAX).send(&outgoing, Instant::now() + PATIENCE).await;
    let heard = heard.map_err(|lost| lost.to_string())?;
    if heard.status.is_success() {
        return Ok(heard);
    }
    Err(format!("status {}: {}", heard.status, String::from_utf8_lossy(&heard.body).trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::schedule::Schedule;

    const NOTHING: GateMove = GateMove {
        at_s: 4.0,
        opens_at_s: None,
        closes_at_s: None,
        formations_ready: None,
        maintenance: None,
        announcement: None,
    };

    #[test]
    fn moves_change_what_they_name_and_nothing_else() {
        let before = Schedule { opens_at: Some(Timestamp::from_ms(5)), ..Schedule::default() };
        let check = |one: GateMove, expect: Schedule| assert_eq!(moved(before.clone(), &one, 10_000), expect);
        check(NOTHING, before.clone());
        let opens_at = Some(Timestamp::from_ms(22_500));
        check(GateMove { opens_at_s: Some(12.5), ..NOTHING }, Schedule { opens_at, ..before.clone() });
        let opens_at = Some(Timestamp::from_ms(7_000));
        check(GateMove { opens_at_s: Some(-3.0), ..NOTHING }, Schedule { opens_at, ..before.clone() });
        let closed = GateMove { maintenance: Some(true), formations_ready: Some(false), ..NOTHING };
        check(closed, Schedule { maintenance: true, formations_ready: false, ..before.clone() });
        let told = GateMove { announcement: Some("Ditunda".to_owned()), ..NOTHING };
        let announcements = vec![Announcement { at: Timestamp::from_ms(14_000), text: "Ditunda".to_owned() }];
        check(told, Schedule { announcements, ..before.clone() });
    }
}
