"""Models as teams log them with MLflow, for scoring.py. Each is logged, not only trained: what `mlflow models serve` answers depends on
the package."""
import lightgbm
import mlflow
import numpy as np
import pandas as pd
import xgboost
from mlflow.models import infer_signature
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor, IsolationForest, RandomForestClassifier, RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: F401  (named where it is not served)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["age", "months", "calls", "bill"]


def numbers(rows=200, seed=7):
    """A frame of numbers, and whether its customers leave."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.normal(size=(rows, 4)).round(3), columns=NUMBERS)
    return frame, (frame["age"] + frame["calls"] > 0).astype(int).to_numpy()


def words(rows=200, seed=8):
    """A frame of numbers and words, with values missing."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 90, rows).astype(float),
            "contract": random.choice(["monthly", "yearly", "two years"], rows),
            "city": random.choice(["Köln", "Paris", "Rome", "New York"], rows),
            "bill": random.normal(50, 20, rows).round(2),
        }
    )
    frame.loc[::7, "age"] = np.nan
    return frame, np.where((frame["bill"] > 50) ^ (frame["contract"] == "monthly"), "leaves", "stays")


def pipeline():
    return Pipeline(
        [
            (
                "columns",
                ColumnTransformer(
                    [
                        ("words", OneHotEncoder(handle_unknown="ignore"), ["contract", "city"]),
                        ("numbers", Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler())]), ["age", "bill"]),
                    ]
                ),
            ),
            ("forest", RandomForestClassifier(n_estimators=12, max_depth=5, random_state=0)),
        ]
    )


def forest(**changes):
    return RandomForestClassifier(**{"n_estimators": 9, "max_depth": 5, "random_state": 0} | changes)


def onnx_of(model, width, **options):
    from skl2onnx import to_onnx

    return to_onnx(model, np.zeros((1, width), np.float32), options={id(model): options} if options else None)


def by_sklearn(model, frame, **changes):
    return {
        "log": lambda name, **how: mlflow.sklearn.log_model(model, **how, serialization_format="cloudpickle", **changes),
        "frame": frame,
        "predict": model.predict,
    }


def packages():
    """Every package: how it is logged, and the rows to ask for."""
    frame, leaves = numbers()
    three = np.digitize(frame["age"], [-0.5, 0.5])
    texts = np.array(["no", "maybe", "yes"])[three]
    mixed, stays = words()
    amount = (frame["age"] * 3 + frame["calls"]).to_numpy()
    booster = lambda objective, y, **more: xgboost.train(  # noqa: E731
        {"objective": objective, "max_depth": 3, **more}, xgboost.DMatrix(frame, label=y), num_boost_round=7
    )
    light = lambda objective, y, **more: lightgbm.train(  # noqa: E731
        {"objective": objective, "verbose": -1, "min_data_in_leaf": 5, **more}, lightgbm.Dataset(frame, label=y), num_boost_round=7
    )
    xgb = lambda model: {"log": lambda name, **how: mlflow.xgboost.log_model(model, **how), "frame": frame}  # noqa: E731
    lgb = lambda model: {"log": lambda name, **how: mlflow.lightgbm.log_model(model, **how), "frame": frame}  # noqa: E731
    onnx = lambda model, **options: {  # noqa: E731
        "log": lambda name, **how: mlflow.onnx.log_model(onnx_of(model, 4, **options), **how),
        "frame": frame,
    }
    missing = frame.copy()
    missing.loc[::5, "months"] = np.nan
    every = {
        "sklearn labels int": by_sklearn(forest().fit(frame, three), frame),
        "sklearn labels text": by_sklearn(forest().fit(frame, texts), frame),
        "sklearn labels bool": by_sklearn(forest().fit(frame, leaves == 1), frame),
        "sklearn predict_proba": by_sklearn(forest().fit(frame, texts), frame, pyfunc_predict_fn="predict_proba"),
        "sklearn regressor": by_sklearn(RandomForestRegressor(n_estimators=9, random_state=0).fit(frame, amount), frame),
        "sklearn two targets": by_sklearn(
            RandomForestRegressor(n_estimators=9, random_state=0).fit(frame, np.c_[amount, -amount]), frame
        ),
        "answers anomalies": by_sklearn(IsolationForest(n_estimators=9, random_state=0).fit(frame), frame),
        "answers clusters": by_sklearn(KMeans(n_clusters=3, n_init=1, random_state=0).fit(frame), frame),
        "answers targets": by_sklearn(MultiOutputClassifier(LogisticRegression()).fit(frame, np.c_[leaves, three]), frame),
        "answers targets of text": by_sklearn(MultiOutputClassifier(LogisticRegression()).fit(frame, np.c_[texts, texts[::-1]]), frame),
        "answers targets proba": by_sklearn(
            MultiOutputClassifier(LogisticRegression()).fit(frame, np.c_[leaves, three]), frame, pyfunc_predict_fn="predict_proba"
        ),
        "answers labels": by_sklearn(MLPClassifier((4,), max_iter=50, random_state=0).fit(frame, np.c_[leaves, 1 - leaves, three == 1]), frame),
        "answers labels proba": by_sklearn(
            MLPClassifier((4,), max_iter=50, random_state=0).fit(frame, np.c_[leaves, 1 - leaves, three == 1]), frame, pyfunc_predict_fn="predict_proba"
        ),
        "sklearn missing": by_sklearn(HistGradientBoostingRegressor(max_iter=9).fit(missing, amount), missing),
        "sklearn pipeline": by_sklearn(pipeline().fit(mixed, stays), mixed),
        "sklearn no names": by_sklearn(forest().fit(frame.to_numpy(), three), frame.to_numpy()),
        "xgboost Booster 2": xgb(booster("binary:logistic", leaves)),
        "xgboost Booster 3": xgb(booster("multi:softprob", three, num_class=3)),
        "xgboost Booster max": xgb(booster("multi:softmax", three, num_class=3)),
        "xgboost Booster reg": xgb(booster("reg:squarederror", amount)),
        "xgboost Classifier": xgb(xgboost.XGBClassifier(n_estimators=7, max_depth=3).fit(frame, leaves)),
        "xgboost Regressor": xgb(xgboost.XGBRegressor(n_estimators=7, max_depth=3).fit(frame, amount)),
        "lightgbm Booster 2": lgb(light("binary", leaves)),
        "lightgbm Booster 3": lgb(light("multiclass", three, num_class=3)),
        "lightgbm Classifier": lgb(lightgbm.LGBMClassifier(n_estimators=7, verbose=-1).fit(frame, texts)),
        "onnx maps": onnx(forest().fit(frame.to_numpy(), texts)),
        "onnx arrays": onnx(forest().fit(frame.to_numpy(), three), zipmap=False),
        "onnx regressor": onnx(RandomForestRegressor(n_estimators=9, random_state=0).fit(frame.to_numpy(), amount)),
    }
    # The same with a tensor for a signature.
    every["onnx maps, tensor"] = every["onnx maps"] | {"frame": frame.to_numpy()}
    # And with none.
    for name in ["sklearn labels text", "xgboost Booster 2", "onnx maps", "onnx arrays"]:
        every[f"{name}, unsigned"] = every[name] | {"unsigned": True}
    whole = frame.assign(months=np.arange(len(frame)), member=leaves == 1)
    every["sklearn integers"] = by_sklearn(forest().fit(whole, three), whole)
    return every


def log(directory, part=""):
    """Saves every package with `part` in its name below a directory; gives name, path and rows."""
    mlflow.set_tracking_uri(f"sqlite:///{directory}/mlflow.db")
    mlflow.create_experiment("dialects", artifact_location=f"{directory}/artifacts")
    mlflow.set_experiment("dialects")
    logged = []
    for name, package in packages().items():
        if part not in name:
            continue
        rows = package["frame"]
        outputs = package["predict"](rows[:5]) if "predict" in package else None
        signature = None if package.get("unsigned") else infer_signature(rows, outputs)
        with mlflow.start_run():
            how = {"artifact_path": "model", "signature": signature, "pip_requirements": []}
            info = package["log"](name, **how)
        logged.append((name, mlflow.artifacts.download_artifacts(info.model_uri), rows[:20]))
    return logged
