//! Forests and boosters, of scikit-learn, LightGBM and XGBoost.

use super::{
    Bag, Classes, Ensemble, Estimate, ForestModel, FormatError, Labels, Parsed, Part, Reader,
    Trees, boosting,
    categories::{Encoded, encoded},
    corrupt, forests, hist, labels, lightgbm, xgboost,
};
use crate::{
    formats::{
        coded::Coded,
        sklearn::build::{labels::labels_of_targets, trees::Forest},
    },
    input::Precision,
    model::{Aggregation, ForestIr, ForestScores, Reg, Step, StepOp},
};

/// A model of LightGBM or XGBoost, if the part is one.
pub(in super::super) fn booster(part: Part<'_>) -> Result<Option<Parsed<Coded>>, FormatError> {
    Ok(match (part.module, part.class) {
        ("lightgbm.sklearn", "LGBMClassifier" | "LGBMRegressor" | "LGBMRanker")
        | ("lightgbm.basic", "Booster") => Some(lightgbm::read(part)?),
        ("xgboost.sklearn", _) | ("xgboost.core", "Booster") => Some(xgboost::read(part)?),
        _ => None,
    })
}

/// What is not stored in a sparse matrix is missing to XGBoost, and zeros are not stored.
///
/// Source: `_from_scipy_csr` in XGBoost's `python-package/xgboost/data.py`.
fn zero_is_missing(forest: &ForestModel) -> Step {
    Step {
        op: StepOp::ZeroIsMissing,
        operand: vec![0.0; forest.forest.n_features],
        precision: Precision::F64,
    }
}

/// How many targets a classifier has, where they are several.
fn targets_of(part: Part<'_>) -> Result<Option<usize>, FormatError> {
    if !part.class.ends_with("Classifier") || part.get("n_outputs_").is_none() {
        return Ok(None);
    }
    Ok(Some(part.count("n_outputs_")?).filter(|targets| *targets > 1))
}

/// What a forest takes of a file at the least, in any of the formats.
fn bytes(coded: &Coded) -> usize {
    let nodes: usize = coded.forest.forest.trees.iter().map(Vec::len).sum();
    let models = coded.linear.iter().flat_map(|linear| &linear.models);
    let terms: usize = models.map(|model| model.terms.len()).sum();
    nodes.saturating_add(terms).saturating_mul(8)
}

impl Reader {
    /// The forest that a part is, and the registers that it reads.
    pub(in super::super) fn forest(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Option<(Coded, Vec<Reg>)>, FormatError> {
        let read_before = self.booster.take_if(|(id, _)| *id == part.id);
        let booster = match read_before {
            Some((_, booster)) => Some(booster),
            None => booster(part)?,
        };
        if let Some(booster) = booster {
            self.parts.extend(booster.parts);
            let mut coded = booster.ir;
            let forest = &mut coded.forest;
            if self.sparse && part.package() == "xgboost" {
                forest.steps.insert(0, zero_is_missing(forest));
                forest.forest.handles_infinite = false;
                // What only rounds to zero is stored.
                forest.input = Precision::F64;
            }
            self.spend(bytes(&coded))?;
            let reads = self.board.codes(reads, &coded.categories)?;
            return Ok(Some((coded, reads)));
        }
        let Some(ensemble) = self.ensemble(part)? else {
            return Ok(None);
        };
        self.parts.push(part.class.to_owned());
        let reads = self.coded(part, reads)?;
        let mut forest = ensemble.model();
        // In a sparse matrix scikit-learn's trees take no missing values.
        forest.forest.handles_missing &= !self.sparse;
        let coded = Coded::plain(forest);
        self.spend(bytes(&coded))?;
        Ok(Some((coded, reads)))
    }

    /// The registers that the nodes of a part read: where it has an encoder of its own, the encoded columns and then the others.
    fn coded(&mut self, part: Part<'_>, reads: &[Reg]) -> Result<Vec<Reg>, FormatError> {
        let hist = part.class.starts_with("HistGradientBoosting");
        let Some(Encoded {
            encoder,
            categorical,
            rest,
        }) = hist.then(|| encoded(part)).transpose()?.flatten()
        else {
            return Ok(reads.to_vec());
        };
        let given = |places: &[usize]| -> Option<Vec<Reg>> {
            places
                .iter()
                .map(|place| reads.get(*place).copied())
                .collect()
        };
        let (Some(categorical), Some(rest)) = (given(&categorical), given(&rest)) else {
            return Err(corrupt!(
                "the {} was fitted on more columns than the {} it gets",
                part.class,
                reads.len()
            ));
        };
        let mut all = self.inside("encoder", |reader| reader.ordinal(encoder, &categorical))?;
        all.extend(rest);
        Ok(all)
    }

    /// The trees whose mean a part answers, if it is made of trees alone.
    fn averaged<'d>(&self, part: Part<'d>) -> Result<Option<Trees<'d>>, FormatError> {
        if let Some(parts) = forests::trees_of(part)? {
            if targets_of(part)?.is_some() {
                return Ok(None);
            }
            let columns = None;
            return Ok(Some(Trees { parts, columns }));
        }
        let Some(bag) = Bag::of(part, self.size)? else {
            return Ok(None);
        };
        let classes = part.class.ends_with("Classifier");
        let classes = classes.then(|| labels(part, "classes_")).transpose()?;
        bag.trees(classes.as_ref().map(Labels::len))
    }

    fn ensemble(&self, part: Part<'_>) -> Result<Option<Ensemble>, FormatError> {
        let size = self.size;
        if let Some(trees) = self.averaged(part)? {
            return Ok(Some(if part.class.ends_with("Classifier") {
                forests::classifier(part, &trees, size)?
            } else {
                forests::regressor(part, &trees, size)?
            }));
        }
        Ok(Some(match part.sklearn_class() {
            "GradientBoostingClassifier" => boosting::classifier(part, size)?,
            "GradientBoostingRegressor" => boosting::regressor(part, size)?,
            "HistGradientBoostingClassifier" => hist::classifier(part, size)?,
            "HistGradientBoostingRegressor" => hist::regressor(part, size)?,
            _ => return Ok(None),
        }))
    }

    /// scikit-learn's trees take NaN, if they do, but nothing infinite; its boosting on histograms and the boosters of others do.
    pub(in super::super) fn finite_for(
        &mut self,
        part: Part<'_>,
        forest: &ForestModel,
        reads: &[Reg],
    ) {
        if matches!(part.package(), "sklearn" | "imblearn")
            && !part.class.starts_with("HistGradientBoosting")
        {
            self.board.refuse_infinite(reads, forest.input);
        }
    }

    /// A forest in the middle of a model.
    pub(super) fn forest_estimate(
        &mut self,
        part: Part<'_>,
        coded: Coded,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let Coded {
            mut forest, linear, ..
        } = coded;
        // `decision_function` answers the raw scores without the factor.
        let factor = std::mem::replace(&mut forest.factor, 1.0);
        self.board.features(reads, &forest.forest)?;
        self.finite_for(part, &forest, reads);
        let (scores, _, output, output_precision) = forest.apart(Some(reads.to_vec()));
        let raw = self.board.score(scores, linear, reads)?;
        // LightGBM's since 4.7, which notes whether its columns had names.
        let of_lightgbm = part.class == "LGBMClassifier";
        let has_decision = part.class.contains("GradientBoostingClassifier")
            || of_lightgbm && part.get("_fitted_with_feature_names").is_some();
        let classifier = output.labels().is_some();
        let multiplied = |reader: &mut Self, factor: f64| {
            let factors = vec![factor; raw.len()];
            reader.board.each(StepOp::Mul, &raw, factors)
        };
        let scores = match factor {
            1.0 => raw.clone(),
            factor => multiplied(self, factor)?,
        };
        // The leaves were doubled, so that the probability is a sigmoid like any other.
        let doubled = has_decision && part.text("loss") == Some("exponential");
        let answered = if doubled { multiplied(self, 0.5)? } else { raw };
        let mut estimate =
            self.decide(scores, &output, output_precision, classifier, has_decision)?;
        if let (true, Estimate::Classes { decision, .. }) = (has_decision, &mut estimate) {
            *decision = Some(answered);
        }
        Ok(estimate)
    }

    /// Trees or a forest that tell a class for each of several targets, if the part is such.
    pub(super) fn forest_targets(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Option<Estimate>, FormatError> {
        let (Some(targets), Some(parts)) = (targets_of(part)?, forests::trees_of(part)?) else {
            return Ok(None);
        };
        let Some(labels) = labels_of_targets(part, "classes_")? else {
            return Ok(None);
        };
        let trees = Trees {
            parts,
            columns: None,
        };
        let most = labels.iter().map(Labels::len).max().unwrap_or_default();
        let width = labels.iter().map(Labels::len).sum();
        if labels.len() != targets {
            return Err(corrupt!(
                "the {} has {targets} targets and the classes of {}",
                part.class,
                labels.len()
            ));
        }
        let forest = Forest::new(part.n_features()?, width, Precision::F32, self.size);
        let shares = forests::shares(&trees);
        let leaf = |tree: usize, numbers: &[f64], leaves: &mut Vec<f64>| {
            for (numbers, labels) in numbers.chunks_exact(most).zip(&labels) {
                shares(tree, &numbers[..labels.len()], leaves);
            }
        };
        let forest = forests::grow(part, &trees, forest, (targets, most), leaf)?;
        let mut shares = self.trees(reads, forest, Aggregation::Mean)?.into_iter();
        let mut answers = Vec::with_capacity(targets);
        for labels in labels {
            let own: Vec<Reg> = shares.by_ref().take(labels.len()).collect();
            answers.push(Classes {
                class: self.largest(&own)?,
                labels,
                probabilities: Some(own),
                decision: None,
            });
        }
        Ok(Some(Estimate::Targets(answers)))
    }

    /// The scores of trees in the middle of a model.
    pub(super) fn trees(
        &mut self,
        reads: &[Reg],
        mut forest: ForestIr,
        aggregation: Aggregation,
    ) -> Result<Vec<Reg>, FormatError> {
        let nodes: usize = forest.trees.iter().map(Vec::len).sum();
        self.spend(nodes.saturating_mul(8))?;
        // In a sparse matrix scikit-learn's trees take no missing values.
        forest.handles_missing &= !self.sparse;
        self.board.features(reads, &forest)?;
        self.board.refuse_infinite(reads, Precision::F32);
        let scores = ForestScores {
            reads: Some(reads.to_vec()),
            input: Precision::F32,
            steps: Vec::new(),
            forest,
            aggregation,
            base: Vec::new(),
            factor: 1.0,
        };
        self.board.draw(scores, [])
    }
}
