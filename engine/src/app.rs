//! Everything that an endpoint needs, opened once at the start.

use crate::activation::Proofs;
use crate::blobs::Blobs;
use crate::captcha::Captchas;
use crate::clock::Clock;
use crate::committer::{Committer, Rules};
use crate::config::Config;
use crate::faults::FaultSwitches;
use crate::gate::GateKeeper;
use crate::helpdesk::Helpdesk;
use crate::metrics::Metrics;
use crate::outbox;
use crate::overload::Overload;
use crate::passwords::Passwords;
use crate::photos::Photos;
use crate::registry::Registry;
use crate::secret::Secret;
use crate::store::{FaultyStore, SledStore, Store, StoreError};
use admission::Key;
use server::{Tls, TlsError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

/// The engine, ready to serve.
pub struct App {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) gate: GateKeeper,
    pub(crate) helpdesk: Helpdesk,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) committer: Committer,
    pub(crate) passwords: Passwords,
    pub(crate) photos: Photos,
    pub(crate) registry: Registry,
    pub(crate) captchas: Captchas,
    pub(crate) proofs: Proofs,
    pub(crate) secret: Secret,
    pub(crate) metrics: Metrics,
    pub(crate) tls: Option<Tls>,
    pub(crate) overload: Overload,
    /// Where the settings allow them.
    pub(crate) faults: Option<Arc<FaultSwitches>>,
}

/// Why the engine cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder of the store cannot be used.
    #[error("cannot use the store folder {}: {source}", folder.display())]
    Folder {
        /// As set.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The register cannot be opened: damaged, or in use by another process.
    #[error("cannot open the register in {}: {source}", folder.display())]
    Register {
        /// As set.
        folder: PathBuf,
        /// What the store says.
        source: StoreError,
    },
    /// The folder for messages cannot be made.
    #[error("cannot use the folder for messages {}: {source}", folder.display())]
    Outbox {
        /// As set, or beside the register.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Certificate or key cannot be used.
    #[error("no TLS: {0}")]
    Tls(#[from] TlsError),
    /// No thread or no random bytes.
    #[error("the system refuses a thread or random bytes: {0}")]
    System(io::Error),
}

impl App {
    /// Opens the register, starts the pools and the committer.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(config: Config, clock: Clock) -> Result<Arc<App>, OpenError> {
        let in_folder = |source| OpenError::Folder { folder: config.store.clone(), source };
        let in_register = |source| OpenError::Register { folder: config.store.clone(), source };
        fs::create_dir_all(&config.store).map_err(in_folder)?;
        let store =
            SledStore::open(&config.store.join("register"), config.store_cache_bytes).map_err(in_register)?;
        App::open_with(config, clock, Arc::new(store))
    }

    /// The same with another register: one that is elsewhere, or one that fails on purpose.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_with(config: Config, clock: Clock, store: Arc<dyn Store>) -> Result<Arc<App>, OpenError> {
        let in_folder = |source| OpenError::Folder { folder: config.store.clone(), source };
        let in_register = |source| OpenError::Register { folder: config.store.clone(), source };
        fs::create_dir_all(&config.store).map_err(in_folder)?;
        let faults = config.faults.then(FaultSwitches::new);
        let (clock, store) = match &faults {
            None => (clock, store),
            Some(faults) => (faults.in_front_of(clock), FaultyStore::over(store, faults)),
        };
        let gate =
            GateKeeper::open(&config.store, config.schedule.clone(), clock.now()).map_err(in_folder)?;
        let helpdesk = Helpdesk::open_on(Arc::clone(&store), config.helpdesk).map_err(in_register)?;
        let secret = Secret::open(&config.store).map_err(in_folder)?;
        let blobs = open_blobs(&config.store, clock.now().as_ms()).map_err(in_folder)?;
        let tls = open_tls(&config)?;
        let metrics = Metrics::new();
        outbox::make_folder(&config.accounts.mail, &config.store)
            .map_err(|(folder, source)| OpenError::Outbox { folder, source })?;
        let proofs = Proofs::new(secret.clone());
        let rules = Rules { activation: config.accounts.activation, proofs: proofs.clone() };
        let counts = (metrics.store.clone(), metrics.life.clone());
        let committer =
            Committer::start(Arc::clone(&store), clock.clone(), rules, counts).map_err(in_register)?;
        let key = Key::new(&secret.derive("admission"));
        let overload = Overload::open(&config.admission, key, clock.clone(), &config.store, &metrics)
            .map_err(in_folder)?;
        let line = overload.passwords.clone();
        let passwords =
            Passwords::start(&config.password, line, metrics.pool("password")).map_err(OpenError::System)?;
        let (threads, queue_max) = (config.photo_threads, config.photo_queue_max);
        let (line, counts) = (overload.photos.clone(), metrics.pool("photo"));
        let photos = Photos::start(blobs, config.limits.blurred, threads, queue_max, line, counts)
            .map_err(OpenError::System)?;
        let registry = Registry::new(&config.registry, clock.clone(), metrics.registry.clone());
        let length = config.limits.captcha_length;
        let captchas = Captchas::new(config.captcha_key.clone(), length, config.captcha_life, clock.now())
            .map_err(|error| OpenError::System(io::Error::other(error)))?;
        Ok(Arc::new(App {
            config,
            clock,
            gate,
            helpdesk,
            store,
            committer,
            passwords,
            photos,
            registry,
            captchas,
            proofs,
            secret,
            metrics,
            tls,
            overload,
            faults,
        }))
    }
}

fn open_tls(config: &Config) -> Result<Option<Tls>, TlsError> {
    config.listening.tls.as_ref().map(|files| Tls::open(&files.certificate, &files.key)).transpose()
}

/// Names of documents go on from the time: a thousand uploads a millisecond would be needed to meet an earlier run's.
fn open_blobs(store: &Path, now_ms: i64) -> io::Result<Blobs> {
    Blobs::open(store.join("documents"), u64::try_from(now_ms).unwrap_or(0).saturating_mul(1_000))
}
