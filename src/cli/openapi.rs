//! `ml-serving openapi`: prints the `OpenAPI` document without a server.

use super::{output::broken_output, start::load};
use crate::{Error, http, secret::Secret};
use std::io::Write;

#[derive(Clone, Debug, clap::Args)]
#[command(
    about = "Print the OpenAPI document of a model",
    after_help = "\
Examples:
  ml-serving openapi ./model > openapi.json"
)]
pub(super) struct OpenApiArgs {
    /// The model whose columns, types and classes the document names
    #[arg(default_value = "builtin:iris")]
    uri: Secret,
}

pub(super) fn run(args: &OpenApiArgs, out: &mut dyn Write) -> Result<(), Error> {
    let served = load(&args.uri)?;
    writeln!(out, "{:#}", http::document(Some(&served))).map_err(|cause| broken_output(&cause))
}
