//! `ml-serving push`: registers a package in MLflow.

use super::{output::say, start::access};
use crate::{
    Error,
    config::ModelConfig,
    load,
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
    let access = access()?;
    let model = ModelConfig {
        uri: Secret::uri(dir.display().to_string()),
        ..ModelConfig::default()
    };
    load::load(&model, &access)?;
    let Pushed {
        name,
        version,
        run_id,
    } = registry::push(dir, target, alias, &access)?;
    let alias = alias
        .map(|alias| format!(", alias {alias}"))
        .unwrap_or_default();
    let uri = quoted(&format!("models:/{name}/{version}"));
    let text = format!(
        "registered {name} version {version}{alias} (run {run_id})\nserve it: ml-serving serve --model {uri}"
    );
    say(out, &text)
}

/// A word of a command, in quotes if a shell would take it apart.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_.:/@%+=,".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_command_can_be_pasted_into_a_shell() {
        assert_eq!(quoted("models:/churn/1"), "models:/churn/1");
        assert_eq!(
            quoted("models:/my 'model'/1"),
            r"'models:/my '\''model'\''/1'"
        );
    }
}
