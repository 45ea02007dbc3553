//! `ml-serving fetch`: downloads a package into a directory.

use super::{flags::MODEL, output::say, start::access};
use crate::{
    Error,
    config::ModelConfig,
    load,
    registry::{self, redact},
};
use std::{io::Write, path::PathBuf};

/// Download a model package into a directory, and see that it can be served
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ml-serving fetch models:/churn@champion ./churn
  ml-serving fetch s3://models/churn ./churn")]
pub(super) struct FetchArgs {
    #[arg(help = MODEL)]
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
    // A package that cannot be served is reported now and not first in a pod.
    let served = load::load(&model, &access)?;
    let (from, dir) = (redact(&args.uri), args.dir.display());
    let text = format!(
        "fetched {from}: {} version {}, {} trees, {}\nserve it: ml-serving serve --model {dir}",
        served.name,
        served.version,
        served.model.size().trees,
        served.digest
    );
    say(out, &text)
}
