//! Records to a model: scikit-learn's estimators, as their `predict` and `predict_proba` are written.
//!
//! Source: `sklearn/pipeline.py`, `sklearn/tree/_classes.py`, `sklearn/ensemble/_forest.py`, `_gb.py` and
//! `_hist_gradient_boosting/`, versions 1.0 to 1.9.

mod boosting;
mod categories;
mod forests;
mod hist;
mod labels;
mod lightgbm;
mod part;
mod pipeline;
mod trees;
mod xgboost;

use super::{
    super::{FormatError, Parsed, corrupt, unsupported},
    pickle::ADVICE,
    record::{Arena, Id},
};
use crate::input::{ColumnType, Precision, Schema};
use crate::model::{Aggregation, ForestIr, ModelIr, Output};
use part::Part;

/// A tree model without what surrounds it.
struct Trees {
    forest: ForestIr,
    aggregation: Aggregation,
    base: Vec<f64>,
    output: Output,
}

/// Builds the model whose record is `root`. `size` is the number of bytes it was read from; with `floats`, scalers get `f32`.
pub(super) fn model(
    arena: &Arena<'_>,
    root: Id,
    size: usize,
    floats: bool,
) -> Result<Parsed, FormatError> {
    let Some(root) = Part::new(arena, root) else {
        return Err(unsupported!(
            "the file holds {}, not a fitted scikit-learn model",
            arena.kind(root)
        ));
    };
    let chain = pipeline::flatten(root)?;
    let last = chain.last;
    let names = chain.parts().find_map(Part::feature_names).transpose()?;
    let version = chain.parts().find_map(Part::version_text);
    let mut parsed = match (last.module, last.class) {
        ("lightgbm.sklearn", "LGBMClassifier" | "LGBMRegressor" | "LGBMRanker") => {
            lightgbm::read(last)?
        }
        ("xgboost.sklearn", _) | ("xgboost.core", "Booster") => xgboost::read(last)?,
        _ => Parsed {
            parts: vec![last.class.to_owned()],
            version: None,
            source: estimator(last, size)?.source(),
        },
    };
    // The boosters' classes do not say which scikit-learn they were fitted with; what surrounds them may.
    parsed.version = version.map(str::to_owned);
    let source = &mut parsed.source;
    let n_features = source.forest.n_features;
    if let Some(names) = names.filter(|names| names.len() == n_features) {
        source.schema = Schema::named(names, ColumnType::Double);
    }
    // A scaler takes doubles as they are; trees round their input first.
    if !chain.scalers.is_empty() {
        source.input = if floats {
            Precision::F32
        } else {
            Precision::F64
        };
        let mut steps = Vec::new();
        for scaler in &chain.scalers {
            steps.extend(pipeline::steps(*scaler, n_features, source.input)?);
        }
        // The boosters' own steps come after the scalers.
        steps.append(&mut source.steps);
        source.steps = steps;
    }
    let scalers = chain.scalers.iter().map(|part| part.class.to_owned());
    parsed.parts.splice(..0, scalers);
    Ok(parsed)
}

impl Trees {
    fn source(self) -> ModelIr {
        ModelIr {
            schema: Schema::unnamed(self.forest.n_features, ColumnType::Double),
            input: self.forest.precision,
            steps: Vec::new(),
            forest: self.forest,
            aggregation: self.aggregation,
            base: self.base,
            output: self.output,
            output_precision: Precision::F64,
        }
    }
}

fn estimator(part: Part<'_>, size: usize) -> Result<Trees, FormatError> {
    if let Some(trees) = forests::trees_of(part)? {
        return if part.class.ends_with("Classifier") {
            forests::classifier(part, &trees, size)
        } else {
            forests::regressor(part, &trees, size)
        };
    }
    match part.sklearn_class() {
        "GradientBoostingClassifier" => boosting::classifier(part, size),
        "GradientBoostingRegressor" => boosting::regressor(part, size),
        "HistGradientBoostingClassifier" => hist::classifier(part, size),
        "HistGradientBoostingRegressor" => hist::regressor(part, size),
        _ => Err(refused(part)),
    }
}

/// An estimator that this server does not serve, by name, and what would work.
fn refused(part: Part<'_>) -> FormatError {
    unsupported!(
        "the model is a {}, which this server does not serve; of scikit-learn it serves DecisionTree, ExtraTree, \
         RandomForest, ExtraTrees, GradientBoosting and HistGradientBoosting models, alone or in a Pipeline behind \
         StandardScaler and MinMaxScaler. To serve it all the same, {ADVICE}",
        part.full_name()
    )
}
