//! What the applicants are brought to: an engine that the run starts, with its registry and a fresh store, or
//! a portal that runs already.

use crate::cli::TargetArgs;
use crate::client::{Browser, Outgoing};
use crate::consent;
use crate::exit::CommandError;
use crate::keys::{KeyError, Keys};
use crate::launch::{Service, Settings, write_settings};
use crate::sample::Subjects;
use domain::wire::{ExportedAccount, paths};
use hyper::Method;
use std::fs::{self, DirBuilder, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

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
    engine: Service,
    registry: Service,
    workspace: Workspace,
}

/// Where the services keep what is not for others: settings with keys, and the store. On the same disk as the
/// run folder, so that a flush there is a flush.
#[derive(Debug)]
pub(crate) enum Workspace {
    /// Removed with everything in it when this is dropped.
    Passing(TempDir),
    /// Left for whoever asked for it.
    Kept(PathBuf),
}

/// A portal that runs already, as given on the command line and permitted.
pub(crate) struct Target {
    pub(crate) permitted: consent::Permitted,
    operations: Option<consent::Permitted>,
    pub(crate) keys: Keys,
}

/// The folder of kept settings and store.
const KEPT: &str = "engine";

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
        let permitted = permit(url)?;
        let operations = args.operations.as_deref().map(permit).transpose()?;
        let captcha_key = args.captcha_key.as_deref().expect("clap demands it with --target");
        let keys = Keys::read(captcha_key, args.export_key.as_deref()).map_err(|error| usage(&error))?;
        Ok(Some(Target { permitted, operations, keys }))
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

fn permit(url: &str) -> Result<consent::Permitted, CommandError> {
    consent::decide(url).map_err(|refusal| match refusal.is_usage() {
        true => CommandError::Usage(refusal.to_string()),
        false => CommandError::NoConsent(refusal.to_string()),
    })
}

fn usage(error: &KeyError) -> CommandError {
    CommandError::Usage(error.to_string())
}

impl Workspace {
    /// A private folder inside the run folder.
    ///
    /// # Errors
    /// When the system refuses, or a store was kept there before.
    pub(crate) fn create(folder: &Path, keep: bool) -> Result<Workspace, CommandError> {
        let refused = |error: std::io::Error| {
            CommandError::Usage(format!("cannot write to {}: {error}", folder.display()))
        };
        let folder = std::path::absolute(folder).map_err(refused)?;
        if !keep {
            let private = Permissions::from_mode(0o700);
            let made = tempfile::Builder::new().prefix(".engine-").permissions(private).tempdir_in(&folder);
            return made.map(Workspace::Passing).map_err(refused);
        }
        let kept = folder.join(KEPT);
        if kept.exists() {
            let path = kept.display();
            return Err(CommandError::Usage(format!(
                "{path} holds the store of another run: remove it, or choose another --out"
            )));
        }
        DirBuilder::new().mode(0o700).create(&kept).map_err(refused)?;
        Ok(Workspace::Kept(kept))
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Workspace::Passing(folder) => folder.path(),
            Workspace::Kept(folder) => folder,
        }
    }

    fn store(&self) -> PathBuf {
        self.path().join("store")
    }
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
        let (registry_file, engine_file) =
            (workspace.path().join("dukcapil.toml"), workspace.path().join("engine.toml"));
        write_settings(&registry_file, &settings.registry())?;
        let registry =
            Service::start("registry stand-in", "dukcapil", &registry_file, folder.join("registry.log"))
                .await?;
        write_settings(&engine_file, &settings.engine(&workspace.store(), registry.addresses().listen))?;
        let engine = Service::start("engine", "serve", &engine_file, folder.join("engine.log")).await?;
        let addresses = engine.addresses();
        Ok(Portal {
            address: addresses.listen,
            operations: Some(addresses.operations),
            export_key: settings.keys.export.clone(),
            services: Some(Services { engine, registry, workspace }),
        })
    }

    /// What its resources are read from.
    pub(crate) fn subjects(&self, registry_concurrency_max: usize) -> Subjects {
        let subject = |service: &Service| (service.pid(), service.addresses().operations);
        Subjects {
            engine: self.services.as_ref().map(|services| subject(&services.engine)),
            registry: self.services.as_ref().map(|services| subject(&services.registry)),
            registry_concurrency_max,
        }
    }

    /// Done when one of its services has ended by itself: what to say of it. Never for a portal that isn't
    /// ours.
    pub(crate) async fn died(&mut self) -> CommandError {
        match &mut self.services {
            None => std::future::pending().await,
            Some(services) => tokio::select! {
                error = services.engine.died() => error,
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

    /// Bytes of the store on disk; `None` for a portal that isn't ours.
    pub(crate) fn store_bytes(&self) -> Option<u64> {
        self.services.as_ref().map(|services| bytes_under(&services.workspace.store()))
    }

    /// Ends its services in order, and removes what isn't to be kept.
    pub(crate) async fn end(self) {
        if let Some(Services { engine, registry, workspace }) = self.services {
            engine.end().await;
            registry.end().await;
            drop(workspace);
        }
    }
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
    fn workspaces_are_private_and_pass_or_stay() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let passing = Workspace::create(folder.path(), false).unwrap();
        let path = passing.path().to_owned();
        assert_eq!(mode(&path), 0o700);
        drop(passing);
        assert!(!path.exists());
        let kept = Workspace::create(folder.path(), true).unwrap();
        let path = kept.path().to_owned();
        assert_eq!(mode(&path), 0o700);
        drop(kept);
        assert!(path.exists());
        let again = Workspace::create(folder.path(), true).unwrap_err().to_string();
        assert!(
            again.ends_with("holds the store of another run: remove it, or choose another --out"),
            "{again}"
        );
    }

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
