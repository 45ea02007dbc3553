"""Makes the seeds of XGBoost and LightGBM: the smallest model of each kind. Needs tests/data/boosters/requirements.txt."""

import shutil

import lightgbm as lgb
import numpy as np
import xgboost as xgb

from archives import SEEDS, seed

rng = np.random.default_rng(0)
x = np.column_stack([rng.normal(size=200), rng.integers(0, 9, 200)])
x[::17] = np.nan
y = (np.nan_to_num(x[:, 0]) > 0) ^ (np.nan_to_num(x[:, 1]).astype(int) % 3 == 0)
three = (np.nan_to_num(x[:, 1]) // 3).astype(int)
for target in ("xgboost_json", "xgboost_ubj", "lightgbm"):
    shutil.rmtree(SEEDS / target, ignore_errors=True)

table = {"feature_types": ["float", "c"], "enable_categorical": True}
for name, labels, parameters in [
    ("binary", y, {"objective": "binary:logistic"}),
    ("multi", three, {"objective": "multi:softprob", "num_class": 3}),
    ("dart", y, {"objective": "count:poisson", "booster": "dart"}),
    ("linear", y, {"objective": "reg:squarederror", "booster": "gblinear", "updater": "coord_descent"}),
]:
    matrix = xgb.DMatrix(np.nan_to_num(x) if name == "linear" else x, labels, **({} if name == "linear" else table))
    model = xgb.train({"max_depth": 2, "max_cat_to_onehot": 1, **parameters}, matrix, 1)
    seed("xgboost_json", name, bytes(model.save_raw("json")))
    seed("xgboost_ubj", name, bytes(model.save_raw("ubj")).removeprefix(b"{L"))
for name, labels, parameters in [
    ("binary", y, {"objective": "binary"}),
    ("multi", three, {"objective": "multiclass", "num_class": 3}),
    ("zero", y, {"objective": "regression", "zero_as_missing": True}),
]:
    parameters = {"verbosity": -1, "num_leaves": 4, "min_data_in_leaf": 5, "min_data_per_group": 5, "num_threads": 1, **parameters}
    model = lgb.train(parameters, lgb.Dataset(x, labels, categorical_feature=[1]), 1)
    text = model.model_to_string()
    seed("lightgbm", name, text[: text.index("end of trees") + 13].encode())
