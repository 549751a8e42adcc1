//! What keeps an applicant from going on, read from an answer or from the lack of one.

use crate::client::{Heard, Lost};
use crate::told::{Told, Trouble};
use domain::Failure;
use domain::wire::Problem;
use scenario::Advice;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Why a step's attempt failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Setback {
    /// What the applicant takes it for, if they leave it at that.
    pub(super) told: Told,
    /// The status, if there was an answer.
    pub(super) status: Option<u16>,
    /// What the portal says about trying again; `None` where that makes no sense.
    pub(super) again: Option<Advice>,
}

/// How long somebody waits whom a problem did not tell how long to.
const WAIT_UNTOLD: Duration = Duration::from_secs(1);

/// Longest wait that an applicant accepts from a portal; one that says more meets somebody who comes back
/// sooner.
const WAIT_MAX: Duration = Duration::from_secs(30);

impl Setback {
    /// The run ends here.
    pub(super) fn cut_short() -> Setback {
        Setback { told: Told::Unfinished, status: None, again: None }
    }

    /// An answer that isn't one of the contract, or contradicts what was sent.
    pub(super) fn by(trouble: Trouble) -> Setback {
        Setback { told: Told::Failed(trouble), status: None, again: None }
    }

    /// A refusal that the applicant understood.
    pub(super) fn refused(failure: Failure) -> Setback {
        Setback { told: Told::by(failure), status: Some(failure.status()), again: None }
    }

    /// The applicant has waited for as long as they would.
    pub(super) fn gave_up(failure: Failure) -> Setback {
        Setback { told: Told::by(failure).abandoned(), status: Some(failure.status()), again: None }
    }

    /// An answer of success goes on; everything else is a setback.
    pub(super) fn unless_answered(outcome: Result<Heard, Lost>) -> Result<Heard, Setback> {
        match outcome {
            Ok(heard) if heard.status.is_success() => Ok(heard),
            Ok(heard) => Err(Setback::of_answer(&heard)),
            Err(lost) => Err(Setback::of_loss(lost)),
        }
    }

    fn of_answer(heard: &Heard) -> Setback {
        let status = Some(heard.status.as_u16());
        let problem = serde_json::from_slice::<Problem>(&heard.body).ok();
        // A problem that says another status than the answer was put together by two.
        let Some(problem) = problem.filter(|problem| Some(problem.status) == status) else {
            return Setback { status, ..Setback::by(Trouble::Unreadable) };
        };
        let told_to_wait = heard.retry_after.or(problem.retry_after_s.map(|s| Duration::from_secs(s.into())));
        let advice = || Advice::After(told_to_wait.unwrap_or(WAIT_UNTOLD).min(WAIT_MAX));
        let again = problem.code.is_transient().then(advice);
        Setback { told: Told::by(problem.code), status, again }
    }

    /// Every step may be taken again when nobody knows whether its request arrived: the forms replace what was there, and a
    /// confirmation carries a key that makes it one.
    fn of_loss(lost: Lost) -> Setback {
        let trouble = match lost {
            Lost::Timeout => Trouble::Timeout,
            Lost::Impatience => Trouble::Impatience,
            Lost::Connection => Trouble::Connection,
            Lost::TooLong => Trouble::Unreadable,
            Lost::OwnLimit => Trouble::OwnLimit,
        };
        let again =
            matches!(lost, Lost::Timeout | Lost::Impatience | Lost::Connection).then_some(Advice::None);
        Setback { told: Told::Failed(trouble), status: None, again }
    }
}

/// The body of a success.
pub(super) fn read<T: DeserializeOwned>(heard: &Heard) -> Result<T, Setback> {
    serde_json::from_slice(&heard.body).map_err(|_| Setback::by(Trouble::Unreadable))
}

/// A success that says what it must say.
pub(super) fn demand(holds: bool) -> Result<(), Setback> {
    if holds { Ok(()) } else { Err(Setback::by(Trouble::WrongAnswer)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use hyper::StatusCode;

    fn answer(status: u16, body: &str, retry_after_s: Option<u64>) -> Result<Heard, Lost> {
        Ok(Heard {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: retry_after_s.map(Duration::from_secs),
            body: Bytes::from(body.to_owned()),
        })
    }

    fn problem(failure: Failure) -> String {
        serde_json::to_string(&Problem::of(failure)).unwrap()
    }

    #[test]
    fn answers() {
        let check = |outcome: Result<Heard, Lost>, expect: Option<(&str, Option<Advice>)>| {
            let found = Setback::unless_answered(outcome).err();
            let found = found.map(|setback| (setback.told.code().unwrap(), setback.again));
            assert_eq!(found, expect);
        };
        let after = |s| Some(Advice::After(Duration::from_secs(s)));
        check(answer(200, "", None), None);
        check(answer(204, "", None), None);
        check(answer(409, &problem(Failure::NikRegistered), None), Some(("nik-registered", None)));
        check(answer(503, &problem(Failure::Busy), None), Some(("busy", after(1))));
        check(answer(503, &problem(Failure::Busy), Some(7)), Some(("busy", after(7))));
        check(answer(503, &problem(Failure::Busy), Some(700)), Some(("busy", after(30))));
        let told = serde_json::to_string(&Problem::of(Failure::RegistrySlow).retry_after(4)).unwrap();
        check(answer(503, &told, None), Some(("registry-slow", after(4))));
        check(answer(403, &problem(Failure::Closed), None), Some(("closed", None)));
        check(answer(502, "<html>Bad Gateway</html>", None), Some(("unreadable", None)));
        check(answer(500, &problem(Failure::Busy), None), Some(("unreadable", None)));
        check(Err(Lost::Timeout), Some(("timeout", Some(Advice::None))));
        check(Err(Lost::Impatience), Some(("reloaded", Some(Advice::None))));
        check(Err(Lost::Connection), Some(("connection", Some(Advice::None))));
        check(Err(Lost::OwnLimit), Some(("own-limit", None)));
    }
}
