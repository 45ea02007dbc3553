//! `ml-serving push`: registers a package in MLflow.

use super::{
    output::{say, serve_it},
    start::{load_at, start},
};
use crate::{
    Error,
    config::Flags,
    registry::{self, Pushed},
    secret::Secret,
};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// Register a model package in MLflow's model registry
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
The registry is the one that MLFLOW_TRACKING_URI names, with the credentials that MLflow's own client reads.

Examples:
  ml-serving push ./model models:/churn
  ml-serving push ./model models:/churn --alias champion")]
pub(super) struct PushArgs {
    /// Directory of the package, as train or fetch writes it
    dir: PathBuf,
    /// The registered model; created where there is none of that name
    #[arg(value_name = "models:/NAME")]
    target: String,
    /// Alias to point at the new version
    #[arg(long)]
    alias: Option<String>,
}

pub(super) fn run(args: &PushArgs, out: &mut dyn Write) -> Result<(), Error> {
    register(&args.dir, &args.target, args.alias.as_deref(), out)
}

/// Registers the package in `dir`, if it is one that can be served.
pub(super) fn register(
    dir: &Path,
    target: &str,
    alias: Option<&str>,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let config = start(None, &Flags::default())?;
    load_at(Secret::uri(dir.display().to_string()), &config)?;
    let Pushed {
        name,
        version,
        run_id,
    } = registry::push(dir, target, alias, &config.access)?;
    let alias = alias
        .map(|alias| format!(", alias {alias}"))
        .unwrap_or_default();
    let serve_it = serve_it(&format!("models:/{name}/{version}"));
    let text = format!("registered {name} version {version}{alias} (run {run_id})\n{serve_it}");
    say(out, &text)
}
