//! The members of what holds several estimators.

use super::{Estimate, FormatError, Part, Reader, Reg, corrupt};
use crate::formats::sklearn::build::compose::{Step, list};

/// The members that were fitted, each with its name and its place in `estimators`; those that were dropped are left out.
pub(super) fn members(holder: Part<'_>) -> Result<Vec<(&str, usize, Part<'_>)>, FormatError> {
    let mut kept = Vec::new();
    for (place, (name, rest)) in list(holder, "estimators")?.into_iter().enumerate() {
        if !matches!(Step::of(holder, name, rest[0], Step::Drop)?, Step::Drop) {
            kept.push((name, place));
        }
    }
    let fitted = holder.parts("estimators_")?;
    if fitted.is_empty() || fitted.len() != kept.len() {
        return Err(corrupt!(
            "the {} has {} members, of which {} are fitted",
            holder.class,
            kept.len(),
            fitted.len()
        ));
    }
    let named = kept.into_iter().zip(fitted);
    Ok(named
        .map(|((name, place), part)| (name, place, part))
        .collect())
}

impl Reader {
    /// What an estimator inside another one answers.
    pub(in super::super) fn member(
        &mut self,
        name: &str,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        if let Some((id, same, estimate)) = &self.last_member
            && *id == part.id
            && same == reads
        {
            return Ok(estimate.clone());
        }
        let estimate = self.inside(name, |reader| reader.estimate(part, reads))?;
        self.last_member = Some((part.id, reads.to_vec(), estimate.clone()));
        Ok(estimate)
    }
}
