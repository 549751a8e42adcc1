//! The gate: the schedule in force, moved by operators while the engine runs, kept in the store's folder with its history.
//!
//! Applicants read it without a lock. A change is on disk before it holds.

use crate::files;
use crate::waits;
use arc_swap::ArcSwap;
use domain::schedule::Schedule;
use domain::wire::{self, Gate, GateBook, GateChange, GateEntry};
use domain::{Failure, Timestamp};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

const FILE: &str = "gate.json";
const FORMAT: u32 = 1;

/// Changes that are remembered; older ones are forgotten.
const HISTORY_MAX: usize = 200;

/// Most characters of an operator's name.
const BY_CHARS_MAX: usize = 100;

/// Who changed the schedule when the settings did.
const BY_SETTINGS: &str = "settings";

/// The schedule in force, and the book of its changes.
pub(crate) struct GateKeeper {
    schedule: ArcSwap<Schedule>,
    book: Mutex<Book>,
    path: PathBuf,
}

/// What is on disk.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    format: u32,
    /// The schedule of the settings, as they were. Where they differ at a later start, somebody has edited them since.
    settings: Schedule,
    schedule: Schedule,
    revision: u64,
    /// The newest last.
    history: Vec<GateEntry>,
}

/// Why the schedule stays as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    /// It cannot be followed, for all of these reasons.
    #[error("{}", .0.join("; "))]
    Faults(Vec<String>),
    /// Another operator was quicker.
    #[error("the schedule is at revision {0} by now")]
    Revision(u64),
    /// It could not be kept.
    #[error("the schedule cannot be kept: {0}")]
    Io(#[from] io::Error),
}

impl GateKeeper {
    /// Opens the book in `folder`. What was changed while the engine ran holds on, unless the settings have been edited since: whoever
    /// did that was the last to say what they want.
    ///
    /// # Errors
    /// Where the book cannot be read or is damaged, or the edited settings cannot be entered.
    pub(crate) fn open(folder: &Path, settings: Schedule, now: Timestamp) -> io::Result<GateKeeper> {
        let path = folder.join(FILE);
        let mut book = match fs::read(&path) {
            Ok(bytes) => read(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Book::of(settings.clone()),
            Err(error) => return Err(error),
        };
        if book.settings != settings {
            book.settings = settings.clone();
            book.enter(settings, Some(BY_SETTINGS.to_owned()), now);
            write(&path, &book)?;
        }
        let schedule = ArcSwap::from_pointee(book.schedule.clone());
        Ok(GateKeeper { schedule, book: Mutex::new(book), path })
    }

    /// The schedule in force.
    pub(crate) fn schedule(&self) -> Arc<Schedule> {
        self.schedule.load_full()
    }

    /// Lets a step of the flow pass only while registrations are taken.
    ///
    /// # Errors
    /// What keeps the gate shut at `now`.
    pub(crate) fn check(&self, now: Timestamp) -> Result<(), Failure> {
        match self.schedule.load().gate(now) {
            Gate::Open => Ok(()),
            Gate::BeforeOpening => Err(Failure::NotOpen),
            Gate::AwaitingFormations => Err(Failure::AwaitingFormations),
            Gate::Closed => Err(Failure::Closed),
            Gate::Maintenance => Err(Failure::Maintenance),
        }
    }

    /// After how many seconds a repeat makes sense to whoever was refused for `failure`, where that is the gate's doing.
    pub(crate) fn retry_after_s(&self, failure: Failure, now: Timestamp) -> Option<u32> {
        if !matches!(failure, Failure::NotOpen | Failure::AwaitingFormations | Failure::Maintenance) {
            return None;
        }
        let schedule = self.schedule.load();
        Some(match (schedule.wait(now), schedule.gate(now)) {
            (Some(wait), _) => waits::until(wait),
            (None, Gate::AwaitingFormations | Gate::Maintenance) => waits::unknown(),
            // It opened while the refusal was on its way.
            (None, Gate::Open | Gate::Closed | Gate::BeforeOpening) => 1,
        })
    }

    /// What an operator sees.
    pub(crate) fn book(&self, now: Timestamp) -> GateBook {
        self.book.lock().expect("nothing panics while it is held").shown(now)
    }

    /// Moves the schedule; when this returns it is on disk and holds. It waits for the disk.
    ///
    /// # Errors
    /// [`ChangeError`]; the schedule stays as it was.
    pub(crate) fn change(&self, change: GateChange, now: Timestamp) -> Result<GateBook, ChangeError> {
        check(&change)?;
        let mut book = self.book.lock().expect("nothing panics while it is held");
        if change.revision.is_some_and(|seen| seen != book.revision) {
            return Err(ChangeError::Revision(book.revision));
        }
        let mut changed = book.clone();
        if changed.enter(change.schedule, change.by, now) {
            write(&self.path, &changed)?;
            tracing::info!(revision = changed.revision, "the schedule was changed");
            self.schedule.store(Arc::new(changed.schedule.clone()));
            *book = changed;
        }
        Ok(book.shown(now))
    }
}

impl Book {
    fn of(settings: Schedule) -> Book {
        Book { format: FORMAT, schedule: settings.clone(), settings, revision: 0, history: Vec::new() }
    }

    /// Puts `schedule` in force; `false` where it already was.
    fn enter(&mut self, schedule: Schedule, by: Option<String>, at: Timestamp) -> bool {
        let changes = wire::changes(&self.schedule, &schedule);
        if changes.is_empty() {
            return false;
        }
        self.revision += 1;
        self.schedule = schedule;
        self.history.push(GateEntry { revision: self.revision, at, by, changes });
        let forgotten = self.history.len().saturating_sub(HISTORY_MAX);
        self.history.drain(..forgotten);
        true
    }

    fn shown(&self, now: Timestamp) -> GateBook {
        GateBook {
            gate: self.schedule.gate(now),
            revision: self.revision,
            schedule: self.schedule.clone(),
            history: self.history.iter().rev().cloned().collect(),
        }
    }
}

fn check(change: &GateChange) -> Result<(), ChangeError> {
    let faults = change.schedule.check().err().unwrap_or_default();
    let mut faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let unreadable = |by: &String| {
        by.trim().is_empty() || by.chars().count() > BY_CHARS_MAX || by.chars().any(char::is_control)
    };
    if change.by.as_ref().is_some_and(unreadable) {
        faults.push(format!("by is empty, longer than {BY_CHARS_MAX} characters, or has control characters"));
    }
    if faults.is_empty() { Ok(()) } else { Err(ChangeError::Faults(faults)) }
}

fn read(bytes: &[u8]) -> io::Result<Book> {
    let damaged = |cause: String| io::Error::other(format!("{FILE} is damaged: {cause}"));
    let book: Book = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    if book.format == FORMAT {
        Ok(book)
    } else {
        Err(damaged(format!("format {} instead of {FORMAT}", book.format)))
    }
}

fn write(path: &Path, book: &Book) -> io::Result<()> {
    files::replace(path, &serde_json::to_vec_pretty(book).map_err(io::Error::other)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    fn opening(ms: i64) -> Schedule {
        Schedule { opens_at: Some(at(ms)), ..Schedule::default() }
    }

    fn change(schedule: Schedule) -> GateChange {
        GateChange { schedule, by: None, revision: None }
    }

    #[test]
    fn changes_hold_at_once_and_are_kept() {
        let folder = TempDir::new().unwrap();
        let gate = GateKeeper::open(folder.path(), opening(10_000), at(0)).unwrap();
        assert_eq!(gate.check(at(9_999)), Err(Failure::NotOpen));
        let book = gate
            .change(GateChange { by: Some("Rina".to_owned()), ..change(opening(20_000)) }, at(5))
            .unwrap();
        assert_eq!(
            (book.revision, book.history[0].by.as_deref(), book.history[0].at),
            (1, Some("Rina"), at(5))
        );
        assert_eq!(gate.check(at(10_000)), Err(Failure::NotOpen));
        assert_eq!(gate.check(at(20_000)), Ok(()));
        // The same again is no change.
        assert_eq!(gate.change(change(opening(20_000)), at(6)).unwrap(), book);

        let again = GateKeeper::open(folder.path(), opening(10_000), at(7)).unwrap();
        assert_eq!(again.book(at(7)), book);
        assert_eq!(*again.schedule(), opening(20_000));
    }

    #[test]
    fn settings_that_were_edited_since_hold() {
        let folder = TempDir::new().unwrap();
        let open = |schedule| GateKeeper::open(folder.path(), schedule, at(7)).unwrap();
        open(opening(1)).change(change(opening(2)), at(0)).unwrap();
        let edited = open(opening(3));
        assert_eq!(*edited.schedule(), opening(3));
        let history = edited.book(at(7)).history;
        assert_eq!((history.len(), history[0].by.as_deref()), (2, Some("settings")));
        // From then on they are the old ones.
        assert_eq!(edited.change(change(opening(4)), at(8)).unwrap().revision, 3);
        assert_eq!(*open(opening(3)).schedule(), opening(4));
    }

    #[test]
    fn two_operators_do_not_undo_each_other() {
        let folder = TempDir::new().unwrap();
        let gate = GateKeeper::open(folder.path(), opening(1), at(0)).unwrap();
        let seen = |revision, ms| GateChange { revision: Some(revision), ..change(opening(ms)) };
        assert_eq!(gate.change(seen(0, 2), at(0)).unwrap().revision, 1);
        assert!(matches!(gate.change(seen(0, 3), at(0)), Err(ChangeError::Revision(1))));
        assert_eq!(gate.change(seen(1, 3), at(0)).unwrap().revision, 2);
    }

    #[test]
    fn what_cannot_be_followed_or_kept_changes_nothing() {
        let folder = TempDir::new().unwrap();
        let store = folder.path().join("store");
        fs::create_dir(&store).unwrap();
        let gate = GateKeeper::open(&store, opening(1), at(0)).unwrap();
        let before = gate.book(at(0));
        let wrong = Schedule { closes_at: Some(at(1)), ..opening(1) };
        let refused = gate.change(GateChange { by: Some(" ".to_owned()), ..change(wrong) }, at(0));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "closes_at is not after opens_at; by is empty, longer than 100 characters, or has control characters"
        );
        fs::remove_dir_all(&store).unwrap();
        assert!(matches!(gate.change(change(opening(2)), at(0)), Err(ChangeError::Io(_))));
        assert_eq!((gate.book(at(0)), &*gate.schedule()), (before, &opening(1)));
    }

    #[test]
    fn a_damaged_book_is_told_instead_of_forgotten() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(FILE);
        let open = || GateKeeper::open(folder.path(), Schedule::default(), at(0)).map(drop);
        open().unwrap();
        assert!(!path.exists(), "nothing to keep yet");
        for text in ["", "{}", &serde_json::to_string(&Book { format: 2, ..Book::of(opening(1)) }).unwrap()] {
            fs::write(&path, text).unwrap();
            assert!(open().unwrap_err().to_string().starts_with("gate.json is damaged: "), "{text}");
        }
        // What a crash left beside it doesn't matter.
        fs::remove_file(&path).unwrap();
        fs::write(path.with_extension("json.new"), "{").unwrap();
        open().unwrap();
    }

    #[test]
    fn the_history_is_bounded() {
        let folder = TempDir::new().unwrap();
        let mut book = Book::of(opening(0));
        for ms in 1..=250 {
            assert!(book.enter(opening(ms), None, at(ms)));
        }
        write(&folder.path().join(FILE), &book).unwrap();
        let gate = GateKeeper::open(folder.path(), opening(0), at(0)).unwrap();
        let shown = gate.book(at(0));
        assert_eq!((shown.revision, shown.history.len(), shown.history[0].at), (250, HISTORY_MAX, at(250)));
    }

    #[test]
    fn waits() {
        let folder = TempDir::new().unwrap();
        let gate = GateKeeper::open(folder.path(), opening(3_600_000), at(0)).unwrap();
        let check = |failure, ms, expect| {
            assert_eq!(gate.retry_after_s(failure, at(ms)), expect, "{failure} at {ms}");
        };
        check(Failure::NotOpen, 3_599_999, Some(1));
        check(Failure::NotOpen, 3_598_999, Some(2));
        check(Failure::NotOpen, 3_000_000, Some(600));
        check(Failure::NotOpen, 3_600_000, Some(1));
        check(Failure::Closed, 0, None);
        check(Failure::Maintenance, 3_600_000, Some(1));
        check(Failure::Busy, 0, None);
        let between = |failure, ms, seconds: std::ops::Range<u32>| {
            let told = gate.retry_after_s(failure, at(ms)).unwrap();
            assert!(seconds.contains(&told), "{failure} at {ms}: {told}");
        };
        between(Failure::NotOpen, 0, 480..600);
        let nightly = Schedule {
            maintenance_hours: Some("00:01-05:00".to_owned().try_into().unwrap()),
            ..Schedule::default()
        };
        gate.change(change(nightly), at(0)).unwrap();
        // Five o'clock in Jakarta is ten in the evening in UTC.
        check(Failure::Maintenance, 22 * 3_600_000 - 30_000, Some(30));
        // Nobody knows when a switch is thrown.
        gate.change(change(Schedule { maintenance: true, ..Schedule::default() }), at(0)).unwrap();
        between(Failure::Maintenance, 0, 60..120);
        gate.change(change(Schedule { formations_ready: false, ..Schedule::default() }), at(0)).unwrap();
        between(Failure::AwaitingFormations, 0, 60..120);
    }
}
