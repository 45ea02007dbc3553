"""Pipelines, ColumnTransformers and unions, and every way in which columns are named."""

import joblib, numpy as np, pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline, make_union
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from cases.parts import columns, dense, forest, logistic, numbers, words
from record import VERSION, Case
from tables import MIXED, NUMERIC, WORDS

KNOWN = dict(handle_unknown="use_encoded_value", unknown_value=-1)


def named(where_numbers, where_words, **options):
    """A ColumnTransformer whose columns are named in some way."""
    return ColumnTransformer([("scale", StandardScaler(), where_numbers), ("encode", OneHotEncoder(handle_unknown="ignore"), where_words)], **options)


def pipelines():
    tree = DecisionTreeClassifier(max_depth=5, random_state=0)
    nested = lambda model: Pipeline([("nothing", "passthrough"), ("inner", Pipeline([("columns", columns()), ("scale", MaxAbsScaler())])), ("model", model)])
    yield Case("pipeline_nested", nested(forest()), "mixed", "two", every=True)
    yield Case("pipeline_nested_last", Pipeline([("columns", columns()), ("rest", Pipeline([("scale", StandardScaler(with_mean=False)), ("last", make_pipeline(logistic()))]))]), "mixed", "words3", "blas")
    yield Case("pipeline_none_steps", Pipeline([("none", None), ("columns", columns()), ("nothing", None), ("model", tree)]), "mixed", "words", every=True)
    yield Case("pipeline_none_numbers", Pipeline([("none", None), ("nothing", "passthrough"), ("model", Ridge())]), "numbers", "value", "blas")
    yield Case("pipeline_memory", Pipeline([("columns", columns()), ("model", tree)], memory="cache", verbose=False), "mixed", "three")
    yield Case("pipeline_memory_joblib", Pipeline([("scale", StandardScaler()), ("model", forest())], memory=joblib.Memory(None)), "numbers", "two")
    yield Case("pipeline_one_step", Pipeline([("model", logistic())]), "numbers", "odd", "blas")
    yield Case("pipeline_scalers", make_pipeline(StandardScaler(), MinMaxScaler((-1, 1)), RobustScaler(), "passthrough", forest()), "numbers", "words3")
    yield Case("pipeline_columns_twice", make_pipeline(ColumnTransformer([("a", "passthrough", ["score", "ratio"]), ("b", StandardScaler(), ["score", "score", "age"])]), Ridge()), "clean", "value", "blas", until=(1, 7))


def columns_named():
    n, w = list(range(6)), list(range(6, 11))
    mask = [name in NUMERIC for name in MIXED]
    ways = {
        "names": (NUMERIC, WORDS), "positions": (n, w), "slices": (slice(0, 6), slice(6, 11)), "negative": ([-12, -11, 2], slice(-6, -1)),
        "name_slices": (slice("age", "month"), slice("city", "grade")), "masks": (mask, [not m and name != "member" for m, name in zip(mask, MIXED)]),
        "array_masks": (np.array(mask), np.array([name in WORDS for name in MIXED])), "index": (pd.Index(NUMERIC), pd.Index(WORDS)),
        "arrays": (np.array(NUMERIC, dtype=object), np.array(w)), "series": (pd.Series(n), pd.Series(WORDS)),
        "steps": (slice(0, 6, 2), slice(None, 5, -2)),
    }
    ways["reversed"] = (NUMERIC[:3], WORDS[::-1])
    for way, (a, b) in ways.items():
        if way == "steps" and VERSION < (1, 0):
            continue
        model = forest() if len(way) % 2 else logistic()
        yield Case(f"columns_by_{way}", make_pipeline(named(a, b), model), "clean", "words3", "exact" if len(way) % 2 else "blas")
    words_of = make_column_selector(dtype_exclude=[np.number, bool])
    yield Case("columns_by_selector", make_pipeline(named(make_column_selector(dtype_include=np.number), words_of), forest()), "clean", "two", every=True)
    yield Case("columns_by_pattern", make_pipeline(named(make_column_selector(pattern="^(age|score|in)"), make_column_selector(pattern="n$|city$", dtype_exclude=[np.number, bool])), Ridge()), "clean", "value", "blas")
    yield Case("columns_made", make_pipeline(make_column_transformer((numbers(), NUMERIC), (words(), WORDS), ("drop", ["member"])), forest()), "mixed", "booleans")
    yield Case("columns_empty", make_pipeline(ColumnTransformer([("none", StandardScaler(), []), ("words", words(**dense(False)), WORDS), ("empty", "passthrough", []), ("mask", MinMaxScaler(), [False] * 12)]), forest()), "mixed", "two", every=True)
    yield Case("columns_of_an_array", make_pipeline(ColumnTransformer([("a", StandardScaler(), [0, 3]), ("b", "passthrough", slice(5, 8)), ("c", "drop", [1])], remainder=MinMaxScaler()), Ridge()), "numbers", "value", "blas", every=True)


def remainders():
    rest = dict(remainder="passthrough")
    some = ["age", "score"]
    encode = lambda **options: OneHotEncoder(handle_unknown="ignore", **options)
    # What remains is kept in _RemainderColsList from 1.5 to 1.7, and named as the others are or by position.
    for way, where in {"names": WORDS, "positions": list(range(6, 11)), "mask": [name in WORDS for name in MIXED], "slice": slice(6, 11)}.items():
        yield Case(f"remainder_passthrough_{way}", make_pipeline(ColumnTransformer([("words", words(), where)], **rest), forest()), "clean", "two", every=True)
    yield Case("remainder_estimator", make_pipeline(ColumnTransformer([("words", words(), WORDS), ("member", "drop", ["member"])], remainder=numbers()), logistic()), "mixed", "words", "blas", every=True)
    yield Case("remainder_estimator_bare", make_pipeline(ColumnTransformer([("some", StandardScaler(), [0, 1])], remainder=RobustScaler()), forest()), "numbers", "three")
    yield Case("remainder_drop", make_pipeline(ColumnTransformer([("some", "passthrough", some), ("plan", encode(), ["plan"])], remainder="drop"), forest()), "clean", "floats")
    yield Case("remainder_nothing", make_pipeline(ColumnTransformer([("numbers", StandardScaler(), NUMERIC), ("words", encode(), WORDS + ["member"])], **rest), forest()), "clean", "two")
    if VERSION >= (1, 5):
        options = {} if VERSION >= (1, 9) else {"force_int_remainder_cols": False}
        yield Case("remainder_not_by_position", make_pipeline(ColumnTransformer([("words", words(), WORDS)], **rest, **options), forest()), "clean", "three", since=(1, 5))
    yield Case("columns_weights", make_pipeline(ColumnTransformer([("numbers", StandardScaler(), NUMERIC), ("words", encode(), WORDS)], transformer_weights={"words": 3.0, "numbers": 0.1}), Ridge()), "clean", "value", "blas", every=True)
    yield Case("columns_weights_forest", make_pipeline(ColumnTransformer([("numbers", "passthrough", NUMERIC), ("words", encode(), WORDS)], transformer_weights={"numbers": 1 / 3}, sparse_threshold=0), forest()), "clean", "two")
    yield Case("columns_always_sparse", make_pipeline(ColumnTransformer([("numbers", MinMaxScaler(), NUMERIC), ("words", encode(), WORDS)], sparse_threshold=1.0, n_jobs=1), forest()), "clean", "words")
    yield Case("columns_never_sparse", make_pipeline(ColumnTransformer([("words", encode(), WORDS), ("numbers", MinMaxScaler(), NUMERIC)], sparse_threshold=0.0), logistic()), "clean", "words", "blas")
    inner = ColumnTransformer([("plan", encode(**dense(False)), ["plan"]), ("others", OrdinalEncoder(**KNOWN), ["grade", "note"])])
    yield Case("columns_in_columns", make_pipeline(ColumnTransformer([("inner", inner, WORDS), ("numbers", numbers(), NUMERIC)]), forest()), "clean", "words3", every=True)
    yield Case("columns_after_columns", make_pipeline(columns(word=words(**dense(False))), ColumnTransformer([("first", MinMaxScaler(), slice(0, 4)), ("drop", "drop", [5, 6])], remainder="passthrough"), logistic()), "mixed", "two", "blas")
    yield Case("columns_drop_and_pass", make_pipeline(ColumnTransformer([("no", "drop", ["city", "age"]), ("yes", "passthrough", ["score", "member"]), ("word", encode(), ["grade"])]), forest()), "clean", "two", every=True)
    if VERSION >= (1, 0):
        yield Case("columns_short_names", make_pipeline(ColumnTransformer([("numbers", numbers(), NUMERIC), ("words", words(), WORDS)], verbose_feature_names_out=False, verbose=False), forest()), "mixed", "two", since=(1, 2))


def unions():
    union = FeatureUnion([("a", StandardScaler()), ("b", MinMaxScaler()), ("no", "drop")], transformer_weights={"b": 10.0})
    yield Case("union", make_pipeline(union, Ridge()), "numbers", "value", "blas", every=True)
    yield Case("union_forest", make_pipeline(make_union(StandardScaler(), RobustScaler()), forest()), "numbers", "two")
    yield Case("union_words", make_pipeline(FeatureUnion([("numbers", ColumnTransformer([("n", numbers(), NUMERIC)])), ("words", ColumnTransformer([("w", words(), WORDS)]))], transformer_weights={"words": 0.5}), logistic()), "mixed", "words", "blas", every=True)
    yield Case("union_in_columns", make_pipeline(ColumnTransformer([("u", FeatureUnion([("scale", StandardScaler()), ("range", MinMaxScaler(clip=True))]), NUMERIC), ("w", words(), WORDS)]), forest()), "clean", "three")
    if VERSION >= (1, 1):
        yield Case("union_passthrough", make_pipeline(FeatureUnion([("same", "passthrough"), ("scale", StandardScaler())]), forest()), "numbers", "words3", since=(1, 2))


def outputs():
    if VERSION < (1, 2):
        return
    table = lambda model, names=True: make_pipeline(ColumnTransformer([("numbers", numbers(), NUMERIC), ("words", words(**dense(False)), WORDS)], verbose_feature_names_out=names), model).set_output(transform="pandas")
    yield Case("output_pandas", table(forest()), "mixed", "two", since=(1, 2), every=True)
    yield Case("output_pandas_logistic", table(logistic(), False), "mixed", "words3", "blas", since=(1, 2))
    chained = lambda: make_pipeline(ColumnTransformer([("scale", StandardScaler(), ["age", "score"]), ("plan", OneHotEncoder(sparse_output=False, handle_unknown="ignore"), ["plan"])], remainder="drop", verbose_feature_names_out=False),
        ColumnTransformer([("range", MinMaxScaler(), ["score", "plan_pro"])], remainder="passthrough"), forest()).set_output(transform="pandas")
    yield Case("output_pandas_chained", chained, "clean", "two", since=(1, 2))
    whole = lambda: make_pipeline(ColumnTransformer([("scale", StandardScaler(), NUMERIC), ("words", OrdinalEncoder(**KNOWN), WORDS)], remainder="passthrough"), LinearRegression()).set_output(transform="pandas")
    yield Case("output_pandas_remainder", whole, "clean", "value", "blas", since=(1, 2))


def cases():
    for part in (pipelines, columns_named, remainders, unions, outputs):
        yield from part()
