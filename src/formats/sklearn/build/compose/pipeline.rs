//! Pipelines.
//!
//! Source: `sklearn/pipeline.py`, and `imblearn/pipeline.py`, whose samplers do nothing when a model predicts.

use super::{
    FormatError, Part, Reader, Reg, corrupt,
    named::{Step, found, list},
    unsupported,
};

/// Pipelines in pipelines deeper than this are nobody's model.
const MAX_NESTED: usize = 16;

/// Whether the part is a pipeline, of scikit-learn or of imbalanced-learn.
pub(super) fn is_pipeline(part: Part<'_>) -> bool {
    part.class == "Pipeline" && matches!(part.package(), "sklearn" | "imblearn")
}

/// Whether the part changes the sample that a model is fitted on, and nothing else.
fn is_sampler(part: Part<'_>) -> bool {
    let modules = [
        "imblearn.over_sampling",
        "imblearn.under_sampling",
        "imblearn.combine",
    ];
    let of_function = part.package() == "imblearn" && part.class == "FunctionSampler";
    of_function || modules.iter().any(|module| part.module.starts_with(module))
}

impl Reader {
    /// Follows pipelines and searches to the estimator at their end; what it reads.
    pub(in super::super) fn before_the_last<'d>(
        &mut self,
        root: Part<'d>,
        mut reads: Vec<Reg>,
    ) -> Result<(Part<'d>, Vec<Reg>), FormatError> {
        let mut last = found(root)?;
        let mut nested = 0;
        while is_pipeline(last) {
            if nested > MAX_NESTED {
                return Err(unsupported!("the pipelines nest too deep"));
            }
            nested += 1;
            let steps = list(last, "steps")?;
            let Some(((name, end), before)) = steps.split_last() else {
                return Err(corrupt!("the Pipeline has no steps"));
            };
            reads = self.steps(last, before, reads)?;
            last = match Step::of(last, &self.board.place_of(name), end[0], Step::Passthrough)? {
                Step::Part(part) => found(part)?,
                Step::Passthrough | Step::Drop => {
                    return Err(unsupported!(
                        "the pipeline ends with the step `{name}`, which is no model"
                    ));
                }
            };
        }
        Ok((last, reads))
    }

    /// All steps of a pipeline that only transforms.
    pub(in super::super) fn pipeline(
        &mut self,
        part: Part<'_>,
        reads: Vec<Reg>,
    ) -> Result<Vec<Reg>, FormatError> {
        let steps = list(part, "steps")?;
        self.steps(part, &steps, reads)
    }

    fn steps<'d>(
        &mut self,
        holder: Part<'d>,
        steps: &[(&'d str, &'d [super::Id])],
        mut reads: Vec<Reg>,
    ) -> Result<Vec<Reg>, FormatError> {
        self.expect_text(holder, steps, &reads);
        for (name, rest) in steps {
            match Step::of(
                holder,
                &self.board.place_of(name),
                rest[0],
                Step::Passthrough,
            )? {
                Step::Passthrough => {}
                Step::Part(part) if is_sampler(part) => {}
                Step::Part(part) => {
                    reads = self.inside(name, |reader| reader.transform(part, reads))?;
                }
                Step::Drop => {
                    return Err(corrupt!("the step `{name}` of the Pipeline is \"drop\""));
                }
            }
        }
        Ok(reads)
    }
}
