//! `ml-serving inspect`: shows a model's card.

use super::{
    flags::MODEL,
    output::{broken_output, say},
    start::load,
};
use crate::{Error, card::ModelCard, load::LoadedModel, model::StepOp, secret::Secret};
use serde_json::{Value, json};
use std::io::Write;

/// Show what a model is: its columns, classes, steps and size
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ml-serving inspect builtin:iris
  ml-serving inspect ./model.pkl --json")]
pub(super) struct InspectArgs {
    #[arg(help = MODEL)]
    uri: Secret,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &InspectArgs, out: &mut dyn Write) -> Result<(), Error> {
    let served = load(&args.uri)?;
    let card = shown(&served).map_err(|error| Error::Internal(error.to_string()))?;
    if args.json {
        return writeln!(out, "{card:#}").map_err(|cause| broken_output(&cause));
    }
    let fields = card.as_object().into_iter().flatten();
    fields
        .map(|(name, value)| text(name, value))
        .try_for_each(|text| say(out, &text))
}

/// A field of the card as text: one line, or one per object of a list; empty if the value is not known, or there is nothing to tell.
fn text(name: &str, value: &Value) -> String {
    let plain = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
    let line = |(i, item): (usize, &Value)| {
        let heading = if i == 0 { name } else { "" };
        let fields: Vec<_> = item
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, value)| plain(value))
            .collect();
        format!("{heading:<16}{}", fields.join("  "))
    };
    match value {
        Value::Null => String::new(),
        Value::Array(items) if items.is_empty() => String::new(),
        Value::Number(number) if number.as_u64() == Some(0) => String::new(),
        Value::Array(items) if items.iter().any(Value::is_object) => items
            .iter()
            .enumerate()
            .map(line)
            .collect::<Vec<_>>()
            .join("\n"),
        value => format!("{name:<16}{}", plain(value)),
    }
}

/// The fields that are shown, in this order. A field that is not known is `null`.
const SHOWN: [&str; 21] = [
    "name",
    "version",
    "run_id",
    "source",
    "checked_by",
    "uri",
    "flavor",
    "flavor_version",
    "kind",
    "estimator",
    "digest",
    "signature",
    "missing_values",
    "precision",
    SCALER,
    "classes",
    "target_classes",
    "trees",
    "nodes",
    "depth",
    "bytes",
];
/// It is no part of the card that clients get, because it has two numbers per column, which reveal means of the training data.
const SCALER: &str = "scaler";

fn shown(served: &LoadedModel) -> serde_json::Result<Value> {
    let mut card = serde_json::to_value(ModelCard::of(served))?;
    card[SCALER] = scaler(served);
    let fields = SHOWN.map(|name| (name.to_owned(), card[name].take()));
    Ok(Value::Object(fields.into_iter().collect()))
}

/// The operations on a row before it reaches the trees.
fn scaler(served: &LoadedModel) -> Value {
    let steps = served.model.steps().iter().map(|step| {
        let op = match step.op {
            StepOp::Add => "add",
            StepOp::Sub => "subtract",
            StepOp::Mul => "multiply",
            StepOp::Div => "divide",
            StepOp::AtLeast => "at least",
            StepOp::AtMost => "at most",
            StepOp::ZeroIsMissing => "zero is missing up to",
            StepOp::IsMissing => "missing",
        };
        json!({"op": op, "operand": step.operand})
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::ModelConfig, load, registry::Access};

    #[test]
    fn a_field_with_nothing_to_tell_is_not_shown() {
        for nothing in [json!(null), json!([]), json!(0)] {
            assert_eq!(text("trees", &nothing), "");
        }
        assert_eq!(text("trees", &json!(100)), "trees           100");
        assert_eq!(
            text("missing_values", &json!(false)),
            "missing_values  false"
        );
    }

    #[test]
    fn every_field_of_the_card_is_shown_but_the_time_of_loading() {
        let served = load::load(&ModelConfig::default(), &Access::default()).expect("embedded");
        let mut card = ModelCard::of(&served);
        card.target_classes = Some(Vec::new());
        card.run_id = Some("0c6f".to_owned());
        card.flavor_version = Some("1.18".to_owned());
        let card = serde_json::to_value(card).expect("JSON");
        let hidden: Vec<_> = card
            .as_object()
            .expect("fields")
            .keys()
            .filter(|name| !SHOWN.contains(&name.as_str()))
            .collect();
        assert_eq!(hidden, ["loaded_at"]);
    }
}
