"""Neighbours and centers: trees and scans, distances and weights, points that are equally far, several targets, radii."""

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.impute import KNNImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, NearestCentroid, RadiusNeighborsClassifier, RadiusNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from cases.parts import columns, dense, numbers, words
from record import VERSION, Case as Recorded
from tables import NUMERIC, WORDS

# Every row becomes a part of the model: few are fitted.
FEW = 60
BY_DISTANCE = dict(weights="distance")


def Case(name, model, table, target, *more, few=FEW, **options):
    first = lambda rows: rows[:few]
    pick = target if callable(target) else lambda targets: targets[target]
    return Recorded(name, model, table, lambda targets: first(pick(targets)), *more, fit=first, labels=True, **{"rows": 120, **options})


def scaled(model, scaler=StandardScaler):
    return make_pipeline(scaler(), model)


def coarse(model):
    """Columns of few values: many points are equally far, and many are met again."""
    return make_pipeline(ColumnTransformer([("it", "passthrough", [0, 1, 7])]), model)


def limited():
    """Keeps rows near the points: what is far from all of them is equally far to a matrix product, whose last bits decide."""
    return MinMaxScaler(clip=True)


def only_words(model, **options):
    return make_pipeline(ColumnTransformer([("words", words(**options), WORDS)]), model)


def classifiers():
    knn = KNeighborsClassifier
    yield Case("knn", knn(), "numbers", "two", every=True)
    yield Case("knn_weighted", scaled(knn(7, **BY_DISTANCE)), "numbers", "words3", "libm")
    yield Case("knn_one", scaled(knn(1, leaf_size=3)), "numbers", "booleans")
    yield Case("knn_ball", scaled(knn(9, algorithm="ball_tree", leaf_size=5), MinMaxScaler), "numbers", "odd")
    yield Case("knn_brute", scaled(knn(6, algorithm="brute")), "numbers", "floats", since=(1, 2))
    yield Case("knn_brute_weighted", scaled(knn(4, algorithm="brute", **BY_DISTANCE)), "numbers", "words", "libm")
    yield Case("knn_manhattan", scaled(knn(p=1, **BY_DISTANCE)), "numbers", "two", "libm")
    yield Case("knn_chebyshev", scaled(knn(8, metric="chebyshev")), "numbers", "words3")
    yield Case("knn_minkowski", scaled(knn(p=3, **BY_DISTANCE)), "numbers", "odd", "libm")
    yield Case("knn_minkowski_given", scaled(knn(6, metric="minkowski", p=2, metric_params={"p": 4}, algorithm="ball_tree")), "numbers", "two", until=(1, 2))
    yield Case("knn_cosine", scaled(knn(5, metric="cosine", **BY_DISTANCE)), "numbers", "three", "blas")
    yield Case("knn_most", scaled(knn(50), limited), "numbers", "words")
    ties = dict(few=100)
    yield Case("knn_ties", coarse(knn(4)), "numbers", "words3", every=True, **ties)
    yield Case("knn_ties_weighted", coarse(knn(6, leaf_size=4, **BY_DISTANCE)), "numbers", "odd", "libm", **ties)
    yield Case("knn_ties_ball", coarse(knn(3, algorithm="ball_tree", leaf_size=10)), "numbers", "two", **ties)
    yield Case("knn_ties_manhattan", coarse(knn(5, p=1, leaf_size=2)), "numbers", "three", **ties)
    yield Case("knn_ties_brute", coarse(knn(4, algorithm="brute")), "numbers", "words", since=(1, 2), **ties)
    yield Case("knn_words", make_pipeline(columns(word=words(**dense(False))), knn(7, **BY_DISTANCE)), "mixed", "words", "blas")
    yield Case("knn_sparse", make_pipeline(columns(), knn(3)), "mixed", "odd")
    yield Case("knn_sparse_words", only_words(knn(1, p=1)), "mixed", "two", since=(1, 2))
    two = lambda targets: np.c_[targets["two"], targets["three"]]
    yield Case("knn_targets", scaled(knn(3)), "numbers", two)
    yield Case("knn_targets_weighted", scaled(knn(4, algorithm="brute", **BY_DISTANCE)), "numbers", lambda targets: np.c_[targets["words"], targets["words3"]], "libm")
    yield Case("knn_f32", scaled(knn()), "numbers", "two", prepare=lambda X: X.astype("float32"), since=(1, 2))


def regressors():
    knn = KNeighborsRegressor
    yield Case("knr", knn(), "numbers", "value", "blas", every=True)
    yield Case("knr_weighted", scaled(knn(7, **BY_DISTANCE)), "numbers", "signed", "blas")
    yield Case("knr_brute", scaled(knn(10, algorithm="brute", p=1)), "numbers", "value", "blas")
    yield Case("knr_ball", scaled(knn(3, algorithm="ball_tree", metric="chebyshev", **BY_DISTANCE)), "numbers", "value", "blas")
    yield Case("knr_pair", scaled(knn(4)), "numbers", "pair", "blas")
    yield Case("knr_pair_weighted", coarse(knn(5, **BY_DISTANCE)), "numbers", "pair", "blas")
    yield Case("knr_of_whole", coarse(knn(3)), "numbers", "two", "blas")
    yield Case("knr_words", make_pipeline(columns(number=numbers(scaler=limited)), knn(9, **BY_DISTANCE)), "mixed", "value", "blas")
    yield Case("knr_of_scaled_target", TransformedTargetRegressor(scaled(knn(4)), transformer=StandardScaler()), "numbers", "value", "blas")


def radii():
    near = RadiusNeighborsClassifier
    yield Case("radius", scaled(near(2.0)), "numbers", "two", every=True)
    yield Case("radius_label", scaled(near(1.1, outlier_label="c c", algorithm="ball_tree")), "numbers", "words3")
    yield Case("radius_most", scaled(near(0.4, outlier_label="most_frequent", weights="distance"), MinMaxScaler), "numbers", "odd", "blas")
    yield Case("radius_brute", scaled(near(1.5, algorithm="brute", p=1, outlier_label=False)), "numbers", "booleans", since=(1, 2))
    yield Case("radius_brute_weighted", scaled(near(2.5, algorithm="brute", weights="distance")), "numbers", "words", "blas")
    yield Case("radius_sparse", make_pipeline(columns(), near(3.0)), "mixed", "three")
    yield Case("radius_targets", scaled(near(1.7, outlier_label=[1, 2])), "numbers", lambda targets: np.c_[targets["two"], targets["three"]], since=(1, 2))
    far = RadiusNeighborsRegressor
    yield Case("radius_regressor", scaled(far(2.0)), "numbers", "value", "blas", every=True)
    yield Case("radius_regressor_weighted", scaled(far(0.5, weights="distance", algorithm="brute"), MinMaxScaler), "numbers", "signed", "blas")
    yield Case("radius_regressor_of_whole", scaled(far(1.0)), "numbers", "two", "blas")
    yield Case("radius_regressor_pair", scaled(far(2.0, p=1)), "numbers", "pair", "blas")


def centers():
    many = dict(few=400)
    yield Case("centroid", scaled(NearestCentroid(), limited), "numbers", "two", "blas", every=True, **many)
    yield Case("centroid_manhattan", scaled(NearestCentroid(metric="manhattan")), "numbers", "words3", "blas", **many)
    yield Case("centroid_shrunk", scaled(NearestCentroid(shrink_threshold=0.3), limited), "numbers", "odd", "blas", **many)
    yield Case("centroid_words", make_pipeline(columns(word=words(**dense(False))), NearestCentroid()), "mixed", "words", "blas", **many)
    if VERSION >= (1, 6):
        yield Case("centroid_priors", scaled(NearestCentroid(priors="empirical"), limited), "numbers", "words3", "blas", since=(1, 7), **many)
        yield Case("centroid_given", scaled(NearestCentroid(priors=[0.3, 0.7]), limited), "numbers", "booleans", "blas", since=(1, 7), **many)


def imputers():
    """In trees and in sums; what is filled in is seen in the answers."""
    fill = lambda model, **options: make_pipeline(limited(), KNNImputer(**options), model)
    few = dict(few=60)
    yield Case("knn_imputer", fill(LinearRegression()), "numbers_missing", "value", "blas", **few)
    yield Case("knn_imputer_weighted", fill(Ridge(), n_neighbors=3, weights="distance"), "numbers_missing", "value", "blas", **few)
    yield Case("knn_imputer_indicator", fill(Ridge(), n_neighbors=2, add_indicator=True), "numbers_missing", "signed", "blas", since=(1, 2), **few)
    yield Case("knn_imputer_many", fill(Ridge(), n_neighbors=200), "numbers_missing", "signed", "blas", **few)
    mixed = lambda **options: ColumnTransformer([("numbers", make_pipeline(limited(), KNNImputer(**options)), NUMERIC)])
    yield Case("knn_imputer_columns", make_pipeline(mixed(n_neighbors=4), DecisionTreeClassifier(max_depth=4, random_state=0)), "mixed", "words3", "blas", few=100)
    yield Case("knn_imputer_zeros", make_pipeline(ColumnTransformer([("it", make_pipeline(limited(), KNNImputer(missing_values=0, n_neighbors=3)), ["balance", "ratio", "age", "income"])]), Ridge()), "clean", "value", "blas", **few)
    def hollow(X):
        X = X.copy()
        X[:, [2, 5]] = np.nan
        return X
    empty = {"keep_empty_features": True} if VERSION >= (1, 2) else {}
    without = lambda **options: lambda X, y: make_pipeline(limited(), KNNImputer(**options), Ridge()).fit(hollow(X), y)
    yield Case("knn_imputer_without_values", without(), "numbers_missing", "value", "blas", fitted=True, **few)
    yield Case("knn_imputer_kept", without(**empty), "numbers_missing", "value", "blas", fitted=True, since=(1, 2), **few)


def inside():
    both = [("knn", scaled(KNeighborsClassifier(3))), ("tree", DecisionTreeClassifier(max_depth=3, random_state=0)), ("far", scaled(KNeighborsClassifier(9, weights="distance")))]
    yield Case("knn_voting_hard", VotingClassifier(both), "numbers", "words")
    yield Case("knn_voting_soft", VotingClassifier(both, voting="soft"), "numbers", "three", "libm")
    yield Case("knn_stacking", StackingClassifier(both, final_estimator=LogisticRegression(), cv=2), "numbers", "odd", "blas")
    yield Case("knn_calibrated", CalibratedClassifierCV(both[2][1], cv=2), "numbers", "two", "libm")
    yield Case("knn_search", GridSearchCV(scaled(KNeighborsClassifier()), {"kneighborsclassifier__n_neighbors": [3, 4], "kneighborsclassifier__weights": ["uniform", "distance"]}, cv=2), "numbers", "words3", "libm")


def cases():
    for part in (classifiers, regressors, radii, centers, imputers, inside):
        yield from part()
