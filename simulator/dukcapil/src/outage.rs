//! Times at which the registry gives no answers, and what it does instead.

use serde::{Deserialize, Serialize};

/// What a registry that is out does with a look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutageKind {
    /// It answers 503 at once.
    Error,
    /// It closes the connection without an answer.
    Reset,
    /// It says nothing until the outage is over, and then closes the connection.
    Silent,
}

/// One time of outage, in seconds since the schedule's zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    /// Its beginning.
    pub at_s: f64,
    /// Its length.
    pub for_s: f64,
    /// What happens to look-ups.
    pub kind: OutageKind,
    /// Flapping: out for so long at a time. Absent: all the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down_s: Option<f64>,
    /// Flapping: back for so long in between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_s: Option<f64>,
}

impl Outage {
    /// Whether the registry is out at `at_s`. A flapping one begins with being out.
    pub(crate) fn holds(&self, at_s: f64) -> bool {
        let within_s = at_s - self.at_s;
        if !(0.0..self.for_s).contains(&within_s) {
            return false;
        }
        match (self.down_s, self.up_s) {
            (Some(down_s), Some(up_s)) => within_s.rem_euclid(down_s + up_s) < down_s,
            _ => true,
        }
    }

    /// What is wrong with its values; `None` where nothing is.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let length = |value: f64| value > 0.0 && value <= 864_000.0;
        match (self.down_s, self.up_s) {
            _ if !(0.0..=864_000.0).contains(&self.at_s) => Some("at_s must be 0 to 864000"),
            _ if !length(self.for_s) => Some("for_s must be over 0, and 864000 at most"),
            (None, None) => None,
            (Some(down_s), Some(up_s)) if length(down_s) && length(up_s) => None,
            (Some(_), Some(_)) => Some("down_s and up_s must be over 0, and 864000 at most"),
            _ => Some("down_s and up_s go together"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outage(flapping: Option<(f64, f64)>) -> Outage {
        let (down_s, up_s) = flapping.unzip();
        Outage { at_s: 10.0, for_s: 8.0, kind: OutageKind::Error, down_s, up_s }
    }

    #[test]
    fn windows() {
        let check = |flapping, times: &[(f64, bool)]| {
            for &(at_s, expect) in times {
                assert_eq!(outage(flapping).holds(at_s), expect, "{flapping:?} at {at_s}");
            }
        };
        check(None, &[(9.999, false), (10.0, true), (17.999, true), (18.0, false), (-10.0, false)]);
        check(
            Some((1.0, 2.0)),
            &[
                (10.0, true),
                (10.9, true),
                (11.0, false),
                (12.9, false),
                (13.5, true),
                (16.2, true),
                (18.0, false),
            ],
        );
    }

    #[test]
    fn what_cannot_be() {
        assert_eq!(outage(None).problem(), None);
        assert_eq!(outage(Some((1.0, 0.5))).problem(), None);
        assert!(outage(Some((0.0, 0.5))).problem().is_some());
        assert!(Outage { up_s: Some(1.0), ..outage(None) }.problem().is_some());
        assert!(Outage { for_s: 0.0, ..outage(None) }.problem().is_some());
        assert!(Outage { at_s: -1.0, ..outage(None) }.problem().is_some());
        assert!(Outage { at_s: f64::NAN, ..outage(None) }.problem().is_some());
    }
}
