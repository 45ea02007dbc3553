"""log_sklearn.py TRACKING_URI OUT: a forest logged and registered the way most are, and what Python answers."""

import json
import sys

import mlflow
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier

mlflow.set_tracking_uri(sys.argv[1])
wine = load_wine(as_frame=True)
forest = RandomForestClassifier(n_estimators=50, random_state=0).fit(wine.data, wine.target_names[wine.target])
signature = mlflow.models.infer_signature(wine.data, forest.predict(wine.data))
with mlflow.start_run():
    mlflow.sklearn.log_model(
        forest, name="model", signature=signature, serialization_format="cloudpickle", registered_model_name="RandomForest-Classifier"
    )
mlflow.MlflowClient().transition_model_version_stage("RandomForest-Classifier", "1", "Production")
rows = wine.data.to_dict("records")
json.dump({
    "request": [{"features": row} for row in rows],
    "labels": forest.predict(wine.data).tolist(),
    "probabilities": forest.predict_proba(wine.data).tolist(),
}, open(sys.argv[2], "w"))
