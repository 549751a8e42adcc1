//! What people get to see of a made-up run.

// Marked as tests so that clippy grants their helpers the freedoms of tests.
#[cfg(test)]
mod compare;
#[cfg(test)]
mod junit;
#[cfg(test)]
mod page;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod text;
