//! `ml-serving inspect`: a model's card.

use super::{broken_output, load};
use crate::{Error, input::Precision, load::LoadedModel, model::StepOp};
use serde_json::{Value, json};
use std::io::Write;

/// Show a model's card
#[derive(Clone, Debug, clap::Args)]
pub(super) struct InspectArgs {
    /// The model
    uri: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &InspectArgs, out: &mut dyn Write) -> Result<(), Error> {
    let served = load(&args.uri)?;
    let card = card(&served);
    if args.json {
        return writeln!(out, "{card:#}").map_err(broken_output);
    }
    let Value::Object(fields) = card else {
        return Ok(());
    };
    for (name, value) in fields {
        match value {
            Value::Null => Ok(()),
            Value::String(text) => writeln!(out, "{name:<16}{text}"),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                items.iter().enumerate().try_for_each(|(i, item)| {
                    let heading = if i == 0 { name.as_str() } else { "" };
                    let fields = item.as_object().into_iter().flatten();
                    let text: Vec<_> = fields
                        .map(|(_, value)| value.as_str().map_or(value.to_string(), str::to_owned))
                        .collect();
                    writeln!(out, "{heading:<16}{}", text.join("  "))
                })
            }
            value => writeln!(out, "{name:<16}{value}"),
        }
        .map_err(broken_output)?;
    }
    Ok(())
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
        "trees": model.n_trees(),
        "nodes": model.n_nodes(),
        "depth": model.depth(),
        "bytes": model.bytes(),
    })
}
