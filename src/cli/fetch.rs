//! `ml-serving fetch`: downloads a package into a directory.

use super::{
    flags::MODEL,
    output::{say, serve_it},
    start::{load_at, start},
};
use crate::{Error, config::Flags, registry, secret::Secret};
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
    let config = start(None, &Flags::default())?;
    let patience = Duration::from_secs(config.model.load_timeout_seconds);
    registry::fetch_within(patience, args.uri.expose(), &config.access, &args.dir)?;
    let dir = args.dir.display().to_string();
    // A package that cannot be served is reported now and not first in a pod.
    let served = load_at(Secret::uri(dir.clone()), &config)?;
    let text = format!(
        "fetched {}: {} version {}, {} trees, {}\n{}",
        args.uri,
        served.name,
        served.version,
        served.model.size().trees,
        served.digest,
        serve_it(&dir)
    );
    say(out, &text)
}
