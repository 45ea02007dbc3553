"""Boosters whose leaves hold more than a number: one for each output, or a linear model. And those with a tree for each of several labels."""

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import make_pipeline

from cases.parts import boosted, columns, dense, words
from cases.several_targets import labels
from record import Case


def vectors():
    import xgboost
    options = dict(n_estimators=4, max_depth=2, n_jobs=1, tree_method="hist")
    several = dict(options, multi_strategy="multi_output_tree")
    model = lambda kind, options, **more: getattr(xgboost, kind)(**{**options, **more})
    since = dict(since=(1, 5))
    yield Case("leaves_vector_regressor", lambda: model("XGBRegressor", several), "numbers", "pair", every=True, **since)
    yield Case("leaves_vector_regressor_words", lambda: make_pipeline(columns(word=words(**dense(False))), model("XGBRegressor", several, base_score=0.7)), "mixed", "pair", **since)
    yield Case("leaves_vector_regressor_missing", lambda: model("XGBRegressor", several), "numbers_missing", lambda targets: np.c_[targets["pair"], targets["two"]], **since)
    yield Case("leaves_vector_three", lambda: model("XGBClassifier", several), "numbers", "three", "libm", every=True, **since)
    yield Case("leaves_vector_labels", lambda: model("XGBClassifier", several), "numbers", labels, "libm", every=True, **since)
    yield Case("leaves_labels", lambda: model("XGBClassifier", options), "numbers", labels, "libm", since=(1, 2), every=True)
    yield Case("leaves_labels_missing", lambda: model("XGBClassifier", options, base_score=0.3), "numbers_missing", lambda targets: labels(targets)[:, :2], "libm", since=(1, 2))
    yield Case("leaves_labels_words", lambda: make_pipeline(columns(), model("XGBClassifier", options)), "mixed", labels, "libm", since=(1, 5))
    yield Case("leaves_vector_early", early, "numbers", "pair", fitted=True, **since)


def early(X, y):
    import xgboost
    model = xgboost.XGBRegressor(n_estimators=40, learning_rate=0.9, n_jobs=1, max_depth=4, tree_method="hist", multi_strategy="multi_output_tree", early_stopping_rounds=2)
    return model.fit(X[::2], y[::2], eval_set=[(X[1::2], y[1::2])], verbose=False)


def linear():
    model = lambda kind="LGBMRegressor", **options: boosted(kind, **{"linear_tree": True, "num_leaves": 4, "n_estimators": 4, **options})
    yield Case("leaves_linear", model(), "numbers", "value", every=True)
    yield Case("leaves_linear_missing", model(linear_lambda=0.1), "numbers_missing", "signed", every=True)
    yield Case("leaves_linear_two", model("LGBMClassifier"), "numbers_missing", "words", "libm", every=True)
    yield Case("leaves_linear_three", model("LGBMClassifier", n_estimators=3), "numbers", "odd", "libm")
    yield Case("leaves_linear_factor", model("LGBMClassifier", sigmoid=0.7), "numbers", "two", "libm")
    yield Case("leaves_linear_forest", model(boosting_type="rf", bagging_freq=1, bagging_fraction=0.6), "numbers", "value")
    yield Case("leaves_linear_words", make_pipeline(columns(word=words(**dense(False))), model()), "mixed", "value")
    yield Case("leaves_linear_calibrated", CalibratedClassifierCV(model("LGBMClassifier"), cv=2), "numbers", "two", "libm")


def cases():
    for part in (vectors, linear):
        yield from part()
