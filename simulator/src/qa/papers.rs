//! What a story leaves for a colleague: a transcript to read, lines to run, and a HAR to open in a browser's tools.

mod curl;
mod har;
mod hidden;
mod transcript;

use super::catalogue::Row;
use super::exchange::{Ask, Entry};
use super::story::{Story, Wrong};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// A story that was told, with all that happened.
pub(super) struct Told<'a> {
    pub(super) story: &'a Story,
    pub(super) row: &'a Row,
    pub(super) entries: &'a [Entry],
    pub(super) wrong: Option<&'a Wrong>,
    /// Characters of a captcha's answer.
    pub(super) captcha_length: usize,
}

/// Larger files are not left beside a script: it makes them as long from the beginning of the real one.
const FILE_BYTES_MAX: usize = 4_000_000;

/// Writes everything into `folder`.
///
/// # Errors
/// What the system says.
pub(super) fn write(folder: &Path, told: &Told<'_>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, bytes) in files(told) {
        fs::create_dir_all(folder.join("files"))?;
        fs::write(folder.join("files").join(name), bytes)?;
    }
    fs::write(folder.join("transcript.md"), transcript::transcript(told))?;
    fs::write(folder.join("curl.sh"), curl::script(told))?;
    fs::write(folder.join("exchange.har"), har::har(told))
}

/// Every file that was handed in, by its name.
fn files(told: &Told<'_>) -> BTreeMap<String, Bytes> {
    let exchanges = told.entries.iter().filter_map(|entry| match entry {
        Entry::Exchange(exchange) => Some(exchange),
        _ => None,
    });
    let asks = exchanges.map(|exchange| &exchange.ask).filter(|ask| !ask.is_text() && !ask.body.is_empty());
    asks.map(|ask| (file_name(ask), ask.body.slice(..ask.body.len().min(FILE_BYTES_MAX)))).collect()
}

/// By its content: the same file is there once.
fn file_name(ask: &Ask) -> String {
    let digest = hex::encode(&Sha256::digest(&ask.body)[..4]);
    let kind =
        ask.headers.iter().find(|(name, _)| *name == "content-type").map_or("", |(_, value)| value.as_str());
    let extension = match kind {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "application/pdf" => "pdf",
        "image/webp" => "webp",
        "image/heic" => "heic",
        _ => "bin",
    };
    format!("{digest}.{extension}")
}
