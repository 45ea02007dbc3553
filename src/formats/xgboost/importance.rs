//! How important a model finds its columns: `feature_importances_` of its scikit-learn classes.
//!
//! Source: `XGBModel.feature_importances_` in XGBoost's `python-package/xgboost/sklearn.py`, `FeatureScore` in its `src/gbm/gbtree.h`
//! and `WalkTree` in its `include/xgboost/tree_model.h`.

use serde::Deserialize;

use super::{
    FormatError, corrupt,
    document::{Number, number},
    json, ubj, unsupported,
};
use crate::{formats::MAX_FEATURES, model::pairwise_sum};

/// What counts of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counts {
    /// That it is one.
    Weight,
    /// By how much it improved the fit.
    Gain { mean: bool },
    /// How many rows came by, by their weight.
    Cover { mean: bool },
}

impl Counts {
    /// By the name of an `importance_type`; the default is `gain`.
    pub(crate) fn named(name: Option<&str>) -> Option<Self> {
        Some(match name {
            Some("weight") => Self::Weight,
            None | Some("gain") => Self::Gain { mean: true },
            Some("total_gain") => Self::Gain { mean: false },
            Some("cover") => Self::Cover { mean: true },
            Some("total_cover") => Self::Cover { mean: false },
            Some(_) => return None,
        })
    }
}

/// The memory of a booster, as far as it says how important its columns are.
#[derive(Deserialize)]
struct Memory {
    #[serde(rename = "Model")]
    model: Document,
}

#[derive(Deserialize)]
struct Document {
    learner: Learner,
    #[serde(default)]
    version: Vec<u32>,
}

#[derive(Deserialize)]
struct Learner {
    gradient_booster: Booster,
    learner_model_param: Parameters,
}

#[derive(Deserialize)]
struct Parameters {
    num_feature: String,
}

/// As in [`super::document::Booster`].
#[derive(Deserialize)]
struct Booster {
    model: Option<Trees>,
    gbtree: Option<Inner>,
}

#[derive(Deserialize)]
struct Inner {
    model: Trees,
}

#[derive(Deserialize)]
struct Trees {
    #[serde(default)]
    trees: Vec<Tree>,
}

/// Arrays with one entry per node.
#[derive(Deserialize)]
struct Tree {
    left_children: Vec<i32>,
    right_children: Vec<i32>,
    split_indices: Vec<u32>,
    loss_changes: Vec<Number>,
    sum_hessian: Vec<Number>,
}

/// Shares of one number for each column, of all trees.
///
/// # Errors
/// `Unsupported` where the library does not take them from these numbers, `Corrupt` when the bytes are no model.
pub(crate) fn importances(bytes: &[u8], counts: Counts) -> Result<Vec<f32>, FormatError> {
    let Document { learner, version } = document(bytes)?;
    // Versions before 1.5 add up what they print, with fewer digits.
    if counts != Counts::Weight && (version.as_slice() < &[1, 5][..]) {
        return Err(old());
    }
    let width = number("num_feature", &learner.learner_model_param.num_feature)?;
    if width > MAX_FEATURES {
        return Err(corrupt!(
            "the XGBoost model takes more than {MAX_FEATURES} features"
        ));
    }
    let Booster { model, gbtree } = learner.gradient_booster;
    let Some(Trees { trees }) = model.or(gbtree.map(|inner| inner.model)) else {
        return Err(corrupt!("the XGBoost model has no trees"));
    };
    let mut sums = Sums {
        counts,
        splits: vec![0; width],
        values: vec![0.0; width],
    };
    for tree in &trees {
        sums.add(tree)?;
    }
    Ok(sums.shares())
}

fn old() -> FormatError {
    unsupported!(
        "the model selects columns by their importance to a model of XGBoost before 1.5, which is not in the file to the last bit; \
         fit it with a later version, or with importance_type=\"weight\""
    )
}

/// Reads JSON or UBJSON.
fn document(bytes: &[u8]) -> Result<Document, FormatError> {
    let read: Result<Memory, String> = match bytes {
        [b'{', b'i' | b'U' | b'I' | b'l' | b'L', ..] => {
            ubj::from_slice(bytes).map_err(|error| error.to_string())
        }
        [b'{', ..] => json::from_slice(bytes).map_err(|error| error.to_string()),
        // The binary format of old versions.
        _ => return Err(old()),
    };
    let memory = read.map_err(|error| corrupt!("the file is not an XGBoost model: {error}"))?;
    Ok(memory.model)
}

/// Sums over the splits of each column, in `f32` and in the order in which the library meets them.
struct Sums {
    counts: Counts,
    splits: Vec<usize>,
    values: Vec<f32>,
}

impl Sums {
    fn add(&mut self, tree: &Tree) -> Result<(), FormatError> {
        let wrong =
            || corrupt!("a tree of the XGBoost model has children or a feature out of range");
        let place = |child: i32| usize::try_from(child).ok();
        let mut left = tree.left_children.len();
        let mut next = vec![0];
        while let Some(node) = next.pop() {
            left = left.checked_sub(1).ok_or_else(wrong)?;
            let children = tree
                .left_children
                .get(node)
                .zip(tree.right_children.get(node));
            let (yes, no) = children.ok_or_else(wrong)?;
            let Some(yes) = place(*yes) else {
                continue;
            };
            next.extend([Some(yes), place(*no)].into_iter().flatten());
            let feature = tree.split_indices.get(node).ok_or_else(wrong)?;
            let feature = *feature as usize;
            let value = match self.counts {
                Counts::Weight => Some(1.0),
                Counts::Gain { .. } => tree.loss_changes.get(node).map(|Number(x)| *x),
                Counts::Cover { .. } => tree.sum_hessian.get(node).map(|Number(x)| *x),
            };
            let sum = self.values.get_mut(feature).ok_or_else(wrong)?;
            *sum += value.ok_or_else(wrong)?;
            self.splits[feature] += 1;
        }
        Ok(())
    }

    fn shares(self) -> Vec<f32> {
        let mean = matches!(
            self.counts,
            Counts::Gain { mean: true } | Counts::Cover { mean: true }
        );
        let mut values = self.values;
        if mean {
            for (value, splits) in values.iter_mut().zip(&self.splits) {
                *value /= (*splits).max(1) as f32;
            }
        }
        let total = pairwise_sum(&values);
        if total != 0.0 {
            values.iter_mut().for_each(|value| *value /= total);
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One tree, whose first node has these children, of a library of this version.
    fn model(left: &str, version: &str) -> Vec<u8> {
        let tree = format!(
            r#"{{"left_children":{left},"right_children":[2,-1,-1],"split_indices":[1,0,0],"loss_changes":[4,0,0],"sum_hessian":[6,3,3]}}"#
        );
        format!(
            r#"{{"Model":{{"learner":{{"gradient_booster":{{"model":{{"trees":[{tree},{tree}]}}}},"learner_model_param":{{"num_feature":"3"}}}},"version":{version}}}}}"#
        )
        .into_bytes()
    }

    #[test]
    fn importances_are_shares_of_what_the_splits_are_worth() {
        let model = model("[1,-1,-1]", "[1,7,6]");
        for name in ["weight", "gain", "total_gain", "cover", "total_cover"] {
            let counts = Counts::named(Some(name)).unwrap();
            assert_eq!(
                importances(&model, counts).unwrap(),
                [0.0, 1.0, 0.0],
                "{name}"
            );
        }
        assert_eq!(Counts::named(Some("shap")), None);
    }

    #[test]
    fn an_old_model_says_exactly_only_how_often_it_splits() {
        let model = model("[1,-1,-1]", "[1,4,2]");
        assert!(importances(&model, Counts::Weight).is_ok());
        let error = importances(&model, Counts::Gain { mean: true }).unwrap_err();
        assert!(error.to_string().contains("before 1.5"), "{error}");
    }

    #[test]
    fn a_tree_that_leads_back_to_its_root_ends() {
        let error = importances(&model("[0,-1,-1]", "[3,2,0]"), Counts::Weight).unwrap_err();
        assert!(error.to_string().contains("out of range"), "{error}");
    }
}
