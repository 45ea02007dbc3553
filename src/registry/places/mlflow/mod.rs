//! MLflow's registry: which version a URI means, and where its files lie.

mod answers;
mod api;
mod artifact_server;
mod logged_by;
mod redirect;
mod versions;
mod workspace;

pub(in crate::registry) use api::Mlflow;
pub(in crate::registry) use redirect::Redirect;
