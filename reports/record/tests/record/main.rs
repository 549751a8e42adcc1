//! The run record from outside: what is written is read again, and what cannot be says so in one line.

// Marked as tests so that clippy grants their helpers the freedoms of tests.
#[cfg(test)]
mod folder;
#[cfg(test)]
mod format;
#[cfg(test)]
mod histograms;
#[cfg(test)]
mod latency_log;
#[cfg(test)]
mod merge;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod timeline;
#[cfg(test)]
mod verdict;
