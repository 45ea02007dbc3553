"""Anomaly detectors, clusterers, and several targets at once."""

import numpy as np
from sklearn.dummy import DummyClassifier
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
