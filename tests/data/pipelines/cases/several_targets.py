"""Several targets at once: labels of a row, classes of several kinds, chains."""

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge, RidgeClassifier, RidgeClassifierCV
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor, RegressorChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier

from cases.parts import columns, dense, forest, logistic, words
from record import Case

TREE = dict(max_depth=3, random_state=0)


def scaled(model):
    return make_pipeline(StandardScaler(), model)


def svc():
    return LinearSVC(random_state=0, dual=False)


def labels(targets):
    """Three labels, each of which a row has or has not."""
    return np.c_[targets["two"], targets["three"] > 0, targets["three"] != 1].astype(int)


def kinds(targets):
    """Two, three and three classes."""
    return np.c_[targets["two"], targets["odd"], targets["three"]]


def texts(targets):
    return np.c_[targets["words"], targets["words3"]]


def same(targets):
    """A label that no row has, and one that all have."""
    two = targets["two"]
    return np.c_[two, 0 * two, 0 * two + 1]


def trees():
    yield Case("targets_tree", DecisionTreeClassifier(**TREE), "numbers", kinds, every=True)
    yield Case("targets_tree_extra", ExtraTreeClassifier(**TREE), "numbers", labels)
    yield Case("targets_tree_texts", make_pipeline(columns(), DecisionTreeClassifier(**TREE)), "mixed", texts)
    yield Case("targets_forest", forest(), "numbers", kinds)
    yield Case("targets_forest_labels", forest(n_estimators=3, class_weight="balanced"), "numbers", labels)
    yield Case("targets_forest_words", make_pipeline(columns(), forest(n_estimators=3)), "mixed", texts)
    yield Case("targets_extra", forest(ExtraTreesClassifier, n_estimators=3), "numbers", kinds)
    yield Case("targets_extra_words", make_pipeline(columns(word=words(**dense(False))), forest(ExtraTreesClassifier, n_estimators=2)), "mixed", labels)
    yield Case("targets_extra_tree_words", make_pipeline(columns(), ExtraTreeClassifier(**TREE)), "mixed", kinds)
    yield Case("targets_forest_missing", forest(RandomForestClassifier, n_estimators=2), "numbers_missing", labels, since=(1, 5))
    yield Case("targets_search", GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [2, 3]}, cv=2), "numbers", labels)


def side_by_side():
    yield Case("targets_multi_logistic", scaled(MultiOutputClassifier(logistic())), "numbers", kinds, "blas")
    yield Case("targets_multi_forest", MultiOutputClassifier(forest(n_estimators=2)), "numbers", kinds)
    yield Case("targets_multi_words", make_pipeline(columns(), MultiOutputClassifier(DecisionTreeClassifier(**TREE))), "mixed", texts, every=True)
    yield Case("targets_multi_svc", scaled(MultiOutputClassifier(svc())), "numbers", labels)
    yield Case("targets_multi_pipelines", MultiOutputClassifier(make_pipeline(columns(), logistic())), "mixed", labels, "blas")
    yield Case("targets_rest_logistic", scaled(OneVsRestClassifier(logistic())), "numbers", labels, "blas")
    yield Case("targets_rest_forest", OneVsRestClassifier(forest(n_estimators=2)), "numbers", labels, "libm")
    yield Case("targets_rest_words", make_pipeline(columns(), OneVsRestClassifier(svc())), "mixed", labels)
    yield Case("targets_rest_regressors", OneVsRestClassifier(DecisionTreeRegressor(**TREE)), "numbers", labels)
    yield Case("targets_ridge", scaled(RidgeClassifier()), "numbers", labels, since=(1, 2))
    yield Case("targets_ridge_two", make_pipeline(columns(), RidgeClassifierCV()), "mixed", lambda targets: labels(targets)[:, 1:], since=(1, 2))
    yield Case("targets_rest_same", OneVsRestClassifier(forest(n_estimators=2)), "numbers", same, "libm", every=True)
    yield Case("targets_rest_same_first", OneVsRestClassifier(logistic()), "numbers", lambda targets: same(targets)[:, ::-1], "blas")


def chains():
    yield Case("targets_chain", ClassifierChain(DecisionTreeClassifier(**TREE)), "numbers", labels, "libm", every=True)
    yield Case("targets_chain_order", ClassifierChain(forest(n_estimators=2), order=[2, 0, 1]), "numbers", labels, "libm", every=True)
    yield Case("targets_chain_random", scaled(ClassifierChain(logistic(), order="random", random_state=1, cv=2)), "numbers", labels, "blas")
    yield Case("targets_chain_words", make_pipeline(columns(word=words(**dense(False))), ClassifierChain(DecisionTreeClassifier(**TREE), order=[1, 2, 0])), "mixed", labels, "libm")
    yield Case("targets_chain_proba", scaled(chain(logistic(), "predict_proba")), "numbers", labels, "blas", since=(1, 5))
    yield Case("targets_chain_log_proba", scaled(chain(logistic(), "predict_log_proba")), "numbers", labels, "blas", since=(1, 5))
    yield Case("targets_chain_decision", scaled(chain(svc(), "decision_function")), "numbers", labels, "blas", since=(1, 5))
    yield Case("targets_regressor_chain", RegressorChain(DecisionTreeRegressor(**TREE)), "numbers", "pair", every=True)
    yield Case("targets_regressor_chain_order", scaled(RegressorChain(Ridge(), order=[1, 0])), "numbers", "pair", "blas")
    yield Case("targets_regressor_chain_words", make_pipeline(columns(word=words(**dense(False))), RegressorChain(forest(RandomForestRegressor, n_estimators=2), order=[1, 0])), "mixed", "pair")


def chain(member, method):
    try:
        return ClassifierChain(member, chain_method=method)
    except TypeError:
        # Before 1.5 there was no choice, and the case is not recorded.
        return ClassifierChain(member)


def numbers():
    yield Case("targets_numbers_boosting", MultiOutputRegressor(GradientBoostingRegressor(n_estimators=3, max_depth=2, random_state=0)), "numbers", "pair")
    yield Case("targets_numbers_linear", make_pipeline(columns(), MultiOutputRegressor(LinearRegression())), "mixed", "pair", "blas")


def cases():
    for part in (trees, side_by_side, chains, numbers):
        yield from part()
