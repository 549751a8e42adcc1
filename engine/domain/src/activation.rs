//! An account that waits to be activated: until when, and how often its code may be guessed and its message sent again.
//!
//! Neither the link's token nor the code stands here: both follow from `issue` and a key that only the engine has.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// An account waits. Once it is activated, this is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// A random number; a new one makes earlier links and codes worthless.
    pub issue: u64,
    /// From then on it can only be cancelled.
    pub expires_at: Timestamp,
    /// Wrong codes that are still borne.
    pub tries_left: u32,
    /// Further messages that may be asked for.
    pub resends_left: u32,
}

/// How an activation begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivationRules {
    /// How long an account waits; `None` where it doesn't have to be activated.
    pub life: Option<std::time::Duration>,
    /// Wrong codes that are borne for each message.
    pub tries: u32,
    /// Further messages that may be asked for.
    pub resends: u32,
}

impl ActivationRules {
    /// What an account made at `now` waits for; `None` where it needn't wait.
    pub fn begin(&self, issue: u64, now: Timestamp) -> Option<Activation> {
        let life = self.life?;
        let (tries_left, resends_left) = (self.tries, self.resends);
        Some(Activation { issue, expires_at: now.plus(life), tries_left, resends_left })
    }

    /// The same account with another message under way; `None` where none is left. The end stays where it is.
    pub fn again(&self, activation: Activation, issue: u64) -> Option<Activation> {
        let resends_left = activation.resends_left.checked_sub(1)?;
        Some(Activation { issue, tries_left: self.tries, resends_left, ..activation })
    }
}

impl Activation {
    /// Whether its time is over.
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }

    /// One wrong code further; `None` where the last one was borne already.
    pub fn after_wrong_code(self) -> Option<Activation> {
        Some(Activation { tries_left: self.tries_left.checked_sub(1)?, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const NOW: Timestamp = Timestamp::from_ms(1_000);

    fn rules(hours: Option<u64>) -> ActivationRules {
        let life = hours.map(|hours| Duration::from_secs(hours * 3_600));
        ActivationRules { life, tries: 2, resends: 1 }
    }

    #[test]
    fn a_life() {
        assert_eq!(rules(None).begin(7, NOW), None);
        let rules = rules(Some(48));
        let begun = rules.begin(7, NOW).unwrap();
        let check =
            |at_ms, expect| assert_eq!(begun.has_lapsed(Timestamp::from_ms(at_ms)), expect, "{at_ms}");
        check(1_000, false);
        check(48 * 3_600_000 + 999, false);
        check(48 * 3_600_000 + 1_000, true);
        let tried = begun.after_wrong_code().and_then(Activation::after_wrong_code).unwrap();
        assert_eq!((tried.tries_left, tried.after_wrong_code()), (0, None));
        let again = rules.again(tried, 8).unwrap();
        assert_eq!(again, Activation { issue: 8, tries_left: 2, resends_left: 0, ..begun });
        assert_eq!(rules.again(again, 9), None);
    }
}
