"""Pickles of models that are refused, or that mean harm. Needs requirements-1.9.1.txt.

    refused.py DIRECTORY
"""

import gzip, pathlib, pickle, sys, warnings

import cloudpickle, numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.covariance import EllipticEnvelope
from sklearn.decomposition import KernelPCA
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier, StackingClassifier
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, LabelBinarizer, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

warnings.simplefilter("ignore")


def double(X):
    return X * 2


def own(a, b):
    return a @ b.T


class Clip(TransformerMixin, BaseEstimator):
    """A step of this script."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.clip(X, 0, 1)


class OtherTree(DecisionTreeClassifier):
    """Has all that a tree has, and answers otherwise."""

    def predict_proba(self, X):
        return 1 - super().predict_proba(X)


class Wrapped:
    def __init__(self, model):
        self.model = model


random = np.random.RandomState(0)
X = random.rand(40, 3)
y = (X[:, 0] > 0.5).astype(int)
tree = DecisionTreeClassifier(max_depth=1)
many = RandomForestClassifier(1, max_depth=1).fit(X, y)
many.estimators_ = many.estimators_ * 100_000
others = RandomForestClassifier(1, max_depth=1).fit(X, y)
others.estimators_ = [OtherTree(max_depth=1).fit(X, y)]
words = np.c_[np.array(["red", "green"], dtype=object)[y], X[:, 1:]]
import pandas as pd
frame = pd.DataFrame({"colour": pd.Categorical(np.array(["red", "green"])[y]), "b": X[:, 1]})
few = np.array([[0.0, 0], [1, 1], [2, 0], [3, 1]] * 3)
few_y = np.array([0, 0, 1, 2] * 3)
models = {
    "svc_precomputed": SVC(kernel="precomputed").fit(few @ few.T, few_y),
    "svc_own_kernel": make_pipeline(StandardScaler(), SVC(kernel=own)).fit(few, few_y),
    "svc_ties_of_pairs": SVC(decision_function_shape="ovo", break_ties=True).fit(few, few_y),
    "gaussian_process": GaussianProcessClassifier().fit(X, y),
    "kernel_pca": make_pipeline(KernelPCA(2), tree).fit(X, y),
    "function": make_pipeline(FunctionTransformer(double), tree).fit(X, y),
    "two_targets": StackingClassifier([("tree", tree)], final_estimator=tree, cv=2).fit(X, np.c_[y, 1 - y]),
    # It was fitted by itself: a Pipeline cannot do that.
    "label_binarizer": make_pipeline(StandardScaler().fit(X), LabelBinarizer().fit(["a", "b", "c"]), DecisionTreeClassifier(max_depth=1).fit(X, y)),
    "envelope_not_stored": EllipticEnvelope(store_precision=False, random_state=0).fit(X),
    "density_of_the_fit": LocalOutlierFactor(3).fit(X),
    "init": GradientBoostingClassifier(n_estimators=1, max_depth=1, init=LogisticRegression()).fit(X, y),
    "unfitted": DecisionTreeClassifier(),
    "one_tree_many_times": many,
    "step_of_a_script": make_pipeline(Clip(), tree).fit(X, y),
    "model_of_a_script": Wrapped(tree.fit(X, y)),
    "tree_of_a_script": others,
}
folder = pathlib.Path(sys.argv[1])
folder.mkdir(exist_ok=True)
for name, model in models.items():
    (folder / f"{name}.gz").write_bytes(gzip.compress(pickle.dumps(model, 4), 9, mtime=0))
    if name.endswith("of_a_script"):
        (folder / f"{name}_as_code.gz").write_bytes(gzip.compress(cloudpickle.dumps(model), 9, mtime=0))
