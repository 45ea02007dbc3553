"""Rows in other coordinates."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, FastICA, IncrementalPCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from cases.parts import columns, dense, forest, logistic, one, words
from record import VERSION, Case
from tables import NUMERIC, WORDS


def components():
    yield Case("decompose_pca", make_pipeline(StandardScaler(), PCA(4, svd_solver="full"), Ridge()), "numbers", "value", "blas", every=True)
    yield Case("decompose_pca_words", make_pipeline(columns(word=words(**dense(False))), PCA(6, svd_solver="full"), logistic()), "mixed", "words", "blas")
    # Since 1.5 a sparse matrix goes through, too.
    yield Case("decompose_pca_sparse", make_pipeline(columns(), PCA(4, svd_solver="arpack", random_state=0), forest()), "mixed", "two", "blas", since=(1, 5))
    yield Case("decompose_pca_whiten", make_pipeline(StandardScaler(), PCA(whiten=True, n_components=0.9, svd_solver="full"), logistic()), "numbers", "words", "blas")
    yield Case("decompose_pca_whiten_flat", one(PCA(4, whiten=True, svd_solver="full"), ["age", "score", "ratio", "month"], Ridge()), "clean", "value", "blas", since=(1, 5), fit=lambda X: X.assign(ratio=0.5))
    yield Case("decompose_pca_randomized", make_pipeline(MinMaxScaler(), PCA(3, svd_solver="randomized", random_state=0), forest(RandomForestRegressor)), "numbers", "value", "blas")
    yield Case("decompose_pca_arpack", make_pipeline(StandardScaler(), PCA(2, svd_solver="arpack", random_state=0), forest()), "numbers", "three", "blas")
    yield Case("decompose_pca_mle", make_pipeline(StandardScaler(), PCA("mle"), Ridge()), "numbers", "value", "blas")
    yield Case("decompose_pca_beside", make_pipeline(FeatureUnion([("pca", make_pipeline(StandardScaler(), PCA(2))), ("scaled", StandardScaler())]), logistic()), "numbers", "odd", "blas")
    search = GridSearchCV(make_pipeline(StandardScaler(), PCA(), logistic()), {"pca__n_components": [2, 5]}, cv=2)
    yield Case("decompose_pca_search", search, "numbers", "two", "blas")
    inside = ColumnTransformer([("n", make_pipeline(StandardScaler(), PCA(2, svd_solver="full")), NUMERIC), ("w", OneHotEncoder(handle_unknown="ignore"), WORDS)])
    yield Case("decompose_pca_inside", make_pipeline(inside, logistic()), "clean", "booleans", "blas")
    yield Case("decompose_pca_f32", make_pipeline(StandardScaler(), PCA(4, svd_solver="full"), Ridge()), "numbers", "value", "blas", fit=lambda X: X.astype(np.float32))
    if VERSION >= (1, 5):
        yield Case("decompose_pca_eigh", make_pipeline(StandardScaler(), PCA(5, svd_solver="covariance_eigh"), Ridge()), "numbers", "value", "blas", since=(1, 5))
    yield Case("decompose_incremental", make_pipeline(StandardScaler(), IncrementalPCA(4, batch_size=100), Ridge()), "numbers", "value", "blas")
    yield Case("decompose_incremental_words", make_pipeline(columns(), IncrementalPCA(5, whiten=True, batch_size=80), forest()), "mixed", "two", "blas")


def others():
    yield Case("decompose_svd", make_pipeline(StandardScaler(), TruncatedSVD(4, random_state=0), Ridge()), "numbers", "value", "blas")
    yield Case("decompose_svd_words", make_pipeline(columns(), TruncatedSVD(8, random_state=0), logistic()), "mixed", "words", "blas")
    yield Case("decompose_svd_arpack", one(make_pipeline(OneHotEncoder(handle_unknown="ignore"), TruncatedSVD(3, algorithm="arpack", random_state=0)), WORDS, forest()), "clean", "two", "blas")
    whitens = {"true": True} if VERSION < (1, 1) else {"unit": "unit-variance", "arbitrary": "arbitrary-variance", "warn": "warn" if VERSION < (1, 3) else "unit-variance"}
    for name, whiten in {**whitens, "off": False}.items():
        ica = FastICA(None if not whiten else 4, whiten=whiten, random_state=0, max_iter=40, tol=0.05)
        since, until = ((0, 0), (1, 0)) if name == "true" else ((0, 0), (9, 9)) if name == "off" else ((1, 1), (9, 9))
        yield Case(f"decompose_ica_{name}", make_pipeline(StandardScaler(), ica, Ridge()), "numbers", "value", "blas", since=since, until=until)
    yield Case("decompose_ica_words", lambda: make_pipeline(ColumnTransformer([("n", StandardScaler(), NUMERIC)]), FastICA(3, random_state=0, max_iter=40, tol=0.05), logistic()), "clean", "words", "blas")
    for name, lda in {"svd": LinearDiscriminantAnalysis(), "eigen": LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.2), "one": LinearDiscriminantAnalysis(n_components=1)}.items():
        yield Case(f"decompose_lda_{name}", make_pipeline(StandardScaler(), lda, forest()), "numbers", "three", "blas")
    yield Case("decompose_lda_whole", make_pipeline(MinMaxScaler(), LinearDiscriminantAnalysis(solver="eigen"), Ridge()), "numbers", "odd", "blas")
    yield Case("decompose_lda_words", make_pipeline(columns(word=words(**dense(False))), LinearDiscriminantAnalysis(), forest()), "mixed", "words", "blas")


def cases():
    yield from components()
    yield from others()
