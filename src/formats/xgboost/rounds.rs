//! How many trees the scikit-learn classes predict with.

use std::collections::HashMap;

use super::{
    FormatError,
    age::Age,
    corrupt,
    document::{GbtreeModel, number},
    sklearn::Notes,
};

/// The trees of a file, and what it notes about their rounds.
pub(super) struct Rounds<'a> {
    pub(super) model: &'a GbtreeModel,
    pub(super) attributes: &'a HashMap<String, String>,
    /// Outputs.
    pub(super) width: usize,
}

impl Rounds<'_> {
    /// The trees up to the best round, if training has noted which it is.
    pub(super) fn trees(
        &self,
        age: Age,
        notes: &Notes,
        class: Option<&str>,
    ) -> Result<usize, FormatError> {
        if !age.before_1_4 {
            return self.up_to_the_best();
        }
        // The ranker predicts with all trees, whatever it has noted.
        let ranker = class.is_some_and(|class| class.ends_with("Ranker"));
        let all = self.model.trees.len();
        // Nought stands for all.
        Ok(match notes.best_ntree_limit {
            Some(limit) if limit > 0 && !ranker => limit.saturating_mul(self.width).min(all),
            _ => all,
        })
    }

    fn up_to_the_best(&self) -> Result<usize, FormatError> {
        let all = self.model.trees.len();
        let noted = |name: &str| {
            self.attributes
                .get(name)
                .map(|text| number(name, text))
                .transpose()
        };
        let Some(best) = noted("best_iteration")? else {
            return Ok(all);
        };
        let rounds = best.saturating_add(1);
        let parameters = self.model.gbtree_model_param.as_ref();
        let parallel = parameters.and_then(|p| p.num_parallel_tree.as_deref());
        let end = match (&self.model.iteration_indptr, parallel) {
            (Some(ends), _) => ends.get(rounds).map(|end| *end as usize),
            (None, Some(parallel)) => {
                let parallel = number("num_parallel_tree", parallel)?.max(1);
                Some(rounds.saturating_mul(parallel).saturating_mul(self.width))
            }
            // Up to 1.5 only this tells rounds of one tree from forests.
            (None, None) => {
                let trees = noted("best_ntree_limit")?.unwrap_or(rounds);
                Some(trees.saturating_mul(self.width))
            }
        };
        end.filter(|end| *end <= all).ok_or_else(|| {
            corrupt!("the XGBoost model predicts with {rounds} rounds, but has not as many")
        })
    }
}
