//! Policies under overload, on a virtual clock: a simulated service with impatient clients, driven by the very code that the engine runs.

mod budgets;
mod gate;
mod goodput;
mod journeys;
mod response;
mod room;
mod world;
