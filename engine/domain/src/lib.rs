//! Vocabulary, rules, failure catalogue and wire contract of account registration; pure.
