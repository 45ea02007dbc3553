"""log_models.py TRACKING_URI OUT: forests that Python logs and registers, and what Python says about them."""
import json, sys

import mlflow
import numpy as np
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier

tracking, out = sys.argv[1:]
mlflow.set_tracking_uri(tracking)
client = mlflow.MlflowClient()
wine = load_wine(as_frame=True)
data = wine.data.astype(np.float32)
three = int(mlflow.__version__.split(".")[0]) >= 3

versions = []
for seed in (1, 2):
    forest = RandomForestClassifier(n_estimators=10 * seed, random_state=seed).fit(data.values, wine.target)
    onnx = to_onnx(forest, data.values[:1], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})
    kwargs = {"name": "my model"} if three else {"artifact_path": "my model"}
    with mlflow.start_run() as run:
        info = mlflow.onnx.log_model(onnx, signature=infer_signature(data, forest.predict(data)), registered_model_name="Wine & Co", **kwargs)
    found = client.search_model_versions("name = 'Wine & Co'")
    version = max(found, key=lambda v: int(v.version))
    versions.append({
        "version": str(version.version),
        "run_id": run.info.run_id,
        "model_id": getattr(info, "model_id", None),
        "download_uri": client.get_model_version_download_uri("Wine & Co", version.version),
        "predictions": forest.predict(data.values).tolist(),
        "probabilities": forest.predict_proba(data.values).tolist(),
    })
client.transition_model_version_stage("Wine & Co", versions[0]["version"], "Production")
client.set_registered_model_alias("Wine & Co", "champion", versions[1]["version"])
json.dump({"name": "Wine & Co", "rows": data.values.astype(float).tolist(), "versions": versions}, open(out, "w"))
