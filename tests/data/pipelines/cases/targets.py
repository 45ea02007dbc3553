"""Targets that are transformed before they are learned, and answers that are transformed back."""

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, PowerTransformer, RobustScaler, StandardScaler

from cases.parts import columns, forest
from record import Case


def cases():
    trees = lambda: forest(RandomForestRegressor)
    by_function = {"log1p": (np.log1p, np.expm1), "log": (np.log, np.exp), "sqrt": (np.sqrt, np.square)}
    for name, (there, back) in by_function.items():
        exact = "exact" if name == "sqrt" else "libm"
        of = lambda model: TransformedTargetRegressor(model, func=there, inverse_func=back)
        yield Case(f"target_{name}", of(trees()), "numbers", "value", exact, every=name == "log1p")
        yield Case(f"target_{name}_words", of(make_pipeline(columns(), Ridge())), "mixed", "value", "blas", every=name == "log1p")
        yield Case(f"target_{name}_inside", make_pipeline(columns(), of(trees())), "mixed", "value", exact)
    by_transformer = {
        "standard": StandardScaler(), "minmax": MinMaxScaler((-1, 3)), "minmax_clip": MinMaxScaler(clip=True), "robust": RobustScaler(), "yeo_johnson": PowerTransformer(),
        "box_cox": PowerTransformer(method="box-cox"), "yeo_johnson_plain": PowerTransformer(standardize=False), "function": FunctionTransformer(np.log1p, inverse_func=np.expm1),
    }
    for name, transformer in by_transformer.items():
        exact = "exact" if name in ("standard", "minmax", "minmax_clip", "robust") else "libm"
        of = lambda model: TransformedTargetRegressor(model, transformer=transformer, check_inverse=False)
        yield Case(f"target_by_{name}", of(trees()), "numbers", "value", exact, every=name in ("standard", "yeo_johnson"))
        yield Case(f"target_by_{name}_words", of(make_pipeline(columns(), LinearRegression())), "mixed", "value" if name == "box_cox" else "signed" if name != "function" else "value", "blas")
    yield Case("target_two", TransformedTargetRegressor(trees(), transformer=StandardScaler()), "numbers", "pair", every=True)
    yield Case("target_nothing", TransformedTargetRegressor(Ridge()), "numbers", "value", "blas")
