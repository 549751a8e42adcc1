//! Each row of the failure catalogue over sockets: a story that leads to it, and what somebody hears in the end.
//!
//! A row without a story doesn't compile: [`tell`] matches every failure, and a test of crate `domain` holds the enum against the
//! catalogue's file.

mod account;
mod documents;
mod gate;
mod identity;
mod system;

use crate::support::{Answer, Engine};
use domain::Failure;
use domain::wire::Problem;
use std::ops::RangeInclusive;
use tokio::task::JoinSet;

/// How somebody came to hear it, and what must hold then.
pub(crate) struct Told {
    engine: Engine,
    answer: Answer,
    /// The field at fault.
    field: Option<&'static str>,
    /// Seconds after which to come again, where waiting helps.
    retry_after_s: Option<RangeInclusive<u32>>,
    /// Accounts that there are.
    accounts: usize,
}

/// A full pool, a fault, a client that was slow: two to six seconds, in turn.
const SOON: RangeInclusive<u32> = 2..=6;

impl Told {
    /// Nobody is to wait, no field is at fault, and there is no account.
    pub(crate) fn new(engine: Engine, answer: Answer) -> Told {
        Told { engine, answer, field: None, retry_after_s: None, accounts: 0 }
    }

    pub(crate) fn at(self, field: &'static str) -> Told {
        Told { field: Some(field), ..self }
    }

    pub(crate) fn again_after_s(self, seconds: RangeInclusive<u32>) -> Told {
        Told { retry_after_s: Some(seconds), ..self }
    }

    pub(crate) fn beside_an_account(self) -> Told {
        Told { accounts: 1, ..self }
    }
}

async fn tell(failure: Failure) -> Told {
    match failure {
        Failure::NotOpen => gate::not_open().await,
        Failure::AwaitingFormations => gate::awaiting_formations().await,
        Failure::Closed => gate::closed().await,
        Failure::Maintenance => gate::maintenance().await,
        Failure::NikMalformed => identity::nik_malformed().await,
        Failure::NikInvalid => identity::nik_invalid().await,
        Failure::KkMalformed => identity::kk_malformed().await,
        Failure::NikNotFound => identity::nik_not_found().await,
        Failure::NikKkMismatch => identity::nik_kk_mismatch().await,
        Failure::IdentityMismatch => identity::identity_mismatch().await,
        Failure::NikRegistered => identity::nik_registered().await,
        Failure::ContactInUse => identity::contact_in_use().await,
        Failure::ContactInvalid => identity::contact_invalid().await,
        Failure::CaptchaWrong => identity::captcha_wrong().await,
        Failure::CaptchaUnavailable => system::captcha_unavailable().await,
        Failure::FileTooLarge => documents::file_too_large().await,
        Failure::FileTooSmall => documents::file_too_small().await,
        Failure::FileType => documents::file_type().await,
        Failure::PhotoBlurred => documents::photo_blurred().await,
        Failure::CameraMissing => documents::camera_missing().await,
        Failure::UploadTooSlow => documents::upload_too_slow().await,
        Failure::BirthplaceUnknown => identity::birthplace_unknown().await,
        Failure::NameHasTitle => identity::name_has_title().await,
        Failure::AgeIneligible => identity::age_ineligible().await,
        Failure::PasswordWeak => account::password_weak().await,
        Failure::PasswordMismatch => account::password_mismatch().await,
        Failure::StepOutOfOrder => account::step_out_of_order().await,
        Failure::DraftExpired => account::draft_expired().await,
        Failure::FormOutdated => account::form_outdated().await,
        Failure::AlreadyFinal => account::already_final().await,
        Failure::ActivationExpired => account::activation_expired().await,
        Failure::LoginFailed => account::login_failed().await,
        Failure::TooManyRequests => system::too_many_requests().await,
        Failure::Busy => system::busy().await,
        Failure::QueueTokenInvalid => system::queue_token_invalid().await,
        Failure::RegistrySlow => system::registry_slow().await,
        Failure::RegistryQuota => system::registry_quota().await,
        Failure::RegistryDown => system::registry_down().await,
        Failure::StorageUnavailable => system::storage_unavailable().await,
        Failure::Internal => system::internal().await,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_failure_has_a_story_that_leads_to_it() {
    let mut stories = JoinSet::new();
    for &failure in Failure::ALL {
        stories.spawn(async move { check(failure, tell(failure).await).await });
    }
    let mut failed = 0;
    while let Some(ended) = stories.join_next().await {
        failed += usize::from(ended.is_err());
    }
    assert_eq!(failed, 0, "see above which");
}

async fn check(failure: Failure, told: Told) {
    let Told { engine, answer, field, retry_after_s, accounts } = told;
    // These are all the keys that a problem may have: `Problem` refuses others.
    let problem: Problem =
        serde_json::from_str(&answer.text).unwrap_or_else(|_| panic!("{failure}: {answer:?}"));
    assert_eq!(problem.code, failure, "{answer:?}");
    assert_eq!((answer.status.as_u16(), problem.status), (failure.status(), failure.status()), "{failure}");
    assert_eq!((problem.title.as_str(), problem.contact), (failure.title(), failure.contact()), "{failure}");
    assert_eq!(problem.kind, format!("/bantuan#{failure}"));
    assert_eq!(answer.headers["content-type"], Problem::MEDIA_TYPE, "{failure}");
    let at_fault: Vec<_> =
        problem.fields.iter().map(|at| (at.field.as_str(), at.code, at.title.as_str())).collect();
    assert_eq!(at_fault, Vec::from_iter(field.map(|field| (field, failure, failure.title()))), "{failure}");

    let header = answer.headers.get("retry-after").map(|value| value.to_str().unwrap().parse().unwrap());
    assert_eq!(header, problem.retry_after_s, "{failure}: header and body differ");
    match (problem.retry_after_s, &retry_after_s) {
        (None, None) => {}
        (Some(seconds), Some(expect)) => {
            assert!(expect.contains(&seconds), "{failure}: again after {seconds} s");
        }
        differing => panic!("{failure}: again after {differing:?}"),
    }
    check_nothing_inside(&engine, &answer, failure);
    assert_eq!(engine.exported().await.len(), accounts, "{failure}");
}

/// An answer knows its own row of the catalogue and nothing of what made it.
fn check_nothing_inside(engine: &Engine, answer: &Answer, failure: Failure) {
    const HEADERS: [&str; 11] = [
        "cache-control",
        "connection",
        "content-length",
        "content-security-policy",
        "content-type",
        "cross-origin-resource-policy",
        "date",
        "referrer-policy",
        "retry-after",
        "transfer-encoding",
        "x-content-type-options",
    ];
    const WORDS: [&str; 21] = [
        "127.0.0.1",
        "10.0.0.7",
        "localhost",
        "/tmp",
        "/src/",
        ".rs",
        "::",
        "sled",
        "hyper",
        "tokio",
        "serde",
        "argon2",
        "zune",
        "rustls",
        "goose",
        "committer",
        "panick",
        "unwrap",
        "os error",
        "errno",
        "<html",
    ];
    for name in answer.headers.keys() {
        assert!(HEADERS.contains(&name.as_str()), "{failure}: header {name}");
    }
    let own = [
        engine.folder().display().to_string(),
        format!(":{}", engine.address.port()),
        format!(":{}", engine.operations.port()),
    ];
    let said = format!("{:?} {}", answer.headers, answer.text).to_lowercase();
    for word in WORDS.into_iter().chain(own.iter().map(String::as_str)) {
        assert!(!said.contains(word), "{failure}: {word} in {answer:?}");
    }
}
