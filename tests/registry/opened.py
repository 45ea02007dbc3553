"""opened.py NAME VERSION ROW: what Python's MLflow finds under a version that push has registered."""
import hashlib, json, pathlib, sys

import mlflow
import pandas as pd

name, version, row = sys.argv[1:]
client = mlflow.MlflowClient()
registered = client.get_model_version(name, version)
run = client.get_run(registered.run_id)
model = mlflow.pyfunc.load_model(f"models:/{name}/{version}")
columns = model.metadata.get_input_schema().input_names()
predicted = model.predict(pd.DataFrame([json.loads(row)], columns=columns))
folder = pathlib.Path(mlflow.artifacts.download_artifacts(f"models:/{name}/{version}"))
files = {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}
logged = client.get_logged_model(model.metadata.model_id) if mlflow.__version__ > "3" else None
print(json.dumps({
    "columns": columns,
    "label": int(predicted.iloc[0, 0]),
    "params": run.data.params,
    "metrics": run.data.metrics,
    "logged_params": logged and logged.params,
    "logged_metrics": logged and {metric.key: metric.value for metric in logged.metrics},
    "status": run.info.status,
    "experiment": client.get_experiment(run.info.experiment_id).name,
    "aliases": [str(a) for a in registered.aliases],
    "files": files,
}))
