//! Measurements of the hot path against its floors.
