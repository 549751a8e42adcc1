//! Policies under overload, on a virtual clock: a simulated service with impatient clients, driven by the
//! very code that the engine runs.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what failed by failing there")]

mod budgets;
mod gate;
mod goodput;
mod journeys;
mod response;
mod room;
mod world;
