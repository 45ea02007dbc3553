//! Loads the model of a URI: resolves, reads, checks and tests it.

use crate::{
    config::ModelConfig,
    formats::FormatError,
    input::Batch,
    model::{Labels, Model, Predictions, Unanswered},
    package::{self, Package, mlmodel::Pyfunc},
    registry::{self, Access, Cached, Limits, Origin, RegistryError, Resolved},
};
use std::{
    path::Path,
    time::{Duration, Instant, SystemTime},
};

/// A model that is ready to serve, and what is known about it.
#[derive(Debug)]
pub struct LoadedModel {
    /// What answers.
    pub model: Model,
    /// The name that the settings or the model's place give it.
    pub name: String,
    /// The registry's version, or the beginning of the digest where the model's place keeps no versions.
    pub version: String,
    /// The MLflow run that made it, where its place or its `MLmodel` tells.
    pub run_id: Option<String>,
    /// The URI without what may be secret in it.
    pub uri: String,
    /// Where the bytes came from.
    pub source: Origin,
    /// Where it was downloaded: its package in the cache, which stays there while the model is served.
    pub cached: Option<Cached>,
    /// The library that made it, as MLflow calls it.
    pub flavor: String,
    /// The version of the library that wrote the data file, where it is known.
    pub flavor_version: Option<String>,
    /// What the data file says it is made of: scalers and estimator by class.
    pub parts: Vec<String>,
    /// `sha256:` and the hex digest of the data file, or with companions that of all files.
    pub digest: String,
    /// One row that the model's maker gave as an example; NaN is a missing value.
    pub example: Batch,
    /// What its Python library answers, for the dialects whose clients know that.
    pub pyfunc: Pyfunc,
    /// When it had answered its example.
    pub loaded_at: SystemTime,
    /// How long it took to get and to read it.
    pub load_seconds: f64,
}

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The URI does not lead to files. The only kind that may pass.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The files are no package, or hold no model that this server reads.
    #[error("the model at {uri} cannot be served: {cause}")]
    Format { uri: String, cause: FormatError },
    /// The model claims what does not hold, or answers its own example otherwise than recorded.
    #[error("the model at {uri} is broken: {cause}")]
    Invalid { uri: String, cause: String },
    /// The files are not the ones that `model.sha256` names. Both digests as hexadecimal digits.
    #[error("the model at {uri} has the SHA-256 {found}, but model.sha256 asks for {wanted}")]
    Digest {
        uri: String,
        found: String,
        wanted: String,
    },
}

impl LoadError {
    /// Whether trying again may help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Registry(RegistryError::Unavailable(_)))
    }

    /// A name from a closed set, for metrics and `/health/ready`.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Registry(RegistryError::Uri(_)) => "bad_uri",
            Self::Registry(RegistryError::NotFound(_)) => "not_found",
            Self::Registry(RegistryError::Denied(_)) => "denied",
            Self::Registry(RegistryError::Unavailable(_)) => "unavailable",
            Self::Registry(RegistryError::Disk(_)) => "disk",
            Self::Format {
                cause: FormatError::Unsupported(_),
                ..
            } => "unsupported",
            Self::Format { .. } | Self::Registry(RegistryError::Corrupt(_)) => "corrupt",
            Self::Invalid { .. } => "invalid",
            Self::Digest { .. } => "wrong_digest",
        }
    }
}

/// Loads the model that `config` names and predicts its own example with it. Blocks, for a download too.
///
/// # Errors
/// As [`LoadError`] says.
pub fn load(config: &ModelConfig, access: &Access) -> Result<LoadedModel, LoadError> {
    let start = Instant::now();
    let uri = config.uri.to_string();
    let limits = Limits {
        cache_dir: Path::new(&config.cache_dir),
        cache_max_bytes: config.cache_max_bytes,
        patience: Duration::from_secs(config.load_timeout_seconds),
    };
    let mut resolved = registry::resolve(config.uri.expose(), access, &limits)?;
    let cached = resolved.cached.take();
    let mut loaded = read(config, uri, resolved).inspect_err(|_| {
        // Bytes that changed on their way here make a model that is refused, for as long as they are kept; one
        // other letter in the name of an operator also makes a model that is not supported.
        cached.iter().for_each(Cached::forget);
    })?;
    loaded.cached = cached;
    loaded.load_seconds = start.elapsed().as_secs_f64();
    Ok(loaded)
}

/// The model in the files of `uri`.
fn read(config: &ModelConfig, uri: String, resolved: Resolved) -> Result<LoadedModel, LoadError> {
    let unreadable = |cause| LoadError::Format {
        uri: uri.clone(),
        cause,
    };
    let files = resolved.files.as_ref();
    let opened = package::open(files, config.companions, &config.flavor);
    let (mut package, data) = opened.map_err(unreadable)?;
    if !config.sha256.is_empty() {
        // Other bytes than the ones that were asked for are not even parsed.
        let digest = package.know_digest(files, &data).map_err(unreadable)?;
        expect(config, &uri, digest)?;
    }
    // A large file takes as much memory as its model does; here it ends.
    let parsed = package.model(files, data).map_err(unreadable)?;
    let hex = package.digest.trim_start_matches("sha256:");
    log_notes(&package, &parsed.notes);
    drop(resolved.files);
    let invalid = |cause| LoadError::Invalid {
        uri: uri.clone(),
        cause,
    };
    let model = Model::new(parsed.ir).map_err(|error| invalid(error.to_string()))?;
    let example = self_test(&model, &package, &uri).map_err(invalid)?;
    let pyfunc = match &package.mlmodel {
        Some(mlmodel) => mlmodel.pyfunc(&parsed.answers),
        None => Pyfunc {
            answers: parsed.answers,
            ..Pyfunc::default()
        },
    };
    let name = Some(&config.name).filter(|name| !name.is_empty());
    let short = || hex.chars().take(12).collect();
    Ok(LoadedModel {
        model,
        name: name.cloned().unwrap_or(resolved.name),
        version: resolved.version.unwrap_or_else(short),
        run_id: resolved
            .run_id
            .or(package.mlmodel.and_then(|mlmodel| mlmodel.run_id)),
        uri,
        source: resolved.origin,
        cached: None,
        flavor: package.data.flavor,
        flavor_version: parsed.version,
        parts: parsed.parts,
        digest: package.digest,
        example,
        pyfunc,
        loaded_at: SystemTime::now(),
        load_seconds: 0.0,
    })
}

/// Compares the digest with the one that the settings name.
fn expect(config: &ModelConfig, uri: &str, digest: &str) -> Result<(), LoadError> {
    let found = digest.trim_start_matches("sha256:");
    if config.sha256.eq_ignore_ascii_case(found) {
        return Ok(());
    }
    Err(LoadError::Digest {
        uri: uri.to_owned(),
        found: found.to_owned(),
        wanted: config.sha256.clone(),
    })
}

/// Logs what was taken for what, and where it was taken by its name alone, how to forbid that.
fn log_notes(package: &Package, notes: &[String]) {
    let by_name = package.mlmodel.is_none() && package.companions.files().next().is_some();
    for note in notes {
        if by_name {
            tracing::info!("{note}; {}", package::forbidden_by());
        } else {
            tracing::info!("{note}");
        }
    }
}

/// Predicts the package's own example, or a row of zeros where it has none; where the package recorded the answers, ours must be the
/// same. Gives back the first row.
fn self_test(model: &Model, package: &Package, uri: &str) -> Result<Batch, String> {
    let schema = model.schema();
    let (example, problem) = match package.example(schema) {
        Ok(example) => (example, None),
        Err(problem) => (None, Some(problem)),
    };
    if let (Some(_), None) = (&package.recorded, &example) {
        let why = problem.unwrap_or_else(|| "it has none".to_owned());
        return Err(format!(
            "it records the answers to its input example, which cannot be used: {why}"
        ));
    }
    if let Some(problem) = problem {
        tracing::warn!(
            uri,
            problem,
            "the input example cannot be used; the self-test runs on zeros"
        );
    }
    let Some(rows) = example else {
        return made_up(model);
    };
    let mut answers = Predictions::default();
    let predicted = model.predict(&rows, &mut answers);
    predicted.map_err(|error| error.to_string())?;
    for row in 0..rows.len() {
        if answers.row(row).iter().any(|x| !x.is_finite()) {
            return Err(format!(
                "it answers row {row} of its input example with a number that is not finite"
            ));
        }
    }
    if let Some(recorded) = &package.recorded {
        recorded.check(rows.len(), &answers)?;
    }
    let texts = rows.texts().clone();
    Ok(Batch::one(rows.rows().next().unwrap_or_default()).with_texts(texts))
}

/// A row of zeros that the model answers, or of ones where a step has no finite number for a zero: a logarithm, for instance. A model that
/// refuses both is not broken, for its rows may look otherwise.
fn made_up(model: &Model) -> Result<Batch, String> {
    let rows = model.schema().plain_rows();
    let mut answers = Predictions::default();
    for row in &rows {
        match model.predict(row, &mut answers) {
            Ok(()) if answers.not_finite().is_none() => return Ok(row.clone()),
            Err(error @ Unanswered::Width { .. }) => return Err(error.to_string()),
            _ => {}
        }
    }
    let [_, ones] = rows;
    Ok(ones)
}

impl LoadedModel {
    /// The cells of [`example`](Self::example).
    pub fn example_row(&self) -> &[f64] {
        self.example.rows().next().unwrap_or_default()
    }

    /// Class labels as text, in score order; empty for a regressor, and where there are several targets.
    pub fn class_names(&self) -> Vec<String> {
        self.model.labels().map(Labels::names).unwrap_or_default()
    }

    /// The same of every target; empty for a regressor.
    pub fn choice_names(&self) -> Vec<Vec<String>> {
        let choices = self.model.output().choices();
        choices.iter().map(Labels::names).collect()
    }
}

#[cfg(test)]
mod tests;
