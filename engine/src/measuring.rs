//! Doors for the measurements in `benches/`, to what nobody else outside has any business with.

use crate::activation::Proofs;
use crate::captcha::Captchas;
use crate::clock::Clock;
use crate::committer::{Committer, Rules};
use crate::config::{Config, PasswordConfig};
use crate::metrics::Metrics;
use crate::passwords::Passwords;
use crate::photos;
use crate::secret::Secret;
use crate::store::{self, Account, DraftId, Store};
use domain::activation::Activation;
use domain::captcha::{CaptchaKey, KEY_BYTES};
use domain::document::Dimensions;
use domain::draft::Draft;
use domain::wire::CaptchaChallenge;
use domain::{Failure, Timestamp};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use crate::fuzzing::route;

/// Sharpness of a JPEG of this size, `luma` being scratch.
///
/// # Errors
/// Where it is no picture.
pub fn sharpness(file: &[u8], size: Dimensions, luma: &mut Vec<u8>) -> Result<f64, Failure> {
    photos::sharpness(file, size, luma)
}

/// The row that the register keeps of `account`, with an activation that lies before it.
pub fn account_row(account: &Account) -> Vec<u8> {
    let expires_at = account.activate_before.unwrap_or(account.registered_at);
    store::account_row(
        account,
        Some(Activation { issue: 1 << 60, expires_at, tries_left: 5, resends_left: 3 }),
    )
}

/// Challenges of four characters.
pub struct Challenges(Captchas);

impl Challenges {
    /// # Panics
    /// Where the system has no random bytes.
    pub fn start() -> Challenges {
        let (key, life) = (CaptchaKey::new([7; KEY_BYTES]), Duration::from_secs(300));
        let captchas = Captchas::new(Some(key), 4, life, Timestamp::from_ms(0));
        Challenges(captchas.expect("the system has random bytes"))
    }

    /// A new one, drawn.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn issue(&self) -> Result<CaptchaChallenge, Failure> {
        self.0.issue(Timestamp::from_ms(0))
    }
}

/// The pool that hashes passwords, as it is by default, with one thread.
pub struct Hashing(Passwords);

impl Hashing {
    /// # Panics
    /// Where no thread can be had.
    pub fn start() -> Hashing {
        let params = argon2::Params::new(19_456, 2, 1, None).expect("OWASP's parameters are legal");
        let config = PasswordConfig { params, threads: 1, queue_max: 64 };
        let passwords = Passwords::start(&config, None, Metrics::new().pool("password"));
        Hashing(passwords.expect("the system has a thread"))
    }

    /// The hash of `password`.
    ///
    /// # Panics
    /// Where too many wait.
    pub async fn hash(&self, password: String) -> String {
        self.0.hash(password).await.expect("the queue has room")
    }
}

/// The committer on a store of one's own, with the rules of default settings.
pub struct Commits(Committer);

impl Commits {
    /// `folder` is for its key.
    ///
    /// # Panics
    /// Where the store or the folder cannot be used.
    pub fn start(store: Arc<dyn Store>, folder: &Path) -> Commits {
        let settings = format!("store = {folder:?}\nregistry_url = \"http://127.0.0.1:1\"\n");
        let config = Config::parse("measured", &settings).expect("these settings are legal");
        let proofs = Proofs::new(Secret::open(folder).expect("the folder can be written"));
        let rules = Rules { activation: config.accounts.activation, proofs };
        let metrics = Metrics::new();
        let counts = (metrics.store, metrics.life);
        let committer = Committer::start(store, Clock::system(), rules, counts);
        Commits(committer.expect("the store can be read"))
    }

    /// Makes the account of `draft`, which is on disk then.
    ///
    /// # Panics
    /// Where it is refused.
    pub async fn confirm(&self, id: DraftId, draft: Draft) {
        self.0.commit(id, draft).await.expect("nobody else has its NIK");
    }

    /// Waits until everything that was written before is on disk.
    ///
    /// # Panics
    /// Where it could not be brought there.
    pub async fn settle(&self) {
        self.0.settle().await.expect("the disk takes it");
    }
}
