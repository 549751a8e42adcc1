//! What an applicant was told in the end, or what kept them from being told anything.

use domain::Failure;
use domain::draft::AccountNumber;

/// How one arrival ended, as the applicant saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The account exists: the portal said so.
    Registered(AccountNumber),
    /// Refused for a reason of their own.
    Refused(Failure),
    /// Could not be served.
    Failed(Trouble),
    /// Gave up after trying in vain: what they met last.
    Abandoned(Trouble),
    /// The generator could not send them in time.
    NotSent,
    /// Still under way when the run was cut short.
    Unfinished,
}

/// Why somebody could not be served: nothing of it is about the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// The portal turned them away: overload, outage, or a gate that is shut.
    TurnedAway(Failure),
    /// No answer within the time of one step.
    Timeout,
    /// No answer for as long as somebody waits who then reloads the page.
    Impatience,
    /// The connection was refused or broke.
    Connection,
    /// An answer that isn't one of the contract: no problem document, or a body that cannot be read.
    Unreadable,
    /// An answer that contradicts what was sent: somebody else's data, for instance.
    WrongAnswer,
    /// A killed engine came back without something of the draft that it had taken: nothing contradicts, something lacks.
    Forgotten,
    /// This machine ran out of descriptors, ports or memory for a connection: the generator's fault.
    OwnLimit,
}

/// The name of success among the codes of the failure catalogue.
pub const REGISTERED: &str = "registered";

/// The name of giving up among them.
pub const ABANDONED: &str = "abandoned";

impl Told {
    /// What `failure` as the last answer means: a decision on the person, or none.
    #[must_use]
    pub fn by(failure: Failure) -> Told {
        if is_about_the_person(failure) {
            Told::Refused(failure)
        } else {
            Told::Failed(Trouble::TurnedAway(failure))
        }
    }

    /// The same for somebody who gives up there.
    #[must_use]
    pub fn abandoned(self) -> Told {
        match self {
            Told::Failed(trouble) => Told::Abandoned(trouble),
            Told::Refused(failure) => Told::Abandoned(Trouble::TurnedAway(failure)),
            other => other,
        }
    }

    /// The code among the outcomes; `None` for those who never got an answer because of the generator or the
    /// end of the run.
    #[must_use]
    pub fn code(self) -> Option<&'static str> {
        match self {
            Told::Registered(_) => Some(REGISTERED),
            Told::Refused(failure) => Some(failure.code()),
            Told::Failed(trouble) => Some(trouble.code()),
            Told::Abandoned(_) => Some(ABANDONED),
            Told::NotSent | Told::Unfinished => None,
        }
    }
}

impl Trouble {
    /// The code of the failure catalogue, or a word for what had no answer.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Trouble::TurnedAway(failure) => failure.code(),
            Trouble::Timeout => "timeout",
            Trouble::Impatience => "reloaded",
            Trouble::Connection => "connection",
            Trouble::Unreadable => "unreadable",
            Trouble::WrongAnswer => "wrong-answer",
            Trouble::Forgotten => "forgotten",
            Trouble::OwnLimit => "own-limit",
        }
    }
}

/// Gates and the age of a draft say something about the moment, and transient failures about the system: none
/// about the person.
fn is_about_the_person(failure: Failure) -> bool {
    !failure.is_transient()
        && !matches!(
            failure,
            Failure::NotOpen
                | Failure::Closed
                | Failure::DraftExpired
                | Failure::FormOutdated
                | Failure::QueueTokenInvalid
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_decisions_on_the_person_are_refusals() {
        let check = |code: &str, refused: bool| {
            let told = Told::by(Failure::from_code(code).unwrap());
            assert_eq!(matches!(told, Told::Refused(_)), refused, "{code}");
            assert_eq!(told.code(), Some(code));
        };
        check("nik-registered", true);
        check("file-too-large", true);
        check("camera-missing", true);
        check("captcha-wrong", true);
        check("step-out-of-order", true);
        check("busy", false);
        check("registry-slow", false);
        check("internal", false);
        check("too-many-requests", false);
        check("not-open", false);
        check("closed", false);
        check("draft-expired", false);
    }
}
