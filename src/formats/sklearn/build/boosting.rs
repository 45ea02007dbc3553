//! Gradient boosting on exact splits.
//!
//! Source: `_raw_predict`, `predict` and `predict_proba` in `sklearn/ensemble/_gb.py`; `get_init_raw_predictions` in
//! `_gb_losses.py` up to 1.3, the links in `sklearn/_loss/link.py` since 1.4.

use super::{
    super::numpy,
    Part, corrupt,
    ensemble::Ensemble,
    forests::{self, Trees},
    labels::labels,
    trees::Forest,
    unsupported,
};
use crate::{
    formats::FormatError,
    input::Precision,
    model::{Aggregation, BinaryScores, Labels, Link, Output, largest},
};

/// The largest raw score whose logistic function is one half in `f64`: where labels come from probabilities, it is a tie.
pub(super) const HALF: f64 = 1.5 * (f64::EPSILON / 2.0);

/// The largest number below zero: `x > BELOW_ZERO` is `x >= 0`.
const BELOW_ZERO: f64 = -5e-324;

/// A `GradientBoostingClassifier`, read from a file of `size` bytes.
pub(super) fn classifier(part: Part<'_>, size: usize) -> Result<Ensemble, FormatError> {
    let labels = labels(part, "classes_")?;
    let exponential = match part.text("loss") {
        Some("exponential") => true,
        Some("log_loss" | "deviance") => false,
        other => return Err(unknown_loss(&part, other)),
    };
    let classes = labels.len();
    let outputs = if classes == 2 { 1 } else { classes };
    if classes < 2 || exponential && classes != 2 {
        return Err(corrupt!("the {} has {classes} classes", part.class));
    }
    // The probability is that of twice the score, which doubled leaves give without another link.
    let factor = if exponential { 2.0 } else { 1.0 };
    let base = prior(&part, outputs, exponential)?;
    let output = match labels.len() {
        2 if exponential || part.since(1, 4) => binary(labels, BELOW_ZERO),
        2 => binary(labels, HALF),
        _ => Output::Classes {
            labels,
            // Before 1.4 the probabilities decide, of which more are equal.
            link: if part.since(1, 4) {
                Link::Softmax
            } else {
                Link::LogSoftmaxFirst
            },
        },
    };
    let base = base.into_iter().map(|b| b * factor).collect();
    let features = part.n_features()?;
    let start = Forest::new(features, outputs, Precision::F32, size);
    stages(part, start, factor, base, output)
}

/// A `GradientBoostingRegressor`, read from a file of `size` bytes.
pub(super) fn regressor(part: Part<'_>, size: usize) -> Result<Ensemble, FormatError> {
    match part.text("loss") {
        Some("squared_error" | "ls" | "absolute_error" | "lad" | "huber" | "quantile") => {}
        other => return Err(unknown_loss(&part, other)),
    }
    let features = part.n_features()?;
    let mut start = Forest::new(features, 1, Precision::F32, size);
    let mut base = 0.0;
    match init(&part)? {
        None => {}
        Some(init) if init.is_dummy("DummyRegressor") => {
            let constant = init.array("constant_")?.floats()?;
            let &[constant] = constant.as_slice() else {
                return Err(corrupt!(
                    "the init_ of the {} has {} constants",
                    part.class,
                    constant.len()
                ));
            };
            base = constant;
        }
        Some(init) => {
            let Some(trees) =
                forests::trees_of(init)?.filter(|_| init.class.ends_with("Regressor"))
            else {
                return Err(unknown_init(&part, &init));
            };
            let trees = Trees {
                parts: trees,
                columns: None,
            };
            // The mean of the first trees, as a part of the sum.
            start.source = forests::regressor(init, &trees, size)?.forest;
            if start.source.width != 1 {
                return Err(corrupt!(
                    "the init_ of the {} has several targets",
                    part.class
                ));
            }
            let leaves = start.source.leaves.iter_mut();
            leaves.for_each(|leaf| *leaf /= trees.parts.len() as f64);
        }
    }
    let output = Output::Regression {
        link: Link::Identity,
    };
    stages(part, start, 1.0, vec![base], output)
}

/// Adds the trees of all stages, whose values count `factor` times, to those that the boosting starts from.
fn stages(
    part: Part<'_>,
    mut forest: Forest,
    factor: f64,
    base: Vec<f64>,
    output: Output,
) -> Result<Ensemble, FormatError> {
    let outputs = forest.source.width;
    let rate = part.number("learning_rate")?;
    let trees = part.parts("estimators_")?;
    if trees.len() % outputs != 0 {
        return Err(corrupt!(
            "the {} has {} trees for {outputs} outputs",
            part.class,
            trees.len()
        ));
    }
    let targets = (0..trees.len()).map(|i| (i % outputs) as u32);
    forest.source.targets.extend(targets);
    // Boosting itself refuses missing values, whatever its trees could do with them.
    forest.source.handles_missing = false;
    for tree in trees {
        let tree = tree.tree()?;
        if tree.width != 1 {
            return Err(corrupt!(
                "a tree of the {} has {} outputs",
                part.class,
                tree.width
            ));
        }
        forest.push(&tree, |vector, leaves| {
            leaves.extend(vector.iter().map(|value| factor * (rate * value)));
        })?;
    }
    Ok(Ensemble {
        forest: forest.source,
        aggregation: Aggregation::Sum,
        base,
        output,
    })
}

/// The estimator that boosting starts from; none where it starts from zero.
fn init<'d>(part: &Part<'d>) -> Result<Option<Part<'d>>, FormatError> {
    if part.text("init_") == Some("zero") {
        return Ok(None);
    }
    part.part("init_").map(Some)
}

/// The raw scores of the classes' shares in the training data.
fn prior(part: &Part<'_>, outputs: usize, exponential: bool) -> Result<Vec<f64>, FormatError> {
    let Some(init) = init(part)? else {
        return Ok(vec![0.0; outputs]);
    };
    if !init.is_dummy("DummyClassifier") {
        return Err(unknown_init(part, &init));
    }
    let prior = init.array("class_prior_")?.floats()?;
    let only = |class: usize| {
        (0..prior.len())
            .map(|i| f64::from(u8::from(i == class)))
            .collect()
    };
    let shares: Vec<f64> = match init.text("strategy") {
        Some("prior") => prior,
        Some("most_frequent") => only(largest(&prior) as usize),
        // The classes have been numbered before.
        Some("constant") => only(init.count("constant")?),
        Some("uniform") => vec![1.0 / prior.len() as f64; prior.len()],
        _ => return Err(unknown_init(part, &init)),
    };
    if shares.len() != outputs.max(2) {
        return Err(corrupt!(
            "the init_ of the {} knows {} classes",
            part.class,
            shares.len()
        ));
    }
    let epsilon = if part.since(1, 8) {
        f64::EPSILON
    } else {
        f32::EPSILON.into()
    };
    let clipped = shares.iter().map(|p| p.clamp(epsilon, 1.0 - epsilon));
    if outputs == 1 {
        let odds = clipped
            .clone()
            .next_back()
            .map_or(0.0, |p| (p / (1.0 - p)).ln());
        return Ok(vec![if exponential { 0.5 * odds } else { odds }]);
    }
    // The symmetric link measures from the geometric mean. Its last bit decides between classes whose leaves are alike.
    let mean = if part.since(1, 4) {
        let logs: Vec<f64> = clipped.clone().map(f64::ln).collect();
        (numpy::sum(&logs) / logs.len() as f64).exp()
    } else {
        1.0
    };
    Ok(clipped.map(|share| (share / mean).ln()).collect())
}

fn unknown_init(part: &Part<'_>, init: &Part<'_>) -> FormatError {
    if let Some(too_old) = part.too_old() {
        return too_old;
    }
    let strategy = init.text("strategy").map_or_else(String::new, |strategy| {
        format!(" with the strategy \"{}\"", strategy.escape_debug())
    });
    unsupported!(
        "the {} starts from a {}{strategy}, which this server does not run; leave `init` at its default, \"zero\" or a \
         Dummy estimator with a constant answer",
        part.class,
        init.full_name()
    )
}

/// The refusal of a loss that this server does not know.
pub(super) fn unknown_loss(part: &Part<'_>, loss: Option<&str>) -> FormatError {
    let loss = loss.map_or_else(
        || "an object".into(),
        |l| format!("\"{}\"", l.escape_debug()),
    );
    unsupported!(
        "the {} has the loss {loss}, which this server does not know; fit it with one of the library's own",
        part.class
    )
}

/// Two classes, decided by one score.
pub(super) fn binary(labels: Labels, cut: f64) -> Output {
    Output::Binary {
        labels,
        cut,
        scores: BinaryScores::SigmoidComplement,
    }
}
