//! What stands in for missing values.
//!
//! Source: `sklearn/impute/_base.py`.

use super::{FormatError, Part, Reader, Reg, Register, Word, cells, corrupt, numpy, ops};

impl Reader {
    pub(super) fn simple_imputer(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let statistics = cells::values(part, part.attribute("statistics_")?)?;
        if statistics.len() != reads.len() {
            return Err(corrupt!(
                "the SimpleImputer was fitted on {} columns, and gets {}",
                statistics.len(),
                reads.len()
            ));
        }
        let missing = missing_values(part)?;
        // A column without a single value in the fit is left out, before 1.8 unless what fills it is known beforehand.
        let constant = part.text("strategy") == Some("constant") && !part.since(1, 8);
        let keeps = constant || part.flag("keep_empty_features");
        let none = fills_none(part);
        let (mut marked, mut result) = (Vec::with_capacity(reads.len()), Vec::new());
        for (read, statistic) in reads.iter().zip(&statistics) {
            let text = matches!(statistic, Some(Word::Text(_)));
            let read = self.mark(*read, missing.as_ref(), text)?;
            marked.push(read);
            result.extend(match statistic {
                Some(value) => Some(self.board.fill(read, value, none)?),
                None if keeps => Some(read),
                None => None,
            });
        }
        if matches!(part.text("strategy"), Some("mean" | "median")) {
            // These make floats of whole numbers.
            self.board.note_whole(&result, None);
        }
        if part.flag("add_indicator") {
            let indicator = part.part("indicator_")?;
            result.extend(self.indicate(indicator, &marked)?);
        }
        Ok(result)
    }

    pub(super) fn missing_indicator(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let marked = self.marked(part, reads)?;
        // "auto" is as the rows are.
        if part.text("sparse") != Some("auto") {
            self.sparse = part.flag("sparse");
        }
        self.indicate(part, &marked)
    }

    /// Registers in which the values that count as missing are NaN.
    pub(super) fn marked(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let missing = missing_values(part)?;
        let marked = reads
            .iter()
            .map(|read| self.mark(*read, missing.as_ref(), false));
        marked.collect()
    }

    /// A register in which the values that count as missing are NaN.
    fn mark(&mut self, read: Reg, missing: Option<&Word>, text: bool) -> Result<Reg, FormatError> {
        let Some(value) = missing else {
            return Ok(read);
        };
        // A missing value of another kind is an error then.
        self.board.refuse_missing(&[read]);
        match value {
            Word::Number(_) | Word::Boolean(_) if text => Ok(read),
            value => self.board.is_missing(read, value),
        }
    }

    pub(super) fn indicate(
        &mut self,
        part: Part<'_>,
        marked: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        let features = part.array("features_")?;
        let features = features.floats()?;
        if part.text("features") != Some("all") && part.flag("error_on_new") {
            let new = (0..)
                .zip(marked)
                .filter(|(at, _)| !features.contains(&f64::from(*at)));
            let new: Vec<Reg> = new.map(|(_, read)| *read).collect();
            self.board.look(&new);
            self.board.refuse_missing(&new);
        }
        let read = |feature: &f64| {
            let read = marked.get(*feature as usize).copied();
            read.ok_or_else(|| corrupt!("the MissingIndicator reads column {feature}"))
        };
        let reads: Vec<Reg> = features.iter().map(read).collect::<Result<_, _>>()?;
        self.board.look(&reads);
        let registers = vec![Register::number(); reads.len()];
        self.board.draw(ops::Missing { reads }, registers)
    }
}

/// Whether None counts as missing: where it is what is looked for, or pandas's own missing value, which stands for all kinds.
fn fills_none(part: Part<'_>) -> bool {
    let nan = part.get("missing_values");
    nan.is_none_or(|id| numpy::number(part.arena, id).is_none())
}

/// What counts as missing: nothing here for NaN and None.
fn missing_values(part: Part<'_>) -> Result<Option<Word>, FormatError> {
    match part.get("missing_values") {
        Some(id) => cells::value(part, id),
        None => Ok(None),
    }
}
