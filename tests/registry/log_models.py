"""log_models.py SERVERS: forests that Python logs and registers at each server of servers.json that belongs to this Python, and what
Python says about them, which lies beside servers.json afterwards: NAME.json."""
import json, multiprocessing, os, pathlib, sys

import mlflow
import numpy as np
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier

NAME = "Wine & Co"
wine = load_wine(as_frame=True)
data = wine.data.astype(np.float32)


def fitted(seed):
    forest = RandomForestClassifier(n_estimators=10 * seed, random_state=seed).fit(data.values, wine.target)
    onnx = to_onnx(forest, data.values[:1], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})
    said = {"predictions": forest.predict(data.values).tolist(), "probabilities": forest.predict_proba(data.values).tolist()}
    return onnx, infer_signature(data, forest.predict(data.values)), said


def log(variables, models, out):
    """In a process of its own: MLflow keeps much of what its variables say."""
    os.environ.update(variables)
    client = mlflow.MlflowClient()
    workspace = variables.get("MLFLOW_WORKSPACE")
    if workspace and workspace != "default":
        mlflow.create_workspace(workspace)
        # A workspace has no experiment at first.
        mlflow.set_experiment("Default")
    versions = []
    for onnx, signature, said in models:
        kwargs = {"name": "my model"} if mlflow.__version__ > "3" else {"artifact_path": "my model"}
        # Without its requirements MLflow would start a Python for each model to find them.
        kwargs |= {"signature": signature, "registered_model_name": NAME, "pip_requirements": ["onnxruntime"]}
        with mlflow.start_run() as run:
            info = mlflow.onnx.log_model(onnx, **kwargs)
        version = max(client.search_model_versions(f"name = '{NAME}'"), key=lambda v: int(v.version)).version
        uri = client.get_model_version_download_uri(NAME, version)
        versions.append({"version": str(version), "run_id": run.info.run_id, "model_id": getattr(info, "model_id", None), "download_uri": uri, **said})
    client.transition_model_version_stage(NAME, versions[0]["version"], "Production")
    client.set_registered_model_alias(NAME, "champion", versions[1]["version"])
    out.write_text(json.dumps({"name": NAME, "rows": data.values.astype(float).tolist(), "versions": versions}))


def main(servers):
    folder, mine = pathlib.Path(servers).parent, []
    models = [fitted(1), fitted(2)]
    for each in json.loads(pathlib.Path(servers).read_text()):
        if pathlib.Path(each["python"]).parents[1] == pathlib.Path(sys.prefix):
            mine.append((each["variables"], models, folder / f"{each['name']}.json"))
            if "MLFLOW_WORKSPACE" in each["variables"]:
                default = each["variables"] | {"MLFLOW_WORKSPACE": "default"}
                mine.append((default, models[::-1], folder / f"{each['name']}-default.json"))
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        pool.starmap(log, mine, chunksize=1)


main(sys.argv[1])
