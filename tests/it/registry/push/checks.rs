//! What is checked before anything is created.

use super::{
    super::{
        proxy::{Fault, Proxy},
        servers::{MLFLOW2, MLFLOW3, PLAIN, PREFIX, Server},
    },
    new, odd_package, opened, push,
};
use ml_serving::registry::{self, Access, Secret};
use std::fs;

/// The access by way of a proxy that notes the requests.
fn noted(server: Server) -> (Proxy, Access) {
    let access = server.access();
    let proxy = Proxy::before(access.tracking_uri.expose());
    let access = Access {
        tracking_uri: Secret::uri(proxy.url.clone()),
        ..access
    };
    (proxy, access)
}

/// The access with an experiment, by its name or its id.
fn within(mut access: Access, name: &str, id: &str) -> Access {
    for (variable, value) in [
        ("MLFLOW_EXPERIMENT_NAME", name),
        ("MLFLOW_EXPERIMENT_ID", id),
    ] {
        let value = (variable.to_owned(), Secret::key(value));
        access.variables.0.push(value);
    }
    access
}

/// Makes sure that all requests so far only asked.
fn nothing_was_created(proxy: &Proxy) {
    for head in proxy.heads() {
        assert!(head.starts_with("GET "), "{head}");
    }
}

/// Runs a line of Python that knows `mlflow` and `client`, and gives back what it prints.
fn python(server: Server, line: &str) -> String {
    let script = format!("import mlflow; client = mlflow.MlflowClient(); {line}");
    let output = server.python().args(["-c", &script]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
#[ignore = "needs make registry-test"]
fn a_name_that_the_registry_keeps_for_itself_is_refused_before_anything_is_created() {
    let (proxy, access) = noted(MLFLOW3);
    for alias in ["latest", "Latest", "v1", "V23", "a b"] {
        let error = push("refused", Some(alias), &access).expect_err(alias);
        assert!(error.to_string().contains("no alias"), "{error}");
    }
    for name in ["a?b", "..", &"n".repeat(257)] {
        let error = push(name, None, &access).expect_err(name);
        assert!(error.to_string().contains("no name"), "{error}");
    }
    assert!(proxy.heads().is_empty());
    python(
        MLFLOW3,
        "mlflow.genai.register_prompt(name='greeting', template='Hello {{name}}')",
    );
    let error = push("greeting", None, &access).expect_err("a prompt");
    assert!(error.to_string().contains("is a prompt"), "{error}");
    nothing_was_created(&proxy);
}

#[test]
#[ignore = "needs make registry-test"]
fn a_file_that_the_server_would_rename_is_refused_before_anything_is_created() {
    for name in ["a%20b.txt", "a#b.txt", "a?"] {
        let (proxy, access) = noted(MLFLOW3);
        let package = odd_package();
        fs::write(package.path().join(name), "x").unwrap();
        let error = registry::push(package.path(), "models:/renamed", None, &access)
            .expect_err(name)
            .to_string();
        assert!(error.contains(&format!("{name:?}")), "{error}");
        nothing_was_created(&proxy);
    }
}

#[test]
#[ignore = "needs make registry-test"]
fn a_server_that_cannot_take_a_model_is_told_before_anything_is_created() {
    let (proxy, access) = noted(PLAIN);
    let error = push("closed", None, &access).expect_err("no way in");
    assert!(error.to_string().contains("--serve-artifacts"), "{error}");
    nothing_was_created(&proxy);
    // Without its prefix, the address is somebody else's.
    let mut access = PREFIX.access();
    access.tracking_uri = Secret::uri(access.tracking_uri.expose().replace("/mlflow", ""));
    let error = push("lost", None, &access).expect_err("no API");
    assert!(error.to_string().contains("--static-prefix"), "{error}");
    let error = registry::can_push("models:/lost", &access).expect_err("no API");
    assert!(error.to_string().contains("--static-prefix"), "{error}");
}

#[test]
#[ignore = "needs make registry-test"]
fn the_run_is_made_in_the_experiment_that_the_variables_name() {
    for server in [MLFLOW3, MLFLOW2] {
        let name = new("Größe & Gewicht");
        let named = |name: &str, id: &str| {
            let access = within(server.access(), name, id);
            let pushed = push("experimental", None, &access).unwrap();
            opened(server, "experimental", &pushed.version)["experiment"].clone()
        };
        // The first one creates it.
        assert_eq!(named(&name, ""), name.as_str());
        assert_eq!(named(&name, ""), name.as_str());
        let find = format!("print(client.get_experiment_by_name('{name}').experiment_id)");
        let id = python(server, &find);
        assert_eq!(named("", &id), name.as_str());
        assert_eq!(named(&name, &id), name.as_str());
    }
}

#[test]
#[ignore = "needs make registry-test"]
fn an_experiment_that_is_not_there_is_told_before_anything_is_created() {
    let gone = new("gone");
    let deleted = python(
        MLFLOW3,
        &format!(
            "id = client.create_experiment('{gone}'); client.delete_experiment(id); print(id)"
        ),
    );
    for (name, id, says) in [
        (gone.as_str(), "", "restore"),
        ("", deleted.as_str(), "restore"),
        ("", "987654", "MLFLOW_EXPERIMENT_ID"),
        ("Default", "987654", "different experiments"),
    ] {
        let (proxy, access) = noted(MLFLOW3);
        let access = within(access, name, id);
        let error = push("homeless", None, &access).expect_err(says);
        assert!(error.to_string().contains(says), "{error}");
        nothing_was_created(&proxy);
    }
}

#[test]
#[ignore = "needs make registry-test"]
fn a_server_without_its_default_experiment_says_which_variable_helps() {
    const DELETED: &str = r#"{"experiment": {"experiment_id": "0", "name": "Default", "artifact_location": "mlflow-artifacts:/0", "lifecycle_stage": "deleted"}}"#;
    for server in [MLFLOW3, MLFLOW2] {
        let (proxy, access) = noted(server);
        proxy.fail(Fault::Answer(200, DELETED), "experiment_id=0", usize::MAX);
        let error = push("homeless", None, &access).expect_err("deleted");
        let said = error.to_string();
        assert!(said.contains("MLFLOW_EXPERIMENT_NAME"), "{said}");
        nothing_was_created(&proxy);
        push("homeless", None, &within(access, "another", "")).unwrap();
    }
}
