//! When registrations are taken: the window, the switches beside it, the hours of maintenance, and what is announced about them.
//!
//! A pure state. The instant is passed in, and the schedule itself is moved by replacing it.

use crate::time::Timestamp;
use crate::wire::Gate;
use crate::zone::Zone;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// The plan of a period of registration. Every key has to be given: an operator who leaves one out may mean either "none" or "as it
/// was", and a window must not open by a misunderstanding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// From this instant on registrations are taken; without it, always.
    #[serde(deserialize_with = "Option::deserialize")]
    pub opens_at: Option<Timestamp>,
    /// From this instant on they are not; without it, never.
    #[serde(deserialize_with = "Option::deserialize")]
    pub closes_at: Option<Timestamp>,
    /// The agencies have verified their formations. While they have not, an open window takes nobody.
    pub formations_ready: bool,
    /// Maintenance, from now until it is switched off.
    pub maintenance: bool,
    /// Maintenance of every night.
    #[serde(deserialize_with = "Option::deserialize")]
    pub maintenance_hours: Option<DailyHours>,
    /// What is announced.
    pub announcements: Vec<Announcement>,
}

/// A text for everybody, shown from its time on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// From this instant on.
    pub at: Timestamp,
    /// What is read.
    pub text: String,
}

/// Hours of the day in Jakarta, `00:01-05:00` in text: the first minute belongs to them, the last does not. They may pass midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DailyHours {
    from_minute: u16,
    to_minute: u16,
}

/// A text that names no hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no hours of the day like 00:01-05:00")]
pub struct NoHours;

/// What is wrong with a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleFault {
    /// The window would end before it begins.
    #[error("closes_at is not after opens_at")]
    ClosesTooEarly,
    /// Over [`ANNOUNCEMENTS_MAX`].
    #[error("announcements are more than {ANNOUNCEMENTS_MAX}")]
    TooManyAnnouncements,
    /// Empty, over [`ANNOUNCEMENT_CHARS_MAX`], or with a character that isn't one to be read.
    #[error(
        "announcements[{0}].text is empty, longer than {ANNOUNCEMENT_CHARS_MAX} characters, or has control characters"
    )]
    AnnouncementText(usize),
}

/// Most announcements.
pub const ANNOUNCEMENTS_MAX: usize = 50;

/// Most characters of one.
pub const ANNOUNCEMENT_CHARS_MAX: usize = 1_000;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

impl Schedule {
    /// Open for ever, with nothing announced.
    pub const ALWAYS_OPEN: Schedule = Schedule {
        opens_at: None,
        closes_at: None,
        formations_ready: true,
        maintenance: false,
        maintenance_hours: None,
        announcements: Vec::new(),
    };

    /// Whether registrations are taken at `now`. Maintenance comes before the window, since it stops everybody; formations count only
    /// inside of the window.
    pub fn gate(&self, now: Timestamp) -> Gate {
        if self.maintenance || self.maintenance_hours.is_some_and(|hours| hours.contains(now)) {
            Gate::Maintenance
        } else if self.opens_at.is_some_and(|opens_at| now < opens_at) {
            Gate::BeforeOpening
        } else if self.closes_at.is_some_and(|closes_at| now >= closes_at) {
            Gate::Closed
        } else if !self.formations_ready {
            Gate::AwaitingFormations
        } else {
            Gate::Open
        }
    }

    /// How long from `now` until what keeps the gate shut is over, where the schedule tells: the opening, or the end of the night's
    /// maintenance. Nobody knows when a switch is thrown.
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        match self.gate(now) {
            Gate::BeforeOpening => {
                let ms = self.opens_at?.as_ms().saturating_sub(now.as_ms());
                Some(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
            }
            Gate::Maintenance if !self.maintenance => {
                self.maintenance_hours.map(|hours| hours.remaining(now))
            }
            Gate::Maintenance | Gate::AwaitingFormations | Gate::Open | Gate::Closed => None,
        }
    }

    /// What is to be read at `now`, the newest first.
    pub fn announced(&self, now: Timestamp) -> Vec<Announcement> {
        let mut announced: Vec<_> =
            self.announcements.iter().filter(|entry| entry.at <= now).cloned().collect();
        announced.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        announced
    }

    /// Whether it can be followed.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(), Vec<ScheduleFault>> {
        let mut faults = Vec::new();
        if let (Some(opens_at), Some(closes_at)) = (self.opens_at, self.closes_at)
            && closes_at <= opens_at
        {
            faults.push(ScheduleFault::ClosesTooEarly);
        }
        if self.announcements.len() > ANNOUNCEMENTS_MAX {
            faults.push(ScheduleFault::TooManyAnnouncements);
        }
        let unreadable = |text: &str| {
            text.trim().is_empty()
                || text.chars().count() > ANNOUNCEMENT_CHARS_MAX
                || text.chars().any(|c| c.is_control() && c != '\n')
        };
        faults.extend(
            (self.announcements.iter().enumerate())
                .filter(|(_, entry)| unreadable(&entry.text))
                .map(|(at, _)| ScheduleFault::AnnouncementText(at)),
        );
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

impl Default for Schedule {
    fn default() -> Schedule {
        Schedule::ALWAYS_OPEN
    }
}

impl DailyHours {
    /// Whether `now` is within them.
    pub fn contains(self, now: Timestamp) -> bool {
        let (from, to) = (i64::from(self.from_minute) * MINUTE_MS, i64::from(self.to_minute) * MINUTE_MS);
        let at = ms_of_day(now);
        if from < to { (from..to).contains(&at) } else { at >= from || at < to }
    }

    /// From `now` to their next end.
    fn remaining(self, now: Timestamp) -> Duration {
        let ms = (i64::from(self.to_minute) * MINUTE_MS - ms_of_day(now)).rem_euclid(DAY_MS);
        Duration::from_millis(u64::try_from(ms).unwrap_or(0))
    }
}

/// Since midnight in Jakarta.
fn ms_of_day(now: Timestamp) -> i64 {
    let ahead = i64::from(Zone::Wib.hours_ahead()) * 60 * MINUTE_MS;
    now.as_ms().saturating_add(ahead).rem_euclid(DAY_MS)
}

impl fmt::Display for DailyHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from_minute, self.to_minute);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

impl From<DailyHours> for String {
    fn from(hours: DailyHours) -> String {
        hours.to_string()
    }
}

impl TryFrom<String> for DailyHours {
    type Error = NoHours;

    fn try_from(text: String) -> Result<DailyHours, NoHours> {
        let (from, to) = text.split_once('-').ok_or(NoHours)?;
        let (from_minute, to_minute) = (minute_of_day(from)?, minute_of_day(to)?);
        if from_minute == to_minute { Err(NoHours) } else { Ok(DailyHours { from_minute, to_minute }) }
    }
}

/// `HH:MM`, 00:00 to 23:59.
fn minute_of_day(text: &str) -> Result<u16, NoHours> {
    let number = |digits: &str, below: u16| {
        let digits =
            Some(digits).filter(|digits| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()).filter(|&number: &u16| number < below).ok_or(NoHours)
    };
    let (hour, minute) = text.split_once(':').ok_or(NoHours)?;
    Ok(number(hour, 24)? * 60 + number(minute, 60)?)
}

#[cfg(test)]
mod tests;
