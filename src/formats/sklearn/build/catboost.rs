//! CatBoost's classes: the model's file is inside.
//!
//! Source: `_CatBoostBase.__getstate__` in CatBoost's `core.py`.

use super::{
    Part, Reader, corrupt,
    estimated::{Classes, Estimate},
    unsupported,
};
use crate::{
    formats::{
        FormatError, Takes,
        catboost::{Answer, Document, document, draw, no_and_yes, takes},
    },
    model::Reg,
};

/// What a part says of its columns, if it is one of CatBoost's.
pub(super) fn columns(part: Part<'_>) -> Result<Option<Takes>, FormatError> {
    // One that only says what others were fitted from has seen no columns.
    if part.package() != "catboost" || part.get("__model").is_none() {
        return Ok(None);
    }
    Ok(Some(takes(&inside(part)?)?))
}

fn bytes(part: Part<'_>) -> Result<&[u8], FormatError> {
    let id = part
        .get("__model")
        .ok_or_else(|| unsupported!("the {} is not fitted: it has no trees", part.class))?;
    let bytes = part.arena.bytes(id);
    bytes.ok_or_else(|| corrupt!("the {} has no model inside", part.class))
}

fn inside(part: Part<'_>) -> Result<Document, FormatError> {
    document(bytes(part)?)
}

impl Reader {
    /// What a `CatBoostClassifier`, `CatBoostRegressor`, `CatBoostRanker` or `CatBoost` answers, if the part is one.
    pub(super) fn catboost(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Option<Estimate>, FormatError> {
        if part.package() != "catboost" {
            return Ok(None);
        }
        self.spend(bytes(part)?.len())?;
        let answer = draw(&mut self.board, inside(part)?, reads, Some(part.class))?;
        Ok(Some(match answer {
            Answer::Numbers(numbers) => Estimate::Numbers(numbers),
            Answer::Flags(flags) => {
                let flag = |(probabilities, class)| Classes {
                    labels: no_and_yes(),
                    probabilities: Some(probabilities),
                    decision: None,
                    class,
                };
                Estimate::Targets(flags.into_iter().map(flag).collect())
            }
            Answer::Classes {
                labels,
                probabilities,
                class,
            } => Classes {
                labels,
                probabilities: Some(probabilities),
                decision: None,
                class,
            }
            .into(),
        }))
    }
}
