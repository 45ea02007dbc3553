//! `{"predictions": […]}`, with the values that the package's Python library answers.

use super::targets::{ByTarget, Classes, Label, Probabilities};
use crate::{
    formats::{AnswersBy, GraphOutput, OutputKind, one_array},
    http::{dialects::Scored, problem::Failure},
    load::LoadedModel,
    model::{Labels, Model, Output as Meaning, Predictions},
    package::mlmodel::RowsAs,
};
use serde::{Serialize, Serializer, ser::SerializeMap};

/// What is shown of each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Shown {
    /// The label of its class, or the numbers of a regressor.
    Prediction,
    /// Of two classes the score of the second one, of more the scores of all.
    Booster,
    /// Every class's probability.
    Probabilities,
    LogProbabilities,
    /// Of several targets every class's probability, but target by target: an array of rows for each.
    ByTarget,
    /// Of several targets the probability of the second class of each.
    Second,
    /// Every output of the graph by its name: an object for each row.
    Records,
    /// The same: an object of arrays.
    Outputs,
}

/// What to show. `probabilities` is whether the request asks for them, and `frame` whether its rows are a data frame.
pub(in crate::http) fn shown(served: &LoadedModel, probabilities: bool, frame: bool) -> Shown {
    let (model, pyfunc) = (&served.model, &served.pyfunc);
    let graded = model.has_probabilities();
    match &pyfunc.answers {
        _ if probabilities && graded => Shown::Probabilities,
        AnswersBy::Probabilities if graded && has_targets(model) => {
            if one_array(&served.parts) {
                Shown::Second
            } else {
                Shown::ByTarget
            }
        }
        AnswersBy::Probabilities if graded => Shown::Probabilities,
        AnswersBy::LogProbabilities if graded => Shown::LogProbabilities,
        AnswersBy::Booster => Shown::Booster,
        AnswersBy::Outputs(_) => {
            let frame = pyfunc.rows.map_or(frame, |rows| rows == RowsAs::DataFrame);
            if frame {
                Shown::Records
            } else {
                Shown::Outputs
            }
        }
        _ => Shown::Prediction,
    }
}

/// Whether it answers a class for each of several targets.
fn has_targets(model: &Model) -> bool {
    matches!(model.output(), Meaning::Targets(_))
}

/// Writes the answer.
pub(in crate::http) fn write(shown: Shown, scored: &Scored<'_>) -> Result<Vec<u8>, Failure> {
    let answer = Answer {
        served: &scored.model.served,
        predictions: scored.predictions,
        shown,
    };
    answer.to_json().map_err(Failure::internal)
}

/// Predictions and how they are shown.
pub(in crate::http) struct Answer<'a> {
    pub(in crate::http) served: &'a LoadedModel,
    pub(in crate::http) predictions: &'a Predictions,
    pub(in crate::http) shown: Shown,
}

impl Answer<'_> {
    pub(in crate::http) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut body = b"{\"predictions\":".to_vec();
        if self.shown == Shown::Outputs {
            serde_json::to_writer(&mut body, &ByOutput(self))?;
        } else if self.shown == Shown::ByTarget {
            let by_target = ByTarget {
                predictions: self.predictions,
                spans: self.model().output().spans(),
            };
            serde_json::to_writer(&mut body, &by_target)?;
        } else {
            body.push(b'[');
            for row in 0..self.predictions.rows() {
                if row > 0 {
                    body.push(b',');
                }
                serde_json::to_writer(&mut body, &Row(self, row))?;
            }
            body.push(b']');
        }
        body.push(b'}');
        Ok(body)
    }

    fn model(&self) -> &Model {
        &self.served.model
    }

    fn outputs(&self) -> &[GraphOutput] {
        match &self.served.pyfunc.answers {
            AnswersBy::Outputs(outputs) => outputs,
            _ => &[],
        }
    }

    /// What an output of the graph holds for a row.
    fn output<S: Serializer>(
        &self,
        kind: OutputKind,
        row: usize,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let scores = self.predictions.row(row);
        match (kind, self.model().labels(), scores) {
            (OutputKind::Label, Some(labels), _) => self.label(labels, row, to),
            (OutputKind::Zipped, Some(labels), _) => {
                let mut map = to.serialize_map(Some(scores.len()))?;
                for (place, score) in scores.iter().enumerate() {
                    match labels {
                        Labels::Integers(labels) => map.serialize_entry(&labels[place], score)?,
                        Labels::Strings(labels) => map.serialize_entry(&labels[place], score)?,
                    }
                }
                map.end()
            }
            (OutputKind::Part { first, count, flat }, ..) => {
                let part = scores.get(first..first + count).unwrap_or_default();
                match part {
                    [only] if flat || self.shown == Shown::Records => only.serialize(to),
                    several => several.serialize(to),
                }
            }
            // A data frame has a number in each cell, a tensor an array of one number.
            (_, None, [only]) if self.shown == Shown::Records => only.serialize(to),
            _ => scores.serialize(to),
        }
    }

    /// What several targets answer for a row.
    fn of_targets<S: Serializer>(
        &self,
        shown: Shown,
        row: usize,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let targets = self.model().output().choices();
        if matches!(shown, Shown::Probabilities | Shown::Second) {
            let probabilities = Probabilities {
                targets,
                scores: self.predictions.row(row),
                second: shown == Shown::Second,
            };
            return probabilities.serialize(to);
        }
        let classes = Classes {
            targets,
            winners: self.predictions.winners(row),
            booleans: self.served.pyfunc.booleans,
        };
        classes.serialize(to)
    }

    /// The label of a row's class.
    fn label<S: Serializer>(&self, labels: &Labels, row: usize, to: S) -> Result<S::Ok, S::Error> {
        let class = self.predictions.classes[row] as usize;
        Label(labels, class, self.served.pyfunc.booleans).serialize(to)
    }
}

/// One row.
struct Row<'a>(&'a Answer<'a>, usize);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(answer, row) = *self;
        let scores = answer.predictions.row(row);
        match (answer.shown, answer.model().labels()) {
            (Shown::Records, _) => {
                let outputs = answer.outputs();
                let mut map = to.serialize_map(Some(outputs.len()))?;
                for GraphOutput { name, kind } in outputs {
                    map.serialize_entry(name, &Output(answer, *kind, row))?;
                }
                map.end()
            }
            (shown, None) if has_targets(answer.model()) => answer.of_targets(shown, row, to),
            (Shown::Booster, Some(_)) if answer.model().is_binary() => scores[1].serialize(to),
            (Shown::Booster | Shown::Probabilities, Some(_)) => scores.serialize(to),
            // Of a probability of zero it is minus infinity, which is not in JSON: null.
            (Shown::LogProbabilities, Some(_)) => to.collect_seq(scores.iter().map(|x| x.ln())),
            (_, Some(labels)) => answer.label(labels, row, to),
            (_, None) => match scores {
                [only] => only.serialize(to),
                several => several.serialize(to),
            },
        }
    }
}

/// What an output holds for a row.
struct Output<'a>(&'a Answer<'a>, OutputKind, usize);

impl Serialize for Output<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.output(self.1, self.2, to)
    }
}

/// All rows, output by output.
struct ByOutput<'a>(&'a Answer<'a>);

impl Serialize for ByOutput<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let outputs = self.0.outputs();
        let mut map = to.serialize_map(Some(outputs.len()))?;
        for GraphOutput { name, kind } in outputs {
            map.serialize_entry(name, &All(self.0, *kind))?;
        }
        map.end()
    }
}

/// What an output holds for all rows.
struct All<'a>(&'a Answer<'a>, OutputKind);

impl Serialize for All<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(answer, kind) = *self;
        to.collect_seq((0..answer.predictions.rows()).map(|row| Output(answer, kind, row)))
    }
}
