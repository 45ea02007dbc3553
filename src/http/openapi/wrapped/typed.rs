//! Bodies and answers in the terms of one model.

use crate::{
    formats::{AnswersBy, OutputKind},
    http::{
        dialects::{
            mlflow, v1, vertex,
            wrapped::{self, Arranged, PROBABILITIES, Shown, Takes},
        },
        openapi::answer::distinct,
    },
    input::Schema,
    load::LoadedModel,
    model::{Labels, Model, Output},
};
use serde_json::{Map, Value, json};

/// The schema of a row where it is declared.
const ROW: &str = "#/components/schemas/PredictRequest/properties/features";
/// The same by name, to those that skip columns which the model does not have.
const LOOSE_ROW: &str = "#/components/schemas/MlflowRow";

/// Types the schemas that the operations refer to.
pub(in crate::http::openapi) fn by_model(document: &mut Value, served: &LoadedModel) {
    let schemas = &mut document["components"]["schemas"];
    let schema = served.model.schema();
    requests(schemas, Some(schema));
    let mut mlflow: Vec<Value> = vec![answer(served, wrapped::shown(served, false, true))];
    let others = [(false, false), (true, true)];
    for (probabilities, frame) in others {
        let other = answer(served, wrapped::shown(served, probabilities, frame));
        if !mlflow.contains(&other) {
            mlflow.push(other);
        }
    }
    let mut plain: Vec<Value> = vec![answer(served, v1::shown(served, false))];
    let asked = answer(served, v1::shown(served, true));
    if !plain.contains(&asked) {
        plain.push(asked);
    }
    for (name, kinds) in [("MlflowPredictions", mlflow), ("V1Predictions", plain)] {
        let Some(predictions) = schemas[name]["properties"]["predictions"].as_object_mut() else {
            continue;
        };
        match kinds.as_slice() {
            [Value::Object(only)] => predictions.extend(only.clone()),
            _ => drop(predictions.insert("anyOf".to_owned(), kinds.into())),
        }
    }
}

/// What can be said before there is a model.
pub(in crate::http::openapi) fn without_model(document: &mut Value) {
    requests(&mut document["components"]["schemas"], None);
}

fn requests(schemas: &mut Value, schema: Option<&Schema>) {
    let row = schemas["PredictRequest"]["properties"]["features"].clone();
    let named = schema.is_some_and(|schema| schema.named);
    if named {
        let mut loose = row["oneOf"][0].clone();
        if let Some(loose) = loose.as_object_mut() {
            loose.shift_remove("additionalProperties");
        }
        schemas["MlflowRow"] = loose;
    }
    for (name, takes) in [
        ("MlflowRequest", &mlflow::TAKES),
        ("V1Request", &v1::TAKES),
        ("VertexRequest", &vertex::TAKES),
    ] {
        let forms = match schema {
            None => Forms::unknown(),
            Some(_) if named => Forms::named(&row, takes.skips_unknown),
            Some(_) => Forms::unnamed(&row),
        };
        let request = &mut schemas[name];
        request["properties"] = properties(takes, &forms).into();
        let required = |(key, _): &(&str, Arranged)| json!({"required": [key]});
        match takes.keys {
            [(only, _)] => request["required"] = json!([only]),
            several => request["oneOf"] = several.iter().map(required).collect(),
        }
    }
}

/// The schemas of rows in each form.
struct Forms {
    /// By name or by order.
    row: Value,
    /// By name where there are names.
    record: Value,
    by_order: Value,
    /// The names of the columns of a split data frame, and for each column its values.
    names: Value,
    columns: Value,
}

impl Forms {
    fn unknown() -> Self {
        Self {
            row: json!({}),
            record: json!({}),
            by_order: json!({"type": "array", "items": {}}),
            names: json!({"type": "array", "items": {}}),
            columns: json!({"type": "object"}),
        }
    }

    /// Rows of a model without names: `row` is the only form.
    fn unnamed(row: &Value) -> Self {
        let width = &row["minItems"];
        let order = json!({"$ref": ROW});
        Self {
            row: order.clone(),
            record: order.clone(),
            by_order: order,
            names: json!({"type": "array", "items": {}, "minItems": width, "maxItems": width}),
            columns: json!({
                "type": "object", "minProperties": width, "maxProperties": width,
                "additionalProperties": {"type": "array", "items": row["items"]},
            }),
        }
    }

    /// Rows of a model with names, by name first.
    fn named(row: &Value, skips_unknown: bool) -> Self {
        let (by_name, by_order) = (&row["oneOf"][0], &row["oneOf"][1]);
        let width = &by_order["minItems"];
        let order = json!({"$ref": format!("{ROW}/oneOf/1")});
        let record = json!({"$ref": if skips_unknown { LOOSE_ROW.to_owned() } else { format!("{ROW}/oneOf/0") }});
        let names: Vec<&String> = by_name["properties"]
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .collect();
        let names = json!({
            "type": "array", "items": {"type": "string", "enum": names}, "minItems": width, "maxItems": width, "uniqueItems": true,
        });
        let column = |(name, cell): (&String, &Value)| {
            (name.clone(), json!({"type": "array", "items": cell}))
        };
        let cells = by_name["properties"].as_object().into_iter().flatten();
        let cells: Map<_, _> = cells.map(column).collect();
        let mut columns = json!({"type": "object", "properties": cells});
        if !skips_unknown {
            columns["additionalProperties"] = json!(false);
        }
        if by_name["required"].is_array() {
            columns["required"] = by_name["required"].clone();
        }
        Self {
            row: json!({"oneOf": [record, order]}),
            record,
            by_order: order,
            names,
            columns,
        }
    }
}

fn properties(takes: &Takes, forms: &Forms) -> Map<String, Value> {
    let keys = takes.keys.iter().map(|(key, arranged)| {
        let mut value = arrangement(*arranged, forms);
        value["description"] = json!(describe(*arranged));
        ((*key).to_owned(), value)
    });
    let mut properties: Map<_, _> = keys.collect();
    if let Some((field, known)) = takes.parameters {
        let flag = |name: &&str| ((*name).to_owned(), json!({"type": "boolean"}));
        let known: Map<_, _> = known.iter().map(flag).collect();
        let what = if known.contains_key(PROBABILITIES) {
            "`probabilities` answers every class's probability instead."
        } else {
            "This model takes none."
        };
        let object = json!({
            "type": "object", "description": what, "properties": known, "additionalProperties": false, "nullable": true,
        });
        properties.insert(field.to_owned(), object);
    }
    properties
}

fn describe(arranged: Arranged) -> &'static str {
    match arranged {
        Arranged::Split => "A data frame as pandas splits it: `to_dict(orient=\"split\")`.",
        Arranged::Records => "A data frame as records: `to_dict(orient=\"records\")`.",
        Arranged::Rows => "For each row one element, by name or in the model's order.",
        Arranged::RowsOrColumns => {
            "For each row one element, or for each column its values: as many of each."
        }
    }
}

fn arrangement(arranged: Arranged, forms: &Forms) -> Value {
    let rows = |row: &Value| json!({"type": "array", "items": row});
    match arranged {
        Arranged::Records => rows(&forms.record),
        Arranged::Rows => rows(&forms.row),
        Arranged::RowsOrColumns => {
            let (mut by_row, mut columns) = (rows(&forms.row), forms.columns.clone());
            by_row["title"] = json!("Rows");
            columns["title"] = json!("Columns");
            json!({"oneOf": [by_row, columns]})
        }
        Arranged::Split => json!({
            "type": "object", "required": ["data"], "properties": {
                "columns": forms.names,
                "index": {"description": "Not read."},
                "data": {"type": "array", "items": forms.by_order, "description": "For each row its values in the order of `columns`; without them in the model's order."},
            },
        }),
    }
}

/// The schema of `predictions`.
fn answer(served: &LoadedModel, shown: Shown) -> Value {
    let model = &served.model;
    let rows = |items: Value| json!({"type": "array", "items": items});
    let number = || json!({"type": "number", "format": "double"});
    let scores = || {
        let width = model.n_scores();
        json!({"type": "array", "items": number(), "minItems": width, "maxItems": width})
    };
    let graded = model.labels().is_some();
    if let Output::Targets(targets) = model.output() {
        return of_targets(served, targets, shown);
    }
    match shown {
        Shown::Booster if graded && model.is_binary() => rows(number()),
        Shown::Booster | Shown::Probabilities if graded => rows(scores()),
        // The logarithm of zero is null.
        Shown::LogProbabilities if graded => {
            let mut logarithms = scores();
            logarithms["items"]["nullable"] = json!(true);
            rows(logarithms)
        }
        Shown::Records => rows(outputs(served, |kind| match kind {
            OutputKind::Scores if !graded && model.n_scores() == 1 => number(),
            OutputKind::Part { count: 1, .. } => number(),
            other => output(other, served, &scores()),
        })),
        Shown::Outputs => outputs(served, |kind| rows(output(kind, served, &scores()))),
        _ => rows(prediction(served, model)),
    }
}

/// The schema of `predictions` where there are several targets.
fn of_targets(served: &LoadedModel, targets: &[Labels], shown: Shown) -> Value {
    let count = targets.len();
    let array = |items: Value| json!({"type": "array", "items": items});
    let each = |items: Value| json!({"type": "array", "items": items, "minItems": count, "maxItems": count});
    let number = json!({"type": "number", "format": "double"});
    match shown {
        Shown::ByTarget => each(array(array(number))),
        Shown::Second => array(each(number)),
        Shown::Probabilities => array(each(array(number))),
        _ => {
            let mut kinds: Vec<Value> = Vec::new();
            for target in targets {
                let kind = label(served, target);
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
            array(each(match kinds.as_slice() {
                [only] => only.clone(),
                several => json!({"anyOf": several}),
            }))
        }
    }
}

fn output(kind: OutputKind, served: &LoadedModel, scores: &Value) -> Value {
    match kind {
        OutputKind::Label => prediction(served, &served.model),
        OutputKind::Scores => scores.clone(),
        OutputKind::Part { flat: true, .. } => json!({"type": "number", "format": "double"}),
        OutputKind::Part { count, .. } => {
            json!({"type": "array", "items": {"type": "number"}, "minItems": count, "maxItems": count})
        }
        OutputKind::Zipped => json!({"type": "object", "additionalProperties": scores["items"]}),
    }
}

fn outputs(served: &LoadedModel, schema: impl Fn(OutputKind) -> Value) -> Value {
    let AnswersBy::Outputs(outputs) = &served.pyfunc.answers else {
        return json!({});
    };
    let properties = outputs
        .iter()
        .map(|output| (output.name.clone(), schema(output.kind)));
    let properties: Map<_, _> = properties.collect();
    let required: Vec<_> = properties.keys().cloned().collect();
    json!({"type": "object", "properties": properties, "required": required})
}

/// The schema of a label, or of a regressor's answer.
fn prediction(served: &LoadedModel, model: &Model) -> Value {
    match (model.labels(), model.n_scores()) {
        (Some(labels), _) => label(served, labels),
        (None, 1) => json!({"type": "number", "format": "double"}),
        (None, targets) => json!({
            "type": "array", "items": {"type": "number", "format": "double"}, "minItems": targets, "maxItems": targets,
        }),
    }
}

fn label(served: &LoadedModel, labels: &Labels) -> Value {
    match labels {
        Labels::Integers(_) if served.pyfunc.booleans => json!({"type": "boolean"}),
        Labels::Integers(labels) => {
            json!({"type": "integer", "format": "int64", "enum": distinct(labels)})
        }
        Labels::Strings(labels) => json!({"type": "string", "enum": distinct(labels)}),
    }
}
