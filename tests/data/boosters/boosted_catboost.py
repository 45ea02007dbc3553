"""CatBoost's models in the form that it writes itself."""

import pathlib
import tempfile

import numpy as np
import onnx
from catboost import CatBoostClassifier, CatBoostRegressor

import data
from recorded_onnx import record, thresholds_of


def save(out, name, model, x, y):
    model.fit(x.astype(np.float32), y)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "m.onnx")
        model.save_model(str(path), format="onnx")
        raw = path.read_bytes()
    rows = data.hard_rows(x, thresholds_of(onnx.load_from_string(raw).graph), np.float32, n=400, seed=len(name))
    rows[np.abs(rows) > 1e38] = 1e30
    data.compress(out / f"{name}.onnx.gz", raw)
    record(out, name, raw, rows.astype(np.float32))
    print(name, len(raw))


def make(out):
    x3, y3 = data.iris()
    x2, y2 = data.cancer()
    xr, yr = data.diabetes()
    small = {"iterations": 10, "depth": 3, "learning_rate": 0.4, "verbose": 0, "random_seed": 0, "allow_writing_files": False}
    save(out, "onnx_cat_binary", CatBoostClassifier(**small), x2, y2)
    save(out, "onnx_cat_multi", CatBoostClassifier(**small), x3, y3)
    save(out, "onnx_cat_regressor", CatBoostRegressor(**small), xr, yr)
    # onnxruntime adds the base values of two classes in a way of its own.
    model = CatBoostClassifier(boost_from_average=True, **small).fit(x2.astype(np.float32), y2)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "m.onnx")
        model.save_model(str(path), format="onnx")
        data.compress(out / "refused" / "onnx_cat_average.onnx.gz", path.read_bytes())
