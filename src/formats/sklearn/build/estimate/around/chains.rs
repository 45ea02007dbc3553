//! An estimator for each of several targets: side by side, or in a chain where each reads what those before it have answered.
//!
//! Source: `sklearn/multioutput.py`.

use super::{Classes, Estimate, FormatError, Part, Reader, Reg, corrupt, numpy, ops, unsupported};

impl Reader {
    /// A regressor for each target.
    pub(super) fn multi_output(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let mut numbers = Vec::new();
        for (target, member) in some(part)?.into_iter().enumerate() {
            let answer = self.member(&format!("target {target}"), member, reads)?;
            numbers.extend(answer.numbers(part)?);
        }
        Ok(Estimate::Numbers(numbers))
    }

    /// A classifier for each target.
    pub(super) fn multi_output_classifier(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let mut targets = Vec::new();
        for (target, member) in some(part)?.into_iter().enumerate() {
            let answer = self.member(&format!("target {target}"), member, reads)?;
            targets.push(answer.classes(part)?);
        }
        Ok(Estimate::Targets(targets))
    }

    pub(super) fn regressor_chain(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let answers = self.chain(part, reads, |_, answer| match answer {
            Estimate::Numbers(numbers) if numbers.len() == 1 => Ok(numbers[0]),
            _ => Err(corrupt!(
                "a member of the {} is no regressor of one target",
                part.class
            )),
        })?;
        let numbers = answers.into_iter().map(|answer| answer.numbers(part));
        let numbers: Result<Vec<_>, _> = numbers.collect();
        Ok(Estimate::Numbers(numbers?.concat()))
    }

    pub(super) fn classifier_chain(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let method = part.text("chain_method_").unwrap_or("predict");
        let answers = self.chain(part, reads, |reader, answer| {
            let answer = answer.clone().classes(part)?;
            reader.link(part, &answer, method)
        })?;
        let targets = answers.into_iter().map(|answer| answer.classes(part));
        let targets: Result<Vec<Classes>, _> = targets.collect();
        Ok(Estimate::Targets(targets?))
    }

    /// What the classifiers behind one in a chain read of its answer.
    fn link(&mut self, part: Part<'_>, answer: &Classes, method: &str) -> Result<Reg, FormatError> {
        let positive = match (method, answer.labels.len()) {
            ("predict", _) => return self.label(answer, part),
            ("decision_function", 2) => answer.decision.as_ref().and_then(|d| d.first().copied()),
            ("predict_proba" | "predict_log_proba", 2) => {
                answer.probabilities(part)?.get(1).copied()
            }
            _ => {
                return Err(unsupported!(
                    "the {} chains its members by `{}`, of {} classes; `predict` works",
                    part.class,
                    method.escape_debug(),
                    answer.labels.len()
                ));
            }
        };
        let positive =
            positive.ok_or_else(|| corrupt!("a member of the {} has no scores", part.class))?;
        if method == "predict_log_proba" {
            return Ok(self.board.apply(ops::Function::Log, &[positive])?[0]);
        }
        Ok(positive)
    }

    /// The answers of the members of a chain, in the order of the targets. `link` is what the next ones read of an answer.
    fn chain(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        link: impl Fn(&mut Self, &Estimate) -> Result<Reg, FormatError>,
    ) -> Result<Vec<Estimate>, FormatError> {
        self.board.whole_numbers(reads)?;
        let members = some(part)?;
        let order = order(part, members.len())?;
        let mut given = reads.to_vec();
        let mut answers = vec![None; members.len()];
        for (member, target) in members.into_iter().zip(order) {
            let answer = self.member(&format!("target {target}"), member, &given)?;
            given.push(link(self, &answer)?);
            answers[target] = Some(answer);
        }
        let answers: Option<Vec<Estimate>> = answers.into_iter().collect();
        answers.ok_or_else(|| corrupt!("the {} has no order of its targets", part.class))
    }
}

/// The members, of which there is one at least.
fn some(part: Part<'_>) -> Result<Vec<Part<'_>>, FormatError> {
    let members = part.parts("estimators_")?;
    if members.is_empty() {
        return Err(corrupt!("the {} has no members", part.class));
    }
    Ok(members)
}

/// The target of each member.
fn order(part: Part<'_>, members: usize) -> Result<Vec<usize>, FormatError> {
    let id = part.attribute("order_")?;
    let numbers: Option<Vec<f64>> = match part.arena.items(id) {
        Some(items) => items
            .iter()
            .map(|item| numpy::number(part.arena, *item))
            .collect(),
        None => Some(part.array("order_")?.floats()?),
    };
    let numbers = numbers.unwrap_or_default();
    let target = |x: &f64| {
        let known = x.fract() == 0.0 && (0.0..members as f64).contains(x);
        known.then_some(*x as usize)
    };
    let order: Option<Vec<usize>> = numbers.iter().take(members).map(target).collect();
    match order {
        Some(order) if order.len() == members => Ok(order),
        _ => Err(corrupt!("the {} has no order of its targets", part.class)),
    }
}
