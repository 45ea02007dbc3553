"""opened.py TRACKING_URI NAME VERSION ROW: what Python's MLflow finds under a version that push has registered."""
import json, sys

import mlflow
import pandas as pd

tracking, name, version, row = sys.argv[1:]
mlflow.set_tracking_uri(tracking)
client = mlflow.MlflowClient()
registered = client.get_model_version(name, version)
run = client.get_run(registered.run_id)
model = mlflow.pyfunc.load_model(f"models:/{name}/{version}")
columns = model.metadata.get_input_schema().input_names()
predicted = model.predict(pd.DataFrame([json.loads(row)], columns=columns))
print(json.dumps({
    "columns": columns,
    "label": int(predicted.iloc[0, 0]),
    "params": run.data.params,
    "metrics": run.data.metrics,
    "status": run.info.status,
    "aliases": [str(a) for a in registered.aliases],
}))
