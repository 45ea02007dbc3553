//! What the Python library's own `predict` answers with a file, where that is not what this server's own routes answer.

/// The answer of `predict` to a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AnswersBy {
    /// The label of its class, or the numbers of a regressor.
    #[default]
    Prediction,
    /// Of two classes the score of the second one, of more the scores of all: what the boosters of XGBoost and LightGBM answer.
    Booster,
    /// Every class's probability, as `predict_proba`.
    Probabilities,
    /// The logarithms of these, as `predict_log_proba`.
    LogProbabilities,
    /// Every output of an ONNX graph under its name.
    Outputs(Vec<GraphOutput>),
}

/// Whether `predict_proba` of a model of several targets is one array of the second classes' probabilities, by the classes that the model
/// is made of. That of all others is a list of arrays.
///
/// Source: `predict_proba` in `sklearn/{multiclass,multioutput}.py`, `sklearn/neural_network/_multilayer_perceptron.py`.
pub fn one_array(parts: &[String]) -> bool {
    let of_targets = |part: &&String| {
        matches!(
            part.as_str(),
            "MLPClassifier" | "OneVsRestClassifier" | "ClassifierChain" | "MultiOutputClassifier"
        )
    };
    let first = parts.iter().find(of_targets);
    first.is_some_and(|part| part != "MultiOutputClassifier")
}

/// An output of an ONNX graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphOutput {
    pub name: String,
    pub kind: OutputKind,
}

/// What an output of an ONNX graph holds for each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// The class.
    Label,
    /// An array of scores.
    Scores,
    /// An array of some of the scores, or one of them alone where it is `flat`.
    Part {
        first: usize,
        count: usize,
        flat: bool,
    },
    /// A map from classes to scores, as `ZipMap` makes it.
    Zipped,
}
