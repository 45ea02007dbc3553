//! `ml-serving inspect`: a model's card.

use super::{
    flags::MODEL,
    output::{broken_output, say},
    start::load,
};
use crate::{Error, input::Precision, load::LoadedModel, model::StepOp};
use serde_json::{Value, json};
use std::io::Write;

/// Show what a model is: its columns, classes, scaler and trees
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ml-serving inspect builtin:iris
  ml-serving inspect ./model.pkl --json")]
pub(super) struct InspectArgs {
    #[arg(help = MODEL)]
    uri: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &InspectArgs, out: &mut dyn Write) -> Result<(), Error> {
    let served = load(&args.uri)?;
    let card = card(&served);
    if args.json {
        return writeln!(out, "{card:#}").map_err(|cause| broken_output(&cause));
    }
    let fields = card.as_object().into_iter().flatten();
    fields
        .map(|(name, value)| text(name, value))
        .try_for_each(|text| say(out, &text))
}

/// A field of the card for people: one line, or one for each object of a list; nothing for what is not known.
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
        Value::Array(items) if items.iter().any(Value::is_object) => items
            .iter()
            .enumerate()
            .map(line)
            .collect::<Vec<_>>()
            .join("\n"),
        value => format!("{name:<16}{}", plain(value)),
    }
}

fn card(served: &LoadedModel) -> Value {
    let model = &served.model;
    let schema = model.schema();
    let columns = schema.columns.iter().map(|column| {
        let kind = column.kind.name();
        if schema.named {
            json!({"name": column.name, "type": kind})
        } else {
            json!({"type": kind})
        }
    });
    let steps = model.steps().iter().map(|step| {
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
    json!({
        "name": served.name,
        "version": served.version,
        "run_id": served.run_id,
        "source": served.source.as_str(),
        "uri": served.uri,
        "flavor": served.flavor,
        "flavor_version": served.flavor_version,
        "estimator": served.parts,
        "digest": served.digest,
        "signature": columns.collect::<Vec<_>>(),
        "missing_values": model.handles_missing(),
        "precision": if schema.precision == Precision::F32 { "f32" } else { "f64" },
        "scaler": steps.collect::<Vec<_>>(),
        "classes": served.class_names(),
        "trees": model.size().trees,
        "nodes": model.size().nodes,
        "depth": model.size().depth,
        "bytes": model.size().bytes,
    })
}
