//! The signals that end a process. The first one drains a server and a second one ends it at once; other commands clean up and end.

use crate::{Error, config::Server, http::Shutdown};
use std::{fs, io, panic, thread, time::Duration};
use tokio::{
    runtime,
    signal::unix::{Signal as Stream, SignalKind, signal},
    sync::oneshot,
};

/// A signal that ends a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGTERM, from Kubernetes, Docker and systemd.
    Terminate,
    /// SIGHUP, from a supervisor or from a terminal that was closed.
    Hangup,
    /// SIGINT, from Ctrl+C.
    Interrupt,
    /// SIGQUIT, from Ctrl+\ and from images that stop their servers with it.
    Quit,
}

impl Signal {
    /// SIGTERM and SIGHUP give load balancers time to react. A person at a terminal does not have to wait for them.
    pub(super) fn shutdown(self, server: &Server) -> Shutdown {
        let drain = match self {
            Self::Terminate | Self::Hangup => server.drain_seconds,
            Self::Interrupt | Self::Quit => 0,
        };
        Shutdown {
            drain: Duration::from_secs(drain),
            grace: Duration::from_secs(server.shutdown_seconds),
        }
    }

    /// Its name and number.
    fn known_as(self) -> (&'static str, u8) {
        match self {
            Self::Hangup => ("SIGHUP", 1),
            Self::Interrupt => ("SIGINT", 2),
            Self::Quit => ("SIGQUIT", 3),
            Self::Terminate => ("SIGTERM", 15),
        }
    }
}

/// The signals sent to this process from now on.
pub(super) struct Signals {
    terminate: Stream,
    /// None under nohup, which makes the process ignore SIGHUP.
    hangup: Option<Stream>,
    interrupt: Stream,
    quit: Stream,
}

impl Signals {
    /// Catches the signals from now on, so that they no longer end the process by themselves.
    pub(super) fn listen() -> io::Result<Self> {
        let hangup = if hangup_is_ignored() {
            None
        } else {
            Some(signal(SignalKind::hangup())?)
        };
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    /// The next signal.
    pub(super) async fn next(&mut self) -> Signal {
        let Self {
            terminate,
            hangup,
            interrupt,
            quit,
        } = self;
        let hangup = async {
            match hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = terminate.recv() => Signal::Terminate,
            _ = hangup => Signal::Hangup,
            _ = interrupt.recv() => Signal::Interrupt,
            _ = quit.recv() => Signal::Quit,
        }
    }

    /// Waits for a signal that ends the process at once. SIGHUP is none, because supervisors send it after SIGTERM.
    pub(super) async fn at_once(&mut self) -> Error {
        loop {
            let signal = self.next().await;
            if signal != Signal::Hangup {
                let (name, number) = signal.known_as();
                return Error::Signal { name, number };
            }
        }
    }
}

/// Runs `work` on a thread of its own. A signal calls `clean_up` and returns at once, while `work` may still wait for input.
pub(super) fn interruptible(
    work: impl FnOnce() -> Result<(), Error> + Send + 'static,
    clean_up: impl FnOnce(),
) -> Result<(), Error> {
    let uncaught = |error: io::Error| Error::Internal(format!("signals cannot be caught: {error}"));
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(uncaught)?.block_on(async {
        let mut signals = Signals::listen().map_err(uncaught)?;
        let (done, ended) = oneshot::channel();
        let worker = thread::spawn(move || {
            // Nobody receives it after a signal.
            let _ = done.send(work());
        });
        tokio::select! {
            ended = ended => match ended {
                Ok(ended) => ended,
                Err(_) => worker.join().map_err(|panic| panic::resume_unwind(panic)),
            },
            signal = signals.next() => {
                clean_up();
                let (name, number) = signal.known_as();
                Err(Error::Interrupted { name, number })
            }
        }
    })
}

/// Whether the process was started with SIGHUP ignored. Linux shows it in a bit mask. On other systems the answer is no.
fn hangup_is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}
