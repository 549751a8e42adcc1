//! The run record from outside: what is written is read again, and what cannot be says so in one line.

mod folder;
mod format;
mod histograms;
mod latency_log;
mod sample;
mod timeline;
mod verdict;
