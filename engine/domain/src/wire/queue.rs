//! The waiting room: taking a place, asking for it, and what everybody may know of it.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The header in which a program shows its place. A browser has it as the cookie [`QUEUE_COOKIE`]; where both come, the header counts.
pub const QUEUE_TOKEN: &str = "queue-token";

/// The cookie's name.
pub const QUEUE_COOKIE: &str = "antrean";

/// Whether somebody may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueueState {
    /// Not yet: ask again after [`QueuePlace::ask_again_s`].
    Waiting,
    /// Inside: the flow takes the token from now on.
    Admitted,
}

/// Somebody's place, as `POST /queue` gives it and `GET /queue` tells it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePlace {
    /// Whether they may begin.
    pub state: QueueState,
    /// What keeps the place over reloads and restarts. Each answer carries a new one; older ones stay good for their time.
    pub token: String,
    /// Their place, counted from 1. It never grows. None before the opening, when places are drawn, and none inside.
    pub place: Option<u64>,
    /// Seconds until their turn, by the speed at which the line moves now.
    pub estimate_s: u64,
    /// Seconds until the page should ask again. Who isn't heard of for three times that is taken to have left.
    pub ask_again_s: u32,
    /// When those who wait are drawn and the first are called, as long as that lies ahead.
    pub opens_at: Option<Timestamp>,
}

/// The waiting room as a whole, in `GET /status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingRoom {
    /// Whether places are called; until then those who come are drawn in random order at the opening.
    pub is_open: bool,
    /// People who wait.
    pub waiting_count: u64,
    /// People inside.
    pub active_count: u64,
    /// Seconds that somebody who comes now will wait.
    pub estimate_s: u64,
}

/// Whose turn it is where odd and even NIKs take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NikTurn {
    /// Last digits that may begin now.
    pub parity: Parity,
    /// When it is the others' turn.
    pub until: Timestamp,
}

/// Odd or even.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Parity {
    /// 1, 3, 5, 7, 9.
    Odd,
    /// 0, 2, 4, 6, 8.
    Even,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_wire() {
        let place = QueuePlace {
            state: QueueState::Waiting,
            token: "ab.cd".to_owned(),
            place: Some(3),
            estimate_s: 12,
            ask_again_s: 6,
            opens_at: None,
        };
        let text = r#"{"state":"waiting","token":"ab.cd","place":3,"estimate_s":12,"ask_again_s":6,"opens_at":null}"#;
        assert_eq!(serde_json::to_string(&place).unwrap(), text);
        assert_eq!(serde_json::from_str::<QueuePlace>(text).unwrap(), place);
        let turn = NikTurn { parity: Parity::Even, until: Timestamp::from_ms(0) };
        assert_eq!(
            serde_json::to_string(&turn).unwrap(),
            r#"{"parity":"even","until":"1970-01-01T00:00:00.000Z"}"#
        );
    }
}
