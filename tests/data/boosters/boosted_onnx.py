"""The boosters as onnxmltools converts them, and what onnxruntime answers."""

import gzip
import json
import warnings

import lightgbm as lgb
import numpy as np
import xgboost as xgb
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType

import data
from recorded_onnx import record, thresholds_of


def save(out, name, model, x, convert, categories=(), nan=True, **more):
    converted = convert(model, initial_types=[("X", FloatTensorType([None, x.shape[1]]))], **more)
    raw = converted.SerializeToString()
    rows = data.hard_rows(x, thresholds_of(converted.graph), np.float32, categories, seed=len(name)).astype(np.float32)
    rows = rows if nan else np.nan_to_num(rows, nan=0.5)
    data.compress(out / f"{name}.onnx.gz", raw)
    record(out, name, raw, rows)
    print(name, [n.op_type for n in converted.graph.node], {o.domain: o.version for o in converted.opset_import})


def record_again(out):
    """Asks the models that are here for the rows that are here."""
    for path in sorted(out.glob("onnx_*.rows.gz")):
        head, _, body = gzip.decompress(path.read_bytes()).partition(b"\n")
        head = json.loads(head)
        rows = np.frombuffer(body, "<f8", head["rows"] * head["features"]).reshape(head["rows"], -1)
        name = path.name.removesuffix(".rows.gz")
        record(out, name, gzip.decompress((out / head["file"]).read_bytes()), rows.astype(np.float32))


def make(out):
    warnings.simplefilter("ignore")
    x3, y3 = data.iris()
    x2, y2 = data.cancer()
    xr, yr = data.diabetes()
    small = {"n_estimators": 10, "max_depth": 4, "learning_rate": 0.4, "n_jobs": 1}
    for name, model, x, y, more in [
        ("binary", xgb.XGBClassifier(**small), x2, y2, {}),
        ("multi", xgb.XGBClassifier(**small), x3, y3, {"target_opset": 15}),
        ("regressor", xgb.XGBRegressor(**small), xr, yr, {}),
        ("poisson", xgb.XGBRegressor(**small, objective="count:poisson"), xr, yr, {}),
        ("forest", xgb.XGBRFRegressor(n_estimators=5, max_depth=4), xr, yr, {}),
    ]:
        save(out, "onnx_xgb_" + name, model.fit(x, y), x, convert_xgboost, **more)
    # Fitted without missing values: all of them go to the false branch, and no number in the file says so.
    full = xgb.XGBClassifier(**small).fit(np.nan_to_num(x2, nan=5.0), y2)
    save(out, "onnx_xgb_all_right", full, x2, convert_xgboost)
    quiet = {"n_estimators": 10, "num_leaves": 12, "min_child_samples": 5, "verbosity": -1, "n_jobs": 1, "learning_rate": 0.3}
    bagged = {"boosting_type": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}
    for name, model, x, y, more in [
        ("binary", lgb.LGBMClassifier(**quiet), x2, y2, {}),
        ("binary_zipmap_off", lgb.LGBMClassifier(**quiet), x2, y2, {"zipmap": False}),
        ("multi", lgb.LGBMClassifier(**quiet), x3, y3, {"zipmap": False, "target_opset": 15}),
        ("regressor", lgb.LGBMRegressor(**quiet), xr, yr, {}),
        ("poisson", lgb.LGBMRegressor(**quiet, objective="poisson"), xr, yr, {}),
        ("forest_regressor", lgb.LGBMRegressor(**quiet, **bagged), xr, yr, {}),
        ("zero", lgb.LGBMRegressor(**quiet, zero_as_missing=True), xr, yr, {}),
    ]:
        save(out, "onnx_lgb_" + name, model.fit(x, y), x, convert_lightgbm, **more)
    x, y = data.shop()
    model = lgb.LGBMClassifier(**quiet).fit(x, y, categorical_feature=[1, 3])
    save(out, "onnx_lgb_categories", model, x, convert_lightgbm, zipmap=False, categories=(1, 3))
