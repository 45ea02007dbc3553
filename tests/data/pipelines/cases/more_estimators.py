"""What the other topics leave out: rarer linear models, floats inside what stands around estimators, and such around each other."""

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (GradientBoostingClassifier, RandomForestRegressor, StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor)
from sklearn.feature_selection import RFE
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import (LarsCV, LassoLarsCV, LogisticRegression, MultiTaskElasticNet, MultiTaskElasticNetCV, MultiTaskLassoCV,
    OrthogonalMatchingPursuitCV, Ridge, SGDClassifier, SGDRegressor)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, PowerTransformer, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from cases.parts import columns, dense, forest, logistic, words
from record import VERSION, Case as Recorded

FLAT = "squared_error" if VERSION >= (1, 0) else "squared_loss"


def Case(*arguments, **options):
    return Recorded(*arguments, rows=200, **options)


def scaled(model):
    return make_pipeline(StandardScaler(), model)


def linear():
    models = {"lars_cv": LarsCV(cv=2), "lasso_lars_cv": LassoLarsCV(cv=2), "matching_pursuit_cv": OrthogonalMatchingPursuitCV(cv=2)}
    for name, model in models.items():
        yield Case(f"more_{name}", scaled(model), "numbers", "value", "blas")
        yield Case(f"more_{name}_words", make_pipeline(columns(word=words(**dense(False))), model), "mixed", "value", "blas")
    several = {"multi_task_lasso_cv": MultiTaskLassoCV(cv=2), "multi_task_elastic_net": MultiTaskElasticNet(0.1), "multi_task_elastic_net_cv": MultiTaskElasticNetCV(cv=2)}
    for name, model in several.items():
        yield Case(f"more_{name}", scaled(model), "numbers", "pair", "blas", whole=True)
        yield Case(f"more_{name}_words", make_pipeline(columns(word=words(**dense(False))), model), "mixed", "pair", "blas", whole=True)
    for loss in ("squared_hinge", "perceptron", "huber", FLAT):
        yield Case(f"more_sgd_{loss.replace('_loss', '_error')}", scaled(SGDClassifier(loss=loss, alpha=0.1, random_state=0)), "numbers", "words3", "blas")
    yield Case("more_sgd_averaged", scaled(SGDRegressor(average=True, random_state=0)), "numbers", "signed", "blas")
    cholesky = lambda: scaled(LogisticRegression(solver="newton-cholesky"))
    yield Case("more_logistic_cholesky", cholesky, "numbers", "words3", "blas", since=(1, 2), every=True)
    yield Case("more_multi_output", MultiOutputRegressor(scaled(Ridge())), "numbers", "pair", "blas", whole=True)
    yield Case("more_multi_output_words", make_pipeline(columns(), MultiOutputRegressor(forest(RandomForestRegressor))), "mixed", "pair", whole=True)
    for bounds in ("clip", "nan", "raise"):
        # Fitted to a part of the range.
        one = make_pipeline(ColumnTransformer([("it", "passthrough", [3])]), IsotonicRegression(out_of_bounds=bounds))
        yield Case(f"more_isotonic_{bounds}", one, "numbers", "value")
    for name, model, target in (("svc", LinearSVC(random_state=0, dual=False), "words3"), ("forest", forest(), "odd"), ("two", forest(), "words"), ("two_svc", LinearSVC(random_state=0, dual=False), "booleans")):
        yield Case(f"more_one_vs_rest_{name}", scaled(OneVsRestClassifier(model)), "numbers", target, "blas" if "svc" in name else "exact", every=name == "forest")
    # Whole trees are sure of several classes at once, or of none.
    yield Case("more_one_vs_rest_ties", OneVsRestClassifier(DecisionTreeClassifier(random_state=0)), "numbers", "odd", every=True)
    yield Case("more_dummy_array", DummyClassifier(strategy="constant", constant=["a"]), "numbers", "words3", since=(1, 5))


def singles():
    """XGBoost answers floats."""
    from xgboost import XGBClassifier, XGBRegressor
    options = {"n_estimators": 4, "max_depth": 2, "random_state": 0, "n_jobs": 1}
    older = {"use_label_encoder": False, "eval_metric": "logloss"} if VERSION < (1, 0) else {}
    tree = lambda max_depth=2: XGBClassifier(**{**options, "max_depth": max_depth, **older})
    number = lambda seed=0: XGBRegressor(**{**options, "max_depth": 2 + seed})
    # The last bit of floats between thresholds depends on the version of scipy.
    for method, name, exact in (("sigmoid", "sigmoid_floats", "libm"), ("isotonic", "isotonic_f32", "blas")):
        yield Case(f"more_calibrated_{name}", CalibratedClassifierCV(tree(), method=method, cv=2), "numbers", "two", exact, every=method == "sigmoid")
        yield Case(f"more_calibrated_{name}_three", CalibratedClassifierCV(tree(), method=method, cv=2), "numbers", "three", exact)
    three = [("a", tree()), ("b", tree(3)), ("c", tree(1))]
    yield Case("more_voting_floats", VotingClassifier(three, voting="soft"), "numbers", "three", "libm", every=True)
    yield Case("more_voting_floats_weights", VotingClassifier(three, voting="soft", weights=[1, 2, 0.5]), "numbers", "two", "libm")
    yield Case("more_voting_floats_regressor", VotingRegressor([("a", number()), ("b", number(1)), ("c", number(2))]), "numbers", "value", "libm")
    yield Case("more_stacking_f32", StackingClassifier(three, final_estimator=scaled(logistic()), cv=2), "numbers", "two", "blas")
    yield Case("more_stacking_floats_regressor", StackingRegressor([("a", number()), ("b", number(1))], final_estimator=make_pipeline(StandardScaler(), forest(RandomForestRegressor)), cv=2), "numbers", "value", "libm")
    for name, transformer in (("standard", StandardScaler()), ("sqrt", FunctionTransformer(np.sqrt, np.square)), ("max_abs", MaxAbsScaler())):
        yield Case(f"more_target_{name}_floats", TransformedTargetRegressor(number(), transformer=transformer), "numbers", "value", "exact", every=name == "standard")


def around():
    trees = lambda: forest(RandomForestRegressor)
    yield Case("more_target_max_abs", TransformedTargetRegressor(trees(), transformer=MaxAbsScaler()), "numbers", "value")
    yield Case("more_target_pipeline", TransformedTargetRegressor(trees(), transformer=make_pipeline(FunctionTransformer(np.log1p, np.expm1, check_inverse=False), StandardScaler())), "numbers", "value", "libm")
    yield Case("more_target_power_two", TransformedTargetRegressor(trees(), transformer=PowerTransformer()), "numbers", "pair", "libm")
    exponential = lambda: GradientBoostingClassifier(loss="exponential", n_estimators=3, max_depth=2, random_state=0)
    yield Case("more_calibrated_exponential", CalibratedClassifierCV(exponential(), method="isotonic", cv=2), "numbers", "two", "libm")
    many = lambda targets: np.digitize(targets["value"], np.quantile(targets["value"], np.arange(1, 9) / 9))
    yield Case("more_calibrated_many", CalibratedClassifierCV(forest(), method="isotonic", cv=2), "numbers", many)
    yield Case("more_voting_one_vs_rest", VotingClassifier([("a", scaled(OneVsRestClassifier(logistic()))), ("b", forest())], voting="soft"), "numbers", "words3", "blas")
    inner = VotingClassifier([("a", scaled(logistic())), ("b", forest())], voting="soft")
    yield Case("more_nested", make_pipeline(columns(), StackingClassifier([("v", VotingClassifier([("a", logistic()), ("b", forest())], voting="hard")), ("c", CalibratedClassifierCV(LinearSVC(random_state=0, dual=False), cv=2))], final_estimator=logistic(), cv=2)), "mixed", "words", "blas")
    yield Case("more_nested_voting", CalibratedClassifierCV(inner, cv=2), "numbers", "odd", "blas", since=(1, 2))
    yield Case("more_recursive_last", RFE(forest(), n_features_to_select=4), "numbers", "words3")
    if VERSION >= (1, 5):
        from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
        of_one = lambda targets: 2 - targets["two"]
        def reached(X, y):
            stump = DecisionTreeClassifier(max_depth=1, random_state=0).fit(X, y)
            return FixedThresholdClassifier(stump, threshold=stump.predict_proba(X)[:, 1].max()).fit(X, y)
        yield Case("more_threshold_reached", reached, "numbers", "two", fitted=True, since=(1, 5))
        yield Case("more_threshold_first", FixedThresholdClassifier(forest(), threshold=0.4, pos_label=1), "numbers", of_one, since=(1, 5))
        yield Case("more_threshold_first_decision", FixedThresholdClassifier(exponential(), threshold=0.1, pos_label=1, response_method="decision_function"), "numbers", of_one, "libm", since=(1, 5))
        yield Case("more_threshold_tuned_first", TunedThresholdClassifierCV(forest(), scoring="f1", cv=2, random_state=0, thresholds=10), "numbers", of_one, since=(1, 5))
        yield Case("more_threshold_no_probabilities", FixedThresholdClassifier(LinearSVC(random_state=0, dual=False), threshold="auto"), "numbers", "words", "blas", since=(1, 5))
    if VERSION >= (1, 6):
        from sklearn.frozen import FrozenEstimator
        frozen = lambda X, y: VotingClassifier([("a", FrozenEstimator(forest().fit(X, y))), ("b", scaled(logistic()))], voting="soft").fit(X, y)
        yield Case("more_frozen_voting", frozen, "numbers", "two", "blas", fitted=True, since=(1, 7))
        step = lambda X, y: make_pipeline(FrozenEstimator(columns().fit(X, y)), FrozenEstimator(Ridge().fit(columns().fit_transform(X), y))).fit(X, y)
        yield Case("more_frozen_steps", step, "mixed", "value", "blas", fitted=True, since=(1, 7))
        shared = lambda X, y: CalibratedClassifierCV(FrozenEstimator(forest(n_estimators=40).fit(X, y)), method="isotonic", ensemble=True, cv=4).fit(X, y)
        yield Case("more_frozen_shared", shared, "numbers", "two", fitted=True, since=(1, 7))


def cases():
    yield from linear()
    yield from singles()
    yield from around()
