//! `ml-serving fetch`: a package from anywhere into a directory.

use super::{access, broken_output};
use crate::{
    Error,
    config::ModelConfig,
    load,
    registry::{self, redact},
};
use std::{io::Write, path::PathBuf};

/// Download a model package
#[derive(Clone, Debug, clap::Args)]
pub(super) struct FetchArgs {
    /// The model
    uri: String,
    /// Directory for the package: new, empty, or a package to replace
    dir: PathBuf,
}

pub(super) fn run(args: &FetchArgs, out: &mut dyn Write) -> Result<(), Error> {
    let access = access()?;
    registry::fetch(&args.uri, &access, &args.dir)?;
    let model = ModelConfig {
        uri: args.dir.display().to_string(),
        ..ModelConfig::default()
    };
    // Now rather than in a pod: the files are there, but may be of no use.
    let served = load::load(&model, &access)?;
    let (from, dir) = (redact(&args.uri), args.dir.display());
    writeln!(
        out,
        "fetched {from}: {} version {}, {} trees, {}\nserve it: ml-serving serve --model {dir}",
        served.name,
        served.version,
        served.model.n_trees(),
        served.digest
    )
    .map_err(broken_output)
}
