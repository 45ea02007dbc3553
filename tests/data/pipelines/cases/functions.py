"""FunctionTransformer with the functions of numpy that teams use."""

import functools

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import Ridge
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from cases.encoders import hist
from cases.parts import forest, logistic, numbers, one, words
from record import Case
from tables import MIXED, NUMERIC, WORDS

INVERSE = {"log1p": "expm1", "sqrt": "square", "exp": "log"}


def cases():
    some, positive = ["score", "ratio", "age"], ["income", "ratio", "age"]
    for name in (None, "log1p", "sqrt", "exp", "abs", "square", "log", "expm1"):
        function = name and getattr(np, name)
        of = positive if name in ("log1p", "sqrt") else ["ratio", "month"] if name in ("exp", "expm1") else ["age", "month"] if name == "log" else some
        exact = "exact" if name in (None, "sqrt", "abs", "square") else "libm"
        inverse = {"inverse_func": getattr(np, INVERSE[name])} if name in INVERSE else {}
        yield Case(f"function_{name or 'none'}", one(FunctionTransformer(function, validate=True), of, Ridge()), "clean", "value", "blas", every=name in (None, "log1p"))
        yield Case(f"function_{name or 'none'}_not_validated", one(FunctionTransformer(function, **inverse, check_inverse=False), of, forest(), remainder="drop"), "clean", "two", exact)
    # The logarithm of what is not positive, and the root of what is negative, are not numbers; a forest of that time refuses them.
    yield Case("function_log_of_negative", one(FunctionTransformer(np.log), ["balance", "score"], Ridge()), "clean", "value", "blas", fit=lambda X: X.assign(balance=X["balance"].abs() + 1, score=X["score"].abs() + 1))
    yield Case("function_sqrt_of_negative", make_pipeline(FunctionTransformer(np.sqrt), forest()), "numbers", "two", fit=np.abs)
    # Boosting on histograms takes what is infinite, too.
    yield Case("function_log_hist", make_pipeline(FunctionTransformer(np.log), hist()), "numbers", "two", "libm", fit=np.abs, every=True)
    yield Case("function_identity_of_words", make_pipeline(ColumnTransformer([("same", FunctionTransformer(), NUMERIC), ("words", make_pipeline(FunctionTransformer(), words()), WORDS)]), forest()), "clean", "words3", every=True)
    names = lambda: one(make_pipeline(FunctionTransformer(np.log1p, feature_names_out="one-to-one"), StandardScaler()), positive, Ridge())
    yield Case("function_names_out", names, "clean", "value", "blas", since=(1, 2), every=True)
    whole = lambda: ColumnTransformer([("log", FunctionTransformer(np.log1p, feature_names_out="one-to-one"), ["income"]), ("n", numbers(), ["age", "score"]), ("words", words(sparse_output=False), WORDS)], remainder="passthrough").set_output(transform="pandas")
    yield Case("function_names_out_pandas", lambda: make_pipeline(whole(), logistic()), "clean", "two", "blas", since=(1, 2))
    yield Case("function_log1p_missing", one(make_pipeline(numbers(), FunctionTransformer(np.abs)), NUMERIC, forest()), "mixed", "two")
    yield Case("function_in_union", make_pipeline(FeatureUnion([("same", FunctionTransformer()), ("square", FunctionTransformer(np.square, validate=False))]), Ridge()), "numbers", "value", "blas")
    yield Case("function_arguments", make_pipeline(FunctionTransformer(np.clip, kw_args={"a_min": -1.0, "a_max": 1.5}), Ridge()), "numbers", "value", "blas")
    few = dict(rows=60)
    partial = functools.partial
    yield Case("function_partial_clip", make_pipeline(FunctionTransformer(partial(np.clip, a_min=-1.0, a_max=1.5)), Ridge()), "numbers", "value", "blas", every=True, **few)
    yield Case("function_partial_round", one(FunctionTransformer(partial(np.round, decimals=2), kw_args={"decimals": 1}), ["score", "ratio"], Ridge()), "clean", "value", "blas", **few)
    yield Case("function_partial_filled", one(FunctionTransformer(partial(np.nan_to_num, nan=-1.0)), ["score", "ratio"], forest(), remainder="drop"), "mixed", "two", **few)
    yield Case("function_partial_of_one", make_pipeline(FunctionTransformer(partial(np.abs)), Ridge()), "numbers", "value", "blas", **few)
    # Whole numbers stay whole numbers in numpy. A signature says that they are.
    told = lambda **kinds: {name: kinds.get(name, "string" if name in WORDS else "boolean" if name == "member" else "double") for name in MIXED}
    whole = lambda function, names: one(FunctionTransformer(function), names, DecisionTreeRegressor(max_depth=3, random_state=0))
    yield Case("function_reciprocal_of_whole", whole(np.reciprocal, ["month", "ratio"]), "clean", "value", fit=lambda X: X.assign(ratio=X["ratio"] + 0.01), since=(1, 2), told=told(month="long"), **few)
    yield Case("function_reciprocal_of_an_array", make_pipeline(ColumnTransformer([("it", "passthrough", ["month", "income"])]), FunctionTransformer(np.reciprocal), Ridge()), "clean", "value", "blas", since=(1, 2), told=told(month="long"), **few)
    yield Case("function_reciprocal_of_validated", one(FunctionTransformer(np.reciprocal, validate=True), ["month"], Ridge()), "clean", "value", "blas", told=told(month="long"), **few)
    yield Case("function_negative_reciprocal_of_whole", one(make_pipeline(FunctionTransformer(np.negative), FunctionTransformer(np.reciprocal)), ["month"], Ridge()), "clean", "value", "blas", told=told(month="long"), **few)
    yield Case("function_sparse", make_pipeline(ColumnTransformer([("words", words(), WORDS)]), FunctionTransformer(accept_sparse=True), forest()), "mixed", "two")
