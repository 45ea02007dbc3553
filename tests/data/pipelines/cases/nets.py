"""Neural networks and discriminant analyses."""

import warnings

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cases.parts import columns, logistic
from record import VERSION, Case


def net(kind=MLPClassifier, **options):
    return kind(**{"hidden_layer_sizes": (7,), "max_iter": 30, "solver": "lbfgs", "random_state": 0, **options})


def scaled(model):
    return make_pipeline(StandardScaler(), model)


def nets():
    for activation in ("identity", "logistic", "tanh", "relu"):
        yield Case(f"net_{activation}", scaled(net(activation=activation)), "numbers", "three", "blas", every=activation == "relu")
        yield Case(f"net_{activation}_regressor", scaled(net(MLPRegressor, activation=activation)), "numbers", "value", "blas")
    yield Case("net_two", scaled(net(solver="adam", hidden_layer_sizes=(5, 4))), "numbers", "words", "blas")
    yield Case("net_booleans", scaled(net(solver="sgd", learning_rate="adaptive")), "numbers", "booleans", "blas")
    yield Case("net_floats", scaled(net(hidden_layer_sizes=(3, 3, 3))), "numbers", "floats", "blas")
    yield Case("net_odd", scaled(net(hidden_layer_sizes=6, solver="adam", early_stopping=True)), "numbers", "odd", "blas")
    yield Case("net_words", make_pipeline(columns(), net(hidden_layer_sizes=(6, 5))), "mixed", "words", "blas")
    yield Case("net_words_regressor", make_pipeline(columns(), net(MLPRegressor, hidden_layer_sizes=(4,))), "mixed", "value", "blas")
    yield Case("net_pair", scaled(net(MLPRegressor, hidden_layer_sizes=(4, 4))), "numbers", "pair", "blas")
    yield Case("net_labels", scaled(net()), "numbers", lambda targets: np.c_[targets["two"], targets["three"] > 1], "blas")
    yield Case("net_no_layer", scaled(net(hidden_layer_sizes=())), "numbers", "two", "blas")
    yield Case("net_f32", scaled(net()), "numbers", "three", "blas", fit=lambda X: X.astype(np.float32))
    yield Case("net_wide", scaled(net(hidden_layer_sizes=(33,), max_iter=5)), "numbers", "two", "blas")
    if VERSION >= (1, 7):
        yield Case("net_poisson", scaled(net(MLPRegressor, loss="poisson")), "numbers", "value", "blas", since=(1, 7))
    yield Case("net_search", GridSearchCV(scaled(net(max_iter=8)), {"mlpclassifier__alpha": [0.1, 1.0]}, cv=2), "numbers", "two", "blas")
    yield Case("net_voting", VotingClassifier([("net", scaled(net(max_iter=8))), ("line", logistic())], voting="soft"), "numbers", "three", "blas")


def discriminants():
    kinds = {
        "svd": {}, "lsqr": {"solver": "lsqr", "shrinkage": "auto"}, "eigen": {"solver": "eigen", "shrinkage": 0.3},
        "priors": {"priors": [0.2, 0.5, 0.3]}, "lsqr_plain": {"solver": "lsqr"},
    }
    for name, options in kinds.items():
        yield Case(f"lda_{name}", scaled(LinearDiscriminantAnalysis(**options)), "numbers", "three", "blas", every=name == "svd")
    yield Case("lda_two", scaled(LinearDiscriminantAnalysis()), "numbers", "words", "blas")
    yield Case("lda_raw", LinearDiscriminantAnalysis(), "numbers", "odd", "blas")
    yield Case("lda_mixed", make_pipeline(columns(word="drop"), LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto")), "mixed", "words", "blas")
    yield Case("lda_calibrated", CalibratedClassifierCV(scaled(LinearDiscriminantAnalysis()), cv=2), "numbers", "two", "blas")
    for name, options in {"plain": {}, "regular": {"reg_param": 0.3}, "priors": {"priors": [0.1, 0.2, 0.7]}}.items():
        yield Case(f"qda_{name}", scaled(QuadraticDiscriminantAnalysis(**options)), "numbers", "three", "blas", every=name == "plain")
    yield Case("qda_two", scaled(QuadraticDiscriminantAnalysis(reg_param=0.1)), "numbers", "words", "blas")
    yield Case("qda_raw", QuadraticDiscriminantAnalysis(), "numbers", "booleans", "blas")
    yield Case("qda_stacking", StackingClassifier([("qda", scaled(QuadraticDiscriminantAnalysis(reg_param=0.2))), ("line", scaled(logistic()))], cv=2), "numbers", "words3", "blas")
    yield Case("qda_stacking_two", StackingClassifier([("qda", scaled(QuadraticDiscriminantAnalysis(reg_param=0.2)))], cv=2, stack_method="decision_function"), "numbers", "two", "blas")
    if VERSION >= (1, 8):
        for solver in ("svd", "eigen"):
            yield Case(f"qda_{solver}", scaled(QuadraticDiscriminantAnalysis(solver=solver, **({"shrinkage": 0.2} if solver == "eigen" else {}))), "numbers", "booleans", "blas", since=(1, 8))


def cases():
    warnings.simplefilter("ignore")
    yield from nets()
    yield from discriminants()
