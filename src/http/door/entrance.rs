//! How a request has come in: at which port, and whether as HTTP wants it.

use super::malformed;
use crate::http::routes::Guard;
use hyper::http::request::Parts;

/// The ports of a server. With an admin port there are two: one for clients, one for what runs the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Port {
    /// The only port, where there is no admin port.
    Main,
    /// Where there is an admin port.
    Clients,
    Admin,
}

impl Port {
    /// The port that clients use.
    pub(in crate::http) fn of_clients(admin: Option<u16>) -> Self {
        admin.map_or(Self::Main, |_| Self::Clients)
    }

    /// Whether a route with this guard is here. Health is on both ports: load balancers and the clients of some protocols ask for it where
    /// they send their requests.
    pub(in crate::http) fn has(self, guard: Guard) -> bool {
        match self {
            Self::Main => true,
            Self::Clients => guard != Guard::Metrics,
            Self::Admin => matches!(guard, Guard::Metrics | Guard::Probe),
        }
    }
}

/// How a request has come in.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Entrance {
    pub(in crate::http) port: Port,
    /// Whether HTTP forbids it for want of a host.
    pub(in crate::http) hostless: bool,
}

impl Entrance {
    /// A request on a socket.
    pub(in crate::http) fn of(port: Port, head: &Parts) -> Self {
        let hostless = malformed::has_no_host(head);
        Self { port, hostless }
    }

    /// A request that was made in this process, and never was text.
    pub(in crate::http) fn inside(port: Port) -> Self {
        let hostless = false;
        Self { port, hostless }
    }
}
