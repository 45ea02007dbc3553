//! What the platforms that run containers say in variables of their own: `SageMaker` and Vertex AI. Every setting wins over them.
//!
//! Source: <https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html>, the same for batch transform,
//! and <https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements>.

use super::settings;
use figment::value::Value;
use std::path::Path;

const BIND: &str = "SAGEMAKER_BIND_TO_PORT";
const PAYLOAD: &str = "SAGEMAKER_MAX_PAYLOAD_IN_MB";
const BATCH: &str = "SAGEMAKER_BATCH";
const PORT: &str = "AIP_HTTP_PORT";
const STORAGE: &str = "AIP_STORAGE_URI";
const PREDICT: &str = "AIP_PREDICT_ROUTE";
const HEALTH: &str = "AIP_HEALTH_ROUTE";

/// The variables that stand for settings.
pub(super) const VARIABLES: [&str; 4] = [BIND, PAYLOAD, PORT, STORAGE];

/// What stands for settings that `SageMaker`'s own contract makes.
const SAGEMAKER: &str = "SageMaker";
/// Variables that `SageMaker` gives its containers. One of them tells that the server runs there, and so does the model's directory.
const SIGNS: [&str; 6] = [
    BIND,
    BATCH,
    PAYLOAD,
    "SAGEMAKER_SAFE_PORT_RANGE",
    "SAGEMAKER_REGION",
    "SAGEMAKER_CONTAINER_LOG_LEVEL",
];
/// Where `SageMaker` puts the model.
const MODEL: &str = "/opt/ml/model";
/// The port that it sends requests to.
const SAGEMAKER_PORT: u16 = 8080;
/// A batch transform sends as many rows as its payload holds.
const BATCH_ROWS: u64 = 1_000_000;

/// What the variables of Vertex AI say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vertex {
    /// `AIP_PREDICT_ROUTE`
    pub predict_route: Option<String>,
    /// `AIP_HEALTH_ROUTE`
    pub health_route: Option<String>,
}

/// A setting: where it comes from, its key, its value.
pub(super) type Default = (&'static str, &'static str, Value);

/// The settings that the variables stand for, the weaker ones first. `named` is whether a setting names the model: then the directory of
/// `SageMaker`'s models says nothing.
pub(super) fn defaults(named: bool) -> Vec<Default> {
    let has_model = !named && has_files(Path::new(MODEL));
    of(&variable, has_model)
}

/// The routes of Vertex AI; what is wrong with them becomes a sentence among `problems`.
pub(super) fn vertex(problems: &mut Vec<String>) -> Vertex {
    let mut route = |name: &str| {
        let path = variable(name)?;
        if is_route(&path) {
            return Some(path);
        }
        problems.push(format!(
            "{name} is {path:?}; it takes a path that begins with / and has none of the characters {{ }} ? # %, for example /predict"
        ));
        None
    };
    Vertex {
        predict_route: route(PREDICT),
        health_route: route(HEALTH),
    }
}

fn has_files(directory: &Path) -> bool {
    directory
        .read_dir()
        .is_ok_and(|mut files| files.next().is_some())
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn is_route(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !"{}?#%".contains(c);
    path.starts_with('/') && path.len() <= 512 && path.chars().all(plain)
}

fn of(variable: &dyn Fn(&str) -> Option<String>, has_model: bool) -> Vec<Default> {
    let mut found: Vec<Default> = Vec::new();
    if has_model {
        found.push((SAGEMAKER, "model.uri", MODEL.into()));
    }
    if has_model || SIGNS.iter().any(|name| variable(name).is_some()) {
        found.push((SAGEMAKER, "server.port", SAGEMAKER_PORT.into()));
    }
    if variable(BATCH).is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        found.push((SAGEMAKER, "server.max_batch_rows", BATCH_ROWS.into()));
    }
    if let Some(text) = variable(PAYLOAD) {
        let bytes = text
            .trim()
            .parse::<u64>()
            .ok()
            .and_then(|mb| mb.checked_mul(1 << 20));
        // A limit of 0 is none.
        let bytes = bytes.map(|bytes| if bytes == 0 { 100 << 20 } else { bytes });
        let value = bytes.map_or_else(|| Value::from(text), Value::from);
        found.push((PAYLOAD, "server.max_body_bytes", value));
    }
    for name in [BIND, PORT] {
        if let Some(text) = variable(name) {
            found.push((name, "server.port", settings::scalar(text)));
        }
    }
    if let Some(uri) = variable(STORAGE) {
        found.push((STORAGE, "model.uri", uri.into()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)], has_model: bool) -> Vec<(&'static str, Value)> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, text)| (*text).to_owned())
        };
        let found = of(&variable, has_model);
        found
            .into_iter()
            .map(|(_, key, value)| (key, value))
            .collect()
    }

    /// The value that wins.
    fn last(found: &[(&'static str, Value)], key: &str) -> Option<String> {
        let last = found.iter().rev().find(|(known, _)| *known == key);
        last.map(|(_, value)| {
            value
                .as_str()
                .map_or_else(|| value.to_u128().unwrap().to_string(), str::to_owned)
        })
    }

    #[test]
    fn without_variables_there_is_nothing_to_say() {
        assert!(found(&[], false).is_empty());
        assert!(found(&[("SAGEMAKER_INTERNAL_IMAGE_URI", "x")], false).is_empty());
    }

    #[test]
    fn sagemaker_sends_requests_to_port_8080_unless_it_names_another() {
        let told = found(&[("SAGEMAKER_REGION", "eu-west-1")], false);
        assert_eq!(last(&told, "server.port").as_deref(), Some("8080"));
        assert_eq!(last(&told, "model.uri"), None);
        let told = found(&[(BIND, "9090")], true);
        assert_eq!(last(&told, "server.port").as_deref(), Some("9090"));
        assert_eq!(last(&told, "model.uri").as_deref(), Some(MODEL));
    }

    #[test]
    fn a_batch_transform_raises_the_limits_to_what_it_sends() {
        let told = found(&[(BATCH, "true"), (PAYLOAD, "50")], true);
        assert_eq!(
            last(&told, "server.max_body_bytes").as_deref(),
            Some("52428800")
        );
        assert_eq!(
            last(&told, "server.max_batch_rows").as_deref(),
            Some("1000000")
        );
    }

    #[test]
    fn vertex_ai_names_port_and_model() {
        let told = found(&[(PORT, "7080"), (STORAGE, "gs://bucket/model")], false);
        assert_eq!(last(&told, "server.port").as_deref(), Some("7080"));
        assert_eq!(
            last(&told, "model.uri").as_deref(),
            Some("gs://bucket/model")
        );
    }

    #[test]
    fn a_route_is_a_plain_path() {
        for path in ["/predict", "/v1/endpoints/1/deployedModels/2:predict", "/"] {
            assert!(is_route(path), "{path}");
        }
        for path in ["predict", "", "/{model}", "/a?b", "/a b", "/ä"] {
            assert!(!is_route(path), "{path}");
        }
    }
}
