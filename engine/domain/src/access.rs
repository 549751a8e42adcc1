//! Who may log in: attempts and locks, sessions, a password that was set anew. Pure, so that its table can be tested minute by minute.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// What changes about an account after it is made. Name, birth and photos are not among it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// Attempts to log in.
    #[serde(skip_serializing_if = "Attempts::is_fresh")]
    pub login: Attempts,
    /// Attempts to answer the security questions; a lock of the one doesn't lock the other.
    #[serde(skip_serializing_if = "Attempts::is_fresh")]
    pub reset: Attempts,
    /// The hash of the password that was set by the security answers, in place of the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<PasswordHash>,
    /// Sessions under way, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Session>,
}

/// Wrong attempts in a row, and the lock that follows from too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attempts {
    /// Since the last right one.
    pub failures: u32,
    /// When the last one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// Until then none counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_until: Option<Timestamp>,
}

/// argon2id in PHC string form. It isn't printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(pub String);

/// A session, told by the digest of its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Of the token; whoever reads the store has no session.
    pub digest: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// How many attempts are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockRules {
    /// Wrong attempts in a row that lock.
    pub failures_max: u32,
    /// How long the lock lasts, and after how long a pause earlier failures are forgotten.
    pub lock: Duration,
}

impl Attempts {
    /// Counts an attempt as failed before it is judged, and says whether it may be judged at all. Counted beforehand, because of
    /// many guesses at once only as many are judged as would be one after the other.
    #[must_use]
    pub fn begin(&mut self, now: Timestamp, rules: LockRules) -> bool {
        if self.locked_until.is_some_and(|until| now < until) {
            return false;
        }
        let forgotten = self.last_at.is_some_and(|last_at| now >= last_at.plus(rules.lock));
        if forgotten || self.locked_until.is_some() {
            *self = Attempts::default();
        }
        self.failures += 1;
        self.last_at = Some(now);
        if self.failures >= rules.failures_max {
            self.locked_until = Some(now.plus(rules.lock));
        }
        true
    }

    /// The attempt that was begun turned out right.
    pub fn succeeded(&mut self) {
        *self = Attempts::default();
    }

    fn is_fresh(&self) -> bool {
        *self == Attempts::default()
    }
}

impl Access {
    /// Adds `session`; beyond `sessions_max` the oldest ends, and so do those whose time is over.
    pub fn open_session(&mut self, session: Session, now: Timestamp, sessions_max: usize) {
        self.sessions.retain(|session| now < session.expires_at);
        self.sessions.push(session);
        let over = self.sessions.len().saturating_sub(sessions_max);
        self.sessions.drain(..over);
    }

    /// Ends the session with this digest, if there is one.
    pub fn close_session(&mut self, digest: &str) {
        self.sessions.retain(|session| session.digest != digest);
    }

    /// A new password: it ends every session, and whoever was locked out of the old one may log in.
    pub fn set_password(&mut self, hash: PasswordHash) {
        *self = Access { password_hash: Some(hash), ..Access::default() };
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: LockRules = LockRules { failures_max: 3, lock: Duration::from_secs(60) };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_ms(second * 1_000)
    }

    /// Attempts at the given seconds: `w` judged and wrong, `r` judged and right, `x` not judged.
    fn check(attempts: &[(i64, char)]) {
        let mut state = Attempts::default();
        for &(second, expect) in attempts {
            let judged = state.begin(at(second), RULES);
            assert_eq!(judged, expect != 'x', "{attempts:?} at {second} s");
            if expect == 'r' {
                state.succeeded();
            }
        }
    }

    #[test]
    fn locks() {
        check(&[(0, 'w'), (1, 'w'), (2, 'w'), (3, 'x'), (61, 'x'), (62, 'w')]);
        // Attempts during the lock don't lengthen it, and after it counting begins anew.
        check(&[(0, 'w'), (0, 'w'), (0, 'w'), (59, 'x'), (60, 'w'), (60, 'w'), (60, 'w'), (60, 'x')]);
        // The last attempt that is judged may be right.
        check(&[(0, 'w'), (1, 'w'), (2, 'r'), (3, 'w'), (4, 'w'), (5, 'w'), (6, 'x')]);
        // Old failures are forgotten.
        check(&[(0, 'w'), (1, 'w'), (61, 'w'), (62, 'w'), (63, 'w'), (64, 'x')]);
        // Many at once: no more are judged than in turn.
        check(&[(0, 'w'), (0, 'w'), (0, 'w'), (0, 'x'), (0, 'x'), (0, 'x')]);
    }

    fn session(name: &str, end: i64) -> Session {
        Session { digest: name.to_owned(), expires_at: at(end) }
    }

    fn names(access: &Access) -> String {
        access.sessions.iter().map(|session| session.digest.as_str()).collect()
    }

    #[test]
    fn sessions_are_bounded() {
        let mut access = Access::default();
        for (name, now, end) in [("a", 0, 10), ("b", 1, 100), ("c", 2, 100)] {
            access.open_session(session(name, end), at(now), 3);
        }
        assert_eq!(names(&access), "abc");
        access.open_session(session("d", 100), at(3), 3);
        assert_eq!(names(&access), "bcd", "the oldest ends");
        access.close_session("c");
        access.open_session(session("e", 200), at(100), 3);
        assert_eq!(names(&access), "e", "those whose time is over are gone");
    }

    #[test]
    fn a_new_password_ends_everything() {
        let mut access = Access::default();
        access.open_session(session("a", 10), at(0), 3);
        for _ in 0..3 {
            assert!(access.login.begin(at(0), RULES));
        }
        access.set_password(PasswordHash("$argon2id$".to_owned()));
        assert!(access.sessions.is_empty() && access.login.begin(at(1), RULES));
        assert!(!format!("{access:?}").contains("argon2id"));
    }

    #[test]
    fn rows_are_compact() {
        assert_eq!(serde_json::to_string(&Access::default()).unwrap(), "{}");
        let mut access = Access::default();
        access.open_session(session("a", 10), at(0), 3);
        let text = serde_json::to_string(&access).unwrap();
        assert_eq!(text, r#"{"sessions":[{"digest":"a","expires_at":"1970-01-01T00:00:10.000Z"}]}"#);
        assert_eq!(serde_json::from_str::<Access>(&text).unwrap(), access);
    }
}
