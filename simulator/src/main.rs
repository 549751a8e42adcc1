//! `lonjakan`: starts things and maps errors to exit codes, nothing else.

fn main() -> std::process::ExitCode {
    simulator::run()
}
