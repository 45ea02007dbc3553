"""OrdinalEncoder and TargetEncoder."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from cases.onehot import complete, half_nan
from cases.parts import forest, logistic, one
from record import VERSION, Case
from tables import CITIES, GRADES, JOBS, NUMERIC, PLANS, WORDS


def case(name, names, target="value", table="mixed", model=None, options=None, **more):
    options = {"handle_unknown": "use_encoded_value", "unknown_value": -1, **(options or {})}
    return Case(f"ordinal_{name}", lambda: one(OrdinalEncoder(**options), names, Ridge() if model is None else model), table, target, "blas" if model is None else "exact", **more)


def hist(**options):
    """Takes NaN, which some encoders leave."""
    try:
        from sklearn.experimental import enable_hist_gradient_boosting  # noqa: needed before 1.0
    except ImportError:
        pass
    from sklearn.ensemble import HistGradientBoostingClassifier
    return HistGradientBoostingClassifier(max_iter=4, max_leaf_nodes=6, random_state=0, **options)


def ordinal():
    error = {"handle_unknown": "error", "unknown_value": None}
    lacking = {"encoded_missing_value": -2}
    late = dict(since=(1, 2))
    full = lambda X: X.fillna({name: "ok" for name in WORDS})
    yield case("text", WORDS, table="clean", every=True)
    yield case("text_error", WORDS, "two", "clean", forest(), error)
    yield case("text_error_unknown", WORDS, table="mixed", options={**error, **(lacking if VERSION > (1, 0) else {})}, since=(1, 2), every=True)
    yield case("text_unknown", WORDS, fit=full)
    yield case("text_unknown_nan", ["city", "plan"], "two", model=hist(), options={"unknown_value": np.nan}, fit=full, every=True)
    yield case("text_missing", WORDS, options=lacking, every=True, **late)
    yield case("text_missing_zero", ["plan", "grade"], "two", model=forest(), options={"encoded_missing_value": -1, "unknown_value": -3}, **late)
    yield case("text_missing_nan", WORDS, "words3", model=hist(), **late)
    yield case("text_none", WORDS, options=lacking, none=True, every=True, **late)
    yield case("text_none_hist", WORDS, "two", model=hist(), none=True, **late)
    yield case("text_none_and_nan", ["plan", "grade"], "two", model=hist(), none=True, fit=half_nan, **late)
    yield case("numbers", ["month", "score"], "two", model=hist())
    yield case("numbers_clean", ["month", "age", "member"], table="clean", every=True)
    yield case("mixed", ["month", "plan", "member"], options=lacking, every=True, **late)
    yield case("floats_missing", ["score", "ratio"], options=lacking, **late)
    yield case("given", ["grade", "plan"], table="clean", options={"categories": [GRADES, PLANS[::-1]], **error}, every=True)
    yield case("given_unknown", ["grade", "city"], "words", model=forest(), options={"categories": [GRADES, CITIES]}, fit=complete_city)
    yield case("given_missing", ["grade", "plan"], options={"categories": [GRADES + [np.nan], PLANS + [np.nan]], **lacking}, every=True, **late)
    yield case("rare", WORDS, options={"min_frequency": 30, **lacking}, since=(1, 5), every=True)
    yield case("rare_share", WORDS, "two", model=forest(), options={"min_frequency": 0.12, **lacking}, since=(1, 5))
    yield case("max_categories", WORDS, options={"max_categories": 3, **lacking}, since=(1, 5), every=True)
    yield case("max_categories_error", ["job", "plan"], table="clean", options={"max_categories": 3, **error}, since=(1, 5))
    yield case("max_categories_hist", WORDS + ["month"], "two", model=hist(), options={"max_categories": 4}, since=(1, 5))
    yield case("max_and_given", ["grade", "job"], options={"max_categories": 2, "categories": [GRADES, JOBS], **lacking}, fit=complete, since=(1, 5))
    yield case("as_integers", ["plan", "grade"], "two", "clean", forest(), {"dtype": np.int64, **error})
    yield case("as_f32", ["plan", "grade"], table="clean", options={"dtype": np.float32})
    whole = ColumnTransformer([("words", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan), WORDS)], remainder="passthrough")
    yield Case("ordinal_before_hist", lambda: make_pipeline(whole, hist(categorical_features=[0, 1, 2, 3, 4])), "mixed", "words3", "libm", fit=lambda X: X.fillna({name: "ok" for name in WORDS}), every=True)
    yield Case("ordinal_of_all", lambda: make_pipeline(OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), logistic()), "clean", "two", "blas", prepare=lambda X: X[WORDS])


def complete_city(X):
    return X.fillna({"grade": "low", "city": "x"})


def target():
    if VERSION < (1, 3):
        return
    from sklearn.preprocessing import TargetEncoder

    def encoder(**options):
        return TargetEncoder(**{"random_state": 0, "cv": 3, **options})

    def case(name, names, target, model, exact="blas", table="mixed", options=None, **more):
        more = {"since": (1, 5), **more}
        return Case(f"target_{name}", one(encoder(**(options or {})), names, model), table, target, exact, **more)

    yield case("binary", WORDS, "two", logistic(), every=True)
    yield case("binary_words", WORDS, "words", forest(), "exact", every=True)
    yield case("binary_none", WORDS, "two", logistic(), none=True)
    yield case("continuous", WORDS, "value", Ridge(), every=True)
    yield case("continuous_smooth", WORDS, "value", Ridge(), options={"smooth": 20.0})
    yield case("continuous_forest", WORDS + ["month", "member"], "signed", forest(kind_of_regressor()), "exact")
    yield case("continuous_given", ["grade", "plan"], "value", Ridge(), options={"target_type": "continuous", "smooth": 0.0, "categories": [GRADES, PLANS]}, fit=complete)
    yield case("multiclass", WORDS, "words3", logistic(), every=True)
    yield case("multiclass_forest", WORDS + ["month"], "odd", forest(), "exact")
    yield case("integers", ["month", "age"], "two", logistic(), table="clean")
    yield case("mixed", ["month", "plan", "member", "score"], "value", Ridge(), every=True)
    yield case("given_missing", ["grade", "plan"], "two", logistic(), options={"categories": [GRADES + [np.nan], PLANS + [np.nan]]})
    whole = lambda: make_pipeline(ColumnTransformer([("words", encoder(), WORDS), ("numbers", "passthrough", NUMERIC)]), hist())
    yield Case("target_before_hist", whole, "mixed", "two", "libm", since=(1, 5))


def kind_of_regressor():
    from sklearn.ensemble import RandomForestRegressor
    return RandomForestRegressor


def cases():
    yield from ordinal()
    yield from target()
