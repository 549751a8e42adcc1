# Commands of every day. `just` alone lists them.

_default:
    @just --list

# Everything that CI runs.
check:
    bash .ci/run

# Quick: format, lints and tests of one crate, e.g. `just one engine`.
one crate:
    cargo fmt -p {{crate}}
    cargo clippy -p {{crate}} --all-targets -- -D warnings
    cargo test -p {{crate}}

# Re-enact an opening day at full speed.
surge scenario="scenarios/opening-rush.toml":
    cargo run --release -- surge {{scenario}}

# Throw schemathesis (PyPI) at a running engine, by hand, for so many seconds each as a stranger and as an applicant.
schemathesis seconds="120":
    bash .ci/schemathesis/run {{seconds}}

# Kill the engine with -9 under load and start it again on the same store, so many times; fails if an acknowledged account is lost or doubled.
crash rounds="200":
    LONJAKAN_CRASH_ROUNDS={{rounds}} cargo test -p simulator --test cli crash:: -- --nocapture

# Measure the load generator: requests a second on one core against hyper's client alone, lateness, memory of 10,000 who think.
generator:
    cargo test --release -p simulator --test load throughput::generator -- --ignored --exact --nocapture

# The table of overload policies by load, in target/policies; a quarter of an hour, on a quiet machine. Options go to the example.
policies *options:
    cargo build --release -p simulator --bin lonjakan --example policies
    target/release/examples/policies {{options}}

# The search for capacity over HTTP against queues whose capacity is known by formula; a quarter of an hour and more, on a quiet machine.
erlang *options:
    cargo build -p simulator --example erlang
    target/debug/examples/erlang {{options}}

# Measure the hot path: `just bench` measures all of it, whole services included, and writes the table; `just bench nik` one thing.
bench *filter:
    cargo bench -p benches -- {{filter}}
    {{ if filter == "" { "cargo run --release -p benches -- table benches/results/latest.md" } else { "" } }}

# Count the instructions of the hot functions; `just instructions --update` keeps what it finds.
instructions *option:
    bash .ci/instructions {{option}}

# Fuzz numbers, form, photo, router or framing: needs nightly and `cargo install cargo-fuzz --locked`. New inputs stay in target/fuzz.
fuzz target seconds="60":
    mkdir -p target/fuzz/{{target}}
    cd engine && cargo +nightly fuzz run {{target}} ../target/fuzz/{{target}} fuzz/corpus/{{target}} -- -max_total_time={{seconds}} -max_len=20000 -timeout=20
