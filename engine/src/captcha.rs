//! Captchas: issued without being remembered, redeemed once.

mod font;
mod picture;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::captcha::{CaptchaKey, Checked, KEY_BYTES};
use domain::wire::{CaptchaAnswer, CaptchaChallenge};
use domain::{Failure, Timestamp};
use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

/// Makes and redeems challenges.
pub(crate) struct Captchas {
    key: CaptchaKey,
    length: usize,
    life: Duration,
    used: Mutex<Used>,
}

/// Ids that were redeemed, by age: those before the last turn have expired at the next one. So the memory is that of the right
/// answers of two lives.
struct Used {
    turned_at: Timestamp,
    recent: HashSet<String>,
    older: HashSet<String>,
}

impl Captchas {
    /// With no key given, the system's generator makes one.
    ///
    /// # Errors
    /// Where the system has no random bytes.
    pub(crate) fn new(
        key: Option<CaptchaKey>,
        length: usize,
        life: Duration,
        now: Timestamp,
    ) -> Result<Captchas, getrandom::Error> {
        let key = match key {
            Some(key) => key,
            None => {
                let mut bytes = [0; KEY_BYTES];
                getrandom::fill(&mut bytes)?;
                CaptchaKey::new(bytes)
            }
        };
        let used = Mutex::new(Used { turned_at: now, recent: HashSet::new(), older: HashSet::new() });
        Ok(Captchas { key, length, life, used })
    }

    /// A new challenge.
    ///
    /// # Errors
    /// [`Failure::CaptchaUnavailable`] where it cannot be made.
    pub(crate) fn issue(&self, now: Timestamp) -> Result<CaptchaChallenge, Failure> {
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce).map_err(|_| Failure::CaptchaUnavailable)?;
        let nonce = u64::from_le_bytes(nonce);
        let expires_at = now.plus(self.life);
        let id = self.key.challenge(nonce, expires_at);
        let answer = self.key.answer(&id, self.length);
        let picture = picture::draw(&answer, nonce).map_err(|_| Failure::CaptchaUnavailable)?;
        let image = format!("data:image/png;base64,{}", STANDARD.encode(picture));
        Ok(CaptchaChallenge { id, image, expires_at })
    }

    /// Takes an answer. Each challenge counts once, and a wrong answer uses it up as well, so that it cannot be guessed at.
    ///
    /// # Errors
    /// [`Failure::CaptchaWrong`] where it is wrong, late, or was given before.
    pub(crate) fn redeem(&self, answer: &CaptchaAnswer, now: Timestamp) -> Result<(), Failure> {
        let checked = self.key.check(&answer.id, &answer.answer, self.length, now);
        if matches!(checked, Checked::Expired | Checked::Unknown) {
            // It can never become right: not worth remembering.
            return Err(Failure::CaptchaWrong);
        }
        let first =
            self.used.lock().expect("nothing panics while it is held").insert(&answer.id, now, self.life);
        if first && checked == Checked::Right { Ok(()) } else { Err(Failure::CaptchaWrong) }
    }
}

impl Used {
    /// Whether the id was not there yet.
    fn insert(&mut self, id: &str, now: Timestamp, life: Duration) -> bool {
        if now >= self.turned_at.plus(life) {
            self.older = std::mem::take(&mut self.recent);
            self.turned_at = now;
        }
        !self.older.contains(id) && self.recent.insert(id.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_ms(seconds * 1_000)
    }

    fn captchas() -> Captchas {
        Captchas::new(Some(CaptchaKey::new([7; KEY_BYTES])), 4, LIFE, at(0)).unwrap()
    }

    fn right(captchas: &Captchas, now: Timestamp) -> CaptchaAnswer {
        let id = captchas.issue(now).unwrap().id;
        let answer = captchas.key.answer(&id, 4);
        CaptchaAnswer { id, answer }
    }

    #[test]
    fn a_challenge_counts_once_and_in_time() {
        let captchas = captchas();
        let answer = right(&captchas, at(0));
        assert_eq!(captchas.redeem(&answer, at(1)), Ok(()));
        for seconds in [1, 59, 60, 61, 130] {
            assert_eq!(
                captchas.redeem(&answer, at(seconds)),
                Err(Failure::CaptchaWrong),
                "again at {seconds} s"
            );
        }
        let answer = right(&captchas, at(130));
        assert_eq!(captchas.redeem(&answer, at(190)), Err(Failure::CaptchaWrong), "late");
    }

    #[test]
    fn a_wrong_answer_uses_the_challenge_up() {
        let captchas = captchas();
        let answer = right(&captchas, at(0));
        let wrong = CaptchaAnswer { answer: "----".to_owned(), ..answer.clone() };
        assert_eq!(captchas.redeem(&wrong, at(1)), Err(Failure::CaptchaWrong));
        assert_eq!(captchas.redeem(&answer, at(2)), Err(Failure::CaptchaWrong));
    }

    #[test]
    fn used_ids_are_forgotten_once_they_have_expired() {
        let captchas = captchas();
        for second in 0..600 {
            captchas.redeem(&right(&captchas, at(second)), at(second)).unwrap();
            let used = captchas.used.lock().unwrap();
            assert!(used.recent.len() + used.older.len() <= 121, "at {second} s");
        }
    }

    #[test]
    fn ids_that_were_never_issued_cost_no_memory() {
        let captchas = captchas();
        let forged = CaptchaKey::new([8; KEY_BYTES]).challenge(1, at(30));
        for id in ["", "x", &forged] {
            let answer = CaptchaAnswer { id: (*id).to_owned(), answer: captchas.key.answer(id, 4) };
            assert_eq!(captchas.redeem(&answer, at(1)), Err(Failure::CaptchaWrong), "{id}");
        }
        assert_eq!(captchas.used.lock().unwrap().recent.len(), 0);
    }

    #[test]
    fn without_a_key_answers_cannot_be_told() {
        let captchas = Captchas::new(None, 4, LIFE, at(0)).unwrap();
        let id = captchas.issue(at(0)).unwrap().id;
        let guess = CaptchaKey::new([0; KEY_BYTES]).answer(&id, 4);
        assert_eq!(captchas.redeem(&CaptchaAnswer { id, answer: guess }, at(1)), Err(Failure::CaptchaWrong));
    }
}
