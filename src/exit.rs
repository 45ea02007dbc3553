//! The only table of faults and exit codes. A script sees by the code whether to correct something, to wait or to report.
//!
//! | code | fault | next step |
//! |---|---|---|
//! | 0 | none; also when whoever reads the output has seen enough (`ml-serving predict … \| head -1`) | |
//! | 64 | a flag, a setting, the form of a URI, an address that cannot be listened on, a directory that holds something else | change the command |
//! | 65 | the model or the data: not there, not readable, corrupt, not supported | change the input; repeating does not help |
//! | 69 | a registry, a store or a server does not answer or lets nobody in | wait, or change the credentials |
//! | 70 | an output that cannot be written, a deadline that is not kept, a defect | look at the machine, or report it |
//! | 129, 130, 131, 143 | SIGHUP, SIGINT, SIGQUIT or SIGTERM, which ended `predict --output`; or, but for SIGHUP, a second signal, which ended a server at once: 128 and the signal's number, as in shells | |
//!
//! The numbers up to 70 are those of BSD's `sysexits.h`. Its `EX_CANTCREAT` (73) and `EX_IOERR` (74) are left out: a full disk and a missing
//! permission are faults of the machine, as those behind 70 are, and a script does nothing else about them. They are not 64 either: the
//! same command succeeds once there is room.

use crate::{
    config::ConfigError, input::CsvError, load::LoadError, registry::RegistryError,
    train::TrainError,
};
use std::{fmt, io};

/// A failure that a command reports in one sentence and exits with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Wrong flags or configuration.
    #[error("{0}")]
    Usage(String),
    /// The model or the data is not what it should be; trying again will not help.
    #[error("{0}")]
    Data(String),
    /// A registry, a store or a server does not answer; trying again may help.
    #[error("{0}")]
    Unavailable(String),
    /// A defect of this program, or a fault of the machine.
    #[error("{0}")]
    Internal(String),
    /// The reader of the output has closed it. That is no failure, but there is nothing left to do.
    #[error("the output is not read any more")]
    OutputClosed,
    /// A server got a second signal to end.
    #[error("ended at once by a second {name}; requests in flight are lost")]
    Signal {
        /// As in `SIGINT`.
        name: &'static str,
        number: u8,
    },
    /// A command that was writing a file got a signal to end.
    #[error("ended by {name}; the output is as it was before")]
    Interrupted {
        /// As in `SIGINT`.
        name: &'static str,
        number: u8,
    },
}

impl Error {
    /// The code that the process exits with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::OutputClosed => 0,
            Self::Usage(_) => 64,
            Self::Data(_) => 65,
            Self::Unavailable(_) => 69,
            Self::Internal(_) => 70,
            Self::Signal { number, .. } | Self::Interrupted { number, .. } => 128 + number,
        }
    }

    /// The error for a failed write to `output`, which is its name in messages.
    pub(crate) fn unwritable(output: impl fmt::Display, cause: &io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::Internal(format!("{output} cannot be written: {cause}")),
        }
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<CsvError> for Error {
    fn from(error: CsvError) -> Self {
        Self::Data(error.to_string())
    }
}

impl From<TrainError> for Error {
    fn from(error: TrainError) -> Self {
        let text = error.to_string();
        match error {
            TrainError::Parameter { .. }
            | TrainError::NoTarget { .. }
            | TrainError::MissingTarget { .. }
            | TrainError::FixedTarget { .. }
            | TrainError::Occupied { .. } => Self::Usage(text),
            TrainError::Open { .. }
            | TrainError::Csv(_)
            | TrainError::Empty { .. }
            | TrainError::UnnamedColumn { .. }
            | TrainError::NoFeatures { .. }
            | TrainError::EmptyCell(_)
            | TrainError::NotNumeric { .. }
            | TrainError::NotFinite { .. }
            | TrainError::OutOfRange { .. }
            | TrainError::TooManyRows { .. }
            | TrainError::OneClass { .. }
            | TrainError::NoQuantity { .. }
            | TrainError::LargeTarget { .. }
            | TrainError::OneValue { .. }
            | TrainError::CloseTargets { .. }
            | TrainError::TooManyClasses { .. }
            | TrainError::TooFewRows { .. }
            | TrainError::Spread { .. } => Self::Data(text),
            TrainError::Print(cause) => Self::unwritable("the report", &cause),
            TrainError::NotDirectory { .. }
            | TrainError::Write { .. }
            | TrainError::Internal(_) => Self::Internal(text),
        }
    }
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Registry(error) => error.into(),
            error => Self::Data(error.to_string()),
        }
    }
}

impl From<RegistryError> for Error {
    fn from(error: RegistryError) -> Self {
        let text = error.to_string();
        match error {
            RegistryError::Uri(_) => Self::Usage(text),
            RegistryError::NotFound(_) | RegistryError::Corrupt(_) => Self::Data(text),
            RegistryError::Denied(_) | RegistryError::Unavailable(_) => Self::Unavailable(text),
            RegistryError::Disk(_) => Self::Internal(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_cannot_be_written_is_one_fault_whoever_writes() {
        let cause = || io::Error::from(io::ErrorKind::StorageFull);
        let file = "out".to_owned();
        let errors = [
            Error::unwritable("out.csv", &cause()),
            TrainError::Write {
                file,
                cause: cause(),
            }
            .into(),
            TrainError::Print(cause()).into(),
            RegistryError::Disk("full".to_owned()).into(),
        ];
        assert!(errors.iter().all(|error| error.exit_code() == 70));
    }

    #[test]
    fn a_reader_that_has_seen_enough_is_no_fault() {
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Error::unwritable("the output", &closed()).exit_code(), 0);
        assert_eq!(Error::from(TrainError::Print(closed())).exit_code(), 0);
    }
}
