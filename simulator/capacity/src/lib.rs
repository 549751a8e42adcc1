//! The search for the highest arrival rate that a system holds, as a pure state machine: it says which rate to try next, is told
//! what came of it, and ends with a rate, an interval, or why there is none. It reads no clock and starts nothing; whoever carries
//! out the trials may be a real surge or a simulated queue.
//!
//! [`Search`] goes through four phases: it doubles or halves the rate until one trial met the objectives and one missed them; it
//! tries the most likely capacity again and again until the interval of [`Belief`] is narrow enough; it confirms the interval's
//! lower end by a sequential test; and it comes to that rate once more from above, out of an overload.

mod belief;
mod search;

pub use belief::{Belief, Interval};
pub use search::{Approach, Ending, Found, Goal, Next, Search, Trial, Verdict};
