//! Means of members that were fitted on parts of the rows and of the columns. Bags of trees are read as forests.
//!
//! Source: `predict_proba`, `decision_function` and `predict` in `sklearn/ensemble/_bagging.py`, with `n_jobs=None`: another number of jobs
//! sums in another order.

use super::{
    Bag, Classes, Estimate, FormatError, Labels, Part, Precision, Reader, Reg, Register, corrupt,
    labels, ops,
};

impl Reader {
    pub(super) fn bagging(
        &mut self,
        part: Part<'_>,
        bag: Bag<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        let mut answers = Vec::with_capacity(bag.members.len());
        for (place, (member, columns)) in bag.members.into_iter().zip(bag.columns).enumerate() {
            self.spend(columns.len() * 4)?;
            let given = columns
                .iter()
                .map(|column| reads.get(*column as usize).copied());
            let given: Option<Vec<Reg>> = given.collect();
            let given = given.ok_or_else(|| {
                corrupt!(
                    "a member of the {} was given a column that is none of {}",
                    part.class,
                    reads.len()
                )
            })?;
            answers.push(self.member(&format!("member {place}"), member, &given)?);
        }
        if part.class.ends_with("Classifier") {
            return self.bagged_classes(part, answers);
        }
        let numbers = answers.into_iter().map(|answer| answer.numbers(part));
        let numbers: Result<Vec<_>, _> = numbers.collect();
        Ok(Estimate::Numbers(self.average(numbers?, None)?))
    }

    /// The mean of the probabilities, or the share of the votes where members have none. The members know the classes by their places.
    fn bagged_classes(
        &mut self,
        part: Part<'_>,
        answers: Vec<Estimate>,
    ) -> Result<Estimate, FormatError> {
        let labels = labels(part, "classes_")?;
        let nothing = self.constants(vec![0.0])?[0];
        let mut shares = Vec::with_capacity(answers.len());
        let mut decisions = Some(Vec::with_capacity(answers.len()));
        for answer in answers {
            let answer = answer.classes(part)?;
            let given = if let Some(probabilities) = &answer.probabilities {
                probabilities.clone()
            } else {
                let width = answer.labels.len();
                let slot = answer.class;
                let known = vec![Register::number(); width];
                self.board.draw(ops::OneHot { slot, width }, known)?
            };
            let mut all = vec![nothing; labels.len()];
            for (place, share) in places(part, &answer.labels, labels.len())?.zip(given) {
                all[place] = share;
            }
            shares.push(all);
            let decision = answer
                .decision
                .filter(|_| answer.labels.len() == labels.len());
            decisions = decisions.zip(decision).map(|(mut all, decision)| {
                all.push(decision);
                all
            });
        }
        let average = ops::Average {
            members: shares,
            weights: None,
            precision: Precision::F64,
        };
        let probabilities = self.board.draw(average, [])?;
        let decision = decisions.map(|all| self.average(all, None)).transpose()?;
        Ok(Classes {
            class: self.largest(&probabilities)?,
            labels,
            probabilities: Some(probabilities),
            decision,
        }
        .into())
    }
}

/// Where the classes of a member are among those of the bag.
fn places<'l>(
    part: Part<'_>,
    member: &'l Labels,
    classes: usize,
) -> Result<impl Iterator<Item = usize> + use<'l>, FormatError> {
    match member {
        Labels::Integers(places)
            if places
                .iter()
                .all(|place| (0..classes as i64).contains(place)) =>
        {
            Ok(places.iter().map(|place| *place as usize))
        }
        _ => Err(corrupt!(
            "a member of the {} knows other classes",
            part.class
        )),
    }
}
