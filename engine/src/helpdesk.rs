//! The helpdesk's tickets, bounded for each NIK and altogether.

use crate::config::HelpdeskConfig;
use crate::store::{Store, StoreError, Ticket, TicketBound, TicketId};
use domain::Timestamp;
use domain::ticket::{TICKET_TEXT_CHARS_MAX, check_text};
use domain::wire::TicketAnswer;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The time in which a NIK may open so many tickets.
const PERIOD: Duration = Duration::from_secs(24 * 3_600);

/// Takes tickets and answers.
pub(crate) struct Helpdesk {
    store: Arc<dyn Store>,
    config: HelpdeskConfig,
    /// Tickets that are kept.
    kept: AtomicUsize,
}

/// Why a ticket was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("this NIK has opened enough tickets for now")]
    TooManyOfOne,
    #[error("as many tickets are kept as may be")]
    Full,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnswerError {
    #[error("no such ticket")]
    Absent,
    #[error("answer is empty, longer than {TICKET_TEXT_CHARS_MAX} characters, or has control characters")]
    Text,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Helpdesk {
    /// Counts the tickets that there are.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub(crate) fn open_on(store: Arc<dyn Store>, config: HelpdeskConfig) -> Result<Helpdesk, StoreError> {
        let kept = store.tickets().try_fold(0, |count, ticket| ticket.map(|_| count + 1))?;
        Ok(Helpdesk { store, config, kept: AtomicUsize::new(kept) })
    }

    /// Keeps a ticket.
    ///
    /// # Errors
    /// [`OpenError`].
    pub(crate) fn open(&self, ticket: &Ticket) -> Result<(), OpenError> {
        let one_more = |kept: usize| (kept < self.config.tickets_max).then_some(kept + 1);
        if self.kept.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_err() {
            return Err(OpenError::Full);
        }
        let period_ms = i64::try_from(PERIOD.as_millis()).unwrap_or(i64::MAX);
        let since = Timestamp::from_ms(ticket.opened_at.as_ms().saturating_sub(period_ms));
        let bound = TicketBound { count_max: self.config.tickets_per_nik_max, since };
        let taken = match self.store.open_ticket(ticket, bound) {
            Ok(true) => return Ok(()),
            Ok(false) => OpenError::TooManyOfOne,
            Err(error) => OpenError::Store(error),
        };
        self.kept.fetch_sub(1, Ordering::Relaxed);
        Err(taken)
    }

    /// Keeps the helpdesk's answer.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub(crate) fn answer(
        &self,
        id: TicketId,
        given: TicketAnswer,
        now: Timestamp,
    ) -> Result<Ticket, AnswerError> {
        let answer = match given.answer {
            Some(text) => Some(check_text(&text).ok_or(AnswerError::Text)?),
            None => None,
        };
        let answered = self.store.update_ticket(id, &mut |ticket| {
            ticket.state = given.state;
            ticket.answer.clone_from(&answer);
            ticket.answered_at = Some(now);
        })?;
        answered.ok_or(AnswerError::Absent)
    }
}
