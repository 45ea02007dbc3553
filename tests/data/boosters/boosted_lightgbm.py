"""The LightGBM models."""

import io
import json
import pickle
import re

import joblib
import lightgbm as lgb
import numpy as np

import data

NEW = int(lgb.__version__.split(".")[0]) >= 4
QUIET = {"verbosity": -1, "num_threads": 1, "min_data_in_leaf": 5, "num_leaves": 12, "learning_rate": 0.3, "seed": 1,
         "deterministic": True, "force_row_wise": True}


def thresholds_of(text):
    found = {}
    for block in text.split("\nTree=")[1:]:
        line = {key: value for key, value in re.findall(r"^(\w+)=(.*)$", block, re.M)}
        if line["num_leaves"] == "1":
            continue
        for feature, threshold, kind in zip(*(line[k].split() for k in ["split_feature", "threshold", "decision_type"])):
            if not int(kind) & 1:
                found.setdefault(int(feature), set()).add(float(threshold))
    return {column: sorted(values) for column, values in sorted(found.items())}


def packed(model, text, form):
    """The bytes of the model, the format that they are, and the ending of a file."""
    if form == "pickle":
        return pickle.dumps(model), "sklearn", "pkl"
    if form == "joblib":
        buffer = io.BytesIO()
        joblib.dump(model, buffer)
        return buffer.getvalue(), "sklearn", "joblib"
    return text.encode(), "lightgbm", "txt"


def save(out, name, model, x, categories=(), form="text"):
    text = model.model_to_string()
    rows = data.hard_rows(x, thresholds_of(text), np.float64, categories, seed=len(name))
    values = model.predict(rows)
    objective = re.search(r"^objective=(\w+)", text, re.M)
    objective = objective.group(1) if objective else ""
    labels = None
    if objective == "binary":
        values = np.column_stack([1 - values, values])
    if objective in ("binary", "multiclass", "multiclassova"):
        # As LGBMClassifier.predict.
        labels = np.argmax(values, axis=1)
    scores = np.asarray(values, dtype=np.float64).reshape(len(rows), -1)
    raw, flavor, ending = packed(model, text, form)
    data.compress(out / f"{name}.{ending}.gz", raw)
    header = {"flavor": flavor, "file": f"{name}.{ending}.gz", "class": "lightgbm.basic.Booster", "rows": len(rows),
              "features": rows.shape[1], "labels": labels is not None, "scores": scores.shape[1]}
    arrays = [rows] + ([labels.astype(np.float64)] if labels is not None else []) + [scores]
    data.write(out / f"{name}.rows.gz", header, *arrays)
    print(name, header["rows"], header["scores"])


def pickled(out, prefix, x2, y2, x3, y3):
    """Boosters as Python objects, with all their rounds. They predict with those up to the best one, which only the object knows."""
    for name, form, x, y, parameters in [
        ("lgb_booster_pickle", "pickle", x3, y3, {"objective": "multiclass", "num_class": 3}),
        ("lgb_booster_joblib", "joblib", x2, y2, {"objective": "binary"}),
    ]:
        table = lgb.Dataset(x[::2], y[::2], free_raw_data=False)
        held_out = lgb.Dataset(x[1::2], y[1::2], reference=table)
        model = lgb.train({**QUIET, **parameters}, table, 60, valid_sets=[held_out], keep_training_booster=True,
                          callbacks=[lgb.early_stopping(3, verbose=False)])
        assert 0 < model.best_iteration < model.num_trees() // model.num_model_per_iteration()
        save(out, prefix + name, model, x, form=form)


def make(out, prefix=""):
    x3, y3 = data.iris()
    x2, y2 = data.cancer()
    xr, yr = data.diabetes()

    def train(name, x, y, parameters, rounds=10, categories=(), **more):
        table = lgb.Dataset(x, y, categorical_feature=list(categories), free_raw_data=False, **more)
        model = lgb.train({**QUIET, **parameters}, table, rounds)
        save(out, prefix + name, model, x, categories)

    three = {"objective": "multiclass", "num_class": 3}
    train("lgb_binary", x2, y2, {"objective": "binary"}, feature_name=[f"c {i}" for i in range(8)])
    train("lgb_multi", x3, y3, three)
    train("lgb_regression", xr, yr, {"objective": "regression"})
    train("lgb_zero", xr, yr, {"objective": "regression", "zero_as_missing": True})
    train("lgb_poisson", xr, yr, {"objective": "poisson"})
    train("lgb_categories", *data.shop(), {"objective": "binary"}, categories=(1, 3))
    train("lgb_forest", x2, y2, {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6})
    train("lgb_dart", x3, y3, {**three, "boosting": "dart"})
    pickled(out, prefix, x2, y2, x3, y3)
    if not NEW:
        return
    x0 = np.nan_to_num(xr)
    train("lgb_no_missing", xr, yr, {"objective": "regression", "use_missing": False})
    train("lgb_never_missing", x0, yr, {"objective": "regression"})
    train("lgb_zero_binary", np.where(np.isnan(x2), 0, x2), y2, {"objective": "binary", "zero_as_missing": True})
    train("lgb_sigmoid", x2, y2, {"objective": "binary", "sigmoid": 1.7})
    train("lgb_ova", x3, y3, {**three, "objective": "multiclassova", "sigmoid": 0.7}, rounds=40)
    train("lgb_goss", x2, y2, {"objective": "binary", "data_sample_strategy": "goss"})
    train("lgb_sqrt", xr, yr - yr.mean(), {"objective": "regression", "reg_sqrt": True})
    for objective in ["regression_l1", "huber", "fair", "quantile", "mape", "gamma", "tweedie"]:
        train("lgb_" + objective, xr, yr, {"objective": objective})
    for objective in ["cross_entropy", "cross_entropy_lambda"]:
        train("lgb_" + objective, xr, yr / yr.max(), {"objective": objective})
    train("lgb_rank", xr, (yr > 3).astype(int), {"objective": "lambdarank"}, group=[221, 221])
    train("lgb_categories_multi", *data.shop(3), {**three, "max_cat_to_onehot": 1}, categories=(1, 3))
    train("lgb_onehot", *data.shop(), {"objective": "binary", "max_cat_to_onehot": 100}, categories=(1, 3))
    train("lgb_categories_zero", *data.shop(), {"objective": "binary", "zero_as_missing": True}, categories=(1, 3))
    bagged = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}
    train("lgb_forest_multi", x3, y3, {**three, **bagged})
    train("lgb_forest_regression", xr, yr, {"objective": "regression", **bagged})
    train("lgb_custom", xr, yr, {"objective": lambda predicted, table: (predicted - table.get_label(), np.ones(len(predicted)))})
    train("lgb_constant", x3, np.ones(len(x3)), {"objective": "regression"}, rounds=2)
    small = lgb.train({**QUIET, "objective": "binary", "num_leaves": 4}, lgb.Dataset(x2, y2), 2)
    data.compress(out / "refused" / "lgb_dump.json.gz", json.dumps(small.dump_model()).encode())
    linear = lgb.train({**QUIET, "objective": "regression", "linear_tree": True}, lgb.Dataset(x0, yr), 2)
    data.compress(out / "lgb_linear.txt.gz", linear.model_to_string().encode())
