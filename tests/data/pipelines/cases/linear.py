"""Linear models and baselines, bare on numbers and behind words."""

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import (ARDRegression, BayesianRidge, ElasticNet, ElasticNetCV, HuberRegressor, Lars, Lasso, LassoCV, LassoLars,
    LassoLarsIC, LinearRegression, LogisticRegression, LogisticRegressionCV, MultiTaskLasso, OrthogonalMatchingPursuit,
    PassiveAggressiveClassifier, PassiveAggressiveRegressor, Perceptron, PoissonRegressor, GammaRegressor, RANSACRegressor, Ridge, RidgeClassifier,
    RidgeClassifierCV, RidgeCV, SGDClassifier, SGDRegressor, TheilSenRegressor, TweedieRegressor)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC, LinearSVR

from cases.parts import columns, dense, words
from record import VERSION, Case

LOG = "log_loss" if VERSION >= (1, 2) else "log"


def classifiers():
    """Name, what makes it, the classes it is fitted to."""
    logistic = lambda **options: lambda: LogisticRegression(max_iter=300, **options)
    sgd = lambda loss, **options: lambda: SGDClassifier(loss=loss, random_state=0, **options)
    yield "logistic", logistic(), "two"
    yield "logistic_words", logistic(fit_intercept=False), "words"
    yield "logistic_booleans", logistic(class_weight="balanced"), "booleans"
    yield "logistic_multinomial", logistic(C=0.5), "words3"
    yield "logistic_floats", logistic(solver="newton-cg"), "floats"
    yield "logistic_odd_saga", lambda: LogisticRegression(solver="saga", max_iter=400, random_state=0), "odd"
    yield "logistic_liblinear", logistic(solver="liblinear", random_state=0), "words"
    if VERSION < (1, 8):
        yield "logistic_multinomial_two", logistic(multi_class="multinomial"), "two", (0, 0), (1, 7)
        yield "logistic_ovr", logistic(multi_class="ovr"), "words3", (0, 0), (1, 7)
        yield "logistic_liblinear_three", logistic(solver="liblinear", random_state=0), "odd", (0, 0), (1, 7)
        yield "logistic_lasso", logistic(penalty="l1", solver="liblinear", C=0.2, random_state=0), "two", (0, 0), (1, 7)
        yield "logistic_cv_ovr", lambda: LogisticRegressionCV(Cs=2, cv=2, max_iter=300, multi_class="ovr"), "three", (0, 0), (1, 7)
    else:
        yield "logistic_l1_ratio", lambda: LogisticRegression(l1_ratio=1.0, solver="liblinear", C=0.2, random_state=0), "two", (1, 9)
    yield "one_vs_rest", lambda: OneVsRestClassifier(LogisticRegression(max_iter=300)), "words3"
    yield "logistic_cv", lambda: LogisticRegressionCV(Cs=2, cv=2, max_iter=300), "two"
    yield "logistic_cv_three", lambda: LogisticRegressionCV(Cs=2, cv=2, max_iter=300), "odd"
    yield "sgd_hinge", sgd("hinge"), "two"
    yield "sgd_hinge_three", sgd("hinge", average=True), "words3"
    yield "sgd_log", sgd(LOG), "words"
    yield "sgd_log_three", sgd(LOG), "three"
    yield "sgd_huber", sgd("modified_huber"), "two"
    yield "sgd_huber_three", sgd("modified_huber"), "words3"
    yield "ridge_classifier", lambda: RidgeClassifier(), "words"
    yield "ridge_classifier_three", lambda: RidgeClassifier(alpha=2.0), "odd"
    yield "ridge_classifier_cv", lambda: RidgeClassifierCV(alphas=[0.1, 1.0]), "booleans"
    yield "svc", lambda: LinearSVC(random_state=0, dual=True, max_iter=3000), "two"
    yield "svc_three", lambda: LinearSVC(random_state=0, dual=False), "words3"
    yield "perceptron", lambda: Perceptron(random_state=0), "floats"
    yield "perceptron_three", lambda: Perceptron(random_state=0), "three"
    yield "passive_aggressive", lambda: PassiveAggressiveClassifier(random_state=0), "words"
    yield "passive_aggressive_three", lambda: PassiveAggressiveClassifier(C=0.1, random_state=0), "odd"


def regressors():
    yield "linear", lambda: LinearRegression(), "value"
    yield "linear_positive", lambda: LinearRegression(positive=True, fit_intercept=False), "value"
    yield "linear_two_targets", lambda: LinearRegression(), "pair"
    yield "ridge", lambda: Ridge(alpha=0.5), "signed"
    yield "ridge_two_targets", lambda: Ridge(alpha=np.array([1.0, 2.0])), "pair"
    yield "ridge_cv", lambda: RidgeCV(alphas=[0.1, 1.0, 10.0]), "value"
    yield "lasso", lambda: Lasso(alpha=0.1), "value"
    yield "lasso_cv", lambda: LassoCV(cv=2, random_state=0), "value"
    yield "elastic_net", lambda: ElasticNet(alpha=0.1), "signed"
    yield "elastic_net_cv", lambda: ElasticNetCV(cv=2, random_state=0), "value"
    yield "multi_task_lasso", lambda: MultiTaskLasso(alpha=0.1), "pair"
    yield "lars", lambda: Lars(), "value"
    yield "lars_some", lambda: Lars(n_nonzero_coefs=3), "value"
    yield "lasso_lars", lambda: LassoLars(alpha=0.1), "value"
    yield "lasso_lars_ic", lambda: LassoLarsIC(), "value"
    yield "matching_pursuit", lambda: OrthogonalMatchingPursuit(n_nonzero_coefs=3), "value"
    yield "sgd_regressor", lambda: SGDRegressor(random_state=0), "signed"
    yield "sgd_regressor_huber", lambda: SGDRegressor(loss="huber", penalty="l1", random_state=0), "value"
    yield "svr", lambda: LinearSVR(random_state=0, dual=True, max_iter=3000), "value"
    yield "svr_squared", lambda: LinearSVR(loss="squared_epsilon_insensitive", dual=False), "value"
    yield "passive_aggressive_regressor", lambda: PassiveAggressiveRegressor(random_state=0), "signed"
    yield "poisson", lambda: PoissonRegressor(), "value"
    yield "poisson_no_intercept", lambda: PoissonRegressor(alpha=0.1, fit_intercept=False), "value"
    yield "gamma", lambda: GammaRegressor(), "value"
    for power, link in ((0, "auto"), (0, "log"), (1, "auto"), (1.5, "log"), (2, "auto"), (3, "auto"), (1.5, "identity")):
        yield f"tweedie_{str(power).replace('.', '_')}_{link}", (lambda power=power, link=link: TweedieRegressor(power=power, link=link, alpha=1.0 if link == "identity" else 0.5)), "value"
    yield "bayesian_ridge", lambda: BayesianRidge(), "value"
    yield "ard", lambda: ARDRegression(), "value"
    yield "huber", lambda: HuberRegressor(max_iter=500), "value"
    yield "theil_sen", lambda: TheilSenRegressor(random_state=0, max_subpopulation=200), "value"
    # On words alone the weights of a plain regression have no bound, and sums of them no digits.
    yield "ransac", lambda: RANSACRegressor(Ridge(), min_samples=60, random_state=0), "value"
    if VERSION >= (1, 0):
        from sklearn.linear_model import QuantileRegressor
        yield "quantile", lambda: QuantileRegressor(quantile=0.8, alpha=0.1, solver="highs"), "value", (1, 2)


# These take no sparse matrix, or too long for a wide one.
DENSE = ("lars", "lasso_lars", "matching", "bayesian", "ard", "theil", "multi_task", "linear_positive", "logistic_cv", "quantile", "ransac", "tweedie_1_5_identity")
EVERY = ("logistic", "logistic_multinomial", "logistic_liblinear", "linear", "ridge", "sgd_log", "poisson", "svc", "tweedie_1_5_log", "ridge_classifier")


def baselines():
    for strategy in ("most_frequent", "prior"):
        yield Case(f"dummy_{strategy}", make_pipeline(columns(), DummyClassifier(strategy=strategy)), "mixed", "words3", every=True, whole=True)
        yield Case(f"dummy_{strategy}_numbers", DummyClassifier(strategy=strategy), "numbers_missing", "odd", whole=True)
    yield Case("dummy_constant", make_pipeline(columns(), DummyClassifier(strategy="constant", constant="c c")), "mixed", "words3")
    yield Case("dummy_constant_numbers", DummyClassifier(strategy="constant", constant=1), "numbers", "two")
    options = {"mean": {}, "median": {}, "constant": {"constant": 12.5}, "quantile": {"quantile": 0.7}}
    for strategy, more in options.items():
        yield Case(f"dummy_regressor_{strategy}", make_pipeline(columns(), DummyRegressor(strategy=strategy, **more)), "mixed", "value")
        yield Case(f"dummy_regressor_{strategy}_numbers", DummyRegressor(strategy=strategy, **more), "numbers", "value")
    yield Case("dummy_regressor_two_targets", make_pipeline(columns(), DummyRegressor()), "mixed", "pair")


def cases():
    for name, model, target, *span in [*classifiers(), *regressors()]:
        between, rare = dict(zip(("since", "until"), span)), name in ("multi_task_lasso", "one_vs_rest")
        one_hot = words(**dense(False)) if name.startswith(DENSE) else words()
        # Scaled, because of the huge numbers among the rows; some converge better so, too.
        yield Case(f"linear_{name}_numbers", lambda model=model: make_pipeline(StandardScaler(), model()), "numbers", target, "blas", rows=400, every=name in EVERY, whole=rare, **between)
        yield Case(f"linear_{name}_words", lambda model=model, one_hot=one_hot: make_pipeline(columns(word=one_hot), model()), "mixed", target, "blas", whole=rare, **between)
    yield Case("linear_bare", LinearRegression(), "numbers", "value", "blas", every=True)
    yield Case("linear_bare_logistic", LogisticRegression(max_iter=300), "numbers", "words3", "blas")
    yield Case("linear_bare_poisson", PoissonRegressor(), "numbers", "value", "blas")
    yield from baselines()
