//! Runs a story's script against services of its own: lines that nobody has run reproduce nothing.

use super::cast::Society;
use super::exchange::{Delivery, Entry, Source};
use super::stage::Stage;
use super::story::Story;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::timeout;

const TIMEOUT: Duration = Duration::from_secs(120);

/// Whether the script can be run without a person: nothing of the story happened beside HTTP, or hung in the air.
pub(super) fn can_be(entries: &[Entry]) -> bool {
    entries.iter().all(|entry| match entry {
        Entry::Deed(_) => false,
        Entry::Exchange(exchange) => {
            let told = !exchange.captures.iter().any(|capture| matches!(capture.source, Source::Message(_)));
            told && exchange.reply.is_ok()
                && matches!(exchange.ask.delivery, Delivery::Whole | Delivery::Chunked)
        }
        Entry::Remark(_) | Entry::Holds(_) => true,
    })
}

/// Runs `curl.sh` of `folder` against new services with the story's settings.
///
/// # Errors
/// What the script says.
pub(super) async fn replay(story: &Story, society: Society, folder: &Path) -> Result<(), String> {
    let stage = Stage::start(story.needs, society).await.map_err(|error| error.to_string())?;
    let keys = stage.keys();
    let mut script = Command::new("sh");
    script
        .arg(folder.join("curl.sh"))
        .env("BASE", format!("http://{}", stage.portal()))
        .env("OPERATIONS", format!("http://{}", stage.operations()))
        .env("CAPTCHA_KEY", &keys.captcha)
        .env("EXPORT_KEY", keys.export.clone().unwrap_or_default())
        .env("CONTROL_KEY", super::stage::CONTROL_KEY)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Some(registry) = stage.registry() {
        script.env("REGISTRY", format!("http://{registry}"));
    }
    let outcome = timeout(TIMEOUT, script.output()).await;
    stage.end().await;
    match outcome {
        Ok(Ok(output)) if output.status.success() => Ok(()),
        Ok(Ok(output)) => {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let last: Vec<_> = said.lines().rev().take(3).collect();
            Err(format!("curl.sh: {}", last.into_iter().rev().collect::<Vec<_>>().join(" / ")))
        }
        Ok(Err(error)) => Err(format!("curl.sh: {error}")),
        Err(_) => Err("curl.sh: not done in two minutes".to_owned()),
    }
}
