"""Boosting by weights of rows."""

from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import AdaBoostClassifier, AdaBoostRegressor, RandomForestRegressor, StackingClassifier, VotingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier

from cases.parts import columns, dense, forest, logistic, words
from record import VERSION, Case


def ada(member=None, kind=AdaBoostClassifier, **options):
    """Since 1.6 there is one algorithm."""
    if kind is AdaBoostClassifier and VERSION >= (1, 6):
        options.pop("algorithm", None)
    return kind(member, **{"n_estimators": 6, "random_state": 0, **options})


def tree(kind=DecisionTreeClassifier, max_depth=2, **options):
    return kind(max_depth=max_depth, random_state=0, **options)


def scaled(model):
    return make_pipeline(StandardScaler(), model)


def classifiers():
    for algorithm in ("SAMME", "SAMME.R"):
        name, options = algorithm.replace(".", "_").lower(), dict(algorithm=algorithm)
        since = dict(until=(1, 5)) if algorithm == "SAMME.R" else {}
        yield Case(f"ada_boost_{name}", ada(n_estimators=12, **options), "numbers", "two", "libm", every=True, **since)
        yield Case(f"ada_boost_{name}_three", ada(tree(), **options), "numbers", "words3", "libm", every=True, **since)
        yield Case(f"ada_boost_{name}_words", make_pipeline(columns(), ada(tree(), learning_rate=0.5, **options)), "mixed", "words", "libm", **since)
        yield Case(f"ada_boost_{name}_logistic", scaled(ada(logistic(), n_estimators=4, **options)), "numbers", "odd", "blas", **since)
        yield Case(f"ada_boost_{name}_forest", ada(forest(n_estimators=3, max_depth=2), n_estimators=4, **options), "numbers", "three", "libm", **since)
    yield Case("ada_boost_svc", scaled(ada(LinearSVC(random_state=0, dual=False), n_estimators=4, algorithm="SAMME")), "numbers", "words", "libm")
    yield Case("ada_boost_extra", ada(tree(ExtraTreeClassifier, 4), learning_rate=0.3, algorithm="SAMME"), "numbers", "booleans", "libm")
    # A member that is never wrong ends the fit.
    yield Case("ada_boost_early", ada(tree(max_depth=None), n_estimators=20, algorithm="SAMME"), "numbers", "floats", "libm")
    yield Case("ada_boost_calibrated", CalibratedClassifierCV(ada(algorithm="SAMME"), cv=2), "numbers", "two", "libm")
    yield Case("ada_boost_in_voting", VotingClassifier([("ada", ada(tree(), algorithm="SAMME")), ("logistic", scaled(logistic()))], voting="soft"), "numbers", "three", "blas")
    yield Case("ada_boost_in_stacking", StackingClassifier([("ada", ada(tree(), algorithm="SAMME"))], final_estimator=LogisticRegression(), cv=2), "numbers", "words3", "blas")


def boosted():
    import lightgbm, xgboost
    extreme = dict(n_estimators=2, max_depth=2, n_jobs=1)
    light = lightgbm.LGBMClassifier(n_estimators=3, num_leaves=4, verbose=-1, n_jobs=1)
    yield Case("ada_boost_lightgbm", ada(light, n_estimators=3, algorithm="SAMME.R"), "numbers", "two", "libm")
    yield Case("ada_boost_xgboost", ada(xgboost.XGBClassifier(**extreme), n_estimators=3, algorithm="SAMME"), "numbers", "three", "libm", since=(1, 2))
    yield Case("ada_boost_regressor_xgboost", ada(xgboost.XGBRegressor(**extreme), AdaBoostRegressor, n_estimators=3), "numbers", "value", since=(1, 2))


def regressors():
    yield Case("ada_boost_regressor", ada(None, AdaBoostRegressor, n_estimators=10), "numbers", "value", every=True)
    for loss in ("square", "exponential"):
        yield Case(f"ada_boost_regressor_{loss}", ada(tree(DecisionTreeRegressor, 3), AdaBoostRegressor, loss=loss, learning_rate=0.5), "numbers", "signed")
    yield Case("ada_boost_regressor_linear", scaled(ada(LinearRegression(), AdaBoostRegressor)), "numbers", "value", "blas")
    yield Case("ada_boost_regressor_words", make_pipeline(columns(word=words(**dense(False))), ada(tree(DecisionTreeRegressor), AdaBoostRegressor, n_estimators=7)), "mixed", "value", every=True)
    yield Case("ada_boost_regressor_forest", ada(forest(RandomForestRegressor, n_estimators=2), AdaBoostRegressor, n_estimators=3), "numbers", "value")


def cases():
    for part in (classifiers, boosted, regressors):
        yield from part()
