//! Artifacts in OCI registries, by the distribution spec: pulled with the credentials of Docker's `config.json`, every byte of them
//! verified by its digest.
//!
//! `artifact` is the place. `session` asks the registry, `challenge` reads what it wants to know about us and `credentials` finds it.
//! `manifest` and `layers` say which files an artifact has, `verified` that their bytes are those.

mod artifact;
mod challenge;
mod credentials;
mod layers;
mod manifest;
mod session;
mod verified;

pub(in crate::registry) use artifact::Artifact;
