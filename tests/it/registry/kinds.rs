//! What holds at every kind of MLflow server.

use super::{answers_like_python, load, servers::ALL};

#[test]
#[ignore = "needs make registry-test"]
fn a_model_is_read_from_every_kind_of_server() {
    for server in ALL {
        let (logged, access) = (server.logged(), server.access());
        let cache = tempfile::tempdir().unwrap();
        let run = logged["versions"][1]["run_id"].as_str().unwrap();
        for uri in [
            "models:/Wine & Co@champion",
            &format!("runs:/{run}/my model"),
        ] {
            let served = load(uri, &access, cache.path())
                .unwrap_or_else(|error| panic!("{}: {uri}: {error}", server.name()));
            answers_like_python(&served, &logged, 1);
        }
        let mut binary = server.binary();
        binary.args(["inspect", "models:/Wine & Co@champion"]);
        binary.env("MLSERVING__MODEL__CACHE_DIR", cache.path());
        let output = binary.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", server.name());
    }
}

#[test]
#[ignore = "needs make registry-test"]
fn every_kind_of_server_is_one_that_python_reads() {
    for server in ALL {
        let script = "import mlflow, sys; print(mlflow.pyfunc.load_model(sys.argv[1]).metadata.flavors['onnx']['data'])";
        let mut python = server.python();
        let output = python.args(["-c", script, "models:/Wine & Co@champion"]);
        let output = output.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.stdout, b"model.onnx\n", "{}: {said}", server.name());
    }
}
