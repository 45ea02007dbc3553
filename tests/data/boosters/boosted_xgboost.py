"""The XGBoost models."""

import json
import pathlib
import tempfile

import numpy as np
import xgboost as xgb

import data

NEW = int(xgb.__version__.split(".")[0]) >= 2


def trees_of(model):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "m.json")
        model.save_model(path)
        learner = json.loads(path.read_text())["learner"]
    booster = learner["gradient_booster"]
    return booster.get("gbtree", booster)["model"]["trees"]


def thresholds_of(model):
    found = {}
    for tree in trees_of(model):
        for at, left in enumerate(tree["left_children"]):
            if left != -1 and not tree["split_type"][at]:
                found.setdefault(tree["split_indices"][at], set()).add(np.float32(tree["split_conditions"][at]))
    return {column: sorted(values) for column, values in sorted(found.items())}


def save(out, name, model, form="ubj", x=None, categories=(), names=None):
    """Writes the model, and what Python answers for rows that are hard on it."""
    rows = data.hard_rows(x, thresholds_of(model), np.float32, categories, seed=len(name))
    types = ["c" if i in categories else "float" for i in range(x.shape[1])] if categories else None
    matrix = xgb.DMatrix(rows, feature_names=names, feature_types=types, enable_categorical=bool(categories))
    api = type(model).__name__
    if isinstance(model, xgb.Booster):
        values = model.predict(matrix)
        objective = json.loads(model.save_config())["learner"]["objective"]["name"]
        if objective == "binary:logistic":
            labels, scores = values > 0.5, np.column_stack([1 - values, values])
        elif objective == "binary:logitraw":
            labels, scores = values > 0, np.column_stack([-values, values])
        elif objective == "binary:hinge":
            labels, scores = values > 0.5, np.column_stack([1 - values, values])
        elif objective == "multi:softprob":
            labels, scores = values.argmax(axis=1), values
        elif objective == "multi:softmax":
            margins = model.predict(matrix, output_margin=True).astype(np.float64)
            shares = np.exp(margins - margins.max(axis=1, keepdims=True))
            labels, scores = values, shares / shares.sum(axis=1, keepdims=True)
        else:
            labels, scores = None, values
    elif api.endswith("Classifier"):
        labels, scores = model.predict(rows), model.predict_proba(rows)
    else:
        labels, scores = None, model.predict(rows)
    scores = np.asarray(scores, dtype=np.float64).reshape(len(rows), -1)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "m." + form)
        model.save_model(path)
        data.compress(out / f"{name}.{form}.gz", path.read_bytes())
    header = {"flavor": "xgboost", "file": f"{name}.{form}.gz", "class": api, "rows": len(rows),
              "features": rows.shape[1], "labels": labels is not None, "scores": scores.shape[1]}
    arrays = [rows] + ([np.asarray(labels, dtype=np.float64)] if labels is not None else []) + [scores]
    data.write(out / f"{name}.rows.gz", header, *arrays)
    print(name, header["rows"], header["scores"])


def make(out, prefix=""):
    x3, y3 = data.iris()
    x2, y2 = data.cancer()
    xr, yr = data.diabetes()
    small = {"n_estimators": 12, "max_depth": 4, "learning_rate": 0.4, "n_jobs": 1}

    def classifier(name, x, y, form="ubj", **more):
        model = xgb.XGBClassifier(**{**small, **more}).fit(x, y)
        save(out, prefix + name, model, form, x)

    def regressor(name, form="ubj", y=yr, **more):
        model = xgb.XGBRegressor(**{**small, **more}).fit(xr, y)
        save(out, prefix + name, model, form, xr)

    def booster(name, x, y, parameters, form="ubj", rounds=12, **more):
        matrix = xgb.DMatrix(x, label=y, **more)
        model = xgb.train({"max_depth": 4, "eta": 0.4, **parameters}, matrix, rounds)
        save(out, prefix + name, model, form, x, names=more.get("feature_names"))

    classifier("xgb_binary", x2, y2)
    classifier("xgb_multi", x3, y3, "json")
    classifier("xgb_dart", x2, y2, booster="dart", rate_drop=0.3)
    regressor("xgb_squared", "json")
    regressor("xgb_poisson", objective="count:poisson")
    booster("xgb_booster_binary", x2, y2, {"objective": "binary:logistic"}, feature_names=[f"c {i}" for i in range(8)])
    booster("xgb_booster_multi", x3, y3, {"objective": "multi:softprob", "num_class": 3}, "json")
    booster("xgb_booster_logitraw", x2, y2, {"objective": "binary:logitraw", "base_score": 0.3})
    model = xgb.XGBRFClassifier(n_estimators=7, max_depth=4, subsample=0.7, random_state=1).fit(x3, y3)
    save(out, prefix + "xgb_forest", model, "ubj", x3)
    model = xgb.XGBClassifier(**{**small, "n_estimators": 60}, early_stopping_rounds=3)
    model.fit(x3[::2], y3[::2], eval_set=[(x3[1::2], y3[1::2])], verbose=False)
    assert model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    save(out, prefix + "xgb_early", model, "ubj", x3)
    save(out, prefix + "xgb_early_booster", model.get_booster(), "ubj", x3)
    for name, classes, onehot in [("xgb_categories", 2, 1), ("xgb_onehot", 2, 100), ("xgb_categories_multi", 3, 20)]:
        x, y = data.shop(classes)
        matrix = xgb.DMatrix(x, label=y, feature_types=["float", "c", "float", "c"], enable_categorical=True)
        objective = {"objective": "binary:logistic"} if classes == 2 else {"objective": "multi:softprob", "num_class": 3}
        model = xgb.train({"max_depth": 4, "eta": 0.4, "max_cat_to_onehot": onehot, "tree_method": "hist" if NEW else "approx",
                           **objective}, matrix, 10)
        save(out, prefix + name, model, "json" if classes == 3 else "ubj", x, categories=(1, 3))
    if not NEW:
        return
    classifier("xgb_softmax", x3, y3, objective="multi:softmax")
    classifier("xgb_base_score", x2, y2, "json", base_score=0.3)
    classifier("xgb_logitraw", x2, y2, objective="binary:logitraw")
    classifier("xgb_hinge", x2, y2, objective="binary:hinge")
    classifier("xgb_dart_multi", x3, y3, "json", booster="dart", rate_drop=0.3)
    # The classes weigh a leaf of dart otherwise than a Booster does, which shows where the base score is no zero margin.
    booster("xgb_booster_dart", x2, y2, {"objective": "binary:logistic", "booster": "dart", "rate_drop": 0.3, "base_score": 0.3})
    regressor("xgb_dart_regressor", booster="dart", rate_drop=0.3)
    booster("xgb_booster_hinge", x2, y2, {"objective": "binary:hinge"})
    booster("xgb_booster_softmax", x3, y3, {"objective": "multi:softmax", "num_class": 3})
    booster("xgb_cox", xr, yr, {"objective": "survival:cox"})
    booster("xgb_rank", xr, (yr > 3).astype(int), {"objective": "rank:ndcg"}, qid=np.arange(len(yr)) // 20)
    matrix = xgb.DMatrix(xr)
    matrix.set_float_info("label_lower_bound", yr)
    matrix.set_float_info("label_upper_bound", yr)
    save(out, "xgb_aft", xgb.train({"objective": "survival:aft", "max_depth": 3}, matrix, 10), "ubj", xr)
    for objective in ["absoluteerror", "pseudohubererror", "squaredlogerror", "gamma", "tweedie"]:
        regressor("xgb_" + objective, objective="reg:" + objective)
    regressor("xgb_logistic", y=yr / yr.max(), objective="reg:logistic")
    regressor("xgb_quantiles", "json", objective="reg:quantileerror", quantile_alpha=[0.2, 0.5, 0.9])
    model = xgb.XGBRegressor(**small).fit(xr, np.column_stack([yr, -yr]))
    save(out, "xgb_two_targets", model, "ubj", xr)
    model = xgb.XGBRFRegressor(n_estimators=7, max_depth=4, random_state=1).fit(xr, yr)
    save(out, "xgb_forest_regressor", model, "ubj", xr)
    refused(out, x2, y2, xr, yr)


def oldest(out):
    """Files of a time when UBJSON was not there, labels went through an encoder, and every model had a best iteration."""
    x3, y3 = data.iris()
    x2, y2 = data.cancer()
    xr, yr = data.diabetes()
    small = {"n_estimators": 12, "max_depth": 4, "n_jobs": 1, "random_state": 1}
    forest = {**small, "subsample": 0.7}
    save(out, "oldest_xgb_labels", xgb.XGBClassifier(**small).fit(x3, y3 * 5 - 3), "json", x3)
    save(out, "oldest_xgb_forest", xgb.XGBRFClassifier(**forest).fit(x3, y3), "json", x3)
    save(out, "oldest_xgb_forest_binary", xgb.XGBRFClassifier(**forest).fit(x2, y2), "json", x2)
    save(out, "oldest_xgb_forest_regressor", xgb.XGBRFRegressor(**forest).fit(xr, yr), "json", xr)
    model = xgb.XGBClassifier(**{**small, "n_estimators": 60})
    model.fit(x3[::2], y3[::2], eval_set=[(x3[1::2], y3[1::2])], early_stopping_rounds=3, verbose=False)
    assert model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    save(out, "oldest_xgb_early", model, "json", x3)
    # Any other ending means the binary format.
    save(out, "oldest_xgb_binary_multi", model, "xgb", x3)
    save(out, "oldest_xgb_binary_dart", xgb.XGBClassifier(booster="dart", rate_drop=0.3, **small).fit(x2, y2), "xgb", x2)
    save(out, "oldest_xgb_binary_poisson", xgb.XGBRegressor(objective="count:poisson", **small).fit(xr, yr), "xgb", xr)


def refused(out, x2, y2, xr, yr):
    """Models that the server must name and refuse, and files whose rows are among the pipelines."""
    models = {
        "gblinear": xgb.XGBRegressor(booster="gblinear", updater="coord_descent", n_estimators=3).fit(np.nan_to_num(xr), yr),
        "multi_output_tree": xgb.XGBRegressor(multi_strategy="multi_output_tree", tree_method="hist", n_estimators=2,
                                              max_depth=2).fit(xr, np.column_stack([yr, yr])),
        "multi_label": xgb.XGBClassifier(n_estimators=2, max_depth=2).fit(x2, np.column_stack([y2, 1 - y2])),
    }
    for name, model in models.items():
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "m.ubj")
            model.save_model(path)
            folder = out / "refused" if name == "gblinear" else out
            data.compress(folder / f"xgb_{name}.ubj.gz", path.read_bytes())
