//! Opens the stores of buckets with what the variables of their own clients say.

mod azure;
mod connection_string;
mod connector;
mod gcs;
mod open;
mod profile;
mod refused;
mod s3;

pub(super) use open::open;
