//! The load by itself: one applicant, and goose with many, against a portal that follows a script.

mod applicant;
mod many;
mod portal;
