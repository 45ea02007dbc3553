"""Encoders of the package category_encoders, whose files hold series and frames of pandas."""

import category_encoders as ce
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from cases.parts import forest, logistic, one
from record import Case
from tables import NUMERIC, WORDS


def filled(encoder, model):
    """What an encoder answers with NaN goes through an imputer."""
    return make_pipeline(encoder, SimpleImputer(strategy="most_frequent"), model)


def beside(encoder, model, names=WORDS):
    number = SimpleImputer()
    return make_pipeline(ColumnTransformer([("words", filled(encoder, "passthrough"), names), ("numbers", number, NUMERIC)]), model)


def case(name, *args, **options):
    return Case(f"category_{name}", *args, skops=False, **options)


def rules(unknown, missing):
    return {"handle_unknown": unknown, "handle_missing": missing}


def several(kind, name, model, target, exact="exact", **options):
    """An encoder by what it does with unknown and with missing words."""
    yield case(f"{name}", lambda: beside(kind(), model()), "mixed", target, exact)
    yield case(f"{name}_return", lambda: beside(kind(**rules("return_nan", "return_nan")), model()), "mixed", target, exact)
    yield case(f"{name}_error", lambda: one(kind(**rules("error", "value")), WORDS, model()), "mixed", target, exact)
    yield case(f"{name}_clean", lambda: one(kind(**rules("value", "error")), WORDS, model()), "clean", target, exact)


def encoders():
    yield from several(ce.OrdinalEncoder, "ordinal", forest, "words")
    yield from several(ce.TargetEncoder, "target", forest, "two")
    yield case("ordinal_no_missing", lambda: one(ce.OrdinalEncoder(**rules("value", "error")), ["plan", "job"], forest()), "mixed", "words", fit=lambda X: X.assign(plan="plus", job=np.where(np.arange(len(X)) % 3 == 0, "nurse", "cook")))
    yield case("target_value", lambda: beside(ce.TargetEncoder(smoothing=3.0, min_samples_leaf=5), Ridge()), "mixed", "value", "blas")
    yield from several(ce.OneHotEncoder, "onehot", logistic, "words", "blas")
    yield case("onehot_names", lambda: beside(ce.OneHotEncoder(use_cat_names=True, **rules("indicator", "indicator")), forest()), "mixed", "two")
    yield case("onehot_indicator", lambda: beside(ce.OneHotEncoder(**rules("indicator", "value")), logistic()), "mixed", "two", "blas")
    yield case("onehot_halves", lambda: beside(ce.OneHotEncoder(**rules("value", "return_nan")), forest()), "mixed", "two")
    # Whole tables, words and numbers.
    table = lambda X: X[["age", "city", "score", "plan", "month"]]
    yield case("table_target", lambda: make_pipeline(ce.TargetEncoder(), SimpleImputer(), forest()), "mixed", "two", prepare=table, since=(1, 2))
    yield case("table_ordinal", lambda: make_pipeline(ce.OrdinalEncoder(cols=["city", "month"]), forest()), "clean", "words", prepare=lambda X: X[["age", "city", "month"]], since=(1, 2))
    yield case("table_onehot", lambda: make_pipeline(ce.OneHotEncoder(cols=["plan"], use_cat_names=True), forest()), "clean", "three", prepare=lambda X: X[["age", "plan", "score"]], since=(1, 2))
    mapping = [{"col": "grade", "mapping": {"low": 0, "medium": 5, "high": 9}}]
    yield case("ordinal_given", lambda: one(ce.OrdinalEncoder(mapping=mapping, cols=["grade"]), ["grade"], forest()), "clean", "two")
    yield case("ordinal_invariant", lambda: one(ce.OrdinalEncoder(drop_invariant=True), ["grade", "plan", "job"], forest()), "clean", "two", fit=lambda X: X.assign(plan="plus"))
    yield case("onehot_invariant", lambda: one(ce.OneHotEncoder(drop_invariant=True, return_df=False), ["grade", "plan"], logistic()), "clean", "two", "blas", fit=lambda X: X.assign(plan="plus"))
    yield case("target_months", lambda: one(ce.TargetEncoder(cols=["month", "city"]), ["month", "city"], forest(RandomForestRegressor)), "clean", "value")


def counts():
    # scikit-learn cannot clone that of category_encoders 2.2.
    since = (1, 2)
    yield case("count", lambda: beside(ce.CountEncoder(), forest()), "mixed", "two", since=since)
    yield case("count_normalized", lambda: beside(ce.CountEncoder(normalize=True), Ridge()), "mixed", "value", "blas", since=since)
    yield case("count_return", lambda: beside(ce.CountEncoder(**rules("return_nan", "return_nan")), forest()), "mixed", "two", since=since)
    yield case("count_error", lambda: one(ce.CountEncoder(handle_unknown="error"), WORDS, forest()), "mixed", "two", since=since)
    yield case("count_unknown", lambda: beside(ce.CountEncoder(handle_unknown=77), forest()), "mixed", "two", since=since)


def cases():
    yield from encoders()
    yield from counts()
