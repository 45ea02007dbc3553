"""Trees of scikit-learn behind words, and histogram boosting that takes words as categories."""

import numpy as np
try:
    from sklearn.experimental import enable_hist_gradient_boosting  # noqa: needed before 1.0
except ImportError:
    pass
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, GradientBoostingClassifier, GradientBoostingRegressor,
    HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier

from cases.parts import columns, dense, forest, words
from record import Case
from tables import NUMERIC, WORDS

TREE = dict(max_depth=4, random_state=0)
BOOSTED = dict(n_estimators=4, max_depth=2, random_state=0)
HIST = dict(max_iter=4, max_leaf_nodes=6, random_state=0)


def plain():
    kinds = [
        ("tree", DecisionTreeClassifier(**TREE), "words3", "exact"), ("tree_regressor", DecisionTreeRegressor(**TREE), "value", "exact"),
        ("tree_extra", ExtraTreeClassifier(**TREE), "two", "exact"), ("forest", forest(RandomForestClassifier, class_weight="balanced"), "odd", "exact"),
        ("forest_regressor", forest(RandomForestRegressor), "signed", "exact"), ("extra", forest(ExtraTreesClassifier), "booleans", "exact"),
        ("extra_regressor", forest(ExtraTreesRegressor), "value", "exact"), ("boosting", GradientBoostingClassifier(**BOOSTED), "words", "libm"),
        ("boosting_three", GradientBoostingClassifier(**BOOSTED), "words3", "libm"), ("boosting_regressor", GradientBoostingRegressor(**BOOSTED), "value", "exact"),
        ("hist", HistGradientBoostingClassifier(**HIST), "two", "libm"), ("hist_three", HistGradientBoostingClassifier(**HIST), "odd", "libm"),
        ("hist_regressor", HistGradientBoostingRegressor(**HIST), "value", "exact"),
    ]
    for name, model, target, exact in kinds:
        # Histogram boosting takes no sparse matrix.
        parts = columns(word=words(**dense(False))) if name.startswith("hist") else columns()
        rare = name in ("extra", "tree_extra")
        yield Case(f"trees_{name}_words", make_pipeline(parts, model), "mixed", target, exact, whole=rare)
        yield Case(f"trees_{name}", model, "numbers", target, exact, whole=rare)
    yield Case("trees_hist_missing", HistGradientBoostingClassifier(**HIST), "numbers_missing", "words", "libm")
    scaled = ColumnTransformer([("n", "passthrough", NUMERIC), ("w", words(**dense(False)), WORDS)])
    yield Case("trees_hist_missing_words", make_pipeline(scaled, HistGradientBoostingRegressor(**HIST)), "mixed", "value")
    yield Case("trees_forest_two_targets", make_pipeline(columns(), forest(RandomForestRegressor)), "mixed", "pair", every=True)
    yield Case("trees_forest_missing_words", make_pipeline(ColumnTransformer([("n", "passthrough", NUMERIC), ("w", words(), WORDS)], sparse_threshold=0), forest()), "mixed", "two", since=(1, 5))
    yield Case("trees_boosting_init", make_pipeline(columns(), GradientBoostingClassifier(init="zero", **BOOSTED)), "mixed", "two", "libm")
    yield Case("trees_poisson_words", make_pipeline(columns(word=words(**dense(False))), HistGradientBoostingRegressor(loss="poisson", **HIST)), "mixed", "value", "libm")


def as_categories(names):
    """Columns as pandas categories, as each table has them."""
    return lambda X: X.astype({name: "category" for name in names})


def categorical():
    some = ["plan", "city", "job"]
    text = as_categories(WORDS)
    hist = lambda kind=HistGradientBoostingClassifier, **options: lambda: kind(**{**HIST, "min_samples_leaf": 5, **options})
    kind = dict(since=(1, 5), every=True)
    yield Case("categories_hist_dtype", hist(categorical_features="from_dtype"), "mixed", "two", "libm", prepare=lambda X: text(X.drop(columns="member")), **kind)
    yield Case("categories_hist_dtype_regressor", hist(HistGradientBoostingRegressor, categorical_features="from_dtype"), "mixed", "value", prepare=lambda X: as_categories(WORDS + ["month"])(X.drop(columns="member")), **kind)
    yield Case("categories_hist_dtype_clean", hist(categorical_features="from_dtype"), "clean", "words3", "libm", prepare=as_categories(WORDS + ["month"]), since=(1, 5))
    yield Case("categories_hist_months", hist(categorical_features="from_dtype"), "clean", "two", "libm", prepare=lambda X: as_categories(["month"])(X[NUMERIC]), since=(1, 5), every=True)
    # Python 1.9 takes "from_dtype" where nothing is said.
    yield Case("categories_hist_default", hist(), "mixed", "two", "libm", prepare=lambda X: as_categories(WORDS + ["month"])(X.drop(columns="member")), since=(1, 7))
    yield Case("categories_hist_named", hist(categorical_features=some), "clean", "two", "libm", prepare=lambda X: as_categories(some)(X[NUMERIC + some]), since=(1, 5), every=True)
    yield Case("categories_hist_named_words", hist(categorical_features=some), "mixed", "words", "libm", prepare=lambda X: X[NUMERIC + some], since=(1, 5))
    yield Case("categories_hist_mask", hist(categorical_features=[n in some for n in NUMERIC + some]), "clean", "odd", "libm", prepare=lambda X: as_categories(some)(X[some + NUMERIC])[NUMERIC + some], since=(1, 5))
    # Codes, which every version takes.
    yield Case("categories_hist_codes", hist(categorical_features=[6]), "numbers_missing", "two", "libm", every=True, prepare=whole_codes)
    yield Case("categories_hist_codes_named", hist(HistGradientBoostingRegressor, categorical_features=["month"]), "clean", "value", prepare=lambda X: X[NUMERIC], since=(1, 2), every=True)
    coded = ColumnTransformer([("w", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan), WORDS)], remainder="passthrough")
    yield Case("categories_hist_after_ordinal", lambda: make_pipeline(coded, hist(categorical_features=list(range(5)))()), "clean", "two", "libm", every=True)

    def by_name():
        return make_pipeline(ColumnTransformer([("w", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), WORDS)], remainder="passthrough", verbose_feature_names_out=False).set_output(transform="pandas"),
            hist(categorical_features=["city", "plan", "job"])())
    yield Case("categories_hist_after_ordinal_named", by_name, "clean", "words3", "libm", since=(1, 2))


def whole_codes(X):
    X = X.copy()
    X[:, 6] = np.abs(np.round(X[:, 6]))
    return X


def cases():
    yield from plain()
    yield from categorical()
