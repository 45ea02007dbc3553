//! `ml-serving openapi`: the document, without a server.

use super::{broken_output, load};
use crate::{Error, http};
use std::io::Write;

/// Print the `OpenAPI` document
#[derive(Clone, Debug, clap::Args)]
pub(super) struct OpenApiArgs {
    /// The model whose terms the document is in
    #[arg(default_value = "builtin:iris")]
    uri: String,
}

pub(super) fn run(args: &OpenApiArgs, out: &mut dyn Write) -> Result<(), Error> {
    let served = load(&args.uri)?;
    writeln!(out, "{:#}", http::document(Some(&served))).map_err(broken_output)
}
