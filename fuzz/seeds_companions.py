"""Makes the seeds of `companions`. Needs tests/data/sklearn/requirements-1.9.1.txt."""

import io
import json
import pathlib
import pickle

import joblib
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, StandardScaler

folder = pathlib.Path(__file__).parent / "seeds" / "companions"
folder.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(0)
x = rng.normal(size=(40, 2))
words = np.array([["monthly"], ["yearly"]])[rng.integers(0, 2, 40)]
y = (x[:, 0] > 0).astype(int)
forest = RandomForestClassifier(2, max_depth=1, random_state=0)
names = json.dumps(["age", "income"]).encode()


def dumped(model):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return buffer.getvalue()


scaler = StandardScaler().fit(x)
encoder = OneHotEncoder(handle_unknown="ignore").fit(words)
labels = LabelEncoder().fit(["no", "yes"])
scaled = forest.fit(scaler.transform(x), y)
seeds = {
    "scaler": [b"b" + pickle.dumps(scaler), b"m" + pickle.dumps(scaled)],
    "columns": [b"b" + dumped(scaler), b"c" + names, b"m" + dumped(scaled)],
    "labels": [b"l" + pickle.dumps(labels), b"m" + pickle.dumps(scaled)],
    "labels_before": [b"b" + pickle.dumps(labels), b"m" + pickle.dumps(scaled)],
    "threshold": [b"t" + json.dumps({"threshold": 0.3}).encode(), b"m" + pickle.dumps(scaled)],
    "words": [b"b" + pickle.dumps(encoder), b"m" + pickle.dumps(LogisticRegression().fit(encoder.transform(words), y))],
    "bundle": [b"m" + dumped({"model": scaled, "scaler": scaler, "columns": ["age", "income"], "threshold": 0.4})],
}
for name, parts in seeds.items():
    folder.joinpath(name).write_bytes(b"\n%%\n".join(parts))
