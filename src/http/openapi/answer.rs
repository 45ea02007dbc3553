//! The schema of an answer to a row in the terms of one model.

use crate::{
    input::Precision,
    model::{Kind, Labels, Model, Output},
};
use serde_json::{Map, Value, json};

/// Types an answer's fields and leaves out those that the model never answers.
pub(super) fn by_model(schema: &mut Value, model: &Model) {
    let Some(properties) = schema["properties"].as_object_mut() else {
        return;
    };
    let fields = fields(model);
    let latency = |name: &str| name == "latency_ms";
    properties.retain(|name, _| fields.contains_key(name) || latency(name));
    for (name, field) in &fields {
        if let Some(property) = properties.get_mut(name) {
            set(property, field.clone());
        }
    }
    let when_asked = ["probabilities", "classes", "distances"];
    let always = properties
        .keys()
        .filter(|name| !when_asked.contains(&name.as_str()));
    let always: Vec<_> = always.cloned().collect();
    schema["required"] = always.into();
}

/// Makes a property what `fields` say. Its description stays, unless they have one.
pub(super) fn set(property: &mut Value, fields: Value) {
    let (Some(property), Value::Object(fields)) = (property.as_object_mut(), fields) else {
        return;
    };
    property.retain(|name, _| name == "description" || fields.contains_key(name));
    property.extend(fields);
}

/// The fields whose type depends on the model, for a document without one.
pub(super) fn of_any_model() -> [(&'static str, Value); 5] {
    let or_several = |one: Value| {
        let several = json!({"type": "array", "items": one});
        json!({"oneOf": [one, several]})
    };
    let number = json!({"type": "number"});
    let mut prediction = or_several(number.clone());
    prediction["description"] =
        json!("The predicted class or number, or one for each of several targets.");
    let class = json!({"oneOf": [{"type": "string"}, {"type": "integer"}]});
    let numbers = json!({"type": "array", "items": or_several(number.clone())});
    let label = json!({"type": "string", "nullable": true});
    let text = json!({"oneOf": [{"type": "string"}, {"type": "array", "items": label}]});
    [
        ("prediction", prediction),
        ("label", text),
        ("confidence", or_several(number)),
        ("probabilities", numbers),
        (
            "classes",
            json!({"type": "array", "items": or_several(class)}),
        ),
    ]
}

/// The fields that the model answers, in the order of the answer.
fn fields(model: &Model) -> Map<String, Value> {
    if let Output::Targets(targets) = model.output() {
        return of_targets(model, targets);
    }
    let mut fields = Map::new();
    let mut add = |name: &str, field: Value| fields.insert(name.to_owned(), field);
    add("prediction", prediction(model));
    let Some(labels) = model.labels() else {
        return fields;
    };
    if labels.are_text() {
        add("label", label(labels));
    }
    let number = number(model);
    match model.kind() {
        Kind::AnomalyDetector => {
            add("anomaly", json!({"type": "boolean"}));
            for name in ["decision", "score"].into_iter().take(model.n_scores()) {
                add(name, number.clone());
            }
        }
        Kind::Clusterer => {
            add("cluster", class(labels));
        }
        Kind::Classifier | Kind::Regressor => {}
    }
    if model.has_probabilities() {
        let classes = labels.len();
        add("confidence", probability(model));
        add("probabilities", array(&number, classes));
        add("classes", array(&label(labels), classes));
    }
    if model.has_distances() {
        add("distances", array(&number, model.n_scores()));
    }
    fields
}

/// The same where there are several targets: arrays with an element for each.
fn of_targets(model: &Model, targets: &[Labels]) -> Map<String, Value> {
    let each = |what: &str, schema: &dyn Fn(&Labels) -> Value| {
        let mut kinds: Vec<Value> = Vec::new();
        for target in targets {
            let kind = schema(target);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let items = match kinds.as_slice() {
            [only] => only.clone(),
            several => json!({"anyOf": several}),
        };
        let mut array = array(&items, targets.len());
        array["description"] = json!(what);
        array
    };
    let mut fields = Map::new();
    let mut add = |name: &str, field: Value| fields.insert(name.to_owned(), field);
    let text = targets.iter().any(Labels::are_text);
    let what = if text {
        "The predicted class of each target: a class that is text by its place in the list of classes, counted from 0."
    } else {
        "The predicted class of each target."
    };
    add("prediction", each(what, &class));
    if text {
        let label = |target: &Labels| match target {
            // There is nothing to be null in OpenAPI 3.0 that is of no type.
            Labels::Integers(_) => json!({"type": "string", "nullable": true}),
            Labels::Strings(_) => label(target),
        };
        let what =
            "The text of each target's predicted class, `null` where the classes are no text.";
        add("label", each(what, &label));
    }
    if model.has_probabilities() {
        let vector = |target: &Labels| array(&number(model), target.len());
        let classes = |target: &Labels| array(&label(target), target.len());
        let what = "The probability of each target's predicted class.";
        add("confidence", each(what, &|_| probability(model)));
        let what = "Only with `?probabilities=true`: for each target every class's probability.";
        add("probabilities", each(what, &vector));
        let what = "Only with `?probabilities=true`: for each target its classes, in the order of its probabilities.";
        add("classes", each(what, &classes));
    }
    fields
}

fn array(items: &Value, count: usize) -> Value {
    json!({"type": "array", "items": items, "minItems": count, "maxItems": count})
}

fn number(model: &Model) -> Value {
    json!({"type": "number", "format": format(model.output_precision())})
}

fn probability(model: &Model) -> Value {
    let mut number = number(model);
    number["minimum"] = json!(0);
    number["maximum"] = json!(1);
    number
}

fn label(labels: &Labels) -> Value {
    match labels {
        Labels::Integers(_) => class(labels),
        Labels::Strings(labels) => json!({"type": "string", "enum": distinct(labels)}),
    }
}

/// The schema of a class as a number: its label, or its place.
fn class(labels: &Labels) -> Value {
    match labels {
        Labels::Integers(labels) => {
            json!({"type": "integer", "format": "int64", "enum": distinct(labels)})
        }
        Labels::Strings(labels) => {
            json!({"type": "integer", "format": "int64", "enum": (0..labels.len()).collect::<Vec<_>>()})
        }
    }
}

/// The schema of `prediction` where there is one target, or several numbers.
fn prediction(model: &Model) -> Value {
    let what = match (model.kind(), model.labels(), model.n_scores()) {
        (Kind::AnomalyDetector, ..) => {
            "1 for a row that is like those of the fit, -1 for an anomaly."
        }
        (Kind::Clusterer, ..) => "The number of the cluster.",
        (_, Some(Labels::Integers(_)), _) => "The predicted class.",
        (_, Some(Labels::Strings(_)), _) => {
            "The predicted class's place in the list of classes, counted from 0; `label` is its text."
        }
        (_, None, 1) => "The predicted number.",
        (_, None, _) => "The predicted numbers, one for each target.",
    };
    let mut schema = match (model.labels(), model.n_scores()) {
        (Some(labels), _) => class(labels),
        (None, 1) => number(model),
        (None, targets) => array(&number(model), targets),
    };
    schema["description"] = json!(what);
    schema
}

/// The format of numbers of a precision.
fn format(precision: Precision) -> &'static str {
    match precision {
        Precision::F32 => "float",
        Precision::F64 => "double",
    }
}

/// Every label once, in order.
pub(super) fn distinct<T: PartialEq>(labels: &[T]) -> Vec<&T> {
    let mut seen: Vec<&T> = Vec::new();
    for label in labels {
        if !seen.contains(&label) {
            seen.push(label);
        }
    }
    seen
}
