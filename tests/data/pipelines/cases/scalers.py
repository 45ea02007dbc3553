"""Scalers, power transforms, bins and polynomials of numbers."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, OneHotEncoder, PolynomialFeatures, PowerTransformer,
    RobustScaler, StandardScaler)

from cases.parts import forest, logistic, one, words
from record import VERSION, Case
from tables import NUMERIC, WORDS


def with_words(transformer, model, **options):
    """Numbers that are imputed and transformed, beside words."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), transformer)
    return make_pipeline(ColumnTransformer([("numbers", numbers, NUMERIC), ("words", words(), WORDS)], **options), model)


def scalers():
    kinds = {
        "standard": StandardScaler(), "standard_mean": StandardScaler(with_std=False), "standard_std": StandardScaler(with_mean=False),
        "minmax": MinMaxScaler(), "minmax_clip": MinMaxScaler((-2, 5), clip=True), "maxabs": MaxAbsScaler(), "robust": RobustScaler(),
        "robust_range": RobustScaler(quantile_range=(10.0, 80.0)), "robust_center": RobustScaler(with_scaling=False),
        "robust_scale": RobustScaler(with_centering=False), "robust_variance": RobustScaler(unit_variance=True), "standard_neither": StandardScaler(with_mean=False, with_std=False),
    }
    for name, scaler in kinds.items():
        yield Case(f"scaler_{name}", make_pipeline(scaler, Ridge()), "numbers", "value", "blas")
        yield Case(f"scaler_{name}_words", with_words(scaler, forest()), "mixed", "two", every=name in ("minmax_clip", "robust"), whole=name == "maxabs")
    # What is missing goes through a scaler; a column without differences has a scale of 1.
    flat = lambda X: X.assign(ratio=0.5, month=3)
    for name in ("standard", "minmax", "robust", "maxabs"):
        yield Case(f"scaler_{name}_missing", one(make_pipeline(kinds[name], SimpleImputer(strategy="constant", fill_value=-9.0)), NUMERIC, forest()), "mixed", "words3")
        yield Case(f"scaler_{name}_flat", one(kinds[name], NUMERIC, Ridge()), "clean", "value", "blas", fit=flat)
    yield Case("scaler_of_truth", one(StandardScaler(), ["member", "month"], Ridge()), "clean", "value", "blas")


def powers():
    for method in ("yeo-johnson", "box-cox"):
        for standardize in (True, False):
            name = f"power_{method.replace('-', '_')}{'' if standardize else '_plain'}"
            power = PowerTransformer(method=method, standardize=standardize)
            # Box-Cox refuses what is not positive.
            yield Case(name, one(power, ["income", "age"], Ridge()), "clean", "value", "blas", every=standardize)
            if method == "yeo-johnson":
                yield Case(f"{name}_numbers", make_pipeline(power, Ridge()), "numbers", "value", "blas")
                yield Case(f"{name}_words", with_words(power, forest()), "mixed", "two", "libm")
    yield Case("power_missing", one(make_pipeline(PowerTransformer(), SimpleImputer(strategy="constant", fill_value=0.0)), ["income", "ratio", "score"], Ridge()), "mixed", "value", "blas")
    # One column without differences: its power is 1.
    yield Case("power_flat", one(PowerTransformer(), ["income", "ratio"], Ridge()), "clean", "value", "blas", fit=lambda X: X.assign(ratio=0.5))


def quiet(**options):
    """KBinsDiscretizer as the version in hand spells it, without its warnings' defaults."""
    if VERSION >= (1, 3):
        options = {"subsample": None, **options}
    if VERSION >= (1, 7) and options["strategy"] == "quantile":
        options = {"quantile_method": "linear", **options}
    return KBinsDiscretizer(**options)


def bins():
    for encode in ("onehot", "onehot-dense", "ordinal"):
        for strategy in ("uniform", "quantile", "kmeans"):
            options = dict(encode=encode, strategy=strategy, n_bins=5, **({"random_state": 0} if VERSION >= (1, 2) else {}))
            name = f"bins_{encode.replace('-', '_')}_{strategy}"
            yield Case(name, one(quiet(**options), ["score", "ratio", "balance", "income"], Ridge()), "clean", "value", "blas", every=(encode, strategy) in (("onehot", "quantile"), ("ordinal", "uniform")))
            yield Case(f"{name}_words", with_words(quiet(**options), forest()), "mixed", "words3", whole=name.endswith("ordinal_uniform"))
    several = quiet(n_bins=[2, 3, 8, 4], encode="onehot", strategy="uniform")
    yield Case("bins_several", make_pipeline(ColumnTransformer([("bins", several, [0, 3, 4, 9])]), Ridge()), "numbers", "value", "blas")
    yield Case("bins_whole", make_pipeline(quiet(n_bins=4, encode="ordinal", strategy="quantile"), forest()), "numbers", "two")
    # A column without differences has one bin, and quantiles that fall together make fewer.
    yield Case("bins_flat", one(quiet(n_bins=4, encode="onehot-dense", strategy="quantile"), ["ratio", "balance", "score"], Ridge()), "clean", "value", "blas", fit=lambda X: X.assign(ratio=0.5))
    yield Case("bins_f32", one(quiet(n_bins=4, encode="onehot", strategy="uniform", dtype=np.float32), ["score", "ratio"], Ridge()), "clean", "value", "blas")


def polynomials():
    degrees = {"two": 2, "three": 3, "range": (2, 3), "zero_and_one": (0, 1)}
    for name, degree in degrees.items():
        if isinstance(degree, tuple) and VERSION < (1, 0):
            continue
        since = (1, 2) if isinstance(degree, tuple) else (0, 0)
        for interaction in (False, True):
            for bias in (True, False):
                polynomial = PolynomialFeatures(degree, interaction_only=interaction, include_bias=bias)
                label = f"polynomial_{name}{'_interaction' if interaction else ''}{'' if bias else '_no_bias'}"
                if name == "zero_and_one" and (interaction or not bias):
                    continue
                yield Case(label, make_pipeline(ColumnTransformer([("powers", make_pipeline(StandardScaler(), polynomial), [0, 1, 3, 4])]), Ridge()), "numbers", "value", "blas", since=since)
    yield Case("polynomial_words", with_words(make_pipeline(StandardScaler(), PolynomialFeatures(2)), forest()), "mixed", "two", every=True, whole=True)
    yield Case("polynomial_after_words", make_pipeline(ColumnTransformer([("n", MinMaxScaler(), ["score", "ratio"]), ("w", OneHotEncoder(handle_unknown="ignore"), ["plan", "grade"])]), PolynomialFeatures(2, include_bias=False), logistic()), "clean", "words", "blas")
    yield Case("polynomial_sparse", make_pipeline(ColumnTransformer([("w", OneHotEncoder(handle_unknown="ignore"), ["plan", "grade", "note"])], sparse_threshold=1.0), PolynomialFeatures(2, interaction_only=True), forest()), "clean", "two")
    yield Case("polynomial_order_f", make_pipeline(PolynomialFeatures(2, order="F"), forest()), "numbers", "words3")


def cases():
    for part in (scalers, powers, bins, polynomials):
        yield from part()
