//! A method and a path to an endpoint, as they come from a request line.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &str| {
    let (method, path) = line.split_once(' ').unwrap_or(("GET", line));
    engine::fuzzing::route(method, path);
});
