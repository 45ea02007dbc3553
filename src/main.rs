//! Parses the command line, runs the command, exits. Nothing else exits.

use std::process::ExitCode;

/// musl's own allocator costs a request more than everything else together; this one makes all targets behave alike.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(
    clippy::print_stderr,
    reason = "the one place where a failed command says why"
)]
fn main() -> ExitCode {
    match ml_serving::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ml-serving: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
