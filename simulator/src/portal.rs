//! What the applicants are brought to: an engine that the run starts, with its registry and a fresh store, or
//! a portal that runs already.

mod ports;
mod workspace;

pub(crate) use workspace::Workspace;

use crate::cli::TargetArgs;
use crate::client::{Browser, Outgoing};
use crate::consent::{self, ASKED_EVERY, Agreement};
use crate::driver::Start;
use crate::exit::CommandError;
use crate::keys::{KeyError, Keys};
use crate::launch::{Addresses, EngineAddresses, Service, Settings, write_settings};
use crate::sample::Subjects;
use domain::wire::{ExportedAccount, paths};
use hyper::Method;
use scenario::{Kill, Plan};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

/// A portal, ready to be loaded.
#[derive(Debug)]
pub(crate) struct Portal {
    /// Where applicants go.
    pub(crate) address: SocketAddr,
    operations: Option<SocketAddr>,
    export_key: Option<String>,
    services: Option<Services>,
}

#[derive(Debug)]
struct Services {
    /// `None` while it is down by a fault of the scenario.
    engine: Option<Service>,
    /// Of the engine that runs, or ran last.
    engine_pid: Arc<AtomicI32>,
    engine_file: PathBuf,
    engine_log: PathBuf,
    engine_addresses: Addresses,
    engine_cores: Vec<usize>,
    registry: Service,
    workspace: Workspace,
    outages: Vec<Outage>,
}

/// A time in which the engine was down by a fault of the scenario.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outage {
    /// When it was killed, since the schedule's zero.
    pub(crate) from: Duration,
    /// When it could be reached again; `None` if that came after the end.
    pub(crate) to: Option<Duration>,
}

/// A portal that runs already, as given on the command line and permitted.
pub(crate) struct Target {
    pub(crate) permitted: consent::Permitted,
    operations: Option<consent::Permitted>,
    /// Of one elsewhere: what shows that it consents.
    token: Option<String>,
    pub(crate) keys: Keys,
}

/// What the engine has counted by the end of the run, in the text format of Prometheus.
const METRICS_FILE: &str = "engine.metrics";

const EXPORT_TIMEOUT: Duration = Duration::from_secs(120);

const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// Ten million accounts.
const EXPORT_BYTES_MAX: usize = 2_000_000_000;

impl Target {
    /// The target of the command line, if there is one and it may be loaded.
    ///
    /// # Errors
    /// No consent, a malformed address, or keys that cannot be read.
    pub(crate) fn of(args: &TargetArgs) -> Result<Option<Target>, CommandError> {
        let Some(url) = &args.target else { return Ok(None) };
        let token = args.consent.clone();
        let permit = |url: &str| permit(url, token.is_some());
        let permitted = permit(url)?;
        let operations = args.operations.as_deref().map(permit).transpose()?;
        let without_key =
            || CommandError::Usage("--target needs --captcha-key, which solves its captchas".to_owned());
        let captcha_key = args.captcha_key.as_deref().ok_or_else(without_key)?;
        let keys = Keys::read(captcha_key, args.export_key.as_deref()).map_err(|error| usage(&error))?;
        Ok(Some(Target { permitted, operations, token, keys }))
    }

    /// What the target consents to; `None` for one that need not be asked.
    ///
    /// # Errors
    /// When it does not consent, or not to this plan.
    pub(crate) async fn agreement(&self, plan: &Plan) -> Result<Option<Agreement>, CommandError> {
        let Some(token) = &self.token else { return Ok(None) };
        let agreement = consent::ask(self.permitted.address, token).await?;
        match agreement.exceeded_by(plan) {
            Some(what) => Err(CommandError::NoConsent(what)),
            None => Ok(Some(agreement)),
        }
    }

    /// Done when it no longer consents: what to say of it. Never for one that need not be asked.
    pub(crate) async fn withdrawn(&self, agreed: Option<Agreement>) -> CommandError {
        match (&self.token, agreed) {
            (Some(token), Some(agreed)) => {
                consent::withdrawn(self.permitted.address, token, agreed, ASKED_EVERY).await
            }
            _ => std::future::pending().await,
        }
    }

    /// Where applicants go, and operators, where that is known.
    pub(crate) fn addresses(&self) -> (SocketAddr, Option<SocketAddr>) {
        (self.permitted.address, self.operations.as_ref().map(|permitted| permitted.address))
    }

    /// The portal, if somebody answers there.
    ///
    /// # Errors
    /// When nobody does.
    pub(crate) async fn reach(&self) -> Result<Portal, CommandError> {
        let address = self.permitted.address;
        let mut browser = Browser::new(address, 1_000_000);
        let answered =
            browser.send(&Outgoing::new(Method::GET, paths::STATUS), Instant::now() + PROBE_TIMEOUT).await;
        match answered {
            Ok(heard) if heard.status.is_success() => Ok(Portal {
                address,
                operations: self.operations.as_ref().map(|permitted| permitted.address),
                export_key: self.keys.export.clone(),
                services: None,
            }),
            Ok(heard) => Err(CommandError::Usage(format!(
                "{} is no portal: {} {}",
                self.permitted.url,
                paths::STATUS,
                heard.status
            ))),
            Err(lost) => Err(CommandError::Usage(format!("cannot reach {}: {lost}", self.permitted.url))),
        }
    }
}

fn permit(url: &str, has_token: bool) -> Result<consent::Permitted, CommandError> {
    let decided = if has_token { consent::decide_elsewhere(url) } else { consent::decide(url) };
    decided.map_err(|refusal| match refusal.is_usage() {
        true => CommandError::Usage(refusal.to_string()),
        false => CommandError::NoConsent(refusal.to_string()),
    })
}

fn usage(error: &KeyError) -> CommandError {
    CommandError::Usage(error.to_string())
}

impl Portal {
    /// Starts registry and engine on free ports, with settings and a fresh store in `workspace` and logs in
    /// `folder`.
    ///
    /// # Errors
    /// When one of them does not start.
    pub(crate) async fn start(
        settings: &Settings<'_>,
        workspace: Workspace,
        folder: &Path,
    ) -> Result<Portal, CommandError> {
        for log in ["registry.log", "engine.log"] {
            // Services write to the end of their logs; those of an earlier run in the same folder are over.
            let _ = fs::remove_file(folder.join(log));
        }
        let (registry_file, engine_file) =
            (workspace.path().join("dukcapil.toml"), workspace.path().join("engine.toml"));
        write_settings(&registry_file, &settings.registry())?;
        let registry = Service::start(
            "registry stand-in",
            "dukcapil",
            &registry_file,
            folder.join("registry.log"),
            None,
            &settings.plan.cores.registry,
        )
        .await?;
        let (on, engine_log) = (engine_addresses(settings)?, folder.join("engine.log"));
        write_settings(&engine_file, &settings.engine(&workspace.store(), registry.addresses().listen, &on))?;
        let engine = Service::start(
            "engine",
            "serve",
            &engine_file,
            engine_log.clone(),
            workspace.passing(),
            &settings.plan.cores.engine,
        )
        .await?;
        let addresses = engine.addresses();
        let services = Services {
            engine_pid: Arc::new(AtomicI32::new(engine.pid())),
            engine: Some(engine),
            engine_file,
            engine_log,
            engine_addresses: addresses,
            engine_cores: settings.plan.cores.engine.clone(),
            registry,
            workspace,
            outages: Vec::new(),
        };
        Ok(Portal {
            address: addresses.listen,
            operations: Some(addresses.operations),
            export_key: settings.keys.export.clone(),
            services: Some(services),
        })
    }

    /// Has the engine killed and started again when the scenario says so, counted from the zero. Done only when a service ends by
    /// itself, or does not start again: what to say of it.
    pub(crate) async fn suffer(
        &mut self,
        kills: &[Kill],
        mut started: watch::Receiver<Option<Start>>,
    ) -> CommandError {
        for kill in kills {
            let start = started.wait_for(Option::is_some).await.ok().and_then(|start| *start);
            let Some(Start { zero, .. }) = start else { break };
            tokio::select! {
                error = self.died() => return error,
                () = sleep_until(zero + kill.at()) => {}
            }
            self.kill_engine(zero).await;
            sleep(kill.down()).await;
            if let Err(error) = self.start_engine_again(Some(zero)).await {
                return error;
            }
        }
        self.died().await
    }

    async fn kill_engine(&mut self, zero: Instant) {
        let Some(services) = &mut self.services else { return };
        if let Some(engine) = services.engine.take() {
            engine.kill().await;
            let from = zero.elapsed();
            services.outages.push(Outage { from, to: None });
        }
    }

    /// Starts the engine where it is down by a fault of the scenario.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) async fn start_engine_again(&mut self, zero: Option<Instant>) -> Result<(), CommandError> {
        let Some(services) = self.services.as_mut().filter(|services| services.engine.is_none()) else {
            return Ok(());
        };
        let engine = Service::start(
            "engine",
            "serve",
            &services.engine_file,
            services.engine_log.clone(),
            services.workspace.passing(),
            &services.engine_cores,
        )
        .await?;
        if engine.addresses() != services.engine_addresses {
            return Err(CommandError::defect("the engine started again at another address"));
        }
        services.engine_pid.store(engine.pid(), Relaxed);
        services.engine = Some(engine);
        if let (Some(zero), Some(outage)) = (zero, services.outages.last_mut()) {
            outage.to = Some(zero.elapsed());
        }
        Ok(())
    }

    /// Times in which the engine was down by a fault of the scenario.
    pub(crate) fn outages(&self) -> Vec<Outage> {
        self.services.as_ref().map(|services| services.outages.clone()).unwrap_or_default()
    }

    /// What its resources are read from.
    pub(crate) fn subjects(&self, registry_concurrency_max: usize) -> Subjects {
        let services = self.services.as_ref();
        let registry =
            |service: &Service| (Arc::new(AtomicI32::new(service.pid())), service.addresses().operations);
        Subjects {
            engine: services.map(|all| (Arc::clone(&all.engine_pid), all.engine_addresses.operations)),
            registry: services.map(|all| registry(&all.registry)),
            registry_concurrency_max,
        }
    }

    /// Its port for operators, with the key to it, where both are known.
    pub(crate) fn operations(&self) -> Option<(SocketAddr, String)> {
        self.operations.zip(self.export_key.clone())
    }

    /// Its registry, where that is ours.
    pub(crate) fn registry(&self) -> Option<SocketAddr> {
        self.services.as_ref().map(|services| services.registry.addresses().listen)
    }

    /// Done when one of its services has ended by itself: what to say of it. Never for a portal that isn't
    /// ours.
    pub(crate) async fn died(&mut self) -> CommandError {
        match &mut self.services {
            None => std::future::pending().await,
            Some(services) => tokio::select! {
                Some(error) = async { Some(services.engine.as_mut()?.died().await) } => error,
                error = services.registry.died() => error,
            },
        }
    }

    /// Its accounts, for the audit.
    ///
    /// # Errors
    /// Why there is no such list, in words.
    pub(crate) async fn export(&self) -> Result<Vec<ExportedAccount>, String> {
        let (Some(operations), Some(key)) = (self.operations, &self.export_key) else {
            return Err("no --operations and --export-key were given".to_owned());
        };
        let mut outgoing = Outgoing::new(Method::GET, paths::EXPORT);
        outgoing.authorization = Some(format!("Bearer {key}"));
        let mut browser = Browser::new(operations, EXPORT_BYTES_MAX);
        let heard = browser.send(&outgoing, Instant::now() + EXPORT_TIMEOUT).await;
        let heard = heard.map_err(|lost| format!("export of accounts: {lost}"))?;
        if !heard.status.is_success() {
            return Err(format!("export of accounts: status {}", heard.status));
        }
        let lines = heard.body.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_slice(line).map_err(|error| format!("export of accounts: {error}")))
            .collect()
    }

    /// Leaves what the engine has counted in the run folder, as text. Without it nothing else is missing.
    pub(crate) async fn keep_metrics(&self, folder: &Path) {
        let Some(operations) = self.operations else { return };
        let mut browser = Browser::new(operations, EXPORT_BYTES_MAX);
        let asked = Outgoing::new(Method::GET, "/metrics");
        if let Ok(heard) = browser.send(&asked, Instant::now() + PROBE_TIMEOUT).await
            && heard.status.is_success()
            && let Err(error) = fs::write(folder.join(METRICS_FILE), &heard.body)
        {
            tracing::warn!(%error, "the engine's metrics were not kept");
        }
    }

    /// Bytes of the store on disk; `None` for a portal that isn't ours.
    pub(crate) fn store_bytes(&self) -> Option<u64> {
        self.services.as_ref().map(|services| bytes_under(&services.workspace.store()))
    }

    /// Ends its services in order, and removes what isn't to be kept.
    pub(crate) async fn end(self) {
        if let Some(Services { engine, registry, workspace, .. }) = self.services {
            if let Some(engine) = engine {
                engine.end().await;
            }
            registry.end().await;
            drop(workspace);
        }
    }
}

/// Where an engine that will be killed listens has to be its own while it is down; any other takes what is free.
fn engine_addresses(settings: &Settings<'_>) -> Result<EngineAddresses, CommandError> {
    if settings.plan.faults.engine_kills.is_empty() {
        return Ok(EngineAddresses::any());
    }
    let address = |nth| {
        ports::lasting_address(nth).ok_or_else(|| {
            CommandError::Usage("no port is free for an engine that is to be killed".to_owned())
        })
    };
    Ok(EngineAddresses { listen: address(0)?, operations: address(1)? })
}

/// What cannot be read counts nothing: files come and go under a running engine.
fn bytes_under(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes_under(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    bytes.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_a_folder_are_those_of_its_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::write(folder.path().join("a"), [0; 10]).unwrap();
        fs::write(folder.path().join("in/b"), [0; 32]).unwrap();
        assert_eq!(bytes_under(folder.path()), 42);
        assert_eq!(bytes_under(&folder.path().join("none")), 0);
    }
}
