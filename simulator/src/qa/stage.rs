//! A fresh engine and a fresh registry stand-in for one story, with the settings that it needs; they can be killed and started again.

use super::cast::Society;
use super::story::{Needs, Wrong};
use crate::exit::CommandError;
use crate::keys::Keys;
use crate::launch::{Service, write_settings};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use toml::{Table, Value};

/// The services of one story.
pub(crate) struct Stage {
    folder: TempDir,
    keys: Keys,
    settings: Table,
    /// With the address that it got.
    registry_settings: (Table, SocketAddr),
    engine: Option<Service>,
    registry: Option<Service>,
    addresses: (SocketAddr, SocketAddr),
}

/// Cheap passwords and few threads, since stories run side by side; and the switches.
const ENGINE: &str = "\
listen = \"127.0.0.1:0\"
operations_listen = \"127.0.0.1:0\"
synthetic_regions = true
faults = true
activation = \"off\"
password_memory_kib = 64
password_passes = 1
password_threads = 1
photo_threads = 1
worker_threads = 2
store_cache_bytes = 8000000
";

/// Opens the stand-in's switches, for stories that need them.
pub(super) const CONTROL_KEY: &str = "switches-of-the-registry";

const REGISTRY: &str = "\
listen = \"127.0.0.1:0\"
latency = { law = \"constant\", ms = 1 }
";

impl Stage {
    /// Starts both.
    ///
    /// # Errors
    /// When one of them does not start.
    pub(crate) async fn start(needs: Needs, society: Society) -> Result<Stage, CommandError> {
        let refused = |error: std::io::Error| CommandError::Usage(format!("cannot make a folder: {error}"));
        let folder = tempfile::Builder::new().prefix("lonjakan-qa-").tempdir().map_err(refused)?;
        let keys = Keys::fresh().map_err(|error| CommandError::Usage(error.to_string()))?;
        let mut registry = merged(REGISTRY, needs.registry);
        registry.insert("seed".to_owned(), number(society.seed));
        registry.insert("population".to_owned(), number(society.population));
        registry.insert("reference_date".to_owned(), Value::String(society.reference_date.to_string()));
        let registry_settings = registry;
        let registry = start("registry stand-in", "dukcapil", folder.path(), &registry_settings).await?;
        let registry_settings = (registry_settings, registry.addresses().listen);

        let mut settings = merged(ENGINE, needs.engine);
        let mut set = |key: &str, value: String| settings.insert(key.to_owned(), Value::String(value));
        set("store", folder.path().join("store").display().to_string());
        set("registry_url", format!("http://{}", registry.addresses().listen));
        set("captcha_key", keys.captcha.clone());
        set("export_key", keys.export.clone().unwrap_or_default());
        let engine = start("engine", "serve", folder.path(), &settings).await?;
        let addresses = (engine.addresses().listen, engine.addresses().operations);
        Ok(Stage {
            folder,
            keys,
            settings,
            registry_settings,
            engine: Some(engine),
            registry: Some(registry),
            addresses,
        })
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// For applicants.
    pub(crate) fn portal(&self) -> SocketAddr {
        self.addresses.0
    }

    /// For operators.
    pub(crate) fn operations(&self) -> SocketAddr {
        self.addresses.1
    }

    /// The registry stand-in, as long as it runs.
    pub(crate) fn registry(&self) -> Option<SocketAddr> {
        self.registry.as_ref().map(|service| service.addresses().listen)
    }

    /// kill -9.
    pub(crate) async fn kill_engine(&mut self) {
        if let Some(engine) = self.engine.take() {
            engine.kill().await;
        }
    }

    /// In order, as for a new release.
    pub(crate) async fn end_engine(&mut self) {
        if let Some(engine) = self.engine.take() {
            engine.end().await;
        }
    }

    /// kill -9: whoever asks from now on is refused the connection.
    pub(crate) async fn kill_registry(&mut self) {
        if let Some(registry) = self.registry.take() {
            registry.kill().await;
        }
    }

    /// Starts it again where it was.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(crate) async fn start_registry(&mut self) -> Result<(), Wrong> {
        let listen = self.registry_settings.1.to_string();
        self.registry_settings.0.insert("listen".to_owned(), Value::String(listen));
        let registry =
            start("registry stand-in", "dukcapil", self.folder.path(), &self.registry_settings.0).await;
        self.registry = Some(
            registry.map_err(|error| Wrong::new(format!("the registry does not start again: {error}")))?,
        );
        Ok(())
    }

    /// Starts it on the same store, with `change` in its settings. It gets other ports.
    ///
    /// # Errors
    /// When it doesn't start.
    pub(crate) async fn start_engine(&mut self, change: &str) -> Result<(), Wrong> {
        self.kill_engine().await;
        self.settings.extend(table(change));
        let engine = start("engine", "serve", self.folder.path(), &self.settings).await;
        let engine =
            engine.map_err(|error| Wrong::grave(format!("the engine does not start again: {error}")))?;
        self.addresses = (engine.addresses().listen, engine.addresses().operations);
        self.engine = Some(engine);
        Ok(())
    }

    /// Messages that were delivered, in the order of their names.
    pub(crate) fn outbox(&self) -> Vec<String> {
        let entries = fs::read_dir(self.store().join("outbox")).into_iter().flatten().flatten();
        let mut letters: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "eml"))
            .collect();
        letters.sort();
        letters.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
    }

    /// Photos and papers that are kept.
    pub(crate) fn documents(&self) -> usize {
        files_under(&self.store().join("documents"))
    }

    /// What no answer may contain.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let mut secrets = vec![self.folder.path().display().to_string()];
        if let Some(registry) = self.registry() {
            secrets.push(format!(":{}", registry.port()));
        }
        secrets.push(self.keys.captcha.clone());
        secrets.extend(self.keys.export.clone());
        secrets
    }

    /// Ends both in order.
    pub(crate) async fn end(self) {
        let Stage { engine, registry, folder, .. } = self;
        if let Some(engine) = engine {
            engine.end().await;
        }
        if let Some(registry) = registry {
            registry.end().await;
        }
        drop(folder);
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }
}

async fn start(
    name: &'static str,
    command: &str,
    folder: &Path,
    settings: &Table,
) -> Result<Service, CommandError> {
    let file = folder.join(format!("{command}.toml"));
    write_settings(&file, &settings.to_string())?;
    Service::start(name, command, &file, folder.join(format!("{command}.log")), None, &[]).await
}

fn merged(base: &str, change: &str) -> Table {
    let mut settings = table(base);
    settings.extend(table(change));
    settings
}

fn table(text: &str) -> Table {
    text.parse().expect("a test reads the settings of every story")
}

fn number(value: u64) -> Value {
    Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn files_under(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { files_under(&entry.path()) } else { 1 }).sum()
}
