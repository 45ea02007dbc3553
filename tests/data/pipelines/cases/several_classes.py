"""Classifiers of two classes that tell more apart together: each class from the rest, each pair, codes."""

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LinearRegression
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from cases.parts import columns, dense, forest, logistic, words
from record import Case


def scaled(model):
    return make_pipeline(StandardScaler(), model)


def svc():
    return LinearSVC(random_state=0, dual=False)


def five(targets):
    return np.digitize(targets["value"], np.quantile(targets["value"], np.arange(1, 5) / 5)) * 2


def some(kind):
    """Of every third row the label is not known."""
    def given(targets):
        known = np.asarray([str(label) for label in targets[kind]], dtype=object) if kind == "words3" else targets[kind].copy()
        known = np.unique(known, return_inverse=True)[1]
        known[::3] = -1
        return known
    return given


def cases():
    tree = DecisionTreeClassifier(max_depth=3, random_state=0)
    yield Case("classes_one_vs_one", scaled(OneVsOneClassifier(logistic())), "numbers", five, "blas", every=True)
    yield Case("classes_one_vs_one_trees", OneVsOneClassifier(tree), "numbers", "words3", every=True)
    yield Case("classes_one_vs_one_forest", OneVsOneClassifier(forest(n_estimators=2, max_depth=2)), "numbers", five)
    yield Case("classes_one_vs_one_two", OneVsOneClassifier(forest()), "numbers", "words")
    yield Case("classes_one_vs_one_two_svc", scaled(OneVsOneClassifier(svc())), "numbers", "booleans")
    yield Case("classes_one_vs_one_words", make_pipeline(columns(word=words(**dense(False))), OneVsOneClassifier(svc())), "mixed", "odd")
    yield Case("classes_one_vs_one_boosting", OneVsOneClassifier(GradientBoostingClassifier(n_estimators=3, max_depth=2, random_state=0)), "numbers", "three")
    yield Case("classes_one_vs_one_kernel", scaled(OneVsOneClassifier(SVC(kernel="rbf", C=0.5))), "numbers", "words3", rows=100)
    yield Case("classes_code", scaled(OutputCodeClassifier(logistic(), code_size=2, random_state=0)), "numbers", five, every=True)
    yield Case("classes_code_trees", OutputCodeClassifier(tree, code_size=3, random_state=1), "numbers", "words3", every=True)
    yield Case("classes_code_words", make_pipeline(columns(), OutputCodeClassifier(svc(), code_size=1.5, random_state=2)), "mixed", "odd")
    yield Case("classes_one_vs_rest_regressors", OneVsRestClassifier(LinearRegression()), "numbers", "words3")
    yield Case("classes_one_vs_rest_regressor", OneVsRestClassifier(LinearRegression()), "numbers", "two")
    for name, model, kind, exact in (("forest", forest(), "words3", "exact"), ("logistic", scaled(logistic()), "two", "blas")):
        yield Case(f"classes_self_training_{name}", SelfTrainingClassifier(model, threshold=0.6, max_iter=3), "numbers", some(kind), exact, every=name == "forest")
    yield Case("classes_self_training_words", make_pipeline(columns(), SelfTrainingClassifier(forest(n_estimators=2))), "mixed", some("two"))
