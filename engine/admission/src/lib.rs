//! Overload policies as pure state machines.
