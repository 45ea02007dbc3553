"""log_pipeline.py TRACKING_URI OUT: two versions of a pipeline over words, logged as MLflow logs by default, and what Python answers."""

import json
import random
import sys

import mlflow
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["tenure", "charges"]
WORDS = ["contract", "payment", "city"]


def customers(seed, count):
    draw = random.Random(seed)
    rows = []
    for _ in range(count):
        rows.append({
            "tenure": draw.choice([None, draw.randint(0, 72)]),
            "charges": round(draw.uniform(18, 120), 2),
            "contract": draw.choice(["Month-to-month", "One year", "Two year"]),
            "payment": draw.choice(["Electronic check", "Mailed check", "Credit card (automatic)", None]),
            "city": draw.choice(["Zürich", "São Paulo", "北京", "Łódź"]),
        })
    return rows


def frame(rows):
    table = pd.DataFrame(rows)
    return table.assign(tenure=table.tenure.astype(float), **{word: table[word].astype(object).where(table[word].notna(), float("nan")) for word in WORDS})


def fit(seed):
    rows = frame(customers(seed, 400))
    churned = ["yes" if c == "Month-to-month" and m > 60 else "no" for c, m in zip(rows.contract, rows.charges)]
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    columns = ColumnTransformer([("numbers", numbers, NUMBERS), ("words", words, WORDS)])
    return make_pipeline(columns, RandomForestClassifier(n_estimators=30, random_state=seed)).fit(rows, churned), rows


mlflow.set_tracking_uri(sys.argv[1])
# A city that no version has seen is among the rows.
asked = customers(7, 199) + [dict(customers(8, 1)[0], city="Atlantis")]
answers = {}
for version in (1, 2):
    model, rows = fit(version)
    signature = mlflow.models.infer_signature(rows, model.predict(rows))
    with mlflow.start_run():
        mlflow.sklearn.log_model(
            model, name="model", signature=signature, registered_model_name="Churn",
            # What Python asks its users to trust before it loads what they have just logged.
            skops_trusted_types=["numpy.dtype", "sklearn.tree._tree.Tree"],
        )
    answers[version] = {"labels": model.predict(frame(asked)).tolist(), "probabilities": model.predict_proba(frame(asked)).tolist()}
mlflow.MlflowClient().set_registered_model_alias("Churn", "champion", "2")
json.dump({"request": [{"features": row} for row in asked], "answers": answers}, open(sys.argv[2], "w"))
