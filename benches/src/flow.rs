//! Registrations from first to last, as requests.

use crate::client::{Ask, Client};
use crate::form;
use crate::serving::CAPTCHA_KEY;
use bytes::Bytes;
use domain::captcha::CaptchaKey;
use domain::document::DocumentKind;
use domain::limits::Limits;
use domain::wire::{CaptchaAnswer, Category, CredentialsForm, DraftOpened, Profile, QuestionForm, paths};
use domain::{Sex, Timestamp};
use hyper::Method;
use people::{Album, PhotoMake, PhotoSpec};
use serde::Serialize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An answered captcha; the engine remembers none that it issues, so this need not be one.
pub fn captcha(nonce: usize) -> CaptchaAnswer {
    let key = CaptchaKey::new(CAPTCHA_KEY);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    let id = key.challenge(nonce as u64, now.plus(Duration::from_secs(200)));
    let answer = key.answer(&id, 4);
    CaptchaAnswer { id, answer }
}

/// Step 1 of person `number`.
pub fn identity(number: usize) -> Ask {
    let form = form(number, captcha(2 * number));
    Ask::send(Method::POST, paths::DRAFTS, json(&form))
}

/// Step 2.
pub fn profile(token: &str) -> Ask {
    let profile = Profile {
        certificate_name: "Siti Aminah Rahmawati".to_owned(),
        birth_regency: "9901".to_owned(),
        sex: Sex::Female,
        category: Category::Cpns,
    };
    Ask::send(Method::PUT, paths::profile(token), json(&profile))
}

fn credentials(token: &str, number: usize) -> Ask {
    let question =
        |question: &str| QuestionForm { question: question.to_owned(), answer: "Kucing".to_owned() };
    let password = format!("kuda-laut-{number}");
    let form = CredentialsForm {
        password_repetition: password.clone(),
        password,
        questions: [question("Hewan pertama?"), question("Guru pertama?")],
        captcha: captcha(2 * number + 1),
    };
    Ask::send(Method::PUT, paths::credentials(token), json(&form))
}

/// Opens the draft of person `number`.
pub async fn open(client: &mut Client, number: usize) -> String {
    let opened: DraftOpened =
        serde_json::from_slice(&client.ask(&identity(number)).await).expect("a draft was opened");
    opened.token
}

/// Registers person `number` with `photos`, in the order in which a browser asks.
pub async fn register(client: &mut Client, number: usize, photos: &[Bytes; 2]) {
    client.ask(&Ask::get(paths::STATUS)).await;
    client.ask(&Ask::send(Method::POST, paths::CAPTCHAS, "")).await;
    let token = open(client, number).await;
    client.ask(&profile(&token)).await;
    for (kind, photo) in [DocumentKind::Ktp, DocumentKind::Swafoto].into_iter().zip(photos) {
        client.ask(&Ask::send(Method::PUT, paths::document(&token, kind), photo.clone())).await;
    }
    client.ask(&Ask::send(Method::POST, paths::CAPTCHAS, "")).await;
    client.ask(&credentials(&token, number)).await;
    client.ask(&Ask::get(&paths::draft(&token))).await;
    client.ask(&Ask::send(Method::POST, paths::confirmation(&token), "")).await;
}

/// A card and a portrait of 1,000 x 1,400 pixels and 147 to 165 KB each.
pub fn photos() -> [Bytes; 2] {
    let album = Album::new(crate::SEED, &Limits::default());
    [DocumentKind::Ktp, DocumentKind::Swafoto]
        .map(|kind| album.file(PhotoSpec { kind, make: PhotoMake::Sound(3) }))
}

fn json(form: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(form).expect("a form has no failing serialiser")
}
