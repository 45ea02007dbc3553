//! Who may ask: clients with an API key, where there are keys.

use super::{fresh::Fresh, keys::Keys};
use crate::{
    config,
    http::{
        problem::{Code, Failure},
        routes::Guard,
    },
};
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError, RwLock},
};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const KEYS_FILE: &str = "server.auth.keys_file";

/// The keys, and what needs none. There is no value of it where there are no keys.
pub(in crate::http) struct Auth {
    /// Those of the settings.
    own: Keys,
    /// All that are known now.
    known: RwLock<Keys>,
    file: Mutex<Fresh>,
    probes: bool,
    docs: bool,
}

impl Auth {
    /// The keys of a file are known after [`Self::refresh`].
    pub(in crate::http) fn new(config: &config::Auth) -> Option<Self> {
        if config.keys.is_empty() && config.keys_file.is_empty() {
            return None;
        }
        // The settings are checked already.
        let own = Keys::parse(config.keys.lines().as_bytes()).unwrap_or_default();
        let file = PathBuf::from(&config.keys_file);
        let files = if config.keys_file.is_empty() {
            Vec::new()
        } else {
            vec![(KEYS_FILE, file)]
        };
        Some(Self {
            known: RwLock::new(own.clone()),
            own,
            file: Mutex::new(Fresh::new(files)),
            probes: config.protect_probes,
            docs: config.protect_docs,
        })
    }

    /// Takes over the keys of the file if it has changed; gives their number then. Blocks.
    ///
    /// # Errors
    /// What is wrong with the file. The keys stay as they are.
    pub(in crate::http) fn refresh(&self) -> Result<Option<usize>, String> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(contents) = file.changed()? else {
            return Ok(None);
        };
        let keys = contents.first().map_or(Ok(Keys::default()), |content| {
            Keys::parse(content).map_err(|why| format!("{KEYS_FILE} holds no keys: {why}"))
        });
        file.take(&contents);
        let known = self.own.and(&keys?);
        let n = known.len();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(Some(n))
    }

    /// Whether a route needs no key.
    pub(in crate::http) fn opens(&self, guard: Guard) -> bool {
        match guard {
            Guard::Key => false,
            Guard::Probe | Guard::Metrics => !self.probes,
            Guard::Page => !self.docs,
        }
    }

    /// Lets a request pass that has a key, or needs none.
    ///
    /// # Errors
    /// 401, with the same words whether there is no key or a wrong one.
    pub(in crate::http) fn admit(&self, guard: Guard, headers: &HeaderMap) -> Result<(), Failure> {
        if self.opens(guard) {
            return Ok(());
        }
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let given = [
            bearer(headers),
            headers.get(X_API_KEY).map(HeaderValue::as_bytes),
        ];
        if given.into_iter().flatten().any(|key| known.know(key)) {
            return Ok(());
        }
        Err(Failure::new(
            Code::Unauthorized,
            "This needs a key that the server knows; send it as authorization: Bearer KEY or as x-api-key: KEY.",
        ))
    }
}

/// The token of `authorization: Bearer TOKEN`. The name of the scheme is in any case.
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked(7)?;
    let token = scheme.eq_ignore_ascii_case(b"bearer ").then_some(token);
    token.map(<[u8]>::trim_ascii)
}
