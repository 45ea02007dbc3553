//! From a URI to a model that has proved itself: resolve, read, check, self-test.

use crate::{
    config::ModelConfig,
    formats::FormatError,
    input::Batch,
    model::{Labels, Model, Predictions},
    package::{self, Loaded, Recorded},
    registry::{self, Access, RegistryError, Source},
};
use std::path::Path;
use std::time::{Instant, SystemTime};

/// A model that is ready to serve, and everything there is to say about it.
#[derive(Debug)]
pub struct Served {
    pub model: Model,
    pub name: String,
    /// The registry's version, or the beginning of the digest where the model's place keeps no versions.
    pub version: String,
    /// The MLflow run that made it, where its place or its `MLmodel` tells.
    pub run_id: Option<String>,
    /// Without what may be secret in it.
    pub uri: String,
    pub source: Source,
    pub flavor: String,
    /// The version of the library that wrote the data file, where it is known.
    pub flavor_version: Option<String>,
    /// What the data file says it is made of: scalers and estimator by class.
    pub parts: Vec<String>,
    /// `sha256:` and the hex digest of the data file.
    pub digest: String,
    /// One row that the model's maker gave as an example; NaN is a missing value.
    pub example: Vec<f64>,
    pub loaded_at: SystemTime,
    pub load_seconds: f64,
}

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error("the model at {uri} cannot be served: {cause}")]
    Flavor { uri: String, cause: FormatError },
    #[error("the model at {uri} is broken: {cause}")]
    Invalid { uri: String, cause: String },
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
            Self::Flavor {
                cause: FormatError::Unsupported(_),
                ..
            } => "unsupported",
            Self::Flavor { .. } | Self::Registry(RegistryError::Corrupt(_)) => "corrupt",
            Self::Invalid { .. } => "invalid",
            Self::Digest { .. } => "wrong_digest",
        }
    }
}

/// Loads the model that `config` names and predicts its own example with it. Blocks, for a download too.
///
/// # Errors
/// As [`LoadError`] tells.
pub fn load(config: &ModelConfig, access: &Access) -> Result<Served, LoadError> {
    let start = Instant::now();
    let package = registry::resolve(&config.uri, access, Path::new(&config.cache_dir))?;
    let uri = registry::shown(&config.uri);
    let loaded = package::read(package.files.as_ref()).map_err(|cause| LoadError::Flavor {
        uri: uri.clone(),
        cause,
    })?;
    let hex = loaded.digest.trim_start_matches("sha256:");
    if !config.sha256.is_empty() && !config.sha256.eq_ignore_ascii_case(hex) {
        let (found, wanted) = (hex.to_owned(), config.sha256.clone());
        return Err(LoadError::Digest { uri, found, wanted });
    }
    let version = package
        .version
        .unwrap_or_else(|| hex.chars().take(12).collect());
    let Loaded {
        source,
        flavor,
        flavor_version,
        parts,
        digest,
        example,
        example_problem,
        recorded,
        mlmodel,
        ..
    } = loaded;
    let run_id = package
        .run_id
        .or(mlmodel.and_then(|mlmodel| mlmodel.run_id));
    let broken = |cause: String| LoadError::Invalid {
        uri: uri.clone(),
        cause,
    };
    let model = Model::new(source).map_err(|error| broken(error.to_string()))?;
    if let Some(problem) = example_problem {
        tracing::warn!(
            uri,
            problem,
            "the input example cannot be used; the self-test runs on zeros"
        );
    }
    let examples = example.unwrap_or_else(|| vec![vec![0.0; model.schema().len()]]);
    self_test(&model, &examples, recorded.as_ref()).map_err(broken)?;
    let name = if config.name.is_empty() {
        package.name
    } else {
        config.name.clone()
    };
    let example = examples.into_iter().next().unwrap_or_default();
    let load_seconds = start.elapsed().as_secs_f64();
    Ok(Served {
        model,
        name,
        version,
        run_id,
        uri,
        source: package.source,
        flavor,
        flavor_version,
        parts,
        digest,
        example,
        loaded_at: SystemTime::now(),
        load_seconds,
    })
}

/// Predicts the package's own example rows; where the package recorded the answers, ours must be the same.
fn self_test(model: &Model, rows: &[Vec<f64>], recorded: Option<&Recorded>) -> Result<(), String> {
    let mut answer = Predictions::default();
    for (i, row) in rows.iter().enumerate() {
        let row = Batch::one(row);
        let predicted = model.predict(&row, &mut answer);
        predicted.map_err(|error| error.to_string())?;
        if answer.scores.iter().any(|x| !x.is_finite()) {
            return Err(format!(
                "it answers row {i} of its input example with a number that is not finite"
            ));
        }
        let Some(recorded) = recorded else { continue };
        let wanted = recorded.scores.get(i).map_or(&[][..], Vec::as_slice);
        let close = wanted
            .iter()
            .zip(&answer.scores)
            .all(|(x, y)| (x - y).abs() <= 1e-6 * x.abs().max(1.0));
        let class = recorded
            .classes
            .get(i)
            .is_none_or(|class| answer.classes.first() == Some(class));
        if !close || !class {
            return Err(format!(
                "it answers row {i} of its input example with {:?}, its maker recorded {wanted:?}",
                answer.scores
            ));
        }
    }
    Ok(())
}

impl Served {
    /// Class labels as text, in score order; empty for a regressor.
    pub fn class_names(&self) -> Vec<String> {
        match self.model.labels() {
            Some(Labels::Integers(labels)) => labels.iter().map(ToString::to_string).collect(),
            Some(Labels::Strings(labels)) => labels.clone(),
            None => Vec::new(),
        }
    }
}
