//! Records to a model: scikit-learn's estimators, as their `predict` and `predict_proba` are written.
//!
//! Source: `sklearn/pipeline.py`, `sklearn/tree/_classes.py`, `sklearn/ensemble/_forest.py`, `_gb.py` and
//! `_hist_gradient_boosting/`, versions 0.24 to 1.9.

mod boosting;
mod categories;
mod ensemble;
mod forests;
mod hist;
mod labels;
mod lightgbm;
mod part;
mod pipeline;
mod trees;
mod xgboost;

use super::{
    FormatError,
    classes::{ADVICE, known},
    corrupt,
    id::Id,
    record::Arena,
    unsupported,
};
use crate::formats::{ColumnsBy, Parsed};
use crate::input::{ColumnType, Precision, Schema};
use ensemble::Ensemble;
use part::Part;

/// Builds the model whose record is `root`. `size` is the number of bytes it was read from; with `floats`, scalers get `f32`.
pub(super) fn model(
    arena: &Arena<'_>,
    root: Id,
    size: usize,
    floats: bool,
) -> Result<Parsed, FormatError> {
    let root = Part::new(arena, root).ok_or_else(|| part::no_model(arena, root))?;
    let chain = pipeline::flatten(root)?;
    let last = chain.last;
    let names = chain.parts().find_map(Part::feature_names).transpose()?;
    let version = chain.parts().find_map(Part::version_text);
    let mut parsed = match (last.module, last.class) {
        ("lightgbm.sklearn", "LGBMClassifier" | "LGBMRegressor" | "LGBMRanker")
        | ("lightgbm.basic", "Booster") => lightgbm::read(last)?,
        ("xgboost.sklearn", _) | ("xgboost.core", "Booster") => xgboost::read(last)?,
        _ => Parsed {
            parts: vec![last.class.to_owned()],
            version: None,
            ir: estimator(last, size)?.ir(),
            columns: ColumnsBy::Name,
        },
    };
    // The boosters' classes do not say which scikit-learn they were fitted with; what surrounds them may.
    parsed.version = version.map(str::to_owned);
    let ir = &mut parsed.ir;
    let n_features = ir.forest.n_features;
    if let Some(names) = names.filter(|names| names.len() == n_features) {
        ir.schema = Schema::named(names, ColumnType::Double);
    }
    // A scaler takes doubles as they are; trees round their input first.
    if !chain.scalers.is_empty() {
        ir.input = if floats {
            Precision::F32
        } else {
            Precision::F64
        };
        let mut steps = Vec::new();
        for scaler in &chain.scalers {
            steps.extend(pipeline::steps(*scaler, n_features, ir.input)?);
        }
        // The boosters' own steps come after the scalers.
        steps.append(&mut ir.steps);
        ir.steps = steps;
    }
    let scalers = chain.scalers.iter().map(|part| part.class.to_owned());
    parsed.parts.splice(..0, scalers);
    Ok(parsed)
}

fn estimator(part: Part<'_>, size: usize) -> Result<Ensemble, FormatError> {
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
         StandardScaler and MinMaxScaler",
        part.full_name()
    )
}
