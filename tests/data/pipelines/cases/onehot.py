"""OneHotEncoder with every kind of category and every way to drop, to group and to meet unknown ones."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from cases.parts import dense, forest, logistic, one
from record import Case
from tables import CITIES, GRADES, JOBS, NOTES, PLANS, WORDS


def case(name, names, target="value", table="mixed", model=None, options=None, **more):
    """A OneHotEncoder of some columns; a Ridge shows every column that it makes."""
    options = {"handle_unknown": "ignore", **(options or {})}
    exact = "blas" if model is None else "exact"
    return Case(f"onehot_{name}", lambda: one(OneHotEncoder(**options), names, Ridge() if model is None else model), table, target, exact, **more)


def categories():
    yield case("text", WORDS, every=True)
    yield case("text_dense", WORDS, options=dense(False))
    yield case("text_none", WORDS, none=True, every=True)
    yield case("text_none_forest", ["city", "note"], "two", model=forest(), none=True)
    # Fitted to NaN, asked with None, and the other way about.
    yield case("text_none_where_nan_was", ["plan", "grade"], none=True, fit=lambda X: X.assign(plan=X["plan"].where(X["plan"].notna(), np.nan), grade=X["grade"].where(X["grade"].notna(), np.nan)))
    yield case("text_nan_where_none_was", ["plan", "grade"], fit=lambda X: X.astype({"plan": object, "grade": object}).where(X.notna(), None))
    yield case("text_none_and_nan", ["plan", "grade"], none=True, fit=half_nan, every=True)
    yield case("text_error", WORDS, "two", model=forest(), options={"handle_unknown": "error"}, every=True)
    yield case("text_nothing_missing", WORDS, fit=lambda X: X.fillna({name: "ok" for name in WORDS}))
    yield case("text_nothing_missing_error", WORDS, options={"handle_unknown": "error"}, fit=lambda X: X.fillna({name: "ok" for name in WORDS}))
    yield case("integers", ["month"], table="clean", every=True)
    yield case("integers_error", ["month", "age"], "two", "clean", forest(), {"handle_unknown": "error"})
    yield case("integers_error_unknown", ["month"], fit=lambda X: X[["month"]].fillna(1).astype(int).assign(**{n: X[n] for n in X.columns if n != "month"})[X.columns], options={"handle_unknown": "error"})
    yield case("floats", ["score", "ratio"], every=True)
    yield case("floats_clean", ["score", "ratio"], "two", "clean", forest())
    yield case("floats_error", ["score"], options={"handle_unknown": "error"})
    yield case("months_missing", ["month"], "two", model=forest())
    yield case("truth", ["member"], table="clean", every=True)
    yield case("truth_missing", ["member"], every=True)
    yield case("truth_error", ["member"], "two", "clean", forest(), {"handle_unknown": "error", "drop": "first"})
    yield case("mixed", ["month", "plan", "member", "note"], every=True)
    yield case("mixed_clean", ["month", "plan", "member", "score"], table="clean")
    yield case("mixed_given", ["month", "plan", "member"], table="clean", options={"categories": [[1, 2, 3, 5, 8, 12], ["basic", "pro"], [False, True]]})
    plain = make_pipeline(ColumnTransformer([("encode", OneHotEncoder(handle_unknown="ignore"), [0, 6]), ("scale", StandardScaler(), [3, 4, 9])]), Ridge())
    yield Case("onehot_plain_array", plain, "numbers", "value", "blas", every=True)
    yield Case("onehot_plain_array_missing", make_pipeline(ColumnTransformer([("encode", OneHotEncoder(handle_unknown="ignore"), [0, 6, 7])]), Ridge()), "numbers_missing", "value", "blas")


def half_nan(X):
    """Some missing words as NaN, some as None."""
    X = X.copy()
    for name in ("plan", "grade"):
        lacking = np.flatnonzero(X[name].isna())
        X[name] = X[name].astype(object)
        X.iloc[lacking[::2], X.columns.get_loc(name)] = np.nan
    return X


def dropping():
    error = {"handle_unknown": "error"}
    late = dict(since=(1, 2))
    yield case("drop_first", WORDS, table="clean", options={**error, "drop": "first"}, every=True)
    yield case("drop_first_missing", WORDS, options={**error, "drop": "first"})
    yield case("drop_first_ignore", WORDS, options={"drop": "first"}, every=True, **late)
    yield case("drop_first_ignore_forest", WORDS + ["month"], "words", model=forest(), options={"drop": "first"}, **late)
    yield case("drop_if_binary", WORDS + ["member"], table="clean", options={**error, "drop": "if_binary"}, every=True)
    yield case("drop_if_binary_ignore", ["plan", "member"], options={"drop": "if_binary"}, **late)
    yield case("drop_array", ["plan", "grade", "month"], table="clean", options={**error, "drop": np.array(["plus", "high", 6], dtype=object)}, every=True)
    yield case("drop_array_ignore", ["plan", "grade"], "two", model=forest(), options={"drop": ["pro", "low"]}, **late)


def grouping():
    rare = lambda **options: {"handle_unknown": "infrequent_if_exist", **options}
    late = dict(since=(1, 2))
    yield case("min_frequency", WORDS, options=rare(min_frequency=20), every=True, **late)
    yield case("min_frequency_ignore", WORDS, options={"min_frequency": 30}, every=True, **late)
    yield case("min_frequency_share", WORDS, "two", model=forest(), options=rare(min_frequency=0.1), **late)
    yield case("min_frequency_all", ["plan", "job"], options=rare(min_frequency=300), **late)
    yield case("min_frequency_error", ["job", "city"], table="clean", options={"handle_unknown": "error", "min_frequency": 30}, **late)
    yield case("min_frequency_error_unknown", ["job", "city"], options={"handle_unknown": "error", "min_frequency": 30}, **late)
    yield case("max_categories", WORDS, options=rare(max_categories=4), every=True, **late)
    yield case("max_categories_one", ["job", "plan"], options=rare(max_categories=1), **late)
    yield case("max_categories_none_rare", ["plan", "grade"], options=rare(max_categories=9), **late)
    yield case("max_categories_months", ["month", "score", "member"], options=rare(max_categories=5), **late)
    yield case("max_and_min", WORDS, "words3", model=forest(), options=rare(max_categories=5, min_frequency=15), **late)
    yield case("rare_drop_first", WORDS, options=rare(min_frequency=40, drop="first"), every=True, **late)
    yield case("rare_drop_binary", WORDS + ["member"], options=rare(max_categories=2, drop="if_binary"), **late)
    yield case("rare_drop_array", ["plan", "job"], options=rare(max_categories=3, drop=["basic", "clerk"]), **late)
    yield case("rare_warn", WORDS, options={"handle_unknown": "warn", "min_frequency": 20}, since=(1, 7), every=True)
    yield case("warn", WORDS + ["month"], options={"handle_unknown": "warn"}, since=(1, 7), every=True)
    yield case("rare_none", WORDS, options=rare(min_frequency=20), none=True, **late)


def given():
    yield case("given", ["plan", "grade"], options={"categories": [PLANS, GRADES]}, fit=complete, every=True)
    yield case("given_unsorted", ["grade", "plan", "city"], table="clean", options={"categories": [GRADES, PLANS[::-1], CITIES]}, every=True)
    yield case("given_more", ["job", "note"], "two", model=forest(), options={"categories": [JOBS + ["king"], NOTES + ["Atlantis"]]}, fit=complete)
    yield case("given_arrays", ["plan", "grade"], table="clean", options={"categories": [np.array(PLANS), np.array(GRADES, dtype=object)], "handle_unknown": "error"})
    yield case("given_missing", ["plan", "grade"], options={"categories": [PLANS + [np.nan], GRADES + [np.nan]]}, every=True)
    yield case("given_none", ["plan", "grade"], options={"categories": [PLANS + [None], GRADES + [None]]}, none=True)
    yield case("given_integers", ["month"], table="clean", options={"categories": [list(range(0, 14))]})
    yield case("given_rare", ["grade", "job"], options={"categories": [GRADES[::-1], JOBS], "min_frequency": 40, "handle_unknown": "infrequent_if_exist"}, fit=complete, since=(1, 2), every=True)
    yield case("given_drop", ["grade", "plan"], table="clean", options={"categories": [GRADES, PLANS], "drop": "first", "handle_unknown": "error"})
    for kind in (int, np.float32):
        yield case(f"as_{kind.__name__}", ["grade", "plan"], options={"dtype": kind})
    yield Case("onehot_of_all", make_pipeline(OneHotEncoder(handle_unknown="ignore"), logistic()), "mixed", "two", "blas", prepare=lambda X: X[WORDS], every=True)
    yield Case("onehot_of_all_forest", make_pipeline(OneHotEncoder(handle_unknown="ignore", **dense(False)), forest()), "clean", "words3", prepare=lambda X: X[WORDS])
    yield Case("onehot_of_all_array", make_pipeline(OneHotEncoder(handle_unknown="ignore"), Ridge()), "clean", "value", "blas", prepare=lambda X: X[WORDS].to_numpy(dtype=object))


def complete(X):
    return X.fillna({"plan": "pro", "grade": "low", "job": "monk", "note": "ok"})


def cases():
    for part in (categories, dropping, grouping, given):
        yield from part()
