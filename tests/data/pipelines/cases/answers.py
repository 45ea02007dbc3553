"""Anomaly detectors, clusterers, and several targets at once."""

import numpy as np
from sklearn.cluster import AffinityPropagation, Birch, KMeans, MeanShift, MiniBatchKMeans
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import IsolationForest
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from cases import parts
from record import VERSION, Case
from tables import NUMERIC, WORDS


def both(targets):
    return np.c_[targets["two"], targets["three"]]


def words(targets):
    return np.c_[targets["words"], targets["words"][::-1]]


def cases():
    yield Case("answers_dummy_targets", DummyClassifier(strategy="prior"), "numbers", both, every=True)
    yield Case("answers_dummy_targets_words", make_pipeline(parts.columns(), DummyClassifier(strategy="most_frequent")), "mixed", words)
    yield Case("answers_dummy_targets_constant", DummyClassifier(strategy="constant", constant=[1, 2]), "numbers", both)
    yield from isolation()
    yield from clusters()


def isolation():
    of = lambda **options: IsolationForest(**{"n_estimators": 6, "max_samples": 24, "random_state": 0, **options})
    yield Case("answers_isolation", of(), "numbers", "two", "libm", every=True)
    yield Case("answers_isolation_contamination", of(contamination=0.1, max_features=0.5, n_estimators=9), "numbers", "two", "libm")
    yield Case("answers_isolation_bootstrap", of(max_features=3, bootstrap=True, max_samples=0.1, contamination=0.25), "numbers", "two", "libm")
    yield Case("answers_isolation_one_column", of(max_features=1, max_samples=2), "numbers", "two", "libm")
    yield Case("answers_isolation_words", make_pipeline(parts.columns(), of(contamination=0.05)), "mixed", "two", "libm")
    yield Case("answers_isolation_gaps", of(contamination=0.2), "numbers_missing", "two", "libm", since=(1, 6))
    # In a sparse matrix a missing value goes the way of the large ones.
    sparse = parts.one(OneHotEncoder(handle_unknown="ignore"), WORDS, of(contamination=0.2, n_estimators=20), "passthrough", sparse_threshold=1.0)
    yield Case("answers_isolation_sparse_gaps", sparse, "mixed", "two", "libm", since=(1, 6), prepare=lambda X: X[WORDS + NUMERIC])
    # Rows that lie on the offset are no anomalies.
    yield Case("answers_isolation_ties", of(contamination=0.4, n_estimators=2, max_samples=8), "numbers", "two", "libm", every=True)


def clusters():
    scaled = lambda model: make_pipeline(StandardScaler(), model)
    of = lambda **options: KMeans(**{"n_clusters": 4, "n_init": 2, "random_state": 0, **options})
    yield Case("answers_kmeans", scaled(of()), "numbers", "two", "blas", every=True)
    yield Case("answers_kmeans_words", make_pipeline(parts.columns(word=parts.words(**parts.dense(False))), of(n_clusters=7)), "mixed", "two", "blas")
    yield Case("answers_kmeans_one", scaled(of(n_clusters=1)), "numbers", "two", "blas")
    yield Case("answers_kmeans_sparse", make_pipeline(parts.words(), of(n_clusters=3)), "clean", "two", "blas", prepare=lambda X: X[parts.WORDS])
    yield Case("answers_kmeans_before", scaled(make_pipeline(of(n_clusters=5), parts.logistic())), "numbers", "words", "blas")
    few_rows = lambda X: X[:60]
    few = lambda **options: MiniBatchKMeans(**{"n_clusters": 3, "n_init": 2, "random_state": 0, **options})
    yield Case("answers_minibatch", scaled(few()), "numbers", "two", "blas")
    yield Case("answers_minibatch_words", make_pipeline(parts.columns(), few(n_clusters=6)), "mixed", "two", "blas")
    if VERSION >= (1, 2):
        from sklearn.cluster import BisectingKMeans
        bisected = lambda **options: BisectingKMeans(**{"n_clusters": 5, "random_state": 0, **options})
        yield Case("answers_bisecting", scaled(bisected()), "numbers", "two", "blas", since=(1, 2))
        yield Case("answers_bisecting_words", make_pipeline(parts.columns(), bisected(bisecting_strategy="largest_cluster")), "mixed", "two", "blas", since=(1, 2))
        yield Case("answers_bisecting_one", bisected(n_clusters=1), "numbers", "two", "blas", since=(1, 2))
    yield Case("answers_birch", scaled(Birch(n_clusters=3, threshold=4.5)), "numbers", "two", "blas", fit=few_rows)
    yield Case("answers_birch_all", scaled(Birch(n_clusters=None, threshold=5)), "numbers", "two", "blas", fit=few_rows)
    yield Case("answers_mean_shift", scaled(MeanShift(bandwidth=3)), "numbers", "two", "blas")
    yield Case("answers_mean_shift_bins", scaled(MeanShift(bandwidth=2.5, bin_seeding=True, cluster_all=False)), "numbers", "two", "blas")
    yield Case("answers_affinity", scaled(AffinityPropagation(preference=-90, random_state=0)), "numbers", "two", "blas", fit=few_rows)
    yield Case("answers_affinity_damped", scaled(AffinityPropagation(damping=0.8, preference=-150, random_state=1)), "numbers", "two", "blas", fit=few_rows)
    mixed = lambda **options: GaussianMixture(**{"n_components": 3, "random_state": 0, "reg_covar": 1e-3, **options})
    for kind in ("full", "tied", "diag", "spherical"):
        yield Case(f"answers_mixture_{kind}", scaled(mixed(covariance_type=kind)), "numbers", "two", "blas")
    yield Case("answers_mixture_words", make_pipeline(parts.columns(word=parts.words(**parts.dense(False))), mixed(n_components=2, covariance_type="diag")), "mixed", "two", "blas")
