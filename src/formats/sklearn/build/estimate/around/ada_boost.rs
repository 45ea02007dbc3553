//! Members that were fitted one after the other to rows that the ones before got wrong. Where all are trees, they are read as one forest.
//!
//! Source: `decision_function`, `predict_proba` and `_samme_proba` of `AdaBoostClassifier`, and `AdaBoostRegressor`, in
//! `sklearn/ensemble/_weight_boosting.py`; `RUSBoostClassifier` in `imblearn/ensemble/_weight_boosting.py` answers as the first.

use super::{
    Classes, Estimate, FormatError, Labels, Part, Precision, Reader, Reg, Register, StepOp,
    corrupt, labels, numpy, ops,
};
use crate::{
    formats::sklearn::build::{
        forests::{self, Trees},
        trees::Forest,
    },
    model::{Aggregation, ForestIr, Link, Output, largest},
};

/// The members and how much each of them counts.
struct Boosted<'d> {
    members: Vec<Part<'d>>,
    /// Those of the members; the attribute has zeros behind them where the fit has ended early.
    weights: Vec<f64>,
    total: f64,
}

impl<'d> Boosted<'d> {
    fn new(part: Part<'d>) -> Result<Self, FormatError> {
        let members = part.parts("estimators_")?;
        let mut weights = part.array("estimator_weights_")?.floats()?;
        let total = numpy::sum(&weights);
        if members.is_empty() || weights.len() < members.len() || !total.is_finite() {
            return Err(corrupt!(
                "the {} has {} weights for {} members",
                part.class,
                weights.len(),
                members.len()
            ));
        }
        weights.truncate(members.len());
        Ok(Self {
            members,
            weights,
            total,
        })
    }

    /// The members, if all are trees of one kind.
    fn trees(&self, kind: &str) -> Option<Trees<'d>> {
        let is_tree = |member: &Part<'_>| forests::is_tree(*member) && member.class.ends_with(kind);
        self.members.iter().all(is_tree).then(|| Trees {
            parts: self.members.clone(),
            columns: None,
        })
    }
}

/// How the members' answers become scores.
enum Rule {
    /// The weight of the member for the class that it names, and what all others get.
    Discrete(Vec<f64>),
    /// Logarithms of the probabilities, up to scikit-learn 1.5.
    Real,
}

impl Rule {
    /// Classes of imbalanced-learn do not say by which scikit-learn they were written, but their members do.
    fn of(part: Part<'_>, boosted: &Boosted<'_>, classes: usize) -> Self {
        let members = boosted.members.iter().copied();
        let mut told = std::iter::once(part).chain(members);
        let told = told
            .find(|part| part.version_text().is_some())
            .unwrap_or(part);
        if part.text("algorithm") == Some("SAMME.R") && !told.since(1, 6) {
            return Self::Real;
        }
        // Since 1.3.1 a member counts against the classes that it does not name.
        if !told.since(1, 3) || told.version_text() == Some("1.3.0") {
            return Self::Discrete(Vec::new());
        }
        let share = -1.0 / (classes as f64 - 1.0);
        Self::Discrete(boosted.weights.iter().map(|w| share * w).collect())
    }
}

impl Reader {
    pub(super) fn ada_boost_classifier(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        self.board.whole_numbers(reads)?;
        let labels = labels(part, "classes_")?;
        let boosted = Boosted::new(part)?;
        let classes = labels.len();
        if classes < 2 || boosted.total == 0.0 {
            return Err(corrupt!(
                "the {} has {classes} classes, and its members the weight {}",
                part.class,
                boosted.total
            ));
        }
        let rule = Rule::of(part, &boosted, classes);
        let sums = match (boosted.trees("Classifier"), &rule) {
            (Some(trees), _) => self.forest_votes(part, reads, &trees, &boosted, &rule, classes)?,
            (None, Rule::Discrete(against)) => {
                self.votes(part, reads, &boosted, against, &labels)?
            }
            (None, Rule::Real) => {
                let means = self.real(part, reads, &boosted, classes)?;
                return self.boosted_classes(labels, means);
            }
        };
        let total = vec![boosted.total; classes];
        let scores = self.board.each(StepOp::Div, &sums, total)?;
        self.boosted_classes(labels, scores)
    }

    /// Two scores become one; probabilities are a softmax.
    fn boosted_classes(
        &mut self,
        labels: Labels,
        scores: Vec<Reg>,
    ) -> Result<Estimate, FormatError> {
        let (decision, class, raw) = if let [_, _] = scores.as_slice() {
            let difference = ops::Linear {
                reads: scores,
                weights: vec![-1.0, 1.0],
                intercept: vec![0.0],
            };
            let score = self.board.draw(difference, [])?[0];
            let negative = self.board.apply(ops::Function::Negative, &[score])?[0];
            let halves = self
                .board
                .each(StepOp::Div, &[negative, score], vec![2.0; 2])?;
            (vec![score], self.above(score, 0.0, false)?, halves)
        } else {
            let others = vec![scores.len() as f64 - 1.0; scores.len()];
            let raw = self.board.each(StepOp::Div, &scores, others)?;
            let class = self.largest(&scores)?;
            (scores, class, raw)
        };
        let softmax = ops::Decide {
            reads: raw,
            output: Output::Regression {
                link: Link::Softmax,
            },
            precision: Precision::F64,
        };
        let probabilities = self.board.draw(softmax, [])?;
        Ok(Classes {
            labels,
            probabilities: Some(probabilities),
            decision: Some(decision),
            class,
        }
        .into())
    }

    /// What members of any kind vote for.
    fn votes(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        boosted: &Boosted<'_>,
        against: &[f64],
        labels: &Labels,
    ) -> Result<Vec<Reg>, FormatError> {
        let mut voters = Vec::with_capacity(boosted.members.len());
        for (place, member) in boosted.members.iter().enumerate() {
            let answer = self.member(&format!("member {place}"), *member, reads)?;
            let answer = answer.classes(part)?;
            if answer.labels != *labels {
                return Err(corrupt!(
                    "a member of the {} knows other classes",
                    part.class
                ));
            }
            voters.push(answer.class);
        }
        let votes = ops::Votes {
            reads: voters,
            weights: boosted.weights.clone(),
            against: against.to_vec(),
            classes: labels.len(),
        };
        self.board.draw(votes, [])
    }

    /// The mean of what members of any kind say by the logarithms of their probabilities. All of them weigh 1.
    fn real(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        boosted: &Boosted<'_>,
        classes: usize,
    ) -> Result<Vec<Reg>, FormatError> {
        let mut all = Vec::with_capacity(boosted.members.len());
        for (place, member) in boosted.members.iter().enumerate() {
            let answer = self.member(&format!("member {place}"), *member, reads)?;
            let p = answer.classes(part)?.probabilities(part)?;
            if p.len() != classes {
                return Err(corrupt!(
                    "a member of the {} knows other classes",
                    part.class
                ));
            }
            let least = match self.board.precision(&p) {
                Precision::F32 => f64::from(f32::EPSILON),
                Precision::F64 => f64::EPSILON,
            };
            let p = self.board.each(StepOp::AtLeast, &p, vec![least; classes])?;
            let mut logs = self.board.apply(ops::Function::Log, &p)?;
            let sum = ops::Linear {
                reads: logs.clone(),
                weights: vec![1.0; classes],
                intercept: vec![0.0],
            };
            logs.extend(self.board.draw(sum, [])?);
            let mut weights = vec![0.0; classes * (classes + 1)];
            for (class, row) in weights.chunks_exact_mut(classes + 1).enumerate() {
                row[class] = 1.0;
                row[classes] = -(1.0 / classes as f64);
            }
            let centered = ops::Linear {
                reads: logs,
                weights,
                intercept: vec![0.0; classes],
            };
            let centered = self.board.draw(centered, [])?;
            let others = vec![classes as f64 - 1.0; classes];
            all.push(self.board.each(StepOp::Mul, &centered, others)?);
        }
        let average = ops::Average {
            members: all,
            weights: None,
            precision: Precision::F64,
        };
        self.board.draw(average, [])
    }

    /// The same by trees alone: leaves hold what a member adds.
    fn forest_votes(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
        trees: &Trees<'_>,
        boosted: &Boosted<'_>,
        rule: &Rule,
        classes: usize,
    ) -> Result<Vec<Reg>, FormatError> {
        let forest = Forest::new(reads.len(), classes, Precision::F32, self.size);
        let shares = forests::shares(trees);
        let leaf = |tree: usize, numbers: &[f64], leaves: &mut Vec<f64>| match rule {
            Rule::Discrete(against) => {
                let named = largest(numbers) as usize;
                let against = against.get(tree).copied().unwrap_or(0.0);
                let score = |class| {
                    if class == named {
                        boosted.weights[tree]
                    } else {
                        against
                    }
                };
                leaves.extend((0..classes).map(score));
            }
            Rule::Real => {
                let first = leaves.len();
                shares(tree, numbers, leaves);
                let own = &mut leaves[first..];
                own.iter_mut().for_each(|x| *x = x.max(f64::EPSILON).ln());
                let mean = 1.0 / classes as f64 * numpy::sum(own);
                own.iter_mut()
                    .for_each(|x| *x = (classes as f64 - 1.0) * (*x - mean));
            }
        };
        let forest = forests::grow(part, trees, forest, (1, classes), leaf)?;
        self.members_as_forest(part, trees, reads, forest)
    }

    pub(super) fn ada_boost_regressor(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Estimate, FormatError> {
        self.board.whole_numbers(reads)?;
        let boosted = Boosted::new(part)?;
        let members = boosted.members.len();
        let numbers = if let Some(trees) = boosted.trees("Regressor") {
            let mut forest = Forest::new(reads.len(), members, Precision::F32, self.size);
            forest.source.targets = (0..members as u32).collect();
            let leaf = |_: usize, numbers: &[f64], leaves: &mut Vec<f64>| {
                leaves.extend_from_slice(numbers);
            };
            let forest = forests::grow(part, &trees, forest, (1, 1), leaf)?;
            self.members_as_forest(part, &trees, reads, forest)?
        } else {
            let mut numbers = Vec::with_capacity(members);
            for (place, member) in boosted.members.iter().enumerate() {
                let answer = self.member(&format!("member {place}"), *member, reads)?;
                numbers.extend(answer.numbers(part)?);
            }
            numbers
        };
        let precision = self.board.precision(&numbers);
        let median = ops::Median {
            reads: numbers,
            weights: boosted.weights,
        };
        let known = Register::rounded(precision);
        Ok(Estimate::Numbers(self.board.draw(median, [known])?))
    }

    /// The sums of trees that are members.
    fn members_as_forest(
        &mut self,
        part: Part<'_>,
        trees: &Trees<'_>,
        reads: &[Reg],
        forest: ForestIr,
    ) -> Result<Vec<Reg>, FormatError> {
        let classes = trees.parts.iter().map(|tree| tree.class.to_owned());
        self.parts.extend(classes.take(1));
        if forest.n_features != part.n_features().unwrap_or(forest.n_features) {
            return Err(corrupt!(
                "the {} was fitted on other columns than the {} it gets",
                part.class,
                reads.len()
            ));
        }
        self.trees(reads, forest, Aggregation::Sum)
    }
}
