"""Makes the seeds of `pickle` and `skops` that seeds_recorded.py does not, which has to run after it. Needs tests/data/sklearn/requirements-1.9.1.txt."""

import io
import pickle
import shutil

import joblib
import numpy as np
import skops.io
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from xgboost import XGBClassifier

from archives import SEEDS, seed, unpacked

rng = np.random.default_rng(0)
x = np.column_stack([rng.normal(size=60), rng.integers(0, 4, 60)])
y = np.array(["no", "yes"])[(x[:, 0] > 0).astype(int)]
models = {
    "forest": make_pipeline(StandardScaler(), MinMaxScaler(clip=True), RandomForestClassifier(2, max_depth=1, random_state=0)),
    "boosting": GradientBoostingClassifier(n_estimators=1, max_depth=1, random_state=0),
    "hist": HistGradientBoostingClassifier(max_iter=1, max_leaf_nodes=3, min_samples_leaf=5, categorical_features=[1], random_state=0),
    "xgboost": make_pipeline(StandardScaler(), XGBClassifier(n_estimators=1, max_depth=1, missing=0.0)),
}

for target in ("pickle", "skops"):
    shutil.rmtree(SEEDS / target, ignore_errors=True)
for name, model in models.items():
    model.fit(x, (y == "yes").astype(int) if name == "xgboost" else y)
    for protocol in (2, 4, 5):
        seed("pickle", f"{name}-{protocol}", pickle.dumps(model, protocol))
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    seed("pickle", f"{name}-joblib", buffer.getvalue())
    seed("skops", name, unpacked(skops.io.dumps(model)))
