//! The real servers that tests/registry/servers.py has started, by name. Its table says what is special about each.

use super::{at, var};
use ml_serving::registry::{Access, Secret};
use serde_json::Value;
use std::{fs, process::Command};

/// A tracking server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server(&'static str);

pub const MLFLOW3: Server = Server("mlflow3");
pub const MLFLOW2: Server = Server("mlflow2");
pub const PLAIN: Server = Server("plain");
pub const PREFIX: Server = Server("prefix");
pub const BASIC_AUTH: Server = Server("basic_auth");
pub const WORKSPACES: Server = Server("workspaces");
pub const PROXIED_BUCKET: Server = Server("proxied_bucket");
pub const BUCKET: Server = Server("bucket");
pub const PRESIGNED: Server = Server("presigned");
pub const SECOND: Server = Server("second");

pub const ALL: [Server; 10] = [
    MLFLOW3,
    MLFLOW2,
    PLAIN,
    PREFIX,
    BASIC_AUTH,
    WORKSPACES,
    PROXIED_BUCKET,
    BUCKET,
    PRESIGNED,
    SECOND,
];

impl Server {
    pub fn name(self) -> &'static str {
        self.0
    }

    /// What servers.json says about it.
    fn entry(self) -> Value {
        let text = fs::read_to_string(format!("{}/servers.json", var("REGISTRY_TESTS"))).unwrap();
        let servers: Vec<Value> = serde_json::from_str(&text).unwrap();
        let mut named = servers.into_iter().filter(|each| each["name"] == self.0);
        named
            .next()
            .unwrap_or_else(|| panic!("{} is not started", self.0))
    }

    /// The environment of its clients, Python's and ours.
    pub fn variables(self) -> Vec<(String, String)> {
        let variables = self.entry()["variables"].as_object().unwrap().clone();
        let text = |value: Value| value.as_str().unwrap().to_owned();
        variables
            .into_iter()
            .map(|(name, value)| (name, text(value)))
            .collect()
    }

    /// How we reach it.
    pub fn access(self) -> Access {
        let mut access = at("");
        for (name, value) in self.variables() {
            match name.as_str() {
                "MLFLOW_TRACKING_URI" => access.tracking_uri = Secret::uri(value),
                "MLFLOW_TRACKING_USERNAME" => access.username = Secret::key(value),
                "MLFLOW_TRACKING_PASSWORD" => access.password = Secret::key(value),
                "MLFLOW_WORKSPACE" => access.workspace = value,
                _ => access.variables.0.push((name, Secret::key(value))),
            }
        }
        access
    }

    /// What `log_models.py` noted about its models.
    pub fn logged(self) -> Value {
        super::logged(self.0)
    }

    /// A Python with MLflow as a client of it.
    pub fn python(self) -> Command {
        let mut python = Command::new(self.entry()["python"].as_str().unwrap());
        python.envs(self.variables());
        python
    }

    /// Our binary as a client of it.
    pub fn binary(self) -> Command {
        let mut binary = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
        binary.envs(self.variables());
        binary
    }
}
