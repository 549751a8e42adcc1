//! The synthetic population: person i is computed, never stored.
