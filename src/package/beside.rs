//! Files that lie beside a model without an `MLmodel`: which of them belong to it, by the names that people give them.

use std::io;

use super::{
    files::Files,
    path::{inside, is_stray_at_top},
};
use crate::formats::{FormatError, unsupported};

/// The setting that forbids this, and its variable.
const FORBID: &str = "model.companions: false (MLSERVING__MODEL__COMPANIONS=false)";

/// What a file is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Before,
    Labels,
    Columns,
    Threshold,
    /// What this server does not run.
    Refused,
}

/// The names of such files without the ending, in the order in which rows go through them.
const NAMES: [(&str, Role); 26] = [
    ("label_encoders", Role::Before),
    ("encoders", Role::Before),
    ("label_binarizers", Role::Before),
    ("label_encoder", Role::Before),
    ("target_encoder", Role::Before),
    ("label_binarizer", Role::Before),
    ("lb", Role::Before),
    ("mlb", Role::Before),
    ("encoder", Role::Before),
    ("imputer", Role::Before),
    ("vectorizer", Role::Before),
    ("tfidf", Role::Before),
    ("tfidf_vectorizer", Role::Before),
    ("count_vectorizer", Role::Before),
    ("cv", Role::Before),
    ("preprocessor", Role::Before),
    ("scaler", Role::Before),
    ("classes", Role::Labels),
    ("class_names", Role::Labels),
    ("columns", Role::Columns),
    ("model_columns", Role::Columns),
    ("feature_names", Role::Columns),
    ("feature_columns", Role::Columns),
    ("threshold", Role::Threshold),
    ("tokenizer", Role::Refused),
    ("pca", Role::Refused),
];

const PICKLES: [&str; 4] = ["pkl", "pickle", "joblib", "skops"];

/// The names of companions that lie beside a model, or that a package names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Companions {
    /// In the order in which rows go through them.
    pub before: Vec<String>,
    pub labels: Option<String>,
    pub columns: Vec<String>,
    pub threshold: Option<Threshold>,
}

/// A threshold, or the file that holds it.
#[derive(Clone, Debug, PartialEq)]
pub enum Threshold {
    Is(f64),
    In(String),
}

impl Companions {
    /// The names of all files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let threshold = match &self.threshold {
            Some(Threshold::In(file)) => Some(file),
            _ => None,
        };
        let files = self.before.iter().chain(&self.labels).chain(&self.columns);
        files.chain(threshold).map(String::as_str)
    }
}

/// The role of a file by its name.
fn role(name: &str) -> Option<(usize, Role)> {
    let (stem, end) = name.rsplit_once('.')?;
    let at = (NAMES.iter()).position(|(known, _)| known.eq_ignore_ascii_case(stem))?;
    let role = NAMES[at].1;
    let pickle = PICKLES.iter().any(|known| known.eq_ignore_ascii_case(end));
    let json = end.eq_ignore_ascii_case("json");
    match role {
        // A LabelEncoder cannot be written as JSON, but its words can.
        Role::Before if json && stem.eq_ignore_ascii_case("label_encoder") => {
            Some((at, Role::Labels))
        }
        Role::Before | Role::Refused => pickle.then_some((at, role)),
        Role::Labels | Role::Columns | Role::Threshold => (pickle || json).then_some((at, role)),
    }
}

/// Whether a file of this name belongs to a model beside it, and is none itself.
pub(super) fn is_companion(name: &str) -> bool {
    role(name).is_some()
}

/// The companions among `names`, those at the top of the package.
///
/// # Errors
/// `Unsupported` where two files have one role, or one of them is nothing that this server runs.
pub(super) fn find(names: &[String]) -> Result<Companions, FormatError> {
    let mut found: Vec<(usize, Role, &String)> = names
        .iter()
        .filter_map(|name| role(name).map(|(at, role)| (at, role, name)))
        .collect();
    found.sort_unstable_by_key(|(at, _, name)| (*at, *name));
    let mut companions = Companions::default();
    let mut last: Option<(usize, &String)> = None;
    for (at, role, name) in found {
        inside(name)?;
        if let Some((_, other)) = last.filter(|(known, _)| *known == at) {
            return Err(twice(other, name));
        }
        last = Some((at, name));
        let name = name.clone();
        match role {
            Role::Before => companions.before.push(name),
            Role::Columns => companions.columns.push(name),
            Role::Labels => match &companions.labels {
                Some(other) => return Err(twice(other, &name)),
                None => companions.labels = Some(name),
            },
            Role::Threshold => companions.threshold = Some(Threshold::In(name)),
            Role::Refused => {
                return Err(unsupported!(
                    "`{name}` lies beside the model, and this server does not run what it probably holds; save a Pipeline with both, or, if \
                     the model does without it, set {FORBID}"
                ));
            }
        }
    }
    Ok(companions)
}

fn twice(one: &str, other: &str) -> FormatError {
    unsupported!(
        "`{one}` and `{other}` lie beside the model, and only one of them can belong to it; remove the other, or name the files with \
         ml-serving pack"
    )
}

/// What a note about files beside a model ends with.
pub fn forbidden_by() -> String {
    format!("forbid it with {FORBID}")
}

/// The names at the top of a package.
pub(super) fn names(files: &dyn Files) -> Result<Vec<String>, FormatError> {
    let names: io::Result<Vec<String>> = files.names();
    let mut names =
        names.map_err(|e| FormatError::Missing(format!("the package cannot be listed: {e}")))?;
    names.retain(|name| !is_stray_at_top(name));
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str]) -> Result<Companions, String> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        find(&names).map_err(|error| error.to_string())
    }

    #[test]
    fn files_are_taken_by_their_names_in_the_order_of_the_computation() {
        let companions = found(&[
            "scaler.pkl",
            "model.pkl",
            "label_encoders.joblib",
            "Feature_Names.json",
            "threshold.json",
            "label_encoder.json",
            "metrics.json",
            "scaler.txt",
        ]);
        let companions = companions.expect("companions");
        assert_eq!(companions.before, ["label_encoders.joblib", "scaler.pkl"]);
        assert_eq!(companions.labels.as_deref(), Some("label_encoder.json"));
        assert_eq!(companions.columns, ["Feature_Names.json"]);
        let threshold = Threshold::In("threshold.json".to_owned());
        assert_eq!(companions.threshold, Some(threshold));
        assert_eq!(
            found(&["model.pkl", "notes.pkl"]),
            Ok(Companions::default())
        );
    }

    #[test]
    fn two_files_of_one_kind_are_refused_by_their_names() {
        for names in [
            ["scaler.pkl", "scaler.joblib"],
            ["classes.json", "class_names.pkl"],
        ] {
            let refusal = found(&names).expect_err("two");
            assert!(names.iter().all(|name| refusal.contains(name)), "{refusal}");
        }
    }

    #[test]
    fn what_is_not_run_yet_is_refused_with_the_setting_that_ignores_it() {
        let refusal = found(&["model.pkl", "tokenizer.pkl"]).expect_err("a tokenizer");
        assert!(refusal.contains("`tokenizer.pkl`"), "{refusal}");
        assert!(
            refusal.contains("MLSERVING__MODEL__COMPANIONS=false"),
            "{refusal}"
        );
    }
}
