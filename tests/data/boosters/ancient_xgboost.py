"""The XGBoost models of versions 0.90 to 1.3, which answer some of their own files otherwise than later versions would."""

import pathlib
import pickle
import tempfile

import numpy as np
import xgboost as xgb

import data

VERSION = tuple(int(part) for part in xgb.__version__.split(".")[:2])
SMALL = {"n_estimators": 10, "max_depth": 3, "learning_rate": 0.4, "n_jobs": 1, "random_state": 0}
FOREST = {"num_parallel_tree": 3, "subsample": 0.5}


def thresholds_of(booster):
    found = {}
    for line in "\n".join(booster.get_dump()).split("\n"):
        if "[f" in line:
            column, value = line.split("[f")[1].split("]")[0].split("<")
            found.setdefault(int(column), set()).add(np.float32(value))
    return {column: sorted(values) for column, values in sorted(found.items())}


def written(model, form):
    """The bytes of the model, and what the same version reads from them: that is what `mlflow.pyfunc` predicts with."""
    if form == "pkl":
        raw = pickle.dumps(model, 4)
        return raw, pickle.loads(raw)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "m." + form)
        model.save_model(str(path))
        back = type(model)()
        back.load_model(str(path))
        return path.read_bytes(), back


def save(out, name, model, x, form):
    raw, back = written(model, form)
    booster = model if isinstance(model, xgb.Booster) else model.get_booster()
    rows = data.hard_rows(x, thresholds_of(booster), np.float32, n=200, seed=len(name))
    rows[np.abs(rows) > 1e38] = 1e30
    labels = None
    if isinstance(model, xgb.Booster):
        scores = back.predict(xgb.DMatrix(rows))
        if "logitraw" in name:
            labels, scores = scores > 0, np.column_stack([-scores, scores])
    elif hasattr(model, "predict_proba"):
        labels, scores = back.predict(rows), back.predict_proba(rows)
    else:
        scores = back.predict(rows)
    scores = np.asarray(scores, dtype=np.float64).reshape(len(rows), -1)
    name = "xgb" + "".join(xgb.__version__.split(".")) + "_" + name
    data.compress(out / f"{name}.{form}.gz", raw)
    header = {"flavor": "sklearn" if form == "pkl" else "xgboost", "file": f"{name}.{form}.gz", "class": type(model).__name__,
              "rows": len(rows), "features": rows.shape[1], "labels": labels is not None, "scores": scores.shape[1]}
    arrays = [rows] + ([np.asarray(labels, dtype=np.float64)] if labels is not None else []) + [scores]
    data.write(out / f"{name}.{form}.rows.gz", header, *arrays)
    print(name, form, len(raw))


def early(model, x, y, **more):
    model.set_params(n_estimators=25, learning_rate=0.6)
    model.fit(x[::2], y[::2], eval_set=[(x[1::2], y[1::2])], early_stopping_rounds=3, verbose=False, **more)
    assert model.best_iteration + 1 < len(model.get_booster().get_dump())
    return model


def make(out):
    x3, y3 = data.iris()
    x2, y2 = data.cancer()
    xr, yr = data.diabetes()
    forest = early(xgb.XGBClassifier(**FOREST, **SMALL), x2, y2)
    save(out, "early_forest", forest, x2, "pkl")
    save(out, "early_forest_multi", early(xgb.XGBClassifier(**FOREST, **SMALL), x3, y3), x3, "pkl")
    # The Booster of the same answers with all its trees.
    save(out, "early_forest_booster", early(xgb.XGBRegressor(**FOREST, **SMALL), xr, yr).get_booster(), xr, "pkl")
    # Since 0.90 forgets in its file where it has stopped, this is all trees there.
    regressor = early(xgb.XGBRegressor(objective="count:poisson", **FOREST, **SMALL), xr, yr)
    save(out, "early_forest_poisson", regressor, xr, "xgb")
    matrix = xgb.DMatrix(x2, label=y2)
    for base in (0.5, 0.3):
        model = xgb.train({"objective": "binary:logitraw", "max_depth": 3, "eta": 0.4, "base_score": base}, matrix, 8)
        save(out, f"logitraw_{base}", model, x2, "xgb")
    if VERSION < (1, 0):
        return
    save(out, "early_forest", forest, x2, "json")
    save(out, "early_forest", forest, x2, "xgb")
    save(out, "logitraw", xgb.XGBClassifier(objective="binary:logitraw", **SMALL).fit(x2, y2), x2, "json")
    save(out, "missing", xgb.XGBClassifier(missing=0.0, **SMALL).fit(np.nan_to_num(x2), y2), x2, "json")
    # A sum that begins with the base score and one that ends with it differ in the last bit.
    save(out, "base_last", xgb.XGBRegressor(base_score=1.7, **SMALL).fit(xr, yr), xr, "json")
    dart = {"booster": "dart", "rate_drop": 0.3, "base_score": 0.3}
    save(out, "dart", xgb.XGBClassifier(**dart, **SMALL).fit(x2, y2), x2, "json")
    save(out, "early_dart_forest", early(xgb.XGBClassifier(**dart, **FOREST, **SMALL), x2, y2), x2, "json")
    # Its `predict` takes all trees, whatever the training has found best.
    groups = [17] * (len(yr) // 17)
    ranker, relevance = xgb.XGBRanker(**SMALL), (yr > 3).astype(int)
    ranker.set_params(n_estimators=40)
    ranker.fit(xr, relevance, group=groups, eval_set=[(xr, relevance)], eval_group=[groups], early_stopping_rounds=2, verbose=False)
    assert ranker.best_iteration + 1 < len(ranker.get_booster().get_dump())
    save(out, "early_ranker", ranker, xr, "json")
