//! The requests of each step, and what their answers must say.

use super::Walk;
use super::setback::{Setback, demand, read};
use crate::client::{Heard, Outgoing};
use crate::told::{Told, Trouble};
use chrono::{TimeDelta, Utc};
use domain::Failure;
use domain::captcha::ALPHABET;
use domain::contact::Phone;
use domain::document::DocumentKind;
use domain::draft::AccountNumber;
use domain::name::Name;
use domain::wire::{
    self, AccountMade, CaptchaAnswer, CaptchaChallenge, DocumentTaken, DraftOpened, Gate, Review, Status,
    paths,
};
use hyper::Method;
use people::{CaptchaMistake, PhotoSpec};
use scenario::Step;
use serde::Serialize;
use std::time::Duration;
use tokio::time::Instant;

impl Walk<'_> {
    /// One attempt at a step, after `typing` and from the answer before on. Only the last step gives a
    /// number.
    pub(super) async fn attempt(
        &mut self,
        step: Step,
        typing: Duration,
    ) -> Result<Option<AccountNumber>, Setback> {
        if matches!(step, Step::Identity | Step::Credentials) && self.challenge.is_none() {
            // It comes with the page, before anything is typed.
            self.fetch_challenge().await?;
            self.intended = self.done;
        }
        self.intended += typing;
        let taken = match step {
            Step::Status => self.status().await,
            Step::Captcha => self.fetch_challenge().await,
            Step::Identity => self.identity().await,
            Step::Profile => self.profile().await,
            Step::Ktp => self.document(self.applicant().ktp).await,
            Step::Swafoto => self.document(self.applicant().swafoto).await,
            Step::Credentials => self.credentials().await,
            Step::Review => self.review().await,
            Step::Confirmation => return self.confirmation().await.map(Some),
        };
        match taken {
            // Whoever kept to the order did not leave out what is missing.
            Err(setback) if setback.told == Told::by(Failure::StepOutOfOrder) && self.may_be_forgotten() => {
                Err(Setback::by(Trouble::Forgotten))
            }
            taken => taken.map(|()| None),
        }
    }

    /// Only a complete draft is on disk before it is acknowledged: a kill may cost the last steps of others.
    fn may_be_forgotten(&self) -> bool {
        !self.world.faults.engine_kills.is_empty() && !self.applicant().skips
    }

    async fn status(&mut self) -> Result<(), Setback> {
        let heard = self.ask(Step::Status, Outgoing::new(Method::GET, paths::STATUS)).await?;
        let mut status: Status = read(&heard)?;
        self.captcha_length = status.captcha_length;
        if status.waiting_room.is_some() && matches!(status.gate, Gate::Open | Gate::BeforeOpening) {
            return self.wait_in_room().await;
        }
        if status.gate == Gate::Open {
            status = self.wait_for_turn(status).await?;
        }
        match status.gate {
            Gate::Open => Ok(()),
            Gate::BeforeOpening => Err(Setback::refused(Failure::NotOpen)),
            Gate::AwaitingFormations => Err(Setback::refused(Failure::AwaitingFormations)),
            Gate::Closed => Err(Setback::refused(Failure::Closed)),
            Gate::Maintenance => Err(Setback::refused(Failure::Maintenance)),
        }
    }

    async fn fetch_challenge(&mut self) -> Result<(), Setback> {
        let heard = self.ask(Step::Captcha, Outgoing::new(Method::POST, paths::CAPTCHAS)).await?;
        let challenge: CaptchaChallenge = read(&heard)?;
        demand(challenge.image.starts_with("data:image/png;base64,"))?;
        self.challenge = Some(challenge);
        Ok(())
    }

    async fn identity(&mut self) -> Result<(), Setback> {
        let mistake = self.applicant().wrong_captcha;
        if mistake == Some(CaptchaMistake::Expired) {
            self.outlive_challenge();
        }
        let captcha = self.solve(mistake == Some(CaptchaMistake::Mistyped))?;
        self.answered = Some(captcha.clone());
        let outgoing = json(Method::POST, paths::DRAFTS, &self.applicant().open_draft(captcha))?;
        let heard = self.ask(Step::Identity, outgoing).await?;
        let opened: DraftOpened = read(&heard)?;
        self.token = opened.token;
        Ok(())
    }

    async fn profile(&mut self) -> Result<(), Setback> {
        let outgoing = json(Method::PUT, paths::profile(&self.token), &self.applicant().profile)?;
        self.ask(Step::Profile, outgoing).await.map(drop)
    }

    async fn document(&mut self, photo: Option<PhotoSpec>) -> Result<(), Setback> {
        let Some(photo) = photo else { return Ok(()) };
        let step = if photo.kind == DocumentKind::Swafoto { Step::Swafoto } else { Step::Ktp };
        let file = self.world.album.file(photo);
        let bytes = file.len();
        let mut outgoing = Outgoing::new(Method::PUT, paths::document(&self.token, photo.kind))
            .with_body(photo.make.media_type(), file);
        outgoing.declares_length = photo.make.declares_length();
        let heard = self.ask(step, outgoing).await?;
        let taken: DocumentTaken = read(&heard)?;
        demand(taken.kind == photo.kind && u64::from(taken.bytes) == bytes as u64)
    }

    async fn credentials(&mut self) -> Result<(), Setback> {
        let mut captcha = self.solve(false)?;
        if self.applicant().wrong_captcha == Some(CaptchaMistake::Replayed)
            && let Some(answered) = &self.answered
        {
            captcha = answered.clone();
        }
        let form = self.applicant().credentials(captcha);
        let outgoing = json(Method::PUT, paths::credentials(&self.token), &form)?;
        self.ask(Step::Credentials, outgoing).await.map(drop)
    }

    /// Everything once more: it must be this person's, and all that they handed in.
    async fn review(&mut self) -> Result<(), Setback> {
        let heard = self.ask(Step::Review, Outgoing::new(Method::GET, paths::draft(&self.token))).await?;
        let review: Review = read(&heard)?;
        let form = &self.applicant().form;
        let same_name = match (Name::parse(&review.full_name), Name::parse(&form.full_name)) {
            (Ok(shown), Ok(typed)) => shown.is_same_as(&typed),
            _ => false,
        };
        let handed_in = |kind| review.documents.iter().any(|taken| taken.kind == kind);
        demand(
            review.nik == form.nik
                && review.kk == form.kk
                && same_name
                && review.birth_place == form.birth_place.trim()
                && review.birth_date == form.birth_date
                && Phone::parse(&review.phone) == Phone::parse(&form.phone)
                && review.email == form.email.trim()
                && review.profile.as_ref().is_none_or(|profile| *profile == self.applicant().profile)
                && handed_in(DocumentKind::Ktp) <= self.applicant().ktp.is_some()
                && handed_in(DocumentKind::Swafoto) <= self.applicant().swafoto.is_some()
                && review.account_number.is_none(),
        )?;
        let is_whole = review.profile.is_some()
            && review.has_credentials
            && handed_in(DocumentKind::Ktp) == self.applicant().ktp.is_some()
            && handed_in(DocumentKind::Swafoto) == self.applicant().swafoto.is_some();
        if !is_whole && self.may_be_forgotten() {
            return Err(Setback::by(Trouble::Forgotten));
        }
        demand(is_whole)
    }

    async fn confirmation(&mut self) -> Result<AccountNumber, Setback> {
        let mut outgoing = Outgoing::new(Method::POST, paths::confirmation(&self.token));
        outgoing.idempotency_key = Some(format!("{:016x}-{:016x}", self.world.seed, self.arrival));
        if !(self.applicant().clicks_twice || self.temper.double_clicks()) {
            let heard = self.ask(Step::Confirmation, outgoing).await?;
            return self.made(&heard);
        }
        let answers = self.ask_twice(Step::Confirmation, &outgoing).await?;
        let numbers: Vec<_> =
            answers.iter().flatten().map(|heard| self.made(heard)).collect::<Result<_, _>>()?;
        demand(numbers.windows(2).all(|pair| pair[0] == pair[1]))?;
        numbers.first().copied().ok_or(Setback::by(Trouble::Unreadable))
    }

    /// The number of the account, if it is this person's.
    fn made(&self, heard: &Heard) -> Result<AccountNumber, Setback> {
        let made: AccountMade = read(heard)?;
        demand(
            made.nik_masked == self.applicant().person.nik.masked()
                && made.receipt.account == made.account_number,
        )?;
        Ok(made.account_number)
    }

    /// The next request is meant for a moment at which the challenge in hand counts no more.
    fn outlive_challenge(&mut self) {
        const LATE: TimeDelta = TimeDelta::milliseconds(200);
        let Some(challenge) = &self.challenge else { return };
        let left_ms = challenge.expires_at.as_ms() - Utc::now().timestamp_millis();
        let late = (TimeDelta::milliseconds(left_ms) + LATE).to_std().unwrap_or_default();
        self.intended = self.intended.max(Instant::now() + late);
    }

    /// Answers the challenge in hand; it counts once.
    fn solve(&mut self, is_defect: bool) -> Result<CaptchaAnswer, Setback> {
        let challenge = self.challenge.take().ok_or(Setback::by(Trouble::Unreadable))?;
        let mut answer = self.world.captcha_key.0.answer(&challenge.id, self.captcha_length);
        self.has_slipped = !is_defect && self.temper.slips();
        if is_defect || self.has_slipped {
            answer = mistype(&answer);
        }
        Ok(CaptchaAnswer { id: challenge.id, answer })
    }
}

/// The first character becomes its neighbour in the alphabet.
fn mistype(answer: &str) -> String {
    let mut letters = answer.bytes();
    let first = letters.next();
    let at = ALPHABET.iter().position(|&letter| Some(letter) == first).unwrap_or(0);
    let wrong = char::from(ALPHABET[(at + 1) % ALPHABET.len()]);
    std::iter::once(wrong).chain(letters.map(char::from)).collect()
}

fn json<T: Serialize>(method: Method, path: impl Into<String>, form: &T) -> Result<Outgoing, Setback> {
    // Forms consist of strings and enums, which JSON can always hold.
    let body = serde_json::to_vec(form).map_err(|_| Setback::by(Trouble::Unreadable))?;
    Ok(Outgoing::new(method, path).with_body(wire::JSON, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistyping_changes_one_letter() {
        let check = |answer: &str, expect: &str| assert_eq!(mistype(answer), expect);
        check("ACDE", "CCDE");
        check("9AAA", "AAAA");
        check("A", "C");
        check("", "C");
    }
}
