//! `ml-serving fetch`: downloads a package into a directory.

use super::{flags::MODEL, output::say, start::start};
use crate::{
    Error,
    config::{Config, Flags, ModelConfig},
    load, registry,
    secret::Secret,
};
use std::{io::Write, path::PathBuf, time::Duration};

/// Download a model package into a directory, and see that it can be served
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ml-serving fetch models:/churn@champion ./churn
  ml-serving fetch s3://models/churn ./churn")]
pub(super) struct FetchArgs {
    #[arg(help = MODEL)]
    uri: Secret,
    /// Directory for the package: new, empty, or a package to replace
    dir: PathBuf,
}

pub(super) fn run(args: &FetchArgs, out: &mut dyn Write) -> Result<(), Error> {
    let Config { access, model, .. } = start(None, &Flags::default())?;
    let patience = Duration::from_secs(model.load_timeout_seconds);
    registry::fetch_within(patience, args.uri.expose(), &access, &args.dir)?;
    let model = ModelConfig {
        uri: Secret::uri(args.dir.display().to_string()),
        ..ModelConfig::default()
    };
    // A package that cannot be served is reported now and not first in a pod.
    let served = load::load(&model, &access)?;
    let (from, dir) = (&args.uri, args.dir.display());
    let text = format!(
        "fetched {from}: {} version {}, {} trees, {}\nserve it: ml-serving serve --model {dir}",
        served.name,
        served.version,
        served.model.size().trees,
        served.digest
    );
    say(out, &text)
}
