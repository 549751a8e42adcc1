//! The engine over real sockets and a real store.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what failed by failing there")]

mod activation;
mod admission;
mod card;
mod catalogue;
mod chromium;
mod exactly_once;
mod faults;
mod flow;
mod gate;
mod hardening;
mod help;
mod helpdesk;
mod login;
mod mail;
mod model;
mod openapi;
mod portal;
mod queue;
mod rules;
mod store;
mod support;
mod sweep;
mod switches;
