"""Anomaly detectors, clusterers, and several targets at once."""

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import IsolationForest
from sklearn.pipeline import make_pipeline

from cases import parts
from record import Case


def both(targets):
    return np.c_[targets["two"], targets["three"]]


def words(targets):
    return np.c_[targets["words"], targets["words"][::-1]]


def cases():
    yield Case("answers_dummy_targets", DummyClassifier(strategy="prior"), "numbers", both, every=True)
    yield Case("answers_dummy_targets_words", make_pipeline(parts.columns(), DummyClassifier(strategy="most_frequent")), "mixed", words)
    yield Case("answers_dummy_targets_constant", DummyClassifier(strategy="constant", constant=[1, 2]), "numbers", both)
    yield from isolation()


def isolation():
    of = lambda **options: IsolationForest(**{"n_estimators": 6, "max_samples": 24, "random_state": 0, **options})
    yield Case("answers_isolation", of(), "numbers", "two", "libm", every=True, whole=True)
    yield Case("answers_isolation_contamination", of(contamination=0.1, max_features=0.5, n_estimators=9), "numbers", "two", "libm", whole=True)
    yield Case("answers_isolation_bootstrap", of(max_features=3, bootstrap=True, max_samples=0.1, contamination=0.25), "numbers", "two", "libm")
    yield Case("answers_isolation_one_column", of(max_features=1, max_samples=2), "numbers", "two", "libm")
    yield Case("answers_isolation_words", make_pipeline(parts.columns(), of(contamination=0.05)), "mixed", "two", "libm")
    yield Case("answers_isolation_gaps", of(contamination=0.2), "numbers_missing", "two", "libm", since=(1, 6))
    # Rows that lie on the offset are no anomalies.
    yield Case("answers_isolation_ties", of(contamination=0.4, n_estimators=2, max_samples=8), "numbers", "two", "libm", every=True)
