"""Makes the seeds of `pickle` and `skops`. Needs tests/data/sklearn/requirements-1.9.1.txt."""

import io
import json
import pathlib
import pickle
import re
import shutil
import zipfile

import joblib
import numpy as np
import skops.io
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from xgboost import XGBClassifier

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(0)
x = np.column_stack([rng.normal(size=60), rng.integers(0, 4, 60)])
y = np.array(["no", "yes"])[(x[:, 0] > 0).astype(int)]
models = {
    "forest": make_pipeline(StandardScaler(), MinMaxScaler(clip=True), RandomForestClassifier(2, max_depth=1, random_state=0)),
    "boosting": GradientBoostingClassifier(n_estimators=1, max_depth=1, random_state=0),
    "hist": HistGradientBoostingClassifier(max_iter=1, max_leaf_nodes=3, min_samples_leaf=5, categorical_features=[1], random_state=0),
    "xgboost": make_pipeline(StandardScaler(), XGBClassifier(n_estimators=1, max_depth=1, missing=0.0)),
}


def seed(target, name, raw):
    folder = here / "seeds" / target
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath(name).write_bytes(raw)


for target in ("pickle", "skops"):
    shutil.rmtree(here / "seeds" / target, ignore_errors=True)
for name, model in models.items():
    model.fit(x, (y == "yes").astype(int) if name == "xgboost" else y)
    for protocol in (2, 4, 5):
        seed("pickle", f"{name}-{protocol}", pickle.dumps(model, protocol))
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    seed("pickle", f"{name}-joblib", buffer.getvalue())
    raw = skops.io.dumps(model)
    archive = zipfile.ZipFile(io.BytesIO(raw))
    schema = archive.read("schema.json").decode()
    arrays = list(dict.fromkeys(re.findall(r'"([\w-]+\.(?:npy|bin))"', schema)))
    for i, array in enumerate(arrays):
        schema = schema.replace(f'"{array}"', f'"{i}.npy"')
    # Without the spaces, and with small numbers for the objects.
    schema = json.dumps(json.loads(schema), separators=(",", ":"))
    for i, number in enumerate(dict.fromkeys(re.findall(r'"__id__":(\d+)', schema))):
        schema = schema.replace(f'"__id__":{number}', f'"__id__":{i}')
    seed("skops", name, b"\n%%\n".join([schema.encode()] + [archive.read(array) for array in arrays]))
