//! Parses the command line, runs the command, exits. Nothing else exits.

use ml_serving::{Error, cli, observe};
use std::{panic, process::ExitCode};

/// musl's own allocator costs a request more than everything else together; this one makes all targets behave alike.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A panic has been logged where it happened.
    let ended = panic::catch_unwind(cli::run).unwrap_or_else(|_| {
        Err(Error::Internal(
            "a defect ended the command; please report the line above".to_owned(),
        ))
    });
    observe::access::flush();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            observe::log::failed(&error, error.exit_code());
            ExitCode::from(error.exit_code())
        }
    }
}
