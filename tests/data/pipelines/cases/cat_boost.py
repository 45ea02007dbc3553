"""CatBoost's classes behind transformers, inside other estimators, and over columns of words themselves."""

import numpy as np
from catboost import CatBoost, CatBoostClassifier, CatBoostRegressor, __version__
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import StackingClassifier, VotingClassifier, VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cases.parts import columns, dense, forest, logistic, words
from record import VERSION, Case
from tables import NUMERIC, WORDS

BASE = dict(iterations=6, depth=3, learning_rate=0.4, random_seed=1, thread_count=1, verbose=False, allow_writing_files=False)
SAID = ["month", "city", "plan", "job", "note", "grade", "member"]


def classifier(**options):
    return CatBoostClassifier(**{**BASE, **options})


def regressor(**options):
    return CatBoostRegressor(**{**BASE, **options})


def cases():
    def case(name, model, table, target, exact="libm", **options):
        return Case(f"catboost_{name}", model, table, target, exact, catboost=__version__, **options)

    whole = lambda model: make_pipeline(columns(word=words(**dense(False))), model)
    yield case("words", lambda: whole(classifier()), "mixed", "words", every=True)
    yield case("words_sparse", lambda: make_pipeline(columns(), classifier(depth=4)), "mixed", "two")
    yield case("words_regressor", lambda: whole(regressor()), "mixed", "value", "exact", every=True)
    yield case("plain", lambda: classifier(), "numbers_missing", "two", every=True)
    yield case("plain_three", lambda: classifier(loss_function="MultiClass"), "numbers_missing", "three")
    yield case("plain_words", lambda: classifier(), "clean", "words", prepare=lambda X: X[NUMERIC])
    yield case("plain_regressor", lambda: regressor(nan_mode="Max", grow_policy="Depthwise"), "numbers_missing", "value", "exact", every=True)
    yield case("plain_floats", lambda: regressor(loss_function="MAE"), "numbers", "value", "exact", prepare=lambda X: np.asarray(X, dtype=np.float32))
    raw = lambda: ColumnTransformer([("numbers", make_pipeline(SimpleImputer(), StandardScaler()), NUMERIC[:5]), ("words", "passthrough", SAID)])
    said = list(range(5, 12))
    yield case("categories", lambda: make_pipeline(raw(), classifier(cat_features=said)), "clean", "two", every=True)
    yield case("categories_one_hot", lambda: make_pipeline(raw(), regressor(cat_features=said, one_hot_max_size=50)), "clean", "value", "exact")
    yield case("categories_alone", lambda: classifier(cat_features=SAID, iterations=20), "clean", "words", every=True)
    yield case("calibrated", lambda: CalibratedClassifierCV(classifier(), method="isotonic", cv=2), "numbers", "two")
    yield case("voting", lambda: VotingClassifier([("a", classifier()), ("b", forest())], voting="soft"), "numbers", "two")
    yield case("voting_regressor", lambda: VotingRegressor([("a", regressor()), ("b", regressor(depth=2))]), "numbers", "value", "exact")
    yield case("stacking", lambda: StackingClassifier([("a", classifier()), ("b", forest())], logistic(), cv=2), "numbers", "two", "blas")
    if VERSION < (1, 6):
        # Later versions want tags that CatBoost has since 1.2.8 only for its classifiers and regressors.
        yield case("search", lambda: GridSearchCV(whole(classifier()), {"catboostclassifier__depth": [2, 3]}, cv=2), "mixed", "two")
    yield case("of_base_class", lambda: make_pipeline(StandardScaler(), CatBoost({**BASE, "loss_function": "RMSE"})), "numbers_missing", "value", "exact")
    yield case("of_base_class_alone", lambda: CatBoost({**BASE, "loss_function": "Quantile:alpha=0.7", "depth": 5}), "numbers", "value", "exact")
