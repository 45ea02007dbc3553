"""Parameters of transformers beyond the usual ones."""

import numpy as np
import pandas as pd
import scipy.special
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.feature_selection import (GenericUnivariateSelect, RFE, SelectFdr, SelectFpr, SelectFromModel, SelectFwe, SequentialFeatureSelector, f_classif,
    f_regression)
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (Binarizer, FunctionTransformer, KBinsDiscretizer, MinMaxScaler, Normalizer, OneHotEncoder, PolynomialFeatures,
    PowerTransformer, StandardScaler)
from sklearn.tree import DecisionTreeClassifier

from cases.encoders import hist
from cases.parts import columns, forest, logistic, one, words
from cases.scalers import quiet
from record import VERSION, Case
from tables import WORDS
import tables


def selection():
    for kind, options in ((SelectFpr, {"alpha": 0.2}), (SelectFdr, {"alpha": 0.3}), (SelectFwe, {"alpha": 0.4})):
        yield Case(f"more_{kind.__name__.lower()}", make_pipeline(columns(), kind(f_classif, **options), forest()), "mixed", "words3", whole=True)
        yield Case(f"more_{kind.__name__.lower()}_numbers", make_pipeline(kind(f_regression, **options), forest(RandomForestRegressor)), "numbers", "value")
    for mode, param in (("percentile", 30), ("k_best", 7), ("fpr", 0.1), ("fdr", 0.2), ("fwe", 0.3)):
        yield Case(f"more_generic_{mode}", make_pipeline(columns(), GenericUnivariateSelect(f_regression, mode=mode, param=param), forest()), "clean", "two", whole=mode == "k_best")
    # Columns without differences have no score.
    yield Case("more_generic_no_score", make_pipeline(GenericUnivariateSelect(f_classif, mode="k_best", param=9), Ridge()), "numbers", "two", "blas", fit=flat)
    yield Case("more_sequential", lambda: make_pipeline(SequentialFeatureSelector(LinearRegression(), n_features_to_select=4, cv=2), Ridge()), "numbers", "value", "blas")
    backward = lambda: SequentialFeatureSelector(Ridge(), n_features_to_select=7, direction="backward", cv=2)
    yield Case("more_sequential_backward", lambda: make_pipeline(backward(), forest(RandomForestRegressor)), "numbers", "value")
    three = LogisticRegression(max_iter=200)
    yield Case("more_from_three", make_pipeline(StandardScaler(), SelectFromModel(three, threshold="0.9*median", norm_order=2), forest()), "numbers", "three")
    yield Case("more_from_largest", make_pipeline(StandardScaler(), SelectFromModel(three, norm_order=np.inf, max_features=6), forest()), "numbers", "three")
    yield Case("more_from_tree", make_pipeline(columns(), SelectFromModel(DecisionTreeClassifier(max_depth=5, random_state=0)), forest()), "mixed", "two")
    boosted = GradientBoostingRegressor(n_estimators=4, max_depth=2, random_state=0)
    yield Case("more_from_boosting", make_pipeline(columns(), SelectFromModel(boosted, threshold="0.5*mean"), Ridge()), "mixed", "value", "blas")
    yield Case("more_from_elastic", make_pipeline(StandardScaler(), SelectFromModel(ElasticNet(alpha=0.4, l1_ratio=1.0)), Ridge()), "numbers", "value", "blas")
    yield Case("more_from_sparse", make_pipeline(StandardScaler(), SelectFromModel(LogisticRegression(penalty="l1", C=0.1, solver="liblinear")), Ridge()), "numbers", "two", "blas", until=(1, 7))
    inner = Pipeline([("scale", StandardScaler()), ("model", Ridge())])
    yield Case("more_from_getter", make_pipeline(SelectFromModel(inner, importance_getter="named_steps.model.coef_"), Ridge()), "numbers", "value", "blas")
    yield Case("more_from_number", make_pipeline(SelectFromModel(forest(), threshold=0.08), hist()), "numbers", "two", "libm")
    # What takes missing values lets the selection pass them.
    yield Case("more_rfe_missing", make_pipeline(RFE(RandomForestClassifier(3, max_depth=3, random_state=0), n_features_to_select=4, step=3), hist()), "numbers_missing", "two", "libm", since=(1, 5))
    yield Case("more_from_missing", make_pipeline(SelectFromModel(DecisionTreeClassifier(max_depth=4, random_state=0), threshold=-1, max_features=5), hist()), "numbers_missing", "two", "libm", since=(1, 5))


BITS = ["score", "ratio", "age"]


def asked(X):
    """A hundred of the rows that are asked, so that their very products are known."""
    rows = tables.given(tables.tables()["clean"]).iloc[100:200]
    return pd.concat([rows] * (len(X) // 100), ignore_index=True)


def between_orders():
    """A product of three positive numbers that is larger, by its last bit, if the last two are multiplied first."""
    rows = tables.given(tables.tables()["clean"])[BITS].to_numpy(dtype=float)
    products = [(x * y * z, x * (y * z)) for x, y, z in rows[:300] if min(x, y, z) > 0]
    return sorted(first for first, last in products if first < last)[-3]


def bits():
    """The order of multiplications decides the last bit, and so whether a number is a known category or above a threshold."""
    known = make_pipeline(PolynomialFeatures(3, interaction_only=True, include_bias=False), OneHotEncoder(handle_unknown="ignore"))
    yield Case("more_polynomial_bits", one(known, BITS, Ridge()), "clean", "value", "blas", fit=asked, every=True)
    encode = ColumnTransformer([("n", "passthrough", BITS), ("w", OneHotEncoder(handle_unknown="ignore"), ["plan"])], sparse_threshold=1.0)
    above = make_pipeline(encode, PolynomialFeatures(3, interaction_only=True), Binarizer(threshold=between_orders()), Ridge())
    yield Case("more_polynomial_bits_sparse", above, "clean", "value", "blas", every=True)


def flat(X):
    X = X.copy()
    X[:, 3] = 0.5
    return X


def numbers():
    for degree in (3, (2, 4)):
        if VERSION < (1, 2) and degree != 3:
            continue
        encode = ColumnTransformer([("n", StandardScaler(), ["score", "ratio"]), ("w", OneHotEncoder(handle_unknown="ignore"), ["plan"])], sparse_threshold=1.0)
        yield Case(f"more_polynomial_sparse_{degree if degree == 3 else 'range'}", make_pipeline(encode, PolynomialFeatures(degree), forest(max_depth=5)), "clean", "two", since=(0, 0) if degree == 3 else (1, 2))
        yield Case(f"more_polynomial_dense_{degree if degree == 3 else 'range'}", make_pipeline(PolynomialFeatures(degree, include_bias=False), forest(max_depth=5)), "clean", "two", since=(0, 0) if degree == 3 else (1, 2), prepare=lambda X: X[["age", "score", "ratio"]])
    for norm in ("l1", "l2", "max"):
        yield Case(f"more_normalizer_{norm}", make_pipeline(Normalizer(norm), Ridge()), "numbers", "value", "blas", every=norm == "l1")
        yield Case(f"more_normalizer_{norm}_words", one(Normalizer(norm), ["score", "ratio"], Ridge()), "clean", "value", "blas")
    yield Case("more_binarizer", one(Binarizer(threshold=0.3), ["score", "ratio"], Ridge(), remainder="drop"), "clean", "value", "blas", every=True)
    yield Case("more_bins_f32", make_pipeline(ColumnTransformer([("bins", quiet(n_bins=5, encode="ordinal", strategy="uniform", dtype=np.float32), [0, 3, 4, 9])]), forest()), "numbers", "two")
    # The power of numbers that another step has made positive.
    box = make_pipeline(MinMaxScaler((1, 2)), PowerTransformer("box-cox"))
    yield Case("more_box_cox_scaled", one(box, ["score", "ratio", "balance"], Ridge()), "clean", "value", "blas", fit=lambda X: X.assign(ratio=X["ratio"] + 0.02))
    shifted = lambda X: X.assign(score=X["score"] * 1e-4 + 0.5)
    yield Case("more_power_small", one(PowerTransformer(), ["score", "ratio", "balance"], Ridge()), "clean", "value", "blas", fit=shifted, every=True)


def functions():
    positive = {"log2": np.log2, "log10": np.log10, "cbrt": np.cbrt, "reciprocal": np.reciprocal}
    for name, function in positive.items():
        yield Case(f"more_function_{name}", one(FunctionTransformer(function), ["income", "age"], Ridge()), "clean", "value", "blas", fit=lambda X: X.astype({"age": float}), prepare=lambda X: X.astype({"age": float}))
    for name in ("sin", "arctan", "arcsinh", "tanh", "sign", "floor", "ceil", "trunc", "negative", "deg2rad"):
        yield Case(f"more_function_{name}", one(FunctionTransformer(getattr(np, name)), ["score", "ratio"], Ridge()), "clean", "value", "blas", fit=near, since=(1, 2))
    yield Case("more_function_round", one(FunctionTransformer(np.round, kw_args={"decimals": 1}), ["score", "ratio"], Ridge()), "clean", "value", "blas", every=True)
    yield Case("more_function_round_tens", one(FunctionTransformer(np.around, kw_args={"decimals": -2}), ["income", "balance"], Ridge()), "clean", "value", "blas")
    yield Case("more_function_clip_above", one(FunctionTransformer(np.clip, kw_args={"a_min": None, "a_max": 2000}), ["income"], Ridge()), "clean", "value", "blas", every=True)
    yield Case("more_function_filled", one(FunctionTransformer(np.nan_to_num, kw_args={"nan": -1.0}), ["score", "ratio"], Ridge()), "mixed", "value", "blas")
    yield Case("more_function_expit", one(FunctionTransformer(scipy.special.expit), ["score", "ratio"], Ridge()), "clean", "value", "blas", every=True)
    yield Case("more_function_words", one(make_pipeline(words(), FunctionTransformer()), WORDS, logistic()), "mixed", "two", "blas")


def near(X):
    return X.assign(score=X["score"] + 0.01)


def cases():
    yield from selection()
    yield from numbers()
    yield from bits()
    yield from functions()
