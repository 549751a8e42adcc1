//! Waiting for one's turn, as the page does it: in the waiting room, asking again when told to; or until the hour of one's own NIK.
//!
//! Whoever is told where they stand waits much longer than somebody who sees nothing move, and yet not for ever.

use super::Walk;
use super::setback::{Setback, read};
use crate::client::{Heard, Outgoing};
use domain::Failure;
use domain::wire::{NikTurn, Parity, QueuePlace, QueueState, Status, paths};
use hyper::{Method, StatusCode};
use scenario::Step;
use std::time::Duration;

impl Walk<'_> {
    /// Takes a place, or the one that the browser holds already, and waits for it to be called.
    pub(super) async fn wait_in_room(&mut self) -> Result<(), Setback> {
        let gives_up_at = self.done + self.temper.queue_patience();
        let mut heard = self.visit_room(Method::POST).await?;
        while heard.status != StatusCode::NO_CONTENT {
            let place: QueuePlace = read(&heard)?;
            if place.state == QueueState::Admitted {
                return Ok(());
            }
            self.intended = self.done + Duration::from_secs(place.ask_again_s.max(1).into());
            if self.intended > gives_up_at {
                return Err(Setback::gave_up(Failure::Busy));
            }
            heard = self.visit_room(Method::GET).await?;
        }
        Ok(())
    }

    /// Waits until it is the turn of one's own NIK, and asks again. Some come at once when it is, others a little later.
    pub(super) async fn wait_for_turn(&mut self, mut status: Status) -> Result<Status, Setback> {
        let gives_up_at = self.done + self.temper.queue_patience();
        while let Some(turn) = status.turn.filter(|turn| !self.may_begin(*turn)) {
            let left_ms = u64::try_from(turn.until.as_ms() - status.now.as_ms()).unwrap_or(0);
            self.intended = self.done + self.temper.after_turn(Duration::from_millis(left_ms));
            if self.intended > gives_up_at {
                return Err(Setback::gave_up(Failure::Busy));
            }
            status = read(&self.ask(Step::Status, Outgoing::new(Method::GET, paths::STATUS)).await?)?;
        }
        Ok(status)
    }

    /// The page asks in place of the status: whether one may begin.
    async fn visit_room(&mut self, method: Method) -> Result<Heard, Setback> {
        self.ask(Step::Status, Outgoing::new(method, paths::QUEUE)).await
    }

    /// Whoever types no digit at the end goes on, and is told what is wrong with it.
    fn may_begin(&self, turn: NikTurn) -> bool {
        let last = self.applicant().form.nik.chars().last().and_then(|digit| digit.to_digit(10));
        last.is_none_or(|digit| (digit % 2 == 0) == (turn.parity == Parity::Even))
    }
}
