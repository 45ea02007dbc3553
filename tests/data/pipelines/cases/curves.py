"""Numbers by their quantiles, and as splines."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler

from cases.parts import columns, dense, forest, logistic, numbers, one
from record import VERSION, Case
from tables import NUMERIC, WORDS


def quantile(**options):
    return QuantileTransformer(**{"n_quantiles": 40, "random_state": 0, **options})


def quantiles():
    for name in ("uniform", "normal"):
        it = lambda **options: quantile(output_distribution=name, **options)
        yield Case(f"quantile_{name}", make_pipeline(it(), forest(RandomForestRegressor)), "numbers", "value", "exact" if name == "uniform" else "libm")
        yield Case(f"quantile_{name}_words", make_pipeline(columns(number=numbers(scaler=it)), forest()), "mixed", "two", "libm", every=True)
        yield Case(f"quantile_{name}_missing", one(make_pipeline(it(), SimpleImputer(strategy="constant", fill_value=-9.0)), NUMERIC, forest()), "mixed", "words3", "libm")
        yield Case(f"quantile_{name}_linear", make_pipeline(it(n_quantiles=15), Ridge()), "numbers", "value", "blas")
        yield Case(f"quantile_{name}_flat", one(it(), ["ratio", "month", "balance"], Ridge()), "clean", "value", "blas", fit=lambda X: X.assign(ratio=0.5))
        sparse = ColumnTransformer([("n", "passthrough", ["income", "ratio", "month"]), ("w", OneHotEncoder(handle_unknown="ignore"), WORDS)], sparse_threshold=1.0)
        yield Case(f"quantile_{name}_sparse", make_pipeline(sparse, it(ignore_implicit_zeros=name == "uniform"), logistic()), "clean", "two", "blas")
    yield Case("quantile_subsample", make_pipeline(quantile(subsample=100, n_quantiles=30), forest(RandomForestRegressor)), "numbers", "value")
    yield Case("quantile_one", make_pipeline(quantile(n_quantiles=1, output_distribution="normal"), forest()), "numbers", "three", "libm")
    yield Case("quantile_many", one(quantile(n_quantiles=1000), ["income", "balance"], logistic()), "clean", "booleans", "blas")


def spline(**options):
    from sklearn.preprocessing import SplineTransformer
    return SplineTransformer(**{"n_knots": 4, **options})


CURVED = ["score", "ratio", "income"]


def splines():
    since = (1, 2)
    for extrapolation in ("error", "constant", "linear", "continue", "periodic"):
        yield Case(f"spline_{extrapolation}", lambda: one(spline(extrapolation=extrapolation), CURVED, Ridge()), "clean", "value", "blas", since=since, every=extrapolation == "linear")
        yield Case(f"spline_{extrapolation}_no_bias", lambda: make_pipeline(StandardScaler(), spline(extrapolation=extrapolation, include_bias=False, degree=2), forest()), "numbers", "two", "libm", since=since)
        for degree in (0, 1, 4):
            yield Case(f"spline_{extrapolation}_{degree}", lambda: one(spline(extrapolation=extrapolation, degree=degree, n_knots=6), CURVED[:2], Ridge()), "clean", "value", "blas", since=since)
    for extrapolation in ("error", "constant", "linear", "continue", "periodic"):
        degree = {"periodic": 2, "linear": 1}.get(extrapolation, 3)
        yield Case(f"spline_{extrapolation}_sparse", lambda: one(spline(extrapolation=extrapolation, degree=degree, sparse_output=True), CURVED, Ridge()), "clean", "value", "blas", since=(1, 5))
    yield Case("spline_constant_0_sparse", lambda: one(spline(degree=0, n_knots=5, sparse_output=True), CURVED, Ridge()), "clean", "value", "blas", since=(1, 5))
    yield Case("spline_quantile", lambda: one(spline(knots="quantile", n_knots=5), ["income", "balance"], logistic()), "clean", "words", "blas", since=since)
    given = np.array([[-2.0, 0.1], [0.0, 0.4], [1.5, 0.5], [2.0, 0.9]])
    yield Case("spline_given", lambda: one(spline(knots=given, order="F"), CURVED[:2], Ridge()), "clean", "value", "blas", since=since)
    yield Case("spline_month", lambda: one(make_pipeline(spline(knots=np.array([[1.0], [4.0], [7.0], [10.0], [13.0]]), extrapolation="periodic")), ["month"], Ridge()), "clean", "value", "blas", since=since)
    yield Case("spline_wrapped", lambda: one(spline(n_knots=4, degree=3, extrapolation="periodic"), CURVED[:2], Ridge()), "clean", "value", "blas", since=since)
    yield Case("spline_mixed", lambda: make_pipeline(ColumnTransformer([("s", make_pipeline(SimpleImputer(), spline(n_knots=3)), NUMERIC), ("w", OneHotEncoder(handle_unknown="ignore"), WORDS)]), logistic()), "mixed", "words", "blas", since=since)
    for extrapolation in ("constant", "continue", "error"):
        yield Case(f"spline_missing_{extrapolation}", lambda: one(spline(extrapolation=extrapolation, handle_missing="zeros"), CURVED, Ridge()), "mixed", "value", "blas", since=(1, 9))


def cases():
    yield from quantiles()
    yield from splines()
