"""Random models of the libraries that are installed here, each in a random serialization, against `ml-serving`.

    compare.py BINARY [SEED [COUNT [models|pipelines]]]

Every other model is a whole pipeline over a table with words, asked over HTTP, because CSV cannot tell "" from a missing value
(whole.py); the others are trees over numbers, asked by `ml-serving predict`. Prints every model whose labels differ, whose scores are
off by more than 1e-5, or that answers a row which Python refuses, and exits with 1 if there was one. The same seed makes the same
models with the same libraries; other versions of them are an environment of their own, for example
tests/data/pipelines/requirements-1.2.2.txt. What cannot be fitted is drawn again.
"""

import collections, io, pathlib, pickle, subprocess, sys, tempfile, warnings

# First, because it enables the histogram boosting of old versions.
import whole

import cloudpickle, joblib, numpy as np, pandas as pd, sklearn
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, GradientBoostingClassifier, GradientBoostingRegressor,
    HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor

warnings.simplefilter("ignore")
VERSION = tuple(int(x) for x in sklearn.__version__.split(".")[:2])
TOLERANCE = 1e-5

Case = collections.namedtuple("Case", "estimator X y fit missing categories")


def optional(name):
    try:
        return __import__(name, fromlist=["_"])
    except ImportError:
        return None


xgboost, lightgbm, skops = optional("xgboost"), optional("lightgbm"), optional("skops.io")


class Draw:
    def __init__(self, seed):
        self.random = np.random.RandomState(seed)

    def one(self, *choices):
        return choices[self.random.randint(len(choices))]

    def chance(self, share):
        return self.random.rand() < share

    def table(self):
        """Columns of one kind, and a score that depends on the first and the last."""
        r, n, width = self.random, self.random.randint(60, 400), self.random.randint(1, 9)
        X = self.one(r.randn(n, width), r.rand(n, width) * 100, r.randint(0, 5, (n, width)).astype(float),
            np.round(r.randn(n, width), 1), r.randn(n, width) * 1e-4, r.exponential(1e5, (n, width)))
        first, last = (X[:, i] / (X[:, i].std() + 1e-9) for i in (0, -1))
        return X, first + r.randn(n) * 0.5 + np.sin(2 * last)

    def classes(self, score):
        k = self.one(2, 2, 3, 4, 7)
        y = np.digitize(score, np.quantile(score, np.arange(1, k) / k))
        return self.one(y, y, y * 3 - 4, np.array([f"class {i} é" for i in range(k)])[y], y > 0, y.astype(float), y * 10**12,
            np.array(["b", "a", "zz", "q", "r", "s", "t"], dtype=object)[y], y.astype(np.uint8))

    def target(self, score):
        return self.one(score, score * 1000, np.exp(score), np.abs(score) + 0.1)

    def tree(self, classifier):
        criteria = ("gini", "entropy") if classifier else ("squared_error", "absolute_error", "poisson")
        return dict(max_depth=self.one(None, 2, 4, 8), min_samples_leaf=self.one(1, 1, 3, 10), max_features=self.one(None, "sqrt", 0.7),
            max_leaf_nodes=self.one(None, None, 8), ccp_alpha=self.one(0.0, 0.0, 0.001), criterion=self.one(*criteria), random_state=1)

    def sklearn_trees(self, classifier):
        X, score = self.table()
        y = self.classes(score) if classifier else self.target(score)
        alone = (DecisionTreeClassifier, ExtraTreeClassifier) if classifier else (DecisionTreeRegressor, ExtraTreeRegressor)
        forests = (RandomForestClassifier, ExtraTreesClassifier) if classifier else (RandomForestRegressor, ExtraTreesRegressor)
        tree = self.tree(classifier)
        if self.chance(0.3):
            estimator = self.one(*alone)(**tree)
        else:
            estimator = self.one(*forests)(n_estimators=int(self.one(1, 3, 10, 33)), bootstrap=self.one(True, False), **tree)
        return Case(estimator, X, y, {}, VERSION >= (1, 6) and self.chance(0.5), ())

    def sklearn_boosting(self, classifier):
        X, score = self.table()
        y = self.classes(score) if classifier else self.target(score)
        kind = GradientBoostingClassifier if classifier else GradientBoostingRegressor
        more = {} if classifier else {"loss": self.one("squared_error", "absolute_error", "huber", "quantile")}
        estimator = kind(n_estimators=int(self.one(1, 5, 30)), learning_rate=self.one(0.1, 1.0, 0.03), max_depth=self.one(1, 3, 5),
            subsample=self.one(1.0, 0.6), init=self.one(None, None, "zero"), n_iter_no_change=self.one(None, 3), random_state=1, **more)
        return Case(estimator, X, y, {}, False, ())

    def sklearn_hist(self, classifier):
        X, score = self.table()
        y = self.classes(score) if classifier else self.target(score)
        kind = HistGradientBoostingClassifier if classifier else HistGradientBoostingRegressor
        categories = [i for i in range(X.shape[1]) if self.chance(0.5)] if self.chance(0.3) else []
        for column in categories:
            X[:, column] = self.random.randint(0, self.one(3, 30, 100), len(X)) * self.one(1, 2)
        more = {"categorical_features": categories} if categories else {}
        if not classifier:
            more["loss"] = self.one("squared_error", "absolute_error", "poisson")
        estimator = kind(max_iter=int(self.one(1, 5, 30)), learning_rate=self.one(0.1, 1.0), max_leaf_nodes=self.one(None, 31, 5),
            min_samples_leaf=int(self.one(2, 20)), max_bins=int(self.one(255, 120)), early_stopping=self.one(True, False), **more)
        return Case(estimator, X, np.abs(y) if more.get("loss") == "poisson" else y, {}, True, categories)

    def xgboost(self, classifier):
        X, score = self.table()
        y = np.unique(self.classes(score), return_inverse=True)[1] if classifier else np.abs(self.target(score)) + 0.1
        more = {} if classifier else {"objective": self.one("reg:squarederror", "count:poisson", "reg:gamma", "reg:tweedie")}
        if self.chance(0.3):
            more["base_score"] = 0.4
        if self.chance(0.2):
            more["missing"] = self.one(0.0, -999.0)
        forests = xgboost.XGBRFClassifier if classifier else xgboost.XGBRFRegressor
        boosters = xgboost.XGBClassifier if classifier else xgboost.XGBRegressor
        common = dict(n_estimators=int(self.one(1, 7, 40)), max_depth=int(self.one(1, 3, 8)), n_jobs=1, random_state=3,
            tree_method=self.one("hist", "exact", "approx"), **more)
        if self.chance(0.3):
            return Case(forests(**common), X, y, {}, True, ())
        estimator = boosters(learning_rate=self.one(0.1, 1.0), booster=self.one("gbtree", "gbtree", "dart"), **common)
        return Case(estimator, X, y, {}, True, ())

    def lightgbm(self, classifier):
        X, score = self.table()
        y = self.classes(score) if classifier else np.abs(self.target(score)) + 0.1
        boosting = self.one("gbdt", "gbdt", "dart", "rf")
        more = {"zero_as_missing": True} if self.chance(0.2) else {"use_missing": False} if self.chance(0.2) else {}
        if not classifier:
            more["objective"] = self.one("regression", "regression_l1", "huber", "poisson", "gamma", "tweedie", "quantile")
        fit = {}
        if self.chance(0.3):
            X[:, 0] = self.random.randint(0, 40, len(X))
            fit["categorical_feature"] = [0]
        kind = lightgbm.LGBMClassifier if classifier else lightgbm.LGBMRegressor
        estimator = kind(n_estimators=int(self.one(1, 7, 40)), num_leaves=int(self.one(3, 31)), learning_rate=self.one(0.1, 1.0),
            boosting_type=boosting, subsample=0.7, subsample_freq=1, min_child_samples=int(self.one(1, 20)), verbose=-1, n_jobs=1, **more)
        return Case(estimator, X, y, fit, True, [0] if fit else ())

    def case(self, classifier):
        kinds = [self.sklearn_trees, self.sklearn_trees, self.sklearn_boosting, self.sklearn_hist]
        kinds += [self.xgboost] * bool(xgboost) + [self.lightgbm] * bool(lightgbm)
        case = self.one(*kinds)(classifier)
        if case.categories or self.chance(0.7):
            return case
        scalers = [self.one(StandardScaler(), StandardScaler(with_std=False), MinMaxScaler((-2, 3)), MinMaxScaler(clip=True), "passthrough")
            for _ in range(self.one(1, 2))]
        steps = [(f"step{i}", scaler) for i, scaler in enumerate(scalers)]
        return case._replace(estimator=Pipeline(steps + [("model", case.estimator)]))

    def rows(self, case, X):
        """Rows of the table, beside them, and with one odd number each."""
        r = self.random
        beside = X + np.nan_to_num(np.nanstd(X, axis=0)) * r.randn(*X.shape) * 0.3
        odd = X[r.randint(len(X), size=200)].copy()
        numbers = [0.0, -0.0, 1e30, -1e30, 1e-40, 3.0, 2.5, -999.0, 1e5] + [np.nan] * 4 * bool(case.missing)
        for row in odd:
            row[r.randint(X.shape[1])] = numbers[r.randint(len(numbers))]
        rows = np.concatenate([X, beside, odd])
        if case.categories:
            rows[rows < 0] = 0.0
        return rows

    def serialized(self, model):
        """The end of a file's name, and its bytes."""
        def dump(**options):
            buffer = io.BytesIO()
            joblib.dump(model, buffer, **options)
            return buffer.getvalue()

        forms = [("pkl", lambda: pickle.dumps(model, self.one(2, 3, 4, 5))), ("pkl", lambda: cloudpickle.dumps(model)),
            ("joblib", dump), ("joblib", lambda: dump(compress=3))]
        if skops:
            forms.append(("skops", lambda: skops.dumps(model)))
        end, write = self.one(*forms)
        return end, write()


def answers(binary, path, rows, columns):
    """Labels as text, and scores."""
    table = io.StringIO()
    pd.DataFrame(rows, columns=columns).to_csv(table, index=False, float_format="%.17g")
    run = subprocess.run([binary, "predict", path, "--input", "-"], input=table.getvalue(), capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"{path}: {run.stderr.strip()}")
    lines = [line.split(",") for line in run.stdout.strip().split("\n")]
    first = 2 if "confidence" in lines[0] else 0
    return [line[0] for line in lines[1:]], np.array([line[first:] for line in lines[1:]], dtype=float)


def difference(draw, binary, folder):
    """Fits a model; what is wrong with its answers, if something is."""
    classifier = draw.chance(0.6)
    case = draw.case(classifier)
    X = case.X.copy()
    if case.missing:
        X[draw.random.rand(*X.shape) < 0.15] = np.nan
    frame = draw.chance(0.5) and not case.fit
    columns = [f"x{i}" for i in range(X.shape[1])]
    table = lambda a: pd.DataFrame(a, columns=columns) if frame else a
    model = case.estimator.fit(table(X), case.y, **case.fit)
    rows = draw.rows(case, X)
    scores = model.predict_proba(table(rows)) if classifier else model.predict(table(rows)).reshape(len(rows), -1)
    end, raw = draw.serialized(model)
    path = folder / f"model.{end}"
    path.write_bytes(raw)
    labels, found = answers(binary, path, rows, columns)
    what = f"{model} as {end}".replace("\n", " ")
    if found.shape != scores.shape:
        return f"{what}: {found.shape[1]} scores for {scores.shape[1]}"
    with np.errstate(invalid="ignore"):
        off = np.where(found == scores, 0.0, np.abs(found - scores) / np.maximum(1, np.abs(scores))).max()
    if classifier:
        known = {str(c) if isinstance(c, str) else str(int(c)): c for c in model.classes_.tolist()}
        wrong = sum(known[label] != right for label, right in zip(labels, model.predict(table(rows)).tolist()))
        if wrong:
            return f"{what}: {wrong} of {len(rows)} labels differ, scores are off by {off:.1e}"
    if not off <= TOLERANCE:
        return f"{what}: scores are off by {off:.1e}"


def main():
    binary, seed, count, kind = sys.argv[1], *(sys.argv[2:] + ["0", "100", "both"][len(sys.argv) - 2:])
    draw, wrong, done, count = Draw(int(seed)), [], 0, int(count)
    boosters = ["hist"] + ["xgboost"] * bool(xgboost) + ["lightgbm"] * bool(lightgbm)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for _ in range(10 * count):
            if done == count:
                break
            pipeline = kind == "pipelines" or kind == "both" and done % 2
            try:
                found = whole.difference(draw, binary, folder, boosters) if pipeline else difference(draw, binary, folder)
            except Exception as error:
                # Too few values for a split, negative targets and the like; a refusal of ours ends the run.
                print(f"drawn again: {type(error).__name__}: {''.join(str(error).splitlines()[:1])[:90]}", file=sys.stderr)
                continue
            done += 1
            if found:
                wrong.append(found)
                print(found)
    print(f"scikit-learn {sklearn.__version__}: {done - len(wrong)} passed, {len(wrong)} failed")
    sys.exit(bool(wrong) or done < count)


if __name__ == "__main__":
    main()
