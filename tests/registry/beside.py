"""beside.py DIRECTORY [TRACKING_URI VERSION]: a model whose scaler and encoders lie in files of their own.

Without a version it fits the model and writes the files and rows.csv. With one it prints what MLflow answers to these rows with that
version of the model `packed`, which was made of the files.
"""
import json, pathlib, pickle, sys

import numpy as np
import pandas as pd

folder = pathlib.Path(sys.argv[1])
columns = ["age", "income", "plan"]


def fit():
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.preprocessing import LabelEncoder, StandardScaler

    draw = np.random.default_rng(7)
    rows = pd.DataFrame({"age": draw.integers(18, 90, 200).astype(float), "income": draw.normal(3e4, 1e4, 200), "plan": draw.choice(["basic", "plus"], 200)})
    target = ((rows.age > 50) ^ (rows.plan == "plus")).astype(int)
    encoder = LabelEncoder().fit(rows["plan"])
    coded = rows.assign(plan=encoder.transform(rows["plan"]))
    scaler = StandardScaler().fit(coded.to_numpy(dtype=float))
    model = RandomForestClassifier(n_estimators=9, max_depth=4, random_state=0).fit(scaler.transform(coded.to_numpy(dtype=float)), target)
    for name, value in [("model", model), ("scaler", scaler), ("label_encoders", {"plan": encoder})]:
        (folder / f"{name}.pkl").write_bytes(pickle.dumps(value))
    (folder / "classes.json").write_text(json.dumps({"0": "stays", "1": "leaves"}))
    (folder / "columns.json").write_text(json.dumps(columns))
    rows.head(50).to_csv(folder / "rows.csv", index=False)


if len(sys.argv) > 2:
    import mlflow

    mlflow.set_tracking_uri(sys.argv[2])
    packed = mlflow.pyfunc.load_model(f"models:/packed/{sys.argv[3]}")
    print(json.dumps(list(map(str, packed.predict(pd.read_csv(folder / "rows.csv"))))))
else:
    fit()
