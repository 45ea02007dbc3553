"""LightGBM and XGBoost behind words, and with pandas categories of words and of integers."""

import lightgbm, numpy as np, pandas as pd, xgboost
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cases.parts import boosted, columns, dense, numbers, words
from cases.trees import as_categories
from record import TABLES, Case
from tables import MIXED, NUMERIC, TEXT, WORDS

XGB = tuple(int(x) for x in xgboost.__version__.split(".")[:2])
SEEN = [name for name in MIXED if name != "member"]
# XGBoost 3.1 and 3.2 cut words beyond ASCII: NOTES.md.
PLAIN = [name for name in WORDS if name != "city"]


def light():
    more = {"lightgbm": lightgbm.__version__}
    model = lambda kind="LGBMClassifier", **options: boosted(kind, min_child_samples=5, **options)
    yield Case("lightgbm_words", make_pipeline(columns(), model()), "mixed", "words", "libm", every=True, **more)
    yield Case("lightgbm_words_three", make_pipeline(columns(word=words(**dense(False))), model()), "mixed", "odd", "libm", **more)
    yield Case("lightgbm_words_regressor", make_pipeline(columns(), model("LGBMRegressor")), "mixed", "value", **more)
    # Zeros that are not written into a sparse matrix, and missing values beside them.
    raw = ColumnTransformer([("n", "passthrough", NUMERIC), ("w", words(), WORDS)], sparse_threshold=1.0)
    yield Case("lightgbm_sparse_missing", make_pipeline(raw, model()), "mixed", "two", "libm", **more)
    yield Case("lightgbm_sparse_zero_missing", make_pipeline(raw, model(zero_as_missing=True)), "mixed", "two", "libm", **more)
    yield Case("lightgbm_plain", model(), "numbers_missing", "words3", "libm", **more)
    yield Case("lightgbm_plain_regressor", make_pipeline(StandardScaler(), model("LGBMRegressor", objective="poisson")), "numbers_missing", "value", "libm", **more)
    text, months = as_categories(WORDS), as_categories(WORDS + ["month"])
    yield Case("lightgbm_categories", lambda: model(), "mixed", "two", "libm", prepare=lambda X: text(X[SEEN]), every=True, **more)
    yield Case("lightgbm_categories_regressor", lambda: model("LGBMRegressor"), "mixed", "value", prepare=lambda X: months(X[SEEN]), every=True, **more)
    yield Case("lightgbm_categories_clean", lambda: model(), "clean", "words3", "libm", prepare=months, **more)
    yield Case("lightgbm_months", lambda: model(), "clean", "words", "libm", prepare=lambda X: as_categories(["month"])(X[NUMERIC]), every=True, **more)
    yield Case("lightgbm_months_missing", lambda: model("LGBMRegressor"), "mixed", "value", prepare=lambda X: as_categories(["month"])(X[NUMERIC]), **more)
    yield Case("lightgbm_truth", lambda: model(), "clean", "two", "libm", prepare=lambda X: as_categories(["member", "plan"])(X[["age", "score", "member", "plan"]]), **more)


KINDS = {**{name: pd.CategoricalDtype(sorted(values)) for name, values in TEXT.items()}, "month": pd.CategoricalDtype(list(range(1, 13)))}


def coded(names):
    """The same categories at every call, because XGBoost before 3.1 compares their codes alone."""
    return lambda X: X.astype({name: KINDS[name] for name in names})


def extreme():
    def case(name, model, table, target, exact, names=None, **options):
        if names and XGB < (3, 1):
            options["categories"] = {n: KINDS[n].categories.tolist() for n in names}
        return Case(f"xgboost_{name}", model, table, target, exact, xgboost=xgboost.__version__, **options)

    base = dict(n_estimators=5, max_depth=3, n_jobs=1)
    of = lambda kind="XGBClassifier", **options: lambda: getattr(xgboost, kind)(**{**base, **options})
    whole = lambda first, **options: lambda: make_pipeline(first, of(**options)())
    sparse = lambda: columns(numbers(), words())
    yield case("words", whole(columns(word=words(**dense(False)))), "mixed", "two", "libm", every=True)
    # What a sparse matrix does not hold is missing for XGBoost, a zero of a number as well.
    yield case("words_sparse", whole(sparse()), "mixed", "two", "libm", every=True)
    raw = lambda threshold: ColumnTransformer([("n", "passthrough", NUMERIC), ("w", words(), WORDS)], sparse_threshold=threshold)
    yield case("sparse_zeros", whole(raw(1.0)), "mixed", "three", "libm", every=True)
    yield case("dense_zeros", whole(raw(0.0)), "mixed", "three", "libm")
    yield case("sparse_zeros_regressor", whole(raw(1.0), kind="XGBRegressor"), "mixed", "value", "exact")
    # 1e-300 is there in a sparse matrix of f64, and is a zero in the f32 that XGBoost compares, but no missing one.
    two = ColumnTransformer([("n", "passthrough", ["ratio", "balance"]), ("w", words(), ["plan"])], sparse_threshold=1.0)
    lacking_zeros = lambda X: X.assign(balance=np.where(X["score"] > 0, X["balance"].abs() * X["score"], 0.0) - 50.0 * (X["score"] < -1))
    yield case("sparse_tiny", whole(two, kind="XGBRegressor"), "clean", "value", "exact", fit=lacking_zeros, every=True)
    yield case("sparse_missing_zero", whole(raw(1.0), kind="XGBRegressor", missing=0.0), "clean", "value", "exact")
    yield case("words_regressor", whole(columns(word=words(**dense(False))), kind="XGBRegressor"), "mixed", "signed", "exact")
    yield case("words_forest", whole(columns(), kind="XGBRFClassifier"), "mixed", "two", "libm", whole=True)
    yield case("plain", of(), "numbers_missing", "three", "libm")
    yield case("plain_forest", of("XGBRFClassifier"), "numbers_missing", "two", "libm", whole=True)
    yield case("plain_regressor", of("XGBRegressor", objective="reg:gamma"), "numbers_missing", "value", "libm")
    enabled = dict(enable_categorical=True, tree_method="hist")
    late = dict(since=(1, 2))
    yield case("categories", of(**enabled), "clean", "two", "libm", PLAIN, prepare=lambda X: coded(PLAIN)(X.drop(columns="city")), every=True, **late)
    yield case("categories_missing", of("XGBRegressor", **enabled), "mixed", "value", "exact", PLAIN, prepare=lambda X: coded(PLAIN)(lacking(X[SEEN].drop(columns="city"))), every=True, **late)
    yield case("months", of(**enabled, max_cat_to_onehot=2), "clean", "two", "libm", ["month"], prepare=lambda X: coded(["month"])(X[NUMERIC]), every=True, **late)
    yield case("months_regressor", of("XGBRegressor", **enabled), "clean", "value", "exact", ["month", "plan"], prepare=lambda X: coded(["month", "plan"])(X[NUMERIC + ["plan"]]), **late)
    if XGB >= (3, 1):
        # 3.1 and 3.2 take the next known word for an unknown one: NOTES.md. `unknown` lists such rows.
        yield case("categories_unknown", of(**enabled), "mixed", "two", "libm", PLAIN, prepare=lambda X: as_categories(PLAIN)(X[SEEN].drop(columns="city")), since=(1, 9), alone={name: sorted(TEXT[name]) for name in PLAIN}, unknown=strange())
        yield case("months_reordered", of(**enabled), "clean", "two", "libm", ["month"], prepare=lambda X: X[NUMERIC].assign(month=X["month"].astype(pd.CategoricalDtype([12, 3, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]))), since=(1, 9))


def lacking(X):
    """Words that are no category become missing, which `astype` does no longer in newer pandas without a warning."""
    return X.assign(**{name: X[name].where(X[name].isin(TEXT[name])) for name in PLAIN})


def strange():
    """Rows of the mixed table with words that no model was fitted to."""
    rows = TABLES["mixed"]["rows"]
    return [i for i, row in enumerate(rows) if any(row[MIXED.index(name)] not in [None, *TEXT[name]] for name in PLAIN)]


def cases():
    yield from light()
    yield from extreme()
