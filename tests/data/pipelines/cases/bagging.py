"""Bags of estimators, of some rows and some columns."""

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, ExtraTreesClassifier, RandomForestRegressor, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier

from cases.parts import columns, dense, forest, logistic, words
from record import Case


def scaled(model):
    return make_pipeline(StandardScaler(), model)


def bag(member=None, kind=BaggingClassifier, **options):
    return kind(member, **{"n_estimators": 4, "random_state": 0, **options})


def tree(**options):
    return DecisionTreeClassifier(**{"max_depth": 3, "random_state": 0, **options})


def svc():
    return LinearSVC(random_state=0, dual=False)


def classifiers():
    yield Case("bagging_trees", bag(tree()), "numbers", "two", every=True)
    yield Case("bagging_default", bag(max_samples=0.2), "numbers", "words3", rows=300)
    yield Case("bagging_features", bag(tree(), max_features=0.5, max_samples=0.4, n_estimators=6), "numbers", "two", every=True)
    yield Case("bagging_features_drawn", bag(ExtraTreeClassifier(max_depth=3), max_features=8, bootstrap_features=True, bootstrap=False, max_samples=50), "numbers", "booleans")
    yield Case("bagging_trees_words", make_pipeline(columns(), bag(tree(), max_features=0.7)), "mixed", "words3")
    yield Case("bagging_missing", bag(tree()), "numbers_missing", "two", since=(1, 5), every=True)
    yield Case("bagging_logistic", bag(scaled(logistic()), max_features=0.6, n_estimators=3), "numbers", "words", "blas")
    yield Case("bagging_logistic_words", bag(make_pipeline(by_place(), logistic()), n_estimators=2), "mixed", "two", "blas", since=(1, 2))
    yield Case("bagging_votes", bag(svc()), "numbers", "odd")
    yield Case("bagging_votes_words", make_pipeline(columns(word=words(**dense(False))), bag(svc(), max_features=0.8)), "mixed", "words")
    yield Case("bagging_forests", bag(forest(ExtraTreesClassifier), max_features=0.9, n_estimators=2), "numbers", "three")
    # Pipelines take no weights of rows, so that a member sees some of the rows, and not of every class.
    yield Case("bagging_few", bag(scaled(tree()), max_samples=5, n_estimators=5), "numbers", "odd")
    yield Case("bagging_few_votes", bag(scaled(svc()), max_samples=6, n_estimators=5), "numbers", "words3")
    yield Case("bagging_calibrated", CalibratedClassifierCV(bag(svc()), cv=2), "numbers", "two", "blas")
    yield Case("bagging_in_voting", VotingClassifier([("bag", bag(tree(), max_features=0.5)), ("svc", scaled(logistic()))], voting="soft"), "numbers", "words3", "blas")
    yield Case("bagging_search", GridSearchCV(bag(tree()), {"max_features": [0.4, 0.8]}, cv=2), "numbers", "words")
    yield Case("bagging_of_bags", bag(bag(tree(max_depth=2), max_features=0.8, n_estimators=2), max_features=0.7), "numbers", "three")


def by_place():
    """Members get arrays, whatever the bag gets."""
    fill = lambda: SimpleImputer(strategy="most_frequent")
    return ColumnTransformer([("numbers", make_pipeline(fill(), StandardScaler()), [0, 1, 2, 3]), ("words", make_pipeline(fill(), OneHotEncoder(handle_unknown="ignore")), [6, 7])])


def boosted():
    import lightgbm, xgboost
    light = lambda kind: kind(n_estimators=4, num_leaves=4, verbose=-1, n_jobs=1)
    extreme = dict(n_estimators=3, max_depth=2, n_jobs=1)
    yield Case("bagging_lightgbm", bag(light(lightgbm.LGBMClassifier), max_features=0.7, n_estimators=3), "numbers", "two", "libm")
    yield Case("bagging_xgboost", bag(xgboost.XGBClassifier(**extreme), n_estimators=3), "numbers", "three", "libm", since=(1, 2))
    yield Case("bagging_xgboost_regressor", bag(xgboost.XGBRegressor(**extreme), BaggingRegressor, n_estimators=3, max_features=6), "numbers", "value", since=(1, 2))


def regressors():
    yield Case("bagging_regressor", bag(None, BaggingRegressor, max_samples=0.1), "numbers", "value")
    yield Case("bagging_regressor_features", bag(DecisionTreeRegressor(max_depth=3, random_state=0), BaggingRegressor, max_features=0.5, n_estimators=4), "numbers", "signed", every=True)
    yield Case("bagging_regressor_pair", bag(DecisionTreeRegressor(max_depth=3, random_state=0), BaggingRegressor), "numbers", "pair")
    yield Case("bagging_regressor_ridge", bag(scaled(Ridge()), BaggingRegressor, max_features=0.6), "numbers", "value", "blas")
    yield Case("bagging_regressor_words", make_pipeline(columns(), bag(forest(RandomForestRegressor, n_estimators=2), BaggingRegressor, max_features=0.8, n_estimators=3)), "mixed", "value")


def cases():
    for part in (classifiers, boosted, regressors):
        yield from part()
