"""Outliers by the distance from the middle and by the density of neighbours; rows of one length, and numbers above a threshold."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.covariance import EllipticEnvelope
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer, Normalizer, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from cases.parts import columns, dense, numbers, one, words
from record import Case
from tables import CITIES, NUMERIC, PLANS


def scaled(model):
    return make_pipeline(StandardScaler(), model)


def coarse(model):
    """Two columns of few values: many rows have the same answers."""
    return make_pipeline(ColumnTransformer([("it", StandardScaler(), [0, 7])]), model)


def envelopes():
    of = lambda **options: EllipticEnvelope(**{"random_state": 0, **options})
    first = lambda rows: rows[:80]
    def case(name, model, table="numbers", **options):
        return Case(f"outliers_envelope{name}", model, table, lambda targets: first(targets["two"]), "blas", **{"fit": first, "few": 60, **options})
    yield case("", of())
    yield case("_scaled", coarse(of(contamination=0.3, support_fraction=0.9)))
    yield case("_centered", scaled(of(assume_centered=True, contamination=0.02)))
    yield case("_one", make_pipeline(ColumnTransformer([("it", "passthrough", ["score"])]), of(contamination=0.5)), "clean")
    yield case("_gaps", make_pipeline(ColumnTransformer([("it", numbers(), NUMERIC)]), of()), "mixed")
    yield case("_missing", of(contamination=0.2), "numbers_missing", fit=lambda X: first(np.nan_to_num(X)))


def densities():
    of = lambda k=5, **options: LocalOutlierFactor(**{"n_neighbors": k, "novelty": True, **options})
    first = lambda rows: rows[:24]
    def case(name, model, table="numbers", exact="blas", **options):
        return Case(f"outliers_density{name}", model, table, lambda targets: first(targets["two"]), exact, **{"fit": first, "few": 40, **options})
    yield case("", scaled(of()))
    yield case("_few", coarse(of(3, contamination=0.1, leaf_size=4)))
    yield case("_ball", scaled(of(6, algorithm="ball_tree", leaf_size=5, metric="manhattan")), every=True)
    yield case("_brute", scaled(of(4, algorithm="brute", contamination=0.4)), since=(1, 2))
    yield case("_minkowski", scaled(of(4, p=3)))
    yield case("_all", scaled(of(500)))
    yield case("_ties", make_pipeline(ColumnTransformer([("it", "passthrough", [0, 1, 7])]), of(4)))
    yield case("_same", make_pipeline(ColumnTransformer([("it", "passthrough", [7])]), of(3, contamination=0.2)))
    yield case("_sparse", make_pipeline(columns(), of(4)), "mixed", since=(1, 2))
    yield case("_missing", scaled(of(4)), "numbers_missing", fit=lambda X: first(np.nan_to_num(X)))


def lengths():
    few = dict(few=100)
    tree = lambda: DecisionTreeRegressor(max_depth=4, random_state=0)
    kept = lambda **options: OneHotEncoder(categories=[CITIES[:4], PLANS[:1]], handle_unknown="ignore", **options)
    for norm in ("l1", "l2", "max"):
        named = lambda case: f"outliers_rows_{norm}_{case}"
        # Two columns that are often zero, and in many rows both.
        yield Case(named("zeros"), make_pipeline(ColumnTransformer([("it", Normalizer(norm, copy=False), [7, 8])]), Ridge()), "numbers", "value", "blas", **few)
        yield Case(named("tiny"), one(Normalizer(norm), ["score"], Ridge()), "clean", "value", "blas", every=norm == "l2", **few)
        yield Case(named("missing"), make_pipeline(Normalizer(norm), Ridge()), "numbers_missing", "value", "blas", fit=np.nan_to_num, **few)
        yield Case(named("sparse"), make_pipeline(ColumnTransformer([("w", kept(), ["city", "plan"]), ("n", "passthrough", ["balance"])], sparse_threshold=1.0), Normalizer(norm), Ridge()), "clean", "value", "blas", **few)
    # A tree tells 32 bits from 64 by the last bit.
    yield Case("outliers_rows_sparse_f32", one(make_pipeline(kept(dtype=np.float32), Normalizer("l1")), ["city", "plan"], tree()), "clean", "value", **few)
    yield Case("outliers_rows_f32", one(make_pipeline(kept(dtype=np.float32, **dense(False)), Normalizer()), ["city", "plan"], tree()), "clean", "value", **few)


def thresholds():
    few = dict(few=100)
    yield Case("outliers_above_zero", make_pipeline(Binarizer(), Ridge()), "numbers", "value", "blas", **few)
    yield Case("outliers_above_negative", make_pipeline(Binarizer(threshold=-0.25, copy=False), Ridge()), "numbers", "value", "blas", **few)
    yield Case("outliers_above_whole", one(Binarizer(threshold=40), ["age", "month"], Ridge(), remainder="drop"), "clean", "value", "blas", **few)
    yield Case("outliers_above_missing", make_pipeline(Binarizer(threshold=0.5), Ridge()), "numbers_missing", "value", "blas", fit=np.nan_to_num, **few)
    both = lambda: ColumnTransformer([("w", OneHotEncoder(handle_unknown="ignore"), ["city", "plan"]), ("n", "passthrough", ["balance", "ratio"])], sparse_threshold=1.0)
    yield Case("outliers_above_sparse", make_pipeline(both(), Binarizer(threshold=0.5), Ridge()), "clean", "value", "blas", **few)
    yield Case("outliers_above_sparse_zero", make_pipeline(both(), Binarizer(), DecisionTreeRegressor(max_depth=4, random_state=0)), "clean", "value", **few)
    yield Case("outliers_above_f32", one(make_pipeline(OneHotEncoder(handle_unknown="ignore", dtype=np.float32), Binarizer(threshold=0.1)), ["city"], Ridge()), "clean", "value", "blas", **few)
    search = GridSearchCV(make_pipeline(Binarizer(), Normalizer(), Ridge()), {"binarizer__threshold": [0.0, 0.5], "normalizer__norm": ["l1", "l2"]}, cv=2)
    yield Case("outliers_above_search", search, "numbers", "value", "blas", **few)


def cases():
    yield from envelopes()
    yield from densities()
    yield from lengths()
    yield from thresholds()
