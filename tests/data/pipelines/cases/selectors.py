"""What keeps some of the columns."""

import xgboost
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_selection import (RFE, RFECV, SelectFromModel, SelectKBest, SelectPercentile, VarianceThreshold, chi2, f_classif, f_regression,
    mutual_info_classif)
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from cases.parts import boosted, columns, dense, forest, logistic, numbers, words
from cases.trees import HistGradientBoostingClassifier
from record import Case
from tables import NUMERIC, WORDS


def cases():
    ranked = lambda: columns(numbers(scaler=MinMaxScaler))
    linear = lambda: LogisticRegression(solver="liblinear", random_state=0)
    yield Case("select_variance", make_pipeline(VarianceThreshold(), Ridge()), "numbers", "value", "blas", fit=flat, every=True)
    yield Case("select_variance_words", make_pipeline(columns(), VarianceThreshold(0.05), forest()), "mixed", "two", whole=True)
    yield Case("select_best", make_pipeline(SelectKBest(k=4), forest()), "numbers", "two", every=True)
    yield Case("select_best_words", make_pipeline(columns(), SelectKBest(f_classif, k=12), logistic()), "mixed", "words3", "blas")
    yield Case("select_best_chi2", make_pipeline(ranked(), SelectKBest(chi2, k=9), forest()), "mixed", "words", whole=True)
    yield Case("select_best_all", make_pipeline(StandardScaler(), SelectKBest(f_regression, k="all"), Ridge()), "numbers", "value", "blas")
    yield Case("select_best_in_columns", make_pipeline(ColumnTransformer([("n", make_pipeline(StandardScaler(), SelectKBest(k=2)), NUMERIC), ("w", make_pipeline(OneHotEncoder(handle_unknown="ignore"), SelectKBest(chi2, k=5)), WORDS)]), logistic()), "clean", "two", "blas")
    yield Case("select_percentile", make_pipeline(columns(), SelectPercentile(f_classif, percentile=40), forest()), "mixed", "two", every=True, whole=True)
    yield Case("select_percentile_numbers", make_pipeline(SelectPercentile(f_regression, percentile=50), Ridge()), "numbers", "value", "blas")
    yield Case("select_mutual", make_pipeline(SelectKBest(mutual_info_classif, k=5), forest()), "numbers", "words3")
    yield Case("select_from_linear", make_pipeline(columns(), SelectFromModel(linear()), forest()), "mixed", "two", every=True)
    yield Case("select_from_forest", make_pipeline(columns(), SelectFromModel(ExtraTreesClassifier(5, max_depth=4, random_state=0), threshold="median"), logistic()), "mixed", "words3", "blas")
    yield Case("select_from_lasso", make_pipeline(StandardScaler(), SelectFromModel(Lasso(alpha=0.5)), Ridge()), "numbers", "value", "blas")
    yield Case("select_from_most", make_pipeline(SelectFromModel(forest(), max_features=3, threshold=-1.0), forest()), "numbers", "three")
    yield Case("select_from_scaled", make_pipeline(StandardScaler(), SelectFromModel(linear(), threshold="1.25*mean"), logistic()), "numbers", "two", "blas")
    prefit = lambda X, y: make_pipeline(SelectFromModel(linear().fit(X, y), prefit=True, threshold="mean"), logistic()).fit(X, y)
    yield Case("select_from_prefit", prefit, "numbers", "two", "blas", fitted=True, since=(1, 2), until=(1, 7))
    yield from boosters()
    yield from frames()
    yield Case("select_rfe", make_pipeline(RFE(linear(), n_features_to_select=4), logistic()), "numbers", "two", "blas", every=True)
    yield Case("select_rfe_words", make_pipeline(columns(word=words(**dense(False))), RFE(forest(), n_features_to_select=6, step=8), forest()), "mixed", "words", whole=True)
    # As the last step it predicts by the estimator inside.
    yield Case("select_rfe_last", Pipeline([("scale", StandardScaler()), ("rfe", RFE(LinearRegression(), n_features_to_select=3))]), "numbers", "value", "blas")
    yield Case("select_rfecv", make_pipeline(columns(word=words(**dense(False))), RFECV(forest(n_estimators=3), step=10, cv=2, min_features_to_select=5), forest()), "mixed", "two", whole=True)
    yield Case("select_rfecv_last", make_pipeline(StandardScaler(), RFECV(linear(), cv=2)), "numbers", "two", "blas")
    yield Case("select_twice", make_pipeline(VarianceThreshold(0.1), StandardScaler(), SelectKBest(f_regression, k=5), SelectFromModel(LinearRegression()), Ridge()), "numbers", "signed", "blas")


def boosters():
    """Around LightGBM and XGBoost, whose importances are in their files."""
    light = lambda **options: boosted("LGBMClassifier", min_child_samples=5, **options)
    extreme = lambda **options: xgboost.XGBClassifier(**{"n_estimators": 4, "max_depth": 3, "n_jobs": 1, **options})
    few = dict(rows=60)
    yield Case("select_from_lightgbm", make_pipeline(SelectFromModel(light()), logistic()), "numbers", "two", "blas", every=True, **few)
    yield Case("select_from_lightgbm_gain", make_pipeline(SelectFromModel(light(importance_type="gain"), threshold="0.6*mean"), forest()), "numbers_missing", "three", since=(1, 5), **few)
    yield Case("select_from_lightgbm_median", make_pipeline(columns(), SelectFromModel(light(), threshold="median"), logistic()), "mixed", "words3", "blas", **few)
    yield Case("select_from_lightgbm_most", make_pipeline(SelectFromModel(light(importance_type="gain"), max_features=3, threshold=-1.0), forest()), "numbers", "odd", **few)
    prefit = lambda X, y: make_pipeline(SelectFromModel(light().fit(X, y), prefit=True, threshold=5), logistic()).fit(X, y)
    yield Case("select_from_lightgbm_prefit", prefit, "numbers", "two", "blas", fitted=True, since=(1, 2), **few)
    yield Case("select_from_xgboost", make_pipeline(SelectFromModel(extreme()), logistic()), "numbers", "two", "blas", every=True, since=(1, 2), **few)
    for kind in ("weight", "cover", "total_gain", "total_cover"):
        threshold = {"weight": "median", "cover": 0.08}.get(kind, "0.9*mean")
        yield Case(f"select_from_xgboost_{kind}", make_pipeline(SelectFromModel(extreme(importance_type=kind), threshold=threshold), forest()), "numbers", "three", since=(0, 0) if kind == "weight" else (1, 2), **few)
    yield Case("select_from_xgboost_most", make_pipeline(columns(), SelectFromModel(extreme(booster="dart"), max_features=5), logistic()), "mixed", "two", "blas", since=(1, 2), **few)
    yield Case("select_from_xgboost_missing", make_pipeline(SelectFromModel(xgboost.XGBRFClassifier(n_estimators=3, max_depth=3, n_jobs=1)), extreme()), "numbers_missing", "two", "libm", since=(1, 2), **few)


def frames():
    """Of frames that stay frames; since 1.3 nothing looks for missing values there."""
    few = dict(rows=60, since=(1, 2), prepare=lambda X: X[NUMERIC])
    filled = lambda X: X.fillna(X.median())
    hist = lambda: HistGradientBoostingClassifier(max_iter=4, max_leaf_nodes=5, min_samples_leaf=5)
    pipe = lambda *steps: make_pipeline(*steps).set_output(transform="pandas")
    yield Case("select_frames", lambda: pipe(SelectKBest(k=3), hist()), "mixed", "two", "libm", fit=filled, every=True, **few)
    yield Case("select_frames_linear", lambda: pipe(SelectKBest(f_regression, k=2), Ridge()), "mixed", "value", "blas", fit=filled, **few)
    yield Case("select_frames_from_forest", lambda: pipe(SelectFromModel(ExtraTreesClassifier(3, max_depth=3, random_state=0, criterion="entropy")), hist()), "mixed", "three", "libm", fit=filled, **few)
    yield Case("select_arrays", lambda: make_pipeline(SelectKBest(k=3), hist()), "mixed", "two", "libm", fit=filled, **few)


def flat(X):
    """Two columns without differences."""
    X = X.copy()
    X[:, 2], X[:, 7] = 0.5, 0.0
    return X
