//! MLflow's registry: which version a URI means, and where its files lie.

mod answers;
mod api;
mod redirect;
mod versions;

pub(in crate::registry) use api::Mlflow;
pub(in crate::registry) use redirect::Redirect;
