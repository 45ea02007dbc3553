"""Fits small models with the scikit-learn of the running interpreter and records what it answers.

    make.py DIRECTORY [NAME]

Writes one file per model, DIRECTORY/<version>-<model>.gz, or only those whose name begins with NAME: a line of JSON, then the rows
(f64, column by column), the index of the winning class of each row (u16), the scores (f64, column by column), and the model in
every serialization. `make` runs this once per version of scikit-learn, each in an environment of its own.
"""

import gzip, io, json, pathlib, pickle, sys, warnings

import cloudpickle, joblib, numpy as np, pandas as pd, sklearn
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.dummy import DummyClassifier
try:
    import skops.io
except ImportError:  # before scikit-learn 1.1
    skops = None
try:
    from sklearn.experimental import enable_hist_gradient_boosting
except ImportError:  # since 1.8
    pass
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, GradientBoostingClassifier, GradientBoostingRegressor,
    HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor)
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor

warnings.simplefilter("ignore")
VERSION = tuple(int(x) for x in sklearn.__version__.split(".")[:2])
ROWS = 1010


def datasets():
    iris, cancer, diabetes, digits = load_iris(), load_breast_cancer(), load_diabetes(), load_digits()
    pick = np.random.RandomState(0).permutation(500)
    some = pick[:180]
    pixels = np.argsort(-digits.data.var(axis=0))[:9]
    return {
        "iris": (iris.data, iris.target),
        "cancer": (cancer.data[pick[:180], :6], cancer.target[pick[:180]]),
        "diabetes": (diabetes.data[pick[:180] % 442, 2:7], diabetes.target[pick[:180] % 442]),
        "digits": (digits.data[some][:, pixels], digits.target[some]),
    }


def alike():
    """Forty rows of seven classes; the seed is one of those where the last bit of a prior decides."""
    random = np.random.RandomState(792)
    X = random.randint(0, 4, (40, 2)).astype(float)
    score = X[:, 0] / X[:, 0].std() + random.randn(40) * 0.5 + np.sin(X[:, 1] / X[:, 1].std() * 2)
    return X, np.digitize(score, np.quantile(score, np.arange(1, 7) / 7))


def models(data):
    """Name, estimator, X, y, whether rows are to be f32, and further numbers that rows are to hold."""
    iris, cancer, diabetes, digits = (data[k] for k in ("iris", "cancer", "diabetes", "digits"))
    frame = lambda X: pd.DataFrame(X, columns=[f"column {i}" for i in range(X.shape[1])])
    words = lambda y: np.array(["benign", "malignant, é"], dtype=object)[y]
    rf = dict(n_estimators=6, max_depth=4, random_state=0)
    gb = dict(n_estimators=5, max_depth=2, random_state=0)
    hgb = dict(max_iter=4, max_leaf_nodes=6, random_state=0)
    yield "decision_tree_classifier", DecisionTreeClassifier(max_depth=4, random_state=0), frame(iris[0]), iris[1], False
    yield "decision_tree_classifier_float_labels", DecisionTreeClassifier(max_depth=2), cancer[0], cancer[1] * 1.0, False
    yield "decision_tree_classifier_bool_labels", DecisionTreeClassifier(max_depth=2), cancer[0], cancer[1] == 1, False
    yield "decision_tree_classifier_int32_labels", DecisionTreeClassifier(max_depth=2), cancer[0], (cancer[1] * 7 - 3).astype(np.int32), False
    yield "decision_tree_regressor", DecisionTreeRegressor(max_depth=4, random_state=0), diabetes[0], diabetes[1], False
    yield "extra_tree_classifier", ExtraTreeClassifier(max_depth=5, random_state=0), iris[0], iris[1], False
    yield "extra_tree_regressor", ExtraTreeRegressor(max_depth=4, random_state=0), diabetes[0], diabetes[1], False
    yield "random_forest_classifier", RandomForestClassifier(**rf), frame(iris[0]), iris[1], False
    yield "random_forest_classifier_text", RandomForestClassifier(**rf), cancer[0], words(cancer[1]), False
    yield "random_forest_classifier_ties", RandomForestClassifier(n_estimators=8, min_samples_leaf=12, class_weight="balanced", random_state=0), digits[0], digits[1], False
    yield "random_forest_regressor", RandomForestRegressor(**rf), frame(diabetes[0]), diabetes[1], False
    yield "random_forest_regressor_two_targets", RandomForestRegressor(**rf), diabetes[0], np.c_[diabetes[1], diabetes[0][:, 0]], False
    yield "extra_trees_classifier_text", ExtraTreesClassifier(**rf), iris[0], np.array(["setosa", "versi\"color", "virginica"])[iris[1]], False
    yield "extra_trees_regressor", ExtraTreesRegressor(**rf), diabetes[0], diabetes[1], False
    yield "gradient_boosting_classifier", GradientBoostingClassifier(**gb), cancer[0], cancer[1], False
    yield "gradient_boosting_classifier_three", GradientBoostingClassifier(**gb), frame(iris[0]), iris[1], False
    yield "gradient_boosting_classifier_exponential", GradientBoostingClassifier(loss="exponential", **gb), cancer[0], words(cancer[1]), False
    yield "gradient_boosting_classifier_zero", GradientBoostingClassifier(init="zero", **gb), iris[0], iris[1], False
    # Balanced classes and a symmetric table: sums that cancel, to the last bit or nearly.
    half = np.array([[a, b] for a in (0.0, 1.0) for b in (0.0, 1.0)] * 5)
    yield "gradient_boosting_classifier_ties", GradientBoostingClassifier(n_estimators=7, max_depth=1, learning_rate=0.3, random_state=0), half, (half[:, 0] != half[:, 1]).astype(int), False
    # Seven classes whose shares differ by the last bit of their logarithms, and leaves that are alike.
    yield "gradient_boosting_classifier_alike", GradientBoostingClassifier(n_estimators=3, max_depth=3, learning_rate=1.0, random_state=0), *alike(), False
    old = {"squared_error": "ls", "absolute_error": "lad"} if VERSION < (1, 0) else {}
    for loss in ("squared_error", "absolute_error", "huber", "quantile"):
        yield f"gradient_boosting_regressor_{loss}", GradientBoostingRegressor(loss=old.get(loss, loss), **gb), diabetes[0], diabetes[1], False
    yield "gradient_boosting_regressor_forest", GradientBoostingRegressor(init=RandomForestRegressor(3, max_depth=3, random_state=0), **gb), diabetes[0], diabetes[1], False
    yield "gradient_boosting_classifier_most_frequent", GradientBoostingClassifier(init=DummyClassifier(strategy="most_frequent"), **gb), iris[0], iris[1], False
    yield "gradient_boosting_regressor_zero", GradientBoostingRegressor(init="zero", **gb), diabetes[0], diabetes[1], False
    yield "hist_gradient_boosting_classifier", HistGradientBoostingClassifier(**hgb), frame(cancer[0]), words(cancer[1]), False
    yield "hist_gradient_boosting_classifier_three", HistGradientBoostingClassifier(**hgb), iris[0], iris[1], False
    yield "hist_gradient_boosting_classifier_ties", HistGradientBoostingClassifier(max_iter=6, min_samples_leaf=2, learning_rate=0.3), half, (half[:, 0] != half[:, 1]).astype(int), False
    yield "hist_gradient_boosting_regressor", HistGradientBoostingRegressor(**hgb), diabetes[0], diabetes[1], False
    yield "hist_gradient_boosting_regressor_absolute", HistGradientBoostingRegressor(loss="absolute_error" if VERSION >= (1, 0) else "least_absolute_deviation", **hgb), diabetes[0], diabetes[1], False
    yield "hist_gradient_boosting_regressor_poisson", HistGradientBoostingRegressor(loss="poisson", **hgb), diabetes[0], diabetes[1], False
    if VERSION >= (1, 3):
        yield "hist_gradient_boosting_regressor_gamma", HistGradientBoostingRegressor(loss="gamma", **hgb), diabetes[0], diabetes[1], False
    if VERSION >= (1, 1):
        yield "hist_gradient_boosting_regressor_quantile", HistGradientBoostingRegressor(loss="quantile", quantile=0.8, **hgb), diabetes[0], diabetes[1], False
    random = np.random.RandomState(1)
    holes = iris[0].copy()
    holes[random.rand(*holes.shape) < 0.2] = np.nan
    yield "hist_gradient_boosting_classifier_missing", HistGradientBoostingClassifier(**hgb), holes, iris[1], False
    kinds = np.c_[random.randint(0, 40, 180) * 3, cancer[0][:, :2], random.randint(0, 5, 180)]
    target = (np.sin(kinds[:, 0]) + (kinds[:, 3] == 2) + cancer[1] > 0.7).astype(int)
    kinds[random.rand(180) < 0.1, 0] = np.nan
    yield "hist_gradient_boosting_classifier_categories", HistGradientBoostingClassifier(categorical_features=[0, 3], min_samples_leaf=4, **hgb), kinds, target, False
    yield "hist_gradient_boosting_regressor_categories", HistGradientBoostingRegressor(categorical_features=[3, 0], min_samples_leaf=4, **hgb), frame(kinds), cancer[0][:, 3], False
    # Up to 1.3 a category is cast to a byte.
    codes = np.c_[random.randint(0, 40, 400) * 3, random.randint(0, 2, 400)]
    yield "hist_gradient_boosting_classifier_codes", HistGradientBoostingClassifier(categorical_features=[0], min_samples_leaf=4, **hgb), codes, (np.sin(codes[:, 0]) > 0).astype(int), False, [256, 259, 262, 300, 512, 1e5, 2147483647, 2147483648, 3e9, 1e30, -1, -253, 2.7, 200]
    if VERSION >= (1, 3):
        yield "decision_tree_classifier_missing", DecisionTreeClassifier(max_depth=5, random_state=0), holes, iris[1], False
        yield "decision_tree_regressor_missing", DecisionTreeRegressor(max_depth=5, random_state=0), holes, iris[0][:, 0], False
    if VERSION >= (1, 4):
        yield "random_forest_classifier_missing", RandomForestClassifier(**rf), holes, iris[1], False
    if VERSION >= (1, 6):
        yield "extra_trees_regressor_missing", ExtraTreesRegressor(**rf), holes, iris[0][:, 0], False
    yield "pipeline_standard_forest", Pipeline([("scale", StandardScaler()), ("forest", RandomForestClassifier(**rf))]), frame(iris[0]), iris[1], False
    yield "pipeline_standard_forest_f32", Pipeline([("scale", StandardScaler()), ("forest", RandomForestClassifier(**rf))]), iris[0].astype(np.float32), iris[1], True
    yield "pipeline_minmax_boosting", make_pipeline(MinMaxScaler((-1, 2), clip=True), GradientBoostingRegressor(**gb)), diabetes[0], diabetes[1], False
    yield "pipeline_minmax_f32", make_pipeline(MinMaxScaler(), ExtraTreesClassifier(**rf)), cancer[0].astype(np.float32), cancer[1], True
    yield "search_pipeline", GridSearchCV(make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0)), {"decisiontreeclassifier__max_depth": [2, 4]}, cv=2), frame(iris[0]), iris[1], False
    if VERSION >= (1, 9):
        import lightgbm
        lgb = dict(n_estimators=6, num_leaves=6, verbose=-1)
        yield "lightgbm_classifier", lightgbm.LGBMClassifier(**lgb), frame(cancer[0]), words(cancer[1]), False
        yield "lightgbm_classifier_three", lightgbm.LGBMClassifier(**lgb), holes, iris[1] * 2 - 1, False
        yield "lightgbm_regressor", lightgbm.LGBMRegressor(**lgb), diabetes[0], diabetes[1], False
        yield "pipeline_standard_lightgbm", make_pipeline(StandardScaler(), lightgbm.LGBMClassifier(**lgb)), cancer[0], cancer[1], False
        import xgboost
        xgb = dict(n_estimators=6, max_depth=3, n_jobs=1)
        yield "xgboost_classifier", xgboost.XGBClassifier(**xgb), frame(cancer[0]), cancer[1], False
        yield "xgboost_classifier_three", xgboost.XGBClassifier(missing=1.5, **xgb), holes, iris[1], False
        yield "xgboost_forest", xgboost.XGBRFRegressor(n_estimators=6, max_depth=3), diabetes[0], diabetes[1], False
        yield "pipeline_minmax_xgboost", make_pipeline(MinMaxScaler(), xgboost.XGBRegressor(missing=0.0, **xgb)), diabetes[0], diabetes[1], False
    yield "pipeline_nested", Pipeline([("none", "passthrough"), ("inner", Pipeline([("mean", StandardScaler(with_std=False)), ("hist", HistGradientBoostingClassifier(**hgb))]))]), cancer[0], words(cancer[1]), False


def scalers(model):
    """What turns a number in front of the trees into one in front of the model, per column."""
    back = []
    model = getattr(model, "best_estimator_", model)
    while isinstance(model, Pipeline):
        back += [step for _, step in model.steps[:-1] if hasattr(step, "inverse_transform")]
        model = model.steps[-1][1]
    return model, back[::-1]


def thresholds(model, width):
    """Pairs of feature and threshold of every split, at most a few hundred."""
    found = []
    if hasattr(model, "booster_"):
        table, names = model.booster_.trees_to_dataframe(), model.booster_.feature_name()
        splits = table[table.decision_type == "<="]
        found = [(names.index(f), float(t)) for f, t in zip(splits.split_feature, splits.threshold)]
    elif hasattr(model, "get_booster"):
        table, names = model.get_booster().trees_to_dataframe(), model.get_booster().feature_names
        splits = table[table.Feature != "Leaf"]
        found = [(names.index(f) if names else int(f[1:]), np.float32(t)) for f, t in zip(splits.Feature, splits.Split)]
    elif hasattr(model, "_predictors"):
        # Categorical columns come first where an encoder numbers them.
        order = range(width)
        if getattr(model, "_preprocessor", None) is not None:
            mask = np.asarray(model.is_categorical_)
            order = list(np.flatnonzero(mask)) + list(np.flatnonzero(~mask))
        for tree in sum(model._predictors, []):
            splits = tree.nodes[(tree.nodes["is_leaf"] == 0) & (tree.nodes["is_categorical"] == 0)]
            found += [(order[n["feature_idx"]], n["num_threshold"]) for n in splits]
    else:
        trees = [model] if hasattr(model, "tree_") else list(np.ravel(model.estimators_))
        for tree in trees:
            t = tree.tree_
            found += [(t.feature[i], t.threshold[i]) for i in range(t.node_count) if t.children_left[i] != -1]
    found = [(f, t) for f, t in dict.fromkeys((int(f), float(t)) for f, t in found) if np.isfinite(t)]
    np.random.RandomState(2).shuffle(found)
    return found[:150]


def rows(model, X, floats, more):
    """Rows of the training data, half of them with one number on a threshold or next to it, missing or extreme."""
    random = np.random.RandomState(3)
    X = np.asarray(X, dtype=np.float64)
    last, back = scalers(model)
    out = []
    for feature, threshold in thresholds(last, X.shape[1]):
        point = np.zeros((1, X.shape[1]))
        point[0, feature] = threshold
        for scaler in back:
            point = scaler.inverse_transform(point)
        t = point[0, feature]
        single = np.float32(t)
        for x in (t, np.nextafter(t, np.inf), np.nextafter(t, -np.inf), single, np.nextafter(single, np.float32(np.inf)), np.nextafter(single, np.float32(-np.inf))):
            row = X[random.randint(len(X))].copy()
            row[feature] = x
            out.append(row)
    out = out[:650]
    takes_missing = True
    try:
        model.predict(np.full((1, X.shape[1]), np.nan))
    except ValueError:
        takes_missing = False
    odd = [0.0, -0.0, 1e30, -1e30, 1e-40, 5e-324, 1.5, -1.0, 255.0, 7.25] + [np.nan] * 8 * takes_missing + more
    while len(out) < ROWS:
        row = X[random.randint(len(X))].copy()
        if len(out) % 3:
            row[random.randint(X.shape[1])] = odd[random.randint(len(odd))]
        out.append(row)
    out = np.array(out)
    if floats:
        out = out.astype(np.float32).astype(np.float64)
    if not takes_missing:
        out[np.isnan(out)] = 0
    return out, takes_missing


def serializations(model):
    """All of them hold the same arrays; neighbours in the file are alike, which is what gzip looks for."""
    for protocol in (5, 4, 3):
        yield f"pickle{protocol}", pickle.dumps(model, protocol)
    yield "cloudpickle", cloudpickle.dumps(model)
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    yield "joblib", buffer.getvalue()
    yield "pickle2", pickle.dumps(model, 2)
    if skops:
        yield "skops", skops.io.dumps(model)
    # The compressed ones do not shrink any further.
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=("zlib", 6))
    yield "joblib-zlib", buffer.getvalue()


def record(folder, name, model, X, y, floats, more=[]):
    model.fit(X, y)
    points, takes_missing = rows(model, X, floats, more)
    given = points.astype(np.float32) if floats else points
    if isinstance(X, pd.DataFrame):
        given = pd.DataFrame(given, columns=X.columns)
    header = {
        "sklearn": sklearn.__version__, "name": name, "rows": len(points), "features": points.shape[1], "missing": takes_missing,
        "floats": floats, "names": list(X.columns) if isinstance(X, pd.DataFrame) and VERSION >= (1, 0) else None,
    }
    if hasattr(model, "classes_"):
        scores = model.predict_proba(given)
        header["classes"] = [c if isinstance(c, str) else int(c) for c in model.classes_.tolist()]
        winners = np.searchsorted(model.classes_, model.predict(given)).astype("<u2")
    else:
        scores = model.predict(given).reshape(len(points), -1)
        winners = np.zeros(0, "<u2")
    header["width"] = scores.shape[1]
    blobs = list(serializations(model))
    header["files"] = [[kind, len(blob)] for kind, blob in blobs]
    column_wise = lambda a: np.ascontiguousarray(a.T, dtype="<f8").tobytes()
    body = json.dumps(header).encode() + b"\n" + column_wise(points) + winners.tobytes() + column_wise(scores)
    body += b"".join(blob for _, blob in blobs)
    file = folder / f"{sklearn.__version__}-{name}.gz"
    # No clock in the header.
    with open(file, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(body)
    return file.stat().st_size


# Of the oldest version that is promised, one model of each kind; of those before, what has kept its attributes.
OLDEST = {
    "decision_tree_classifier", "decision_tree_regressor", "random_forest_classifier_text", "random_forest_regressor_two_targets",
    "extra_trees_classifier_text", "gradient_boosting_classifier_three", "gradient_boosting_classifier_ties",
    "gradient_boosting_regressor_huber", "hist_gradient_boosting_classifier", "hist_gradient_boosting_classifier_three",
    "hist_gradient_boosting_classifier_missing", "hist_gradient_boosting_classifier_categories", "hist_gradient_boosting_regressor",
    "pipeline_standard_forest", "pipeline_minmax_boosting", "pipeline_nested", "search_pipeline",
}
BEFORE = ["random_forest_classifier_text", "gradient_boosting_classifier_three"]


def wanted(name, only):
    kept = VERSION >= (1, 0) or name in (OLDEST if VERSION >= (0, 24) else BEFORE)
    return kept and name.startswith(only)


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    total = 0
    for model in models(datasets()):
        if wanted(model[0], only):
            total += record(folder, *model)
        # What follows has parameters that came later.
        if VERSION < (0, 24) and model[0] == BEFORE[-1]:
            break
    print(sklearn.__version__, total, "bytes")
    if VERSION == (0, 22):
        # The nodes of its trees are others: refused, with the version.
        model = HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=3).fit(*load_iris(return_X_y=True))
        with gzip.GzipFile(folder / "refused" / "hist_of_0_22.gz", "wb", 9, mtime=0) as file:
            file.write(pickle.dumps(model, 4))
