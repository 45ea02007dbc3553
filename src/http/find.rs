//! Finds what a request is for.

use super::{app::App, door::entrance::Port, openapi, routes::Found, table::Entry};
use hyper::Method;
use serde_json::Value;

/// Where a request has been found.
pub(super) struct Place<'t> {
    /// The operation that it is counted under.
    pub(super) operation: usize,
    pub(super) entry: Option<&'t Entry>,
    /// The path of the table.
    pub(super) pattern: Option<&'t str>,
}

impl App {
    /// What answers `method` at `path`, with the prefix of a proxy or without it.
    pub(super) fn find(&self, port: Port, method: &Method, path: &str) -> Found<'_, Entry> {
        let path = match self.prefix.strip(path) {
            Some(rest) if self.table.has(rest) => rest,
            _ => path,
        };
        if port != Port::Main && !self.is_at(port, path) {
            return Found::Nothing;
        }
        self.table.find(method, path)
    }

    /// Whether a path is at one of two ports. What only the admin port has, and what is there at all, is asked for by GET.
    fn is_at(&self, port: Port, path: &str) -> bool {
        match self.table.find(&Method::GET, path) {
            Found::Route { target, .. } => port.has(target.guard),
            Found::WrongMethod { .. } => port == Port::Clients,
            Found::Nothing => false,
        }
    }

    /// Where a request has been found, for what is counted and logged.
    pub(super) fn place<'t>(&self, found: &Found<'t, Entry>) -> Place<'t> {
        let (operation, entry, pattern) = match *found {
            Found::Route {
                operation,
                target,
                pattern,
                ..
            } => (operation, Some(target), Some(pattern)),
            Found::WrongMethod { pattern, .. } => (self.unmatched(), None, Some(pattern)),
            Found::Nothing => (self.unmatched(), None, None),
        };
        Place {
            operation,
            entry,
            pattern,
        }
    }

    /// The place of [`UNMATCHED`] among the operations.
    pub(super) fn unmatched(&self) -> usize {
        self.table.operations().len()
    }

    /// What the settings change in the document.
    pub(super) fn finish(&self, document: &mut Value) {
        if self.port != Port::Main
            && let Some(paths) = document["paths"].as_object_mut()
        {
            paths.retain(|path, _| self.is_at(Port::Clients, path));
        }
        if let Some(auth) = &self.auth {
            openapi::secure(document, |method, path| {
                let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
                let found = self.table.find(&method, path);
                matches!(found, Found::Route { target, .. } if auth.opens(target.guard))
            });
        }
    }
}
