//! What the model is, in Markdown: the text at the top of the page.

use super::{
    examples,
    text::{self, code},
    typed::{may_be_left_out, range},
};
use crate::{
    config::Server,
    input::{Column, ColumnType, Precision, Schema, Word, Words},
    load::LoadedModel,
    model::Kind,
};
use std::fmt::Write;

/// Tables and lists are cut after this many entries, and rows of more columns are shown without names.
const MOST: usize = 50;
/// The table lists so many words of a column.
const MOST_WORDS: usize = 20;

/// Where the commands in the description find the server. The page puts its own address in this place.
pub(super) fn server_url() -> String {
    format!("http://localhost:{}", Server::default().port)
}

/// The document's description.
pub(super) fn description(served: Option<&LoadedModel>) -> String {
    match served {
        Some(served) => [
            about(served),
            columns(served.model.schema()),
            classes(served),
            calls(served),
            "Every other path answers 404, and every other method 405 with the header `allow`. \
             Errors are problem documents (RFC 9457); `code` tells them apart. Other protocols tell errors in their own shapes.\n"
                .to_owned(),
        ]
        .concat(),
        None => "No model is loaded yet. `/health/ready` tells when it is; then this document describes it.\n".to_owned(),
    }
}

fn about(served: &LoadedModel) -> String {
    let model = &served.model;
    let kind = match (model.kind(), model.output().choices(), model.n_scores()) {
        (Kind::Regressor, _, 1) => "a regressor".to_owned(),
        (Kind::Regressor, _, targets) => format!("a regressor with {targets} targets"),
        (Kind::AnomalyDetector, ..) => "an anomaly detector".to_owned(),
        (Kind::Clusterer, [labels], _) => format!("a clusterer with {} clusters", labels.len()),
        (_, [labels], _) => format!("a classifier with {} classes", labels.len()),
        (_, targets, _) => format!("a classifier with {} targets", targets.len()),
    };
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    let trees = match model.size().trees {
        0 => String::new(),
        n => format!(", {n} tree{}", plural(n)),
    };
    format!(
        "{}, version {}: {kind}{trees} over {} column{}. Its file is of the flavor {} and has the digest {}.\n\n",
        code(&served.name),
        code(&served.version),
        model.schema().len(),
        plural(model.schema().len()),
        code(&served.flavor),
        code(&served.digest),
    )
}

fn columns(schema: &Schema) -> String {
    let mut out = "### Columns\n\n".to_owned();
    out += if schema.named {
        "Send the values of a row by name, in any order, or as an array in this order.\n\n"
    } else {
        "The columns have no names: send the values of a row as an array in this order.\n\n"
    };
    out += if schema.named {
        "| # | Name | Type | Range | Missing values |\n|---:|---|---|---|---|\n"
    } else {
        "| # | Type | Range | Missing values |\n|---:|---|---|---|\n"
    };
    for (i, column) in schema.columns.iter().take(MOST).enumerate() {
        let name = if schema.named {
            format!(" {} |", code(&column.name))
        } else {
            String::new()
        };
        let _infallible = writeln!(
            out,
            "| {i} |{name} {} | {} | {} |",
            column.kind.name(),
            limits(column, schema.precision),
            missing(column)
        );
    }
    if schema.len() > MOST {
        let _infallible = write!(
            out,
            "\nThese are the first {MOST} of {} columns; `GET /model` lists all of them.\n",
            schema.len()
        );
    }
    out + "\n"
}

fn limits(column: &Column, precision: Precision) -> String {
    let words = column.words.as_deref();
    match (column.kind, range(column, precision)) {
        (ColumnType::Any, _) if column.by_hash => "text, whole numbers or booleans".to_owned(),
        (ColumnType::Any, _) if words.is_none() => {
            "any value: the model does not read it".to_owned()
        }
        (ColumnType::Datetime, _) => "dates as text".to_owned(),
        (ColumnType::Text | ColumnType::Any, _) => {
            known(words).unwrap_or_else(|| "text".to_owned())
        }
        _ if words.is_some() => known(words).unwrap_or_default(),
        (ColumnType::Boolean, _) => "`true` or `false`".to_owned(),
        (ColumnType::Integer, _) => "32-bit integers".to_owned(),
        (ColumnType::Long, _) => "64-bit integers".to_owned(),
        (_, Some(_)) => format!("±{:e}", f32::MAX),
        (_, None) => "finite numbers".to_owned(),
    }
}

/// The words that a column knows, for people.
fn known(words: Option<&Words>) -> Option<String> {
    let words = words?;
    let shown: Vec<String> = words.taken().take(MOST_WORDS).map(shown).collect();
    let more = if words.taken().nth(MOST_WORDS).is_some() {
        ", …"
    } else {
        ""
    };
    let others = if words.is_closed() { "" } else { " or another" };
    Some(format!("{}{more}{others}", shown.join(", ")))
}

fn shown(word: &Word) -> String {
    match word {
        Word::Text(text) => code(text),
        other => code(&other.to_string()),
    }
}

fn missing(column: &Column) -> &'static str {
    match (column.nullable, may_be_left_out(column)) {
        (_, true) => "`null` or left out",
        (true, _) => "`null`",
        (false, _) => "no",
    }
}

fn classes(served: &LoadedModel) -> String {
    let model = &served.model;
    let list = |names: &[String]| text::list(names.iter().map(String::as_str), MOST);
    let choices = served.choice_names();
    let (heading, mut lines) = match (model.kind(), choices.as_slice()) {
        (Kind::Regressor, _) => return String::new(),
        (Kind::AnomalyDetector, _) => (
            "Anomalies",
            "`prediction` is -1 for an anomaly and 1 for a row that is like those of the fit. `decision` is negative for an anomaly, and \
             `score` is the lower, the more abnormal a row is."
                .to_owned(),
        ),
        (Kind::Clusterer, [names]) => ("Clusters", list(names)),
        (_, [names]) => ("Classes", list(names)),
        (_, targets) => {
            let target = |(i, names): (usize, &Vec<String>)| format!("{i}. {}", list(names));
            let mut lines: Vec<_> = targets.iter().enumerate().take(MOST).map(target).collect();
            if targets.len() > MOST {
                lines.push(format!(
                    "\nThese are the first {MOST} of {} targets; `GET /model` lists all of them.",
                    targets.len()
                ));
            }
            lines.push("\nEvery field of an answer has an element for each target.".to_owned());
            ("Classes of each target", lines.join("\n"))
        }
    };
    if model.has_probabilities() {
        lines += "\n\nWith `?probabilities=true`, `probabilities[i]` is the probability of `classes[i]`.";
    }
    if model.has_distances() {
        lines += "\n\nWith `?distances=true`, `distances` are those from the centers.";
    }
    format!("### {heading}\n\n{lines}\n\n")
}

/// Commands to copy.
fn calls(served: &LoadedModel) -> String {
    let forms = examples::forms(served);
    let shown = if served.model.schema().len() > MOST {
        forms.last()
    } else {
        forms.first()
    };
    let Some(form) = shown else {
        return String::new();
    };
    let url = server_url();
    let (row, python) = (text::json(&form.features), text::python(&form.features));
    format!(
        "### Call it\n\n\
         ```bash\n\
         curl {url}/predict \\\n  -H 'content-type: application/json' \\\n  -d '{{\"features\": {row}}}'\n\
         ```\n\n\
         ```python\n\
         import requests\n\n\
         row = {python}\n\
         answer = requests.post(\"{url}/predict\", json={{\"features\": row}})\n\
         answer.raise_for_status()\n\
         print(answer.json())\n\
         ```\n\n"
    )
}
