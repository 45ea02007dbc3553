//! Unions of features.
//!
//! Source: `FeatureUnion` in `sklearn/pipeline.py`.

use super::{
    FormatError, Id, Part, Reader, Reg,
    named::{Step, list},
    numpy,
};
use crate::model::StepOp;

impl Reader {
    /// The results of all members, one after the other.
    pub(in super::super) fn union(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let mut all = Vec::new();
        let (given_sparse, mut sparse) = (self.sparse, false);
        for (name, rest) in list(part, "transformer_list")? {
            let given = reads.to_vec();
            self.sparse = given_sparse;
            let result = match Step::of(part, &self.board.place_of(name), rest[0], Step::Drop)? {
                Step::Drop => continue,
                Step::Passthrough => given,
                Step::Part(inside) => {
                    self.inside(name, |reader| reader.transform(inside, given))?
                }
            };
            all.extend(self.weighted(part, name, result)?);
            sparse |= self.sparse;
        }
        self.sparse = sparse;
        Ok(all)
    }

    /// Results by the weight that `transformer_weights` gives them.
    pub(super) fn weighted(
        &mut self,
        holder: Part<'_>,
        name: &str,
        result: Vec<Reg>,
    ) -> Result<Vec<Reg>, FormatError> {
        let weights: Option<Id> = holder.get("transformer_weights");
        let weight = weights.and_then(|weights| holder.arena.get(weights, name));
        match weight.and_then(|weight| numpy::number(holder.arena, weight)) {
            Some(weight) => {
                self.board.numbers(&result)?;
                let weights = vec![weight; result.len()];
                self.board.each(StepOp::Mul, &result, weights)
            }
            None => Ok(result),
        }
    }
}
