"""What stands around estimators: votes, stacks, calibration, thresholds."""

from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (GradientBoostingClassifier, RandomForestRegressor, StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from cases.parts import boosted, columns, dense, forest, logistic, words
from record import VERSION, Case

TREE = dict(max_depth=3, random_state=0)


def scaled(model):
    return make_pipeline(StandardScaler(), model)


def members():
    return [("logistic", scaled(logistic())), ("tree", DecisionTreeClassifier(**TREE)), ("forest", forest())]


def regressors():
    return [("ridge", scaled(Ridge())), ("tree", DecisionTreeRegressor(**TREE)), ("forest", forest(RandomForestRegressor))]


def votes():
    for voting in ("hard", "soft"):
        trees = [("a", DecisionTreeClassifier(max_depth=2, random_state=0)), ("b", DecisionTreeClassifier(**TREE)), ("c", forest()), ("d", DecisionTreeClassifier(max_depth=5, random_state=1))]
        yield Case(f"voting_{voting}", VotingClassifier(members(), voting=voting), "numbers", "two", "blas", every=True)
        yield Case(f"voting_{voting}_words", make_pipeline(columns(), VotingClassifier(members()[1:] + [("logistic", logistic())], voting=voting, weights=[1, 2, 0.5])), "mixed", "words3", "blas")
        # An even number of trees, so that votes tie.
        yield Case(f"voting_{voting}_trees", VotingClassifier(trees, voting=voting), "numbers", "odd")
        yield Case(f"voting_{voting}_dropped", VotingClassifier(trees, voting=voting, weights=[2, 1, 1, 3]).set_params(b="drop"), "numbers", "words")
        whole = [("logistic", make_pipeline(columns(), logistic())), ("forest", make_pipeline(columns(word=words(**dense(False))), forest()))]
        yield Case(f"voting_{voting}_pipelines", VotingClassifier(whole, voting=voting), "mixed", "booleans", "blas", every=voting == "soft")
    yield Case("voting_regressor", VotingRegressor(regressors()), "numbers", "value", "blas", every=True)
    yield Case("voting_regressor_words", make_pipeline(columns(), VotingRegressor([("ridge", Ridge()), *regressors()[1:]], weights=[0.2, 0.3, 1])), "mixed", "value", "blas")
    yield Case("voting_regressor_trees", VotingRegressor(regressors()[1:]), "numbers", "signed")
    yield Case("voting_regressor_dropped", VotingRegressor(regressors()).set_params(ridge="drop"), "numbers", "signed")


def stacks():
    final = lambda: LogisticRegression(max_iter=300)
    for method in ("auto", "predict_proba", "predict"):
        yield Case(f"stacking_{method}", StackingClassifier(members(), final_estimator=final(), stack_method=method, cv=2), "numbers", "words" if method != "predict" else "two", "blas", every=method == "auto")
    hinge = [("svc", scaled(LinearSVC(random_state=0, dual=False))), ("sgd", scaled(SGDClassifier(random_state=0)))]
    yield Case("stacking_decision_function", StackingClassifier(hinge, final_estimator=final(), stack_method="decision_function", cv=2), "numbers", "two", "blas")
    yield Case("stacking_decision_function_three", StackingClassifier(hinge, final_estimator=forest(), cv=2), "numbers", "words3", "blas")
    yield Case("stacking_three", StackingClassifier(members(), cv=2), "numbers", "odd", "blas")
    yield Case("stacking_predict_three", StackingClassifier(members(), final_estimator=DecisionTreeClassifier(**TREE), stack_method="predict", cv=2), "numbers", "three", "blas")
    yield Case("stacking_mixed_methods", StackingClassifier([*members(), *hinge], final_estimator=final(), cv=2), "numbers", "two", "blas")
    yield Case("stacking_passthrough", StackingClassifier(members(), final_estimator=forest(), passthrough=True, cv=2), "numbers", "two", "blas", every=True)
    yield Case("stacking_passthrough_words", make_pipeline(columns(), StackingClassifier([("logistic", logistic()), ("forest", forest())], final_estimator=final(), passthrough=True, cv=2)), "mixed", "words3", "blas")
    yield Case("stacking_pipelines", StackingClassifier([("logistic", make_pipeline(columns(), logistic())), ("boosting", make_pipeline(columns(), GradientBoostingClassifier(n_estimators=3, max_depth=2)))], final_estimator=final(), cv=2), "mixed", "words", "blas", every=True)
    yield Case("stacking_dropped", StackingClassifier(members(), final_estimator=final(), cv=2).set_params(tree="drop"), "numbers", "two", "blas")
    yield Case("stacking_one_member", StackingClassifier([("forest", forest())], final_estimator=final(), cv=2), "numbers", "booleans", "blas")
    prefit = lambda X, y: StackingClassifier([("tree", DecisionTreeClassifier(**TREE).fit(X, y)), ("forest", forest().fit(X, y))], final_estimator=LogisticRegression(), cv="prefit").fit(X, y)
    yield Case("stacking_prefit", prefit, "numbers", "two", "blas", fitted=True, since=(1, 2))
    yield Case("stacking_regressor", StackingRegressor(regressors(), final_estimator=Ridge(), cv=2), "numbers", "value", "blas", every=True)
    yield Case("stacking_regressor_default", StackingRegressor(regressors()[:2], cv=2), "numbers", "signed", "blas")
    yield Case("stacking_regressor_passthrough", StackingRegressor(regressors()[1:], final_estimator=DecisionTreeRegressor(**TREE), passthrough=True, cv=2), "numbers", "value")
    yield Case("stacking_regressor_words", make_pipeline(columns(), StackingRegressor([("linear", Ridge()), ("forest", forest(RandomForestRegressor))], final_estimator=LinearRegression(), cv=2)), "mixed", "value", "blas")


def calibrations():
    svc = lambda: scaled(LinearSVC(random_state=0, dual=False))
    for method in ("sigmoid", "isotonic"):
        exact = "libm" if method == "sigmoid" else "exact"
        yield Case(f"calibrated_{method}", CalibratedClassifierCV(forest(), method=method, cv=2), "numbers", "two", exact, every=True)
        yield Case(f"calibrated_{method}_three", CalibratedClassifierCV(forest(), method=method, cv=2), "numbers", "words3", exact, every=True)
        yield Case(f"calibrated_{method}_one", CalibratedClassifierCV(forest(), method=method, cv=2, ensemble=False), "numbers", "booleans", exact, every=True)
        yield Case(f"calibrated_{method}_one_three", CalibratedClassifierCV(svc(), method=method, cv=2, ensemble=False), "numbers", "odd", "blas")
        yield Case(f"calibrated_{method}_decision", CalibratedClassifierCV(svc(), method=method, cv=2), "numbers", "words", "blas")
        yield Case(f"calibrated_{method}_decision_three", CalibratedClassifierCV(svc(), method=method, cv=2), "numbers", "words3", "blas")
        yield Case(f"calibrated_{method}_words", make_pipeline(columns(), CalibratedClassifierCV(logistic(), method=method, cv=2)), "mixed", "words", "blas", whole=method == "isotonic")
        yield Case(f"calibrated_{method}_pipeline", CalibratedClassifierCV(make_pipeline(columns(), forest()), method=method, cv=2), "mixed", "three", exact, since=(1, 2))
        prefit = lambda X, y, method=method: CalibratedClassifierCV(forest().fit(X, y), method=method, cv="prefit").fit(X, y)
        yield Case(f"calibrated_{method}_prefit", prefit, "numbers", "two", exact, fitted=True, until=(1, 7), every=True)
        if VERSION >= (1, 7):
            from sklearn.frozen import FrozenEstimator
            frozen = lambda X, y, method=method: CalibratedClassifierCV(FrozenEstimator(forest().fit(X, y)), method=method, **({"ensemble": False} if method == "sigmoid" else {"cv": 2})).fit(X, y)
            yield Case(f"calibrated_{method}_frozen", frozen, "numbers", "two", exact, fitted=True, since=(1, 7))
    if VERSION >= (1, 8):
        yield Case("calibrated_temperature", CalibratedClassifierCV(logistic(), method="temperature", cv=2), "numbers", "words3", "blas", since=(1, 9))
        yield Case("calibrated_temperature_two", CalibratedClassifierCV(forest(), method="temperature", cv=2, ensemble=False), "numbers", "two", "libm", since=(1, 9))
    small = CalibratedClassifierCV(DecisionTreeClassifier(max_depth=2, random_state=0), method="isotonic", cv=3)
    yield Case("calibrated_isotonic_ties", small, "numbers", "odd")


def thresholds():
    if VERSION < (1, 5):
        return
    from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
    since = dict(since=(1, 5))
    yield Case("threshold_fixed", FixedThresholdClassifier(make_pipeline(columns(), forest()), threshold=0.3), "mixed", "two", every=True, **since)
    yield Case("threshold_fixed_words", FixedThresholdClassifier(make_pipeline(columns(), logistic()), threshold=0.7, pos_label="no"), "mixed", "words", "blas", **since)
    yield Case("threshold_fixed_decision", FixedThresholdClassifier(scaled(LinearSVC(random_state=0, dual=False)), threshold=-0.25), "numbers", "booleans", "blas", **since)
    yield Case("threshold_fixed_decision_named", FixedThresholdClassifier(scaled(logistic()), threshold=0.5, response_method="decision_function"), "numbers", "two", "blas", **since)
    yield Case("threshold_fixed_auto", FixedThresholdClassifier(forest()), "numbers", "two", **since)
    yield Case("threshold_tuned", TunedThresholdClassifierCV(make_pipeline(columns(), forest()), cv=2, random_state=0, thresholds=20), "mixed", "two", every=True, whole=True, **since)
    yield Case("threshold_tuned_words", TunedThresholdClassifierCV(scaled(logistic()), cv=2, scoring="balanced_accuracy", thresholds=10, store_cv_results=True, random_state=0), "numbers", "booleans", "blas", **since)


def boosters():
    """Boosters inside: scikit-learn's have a decision function, which calibration takes first, LightGBM's and XGBoost's do not."""
    import xgboost
    from cases.trees import BOOSTED, HIST, HistGradientBoostingClassifier
    extreme = xgboost.XGBClassifier(n_estimators=4, max_depth=2, n_jobs=1)
    kinds = {"lightgbm": boosted("LGBMClassifier", min_child_samples=5), "xgboost": extreme, "boosting": GradientBoostingClassifier(**BOOSTED), "hist": HistGradientBoostingClassifier(**HIST)}
    for name, model in kinds.items():
        since = dict(rows=200, **(dict(since=(1, 2)) if name == "xgboost" else {}))
        yield Case(f"calibrated_{name}", CalibratedClassifierCV(model, cv=2), "numbers", "two", "libm", **since)
        yield Case(f"calibrated_{name}_three", CalibratedClassifierCV(model, method="isotonic", cv=2), "numbers", "three", "libm", **since)
        yield Case(f"calibrated_{name}_words", make_pipeline(columns(word=words(**dense(False))), CalibratedClassifierCV(model, cv=2, ensemble=False)), "mixed", "two", "libm", **since)
        both = [("it", model), ("logistic", scaled(logistic()))]
        yield Case(f"voting_soft_{name}", VotingClassifier(both, voting="soft"), "numbers", "three", "blas", **since)
        yield Case(f"stacking_{name}", StackingClassifier(both, final_estimator=LogisticRegression(), cv=2), "numbers", "two", "blas", **since)
    # The factor in LightGBM's sigmoid is in its probabilities and not in its decision function.
    steep = lambda factor, **options: boosted("LGBMClassifier", min_child_samples=5, sigmoid=factor, **options)
    yield Case("calibrated_lightgbm_factor", CalibratedClassifierCV(steep(0.7), cv=2), "numbers", "two", "libm", rows=200)
    yield Case("calibrated_lightgbm_factor_three", CalibratedClassifierCV(steep(1.7, objective="multiclassova"), method="isotonic", cv=2), "numbers", "three", "libm", rows=200)
    yield Case("stacking_lightgbm_factor", StackingClassifier([("it", steep(3))], final_estimator=LogisticRegression(), stack_method="decision_function", cv=2), "numbers", "two", "blas", rows=200, since=(1, 9))
    yield Case("stacking_xgboost_alone", StackingClassifier([("it", extreme)], final_estimator=LogisticRegression(), cv=2), "numbers", "two", "blas", rows=200, since=(1, 2))


def cases():
    for part in (votes, stacks, calibrations, boosters, thresholds):
        yield from part()
